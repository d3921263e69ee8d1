"""The last seconds tell a drift from a slip."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from gazewire.eye.model3d import EyeAnatomy
from gazewire.eye.model3d.observation import LASTING_VARIANCE, Glimpse
from gazewire.eye.model3d.short_term import ShortTermModel
from gazewire.eye.model3d.sphere import Estimate
from gazewire.optics import shape_of_axes

AVERAGE = EyeAnatomy()
TENTH_NS = 100_000_000


def glimpses(looks, *, begun: int = 0) -> Iterator[Glimpse]:
    for number, (x, y, first, second, angle) in enumerate(looks.ellipses.tolist()):
        xx, xy, yy = (value / 140**2 for value in shape_of_axes((first, second), angle))
        ellipse = ((x - 95.5) / 140, (y - 95.5) / 140, xx, xy, yy)
        yield Glimpse((begun + number) * TENTH_NS, ellipse, 1e-5 + LASTING_VARIANCE, 1.0, 10)


def known(looks, deviation_mm: float = 0.05) -> Estimate:
    return Estimate(looks.center_mm, np.eye(3) / deviation_mm**2, 0.0, 50)


def filled(looks) -> ShortTermModel:
    model = ShortTermModel(192 / 140, AVERAGE)
    for glimpse in glimpses(looks):
        model.add(glimpse)
    return model


def test_three_seconds_are_kept(looked: Callable) -> None:
    model = filled(looked())
    assert len(model.evidence()) > 20
    (late,) = list(glimpses(looked(looks=1), begun=79))
    model.add(late)
    assert len(model.evidence()) <= 2


def test_a_long_look_says_hardly_more_than_a_short_one(stare) -> None:
    evidence = filled(stare).evidence()
    assert len(evidence) == 1
    assert evidence.variances[0] > LASTING_VARIANCE


def test_where_nothing_slipped_nothing_is_told(looked: Callable) -> None:
    looks = looked()
    model = filled(looks)
    assert model.slip(known(looks)) is None
    followed = model.follow(known(looks))
    assert followed.center_mm == pytest.approx(looks.center_mm, abs=0.1)


def test_a_slip_is_told_when_it_is_seen_twice(looked: Callable) -> None:
    before, after = looked(), looked(moved_mm=1.0)
    model = filled(after)
    assert model.slip(known(before)) is None
    slip = model.slip(known(before))
    assert slip is not None
    assert slip.estimate is not None
    assert slip.estimate.center_mm == pytest.approx(after.center_mm, abs=0.3)


def test_what_came_before_the_slip_is_left_out(looked: Callable) -> None:
    before, after = looked(), looked(moved_mm=1.0)
    model = filled(before)
    for glimpse in list(glimpses(after, begun=50))[:15]:
        model.add(glimpse)
    for _ in range(2):
        slip = model.slip(known(before))
    assert slip is not None
    assert len(slip.glimpses) == pytest.approx(15, abs=1)


def test_what_no_place_nearby_explains_is_given_up_after_three_seconds(looked: Callable) -> None:
    model = filled(looked(moved_mm=12.0))
    told = [model.slip(known(looked())) for _ in range(15)]
    assert told[:14] == [None] * 14
    assert told[14] is not None
    assert told[14].estimate is None


def test_half_a_blink_is_no_slip(looked: Callable) -> None:
    looks = looked()
    model = filled(looks)
    for number, glimpse in enumerate(glimpses(looks, begun=50)):
        x, y, xx, xy, yy = glimpse.ellipse
        if number in {20, 21, 22}:
            glimpse = replace(glimpse, ellipse=(x, y + 0.05, xx, xy, 0.4 * yy))
        model.add(glimpse)
        assert model.slip(known(looks)) is None


def test_what_is_wrong_in_one_place_alone_is_no_slip(looked: Callable) -> None:
    before, after = looked(), looked(moved_mm=1.0)
    model = filled(before)
    first, *others = glimpses(after, begun=50)
    others.sort(key=lambda each: math.dist(each.ellipse[:2], first.ellipse[:2]))
    wrong = [first, *others[:2]]
    for number in range(20):
        model.add(replace(wrong[number % 3], timestamp_unix_ns=(50 + number) * TENTH_NS))
        assert model.slip(known(before)) is None


def test_a_little_drift_is_followed(looked: Callable) -> None:
    before, after = looked(), looked(moved_mm=0.1)
    followed = filled(after).follow(known(before))
    moved = np.linalg.norm(followed.center_mm - before.center_mm)
    assert moved == pytest.approx(0.1, abs=0.06)


def test_with_nothing_seen_the_eyeball_stays(looked: Callable) -> None:
    estimate = known(looked())
    model = ShortTermModel(192 / 140, AVERAGE)
    assert model.follow(estimate) is estimate
    assert model.slip(estimate) is None
