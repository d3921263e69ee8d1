from __future__ import annotations

import msgspec
import pytest

from gazewire.model import Ellipse, Point2
from gazewire.service.calibration import Reference
from gazewire.service.sighting import Sighting
from gazewire.service.single_marker import MovingMarker, SingleMarkerArgs
from gazewire.surface import CalibrationMarker, CalibrationMarkerKind

MS = 1_000_000


def seen(
    instant_ms: int, place_px: Point2 | None, kind: CalibrationMarkerKind = "calibration"
) -> Sighting:
    markers = []
    if place_px is not None:
        outline = Ellipse(center_px=place_px, axes_px=(40.0, 40.0), angle_deg=0.0)
        markers = [CalibrationMarker(kind=kind, center_px=place_px, outline=outline, contrast=90.0)]
    return Sighting(
        timestamp_unix_ns=instant_ms * MS, width=900, height=600, markers=tuple(markers)
    )


@pytest.fixture
def guide() -> MovingMarker:
    guide = MovingMarker(SingleMarkerArgs(samples_per_zone=2, max_speed=0.4))
    guide.begin("calibration", 0)
    return guide


def test_the_marker_counts_wherever_it_is_and_its_zone_with_it(guide: MovingMarker) -> None:
    found: list[Reference] = []
    for number in range(30):
        found += guide.see(seen(50 * number, (15.0 * number, 10.0)))
    assert len(found) == 24
    assert [reference.target for reference in found[:2]] == [0, 0]
    assert {target.number for target in guide.targets if target.samples} == {0, 1}
    assert guide.targets[0].state == "done"
    assert guide.targets[0].place == pytest.approx((1 / 6, 5 / 6))


def test_a_marker_that_is_too_fast_does_not_count(guide: MovingMarker) -> None:
    guide.see(seen(0, (100, 100)))
    assert guide.see(seen(50, (200, 100))) == ()
    assert guide.note == "The marker moves too fast."


def test_eyes_are_given_time_to_arrive_where_the_marker_is_put(guide: MovingMarker) -> None:
    counted = [bool(guide.see(seen(50 * number, (100, 100)))) for number in range(8)]
    assert counted == [False] * 6 + [True] * 2
    counted = [bool(guide.see(seen(400 + 50 * number, (700, 400)))) for number in range(8)]
    assert counted == [False] * 6 + [True] * 2


def test_the_stop_marker_ends_it_once_it_stays(guide: MovingMarker) -> None:
    for number in range(4):
        guide.see(seen(50 * number, (300, 300), "stop"))
    guide.see(seen(250, (300, 300)))
    assert not guide.is_complete
    for number in range(5):
        guide.see(seen(300 + 50 * number, (300, 300), "stop"))
    assert guide.is_complete
    guide.begin("validation", 0)
    assert not guide.is_complete


def test_a_mode_that_nobody_knows_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="marker_mode"):
        msgspec.convert({"marker_mode": "Floating"}, SingleMarkerArgs)
