from __future__ import annotations

import math

import pytest

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.model import Event, EyeState, GazeDatum, ImuDatum
from gazewire.recording.core import CoreTeller
from gazewire.time import TimeBase
from gazewire.wire.ipc import decode_gaze, decode_map, decode_pupil

T = 1_790_000_000_123_456_789


@pytest.fixture
def teller() -> CoreTeller:
    return CoreTeller(1600, 1200, TimeBase(T))


def state(x_mm: float, axis_x: float, diameter_mm: float) -> EyeState:
    length = math.hypot(axis_x, 1)
    return EyeState(
        pupil_diameter_mm=diameter_mm,
        eyeball_center_mm=(x_mm, 0, 0),
        optical_axis=(axis_x / length, 0, 1 / length),
    )


def test_gaze_with_both_eyes_is_3d_and_meets_where_the_eyes_look(teller):
    datum = GazeDatum(
        timestamp_unix_ns=T + 5,
        x_px=400,
        y_px=300,
        eye_state_left=state(-30, 0.03, 3.5),
        eye_state_right=state(30, -0.03, 4.0),
    )
    right, left, told = teller.messages(datum)
    assert decode_pupil(right).diameter_3d == 4.0
    assert decode_pupil(left).diameter_3d == 3.5
    assert (right.topic, left.topic, told.topic) == ("pupil.0.3d", "pupil.1.3d", "gaze.3d.01.")
    gaze = decode_gaze(told).gaze(TimeBase(T))
    assert gaze.timestamp_unix_ns == T + 5
    assert gaze.norm_pos == (0.25, 0.75)
    assert gaze.point_mm == pytest.approx((0, 0, 1000))
    assert gaze.confidence == 1.0


def test_eyes_that_do_not_meet_have_no_point(teller):
    datum = GazeDatum(
        timestamp_unix_ns=T,
        x_px=0,
        y_px=0,
        worn=False,
        eye_state_left=state(-30, -0.1, 3.5),
        eye_state_right=state(30, 0.1, 3.5),
    )
    *_, told = teller.messages(datum)
    gaze = decode_gaze(told).gaze(TimeBase(T))
    assert all(map(math.isnan, gaze.point_mm))
    assert gaze.confidence == 0.0


def test_gaze_alone_is_2d(teller):
    (told,) = teller.messages(GazeDatum(timestamp_unix_ns=T, x_px=1600, y_px=0))
    assert told.topic == "gaze.2d.01."
    assert decode_gaze(told).norm_pos == (1.0, 1.0)


def test_mark_is_an_annotation(teller):
    (told,) = teller.messages(Event(name="stim", timestamp_unix_ns=T + 1_500_000_000))
    assert decode_map(told.payload) == {
        "topic": "annotation",
        "label": "stim",
        "timestamp": 1.5,
        "duration": 0.0,
    }


def test_what_core_does_not_know_is_not_told(teller):
    sample = ImuDatum(
        timestamp_unix_ns=T, gyro_deg_s=(0, 0, 0), accel_g=(0, 0, 1), quaternion_wxyz=(1, 0, 0, 0)
    )
    assert list(teller.messages(sample)) == []
