from __future__ import annotations

import pytest

from gazewire.model import Point2
from gazewire.service.natural_features import NaturalFeatureArgs, NaturalFeatures
from gazewire.service.sighting import Sighting


def seen(instant: int, **features: Point2) -> Sighting:
    return Sighting(
        timestamp_unix_ns=instant,
        width=100,
        height=100,
        features={int(name.removeprefix("f")): place for name, place in features.items()},
    )


@pytest.fixture
def guide() -> NaturalFeatures:
    guide = NaturalFeatures(NaturalFeatureArgs(samples_per_feature=2))
    guide.begin("calibration", 0)
    return guide


def test_what_is_pointed_at_gives_as_many_samples_as_are_wanted(guide: NaturalFeatures) -> None:
    assert guide.see(seen(1, f0=(50, 50))) == ()
    assert guide.point_at((0.5, 0.5)) == 0
    (reference,) = guide.see(seen(2, f0=(50, 40)))
    assert reference.screen_pos == (50, 40)
    assert reference.norm_pos == pytest.approx((0.5, 0.6))
    guide.see(seen(3, f0=(50, 40)))
    assert guide.targets[0].state == "done"
    assert guide.current is None
    assert guide.see(seen(4, f0=(50, 40))) == ()
    assert not guide.is_complete


def test_pointing_at_another_thing_leaves_the_one_before(guide: NaturalFeatures) -> None:
    guide.point_at((0.5, 0.5))
    guide.see(seen(1, f0=(50, 50)))
    assert guide.point_at((0.1, 0.1)) == 1
    assert guide.targets[0].state == "partial"
    assert guide.see(seen(2, f0=(50, 50))) == ()


def test_what_cannot_be_followed_is_told_apart_from_what_is_lost(guide: NaturalFeatures) -> None:
    guide.point_at((0.5, 0.5))
    for instant in range(4):
        guide.see(seen(instant))
    assert guide.note is not None
    assert guide.note.startswith("Nothing can be followed there")
    guide.point_at((0.5, 0.5))
    guide.see(seen(10, f1=(50, 50)))
    for instant in range(4):
        guide.see(seen(instant))
    assert guide.note.startswith("It was lost")
    assert [target.state for target in guide.targets] == ["missed", "partial"]
