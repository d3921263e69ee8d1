from __future__ import annotations

import math

import pytest

from gazewire.flow import Aligner, InterpolatedGaze, Series, interpolate_gaze
from gazewire.model import Eyelid, EyeState, GazeDatum

MS = 1_000_000


def datum(ms: int, x: float = 0.0, *, worn: bool = True) -> GazeDatum:
    return GazeDatum(timestamp_unix_ns=ms * MS, x_px=x, y_px=2 * x, worn=worn)


def full(ms: int, value: float, axis: tuple[float, float, float]) -> GazeDatum:
    eye = EyeState(
        pupil_diameter_mm=value,
        eyeball_center_mm=(value, 2 * value, 3 * value),
        optical_axis=axis,
    )
    lid = Eyelid(angle_top_rad=value, angle_bottom_rad=-value, aperture_mm=2 * value)
    return GazeDatum(
        timestamp_unix_ns=ms * MS,
        x_px=value,
        y_px=value,
        left_px=(value, -value),
        right_px=(0.0, value),
        eye_state_left=eye,
        eye_state_right=eye,
        eyelid_left=lid,
        eyelid_right=lid,
    )


def test_every_number_lies_on_the_line_between_its_neighbours() -> None:
    between = interpolate_gaze(full(0, 1.0, (1.0, 0.0, 0.0)), full(4, 3.0, (0.0, 1.0, 0.0)), 1 * MS)
    assert between.timestamp_unix_ns == MS
    assert (between.x_px, between.y_px, between.worn) == (1.5, 1.5, True)
    assert (between.left_px, between.right_px) == ((1.5, -1.5), (0.0, 1.5))
    for eye in (between.eye_state_left, between.eye_state_right):
        assert eye is not None
        assert eye.pupil_diameter_mm == 1.5
        assert eye.eyeball_center_mm == (1.5, 3.0, 4.5)
        assert eye.optical_axis == pytest.approx((3 / math.sqrt(10), 1 / math.sqrt(10), 0.0))
        assert math.hypot(*eye.optical_axis) == pytest.approx(1.0)
    for lid in (between.eyelid_left, between.eyelid_right):
        assert lid == Eyelid(angle_top_rad=1.5, angle_bottom_rad=-1.5, aperture_mm=3.0)


def test_what_only_one_of_them_has_is_left_out() -> None:
    between = interpolate_gaze(datum(0), full(2, 1.0, (0.0, 0.0, 1.0)), MS)
    assert between == GazeDatum(timestamp_unix_ns=MS, x_px=0.5, y_px=0.5)


def test_it_is_worn_only_if_both_are() -> None:
    assert not interpolate_gaze(datum(0), datum(2, worn=False), MS).worn


def test_an_axis_that_was_not_measured_stays_zero() -> None:
    nothing = full(0, 0.0, (0.0, 0.0, 0.0)), full(2, 0.0, (0.0, 0.0, 0.0))
    eye = interpolate_gaze(*nothing, MS).eye_state_left
    assert eye is not None
    assert eye.optical_axis == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("ms", [-1, 5])
def test_nothing_is_extrapolated(ms: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        interpolate_gaze(datum(0), datum(4), ms * MS)


def test_two_data_of_one_instant_have_nothing_between_them() -> None:
    with pytest.raises(ValueError, match="not between"):
        interpolate_gaze(datum(0), datum(0), 0)


def chosen(at_ms: int, *data: GazeDatum) -> GazeDatum | None:
    series = Series(InterpolatedGaze(max_gap_ns=15 * MS))
    aligner = Aligner[GazeDatum](series, max_wait_ns=0)
    for each in data:
        series.receive(each)
    (match,) = aligner.receive(datum(at_ms), 0)
    return match[series]


def test_a_frame_gets_the_gaze_at_its_exposure() -> None:
    assert chosen(102, datum(95), datum(100, 10.0), datum(105, 20.0), datum(110)) == datum(102, 14)


def test_a_datum_of_that_instant_is_given_as_it_is() -> None:
    lone = datum(100, 7.0, worn=False)
    assert chosen(100, lone) is lone


def test_too_long_a_gap_is_not_bridged() -> None:
    assert chosen(102, datum(100), datum(115)) is not None
    assert chosen(102, datum(100), datum(116)) is None


def test_one_side_alone_is_not_enough() -> None:
    assert chosen(102, datum(100)) is None
    assert chosen(102, datum(103)) is None
    assert chosen(102) is None


def test_gaze_of_nobody_is_not_interpolated() -> None:
    assert chosen(102, datum(100), datum(105, worn=False)) is None
    assert chosen(102, datum(100, worn=False), datum(105)) is None


def test_both_neighbours_outlast_the_frames_before() -> None:
    series = Series(InterpolatedGaze(max_gap_ns=15 * MS))
    aligner = Aligner[GazeDatum](series, max_wait_ns=1)
    for ms in range(0, 2_000, 5):
        series.receive(datum(ms, float(ms)))
    matches = [match for ms in (1_001, 1_002, 1_003) for match in aligner.receive(datum(ms), 0)]
    assert [match[series] for match in matches] == [datum(ms, ms) for ms in (1_001, 1_002, 1_003)]
    assert len(series) <= 250
