from __future__ import annotations

import math

import numpy as np
import pytest

from gazewire.client._engine.arrays import (
    EYE_EVENT_DTYPE,
    GAZE_DTYPE,
    IMU_DTYPE,
    NOT_ENDED,
    eye_event_array,
    gaze_array,
    imu_array,
)
from gazewire.model import Blink, Eyelid, EyeState, Fixation, GazeDatum, ImuDatum, Onset, Saccade

T = 1_744_294_828_357_928_801


def row_of(array: np.ndarray) -> dict[str, object]:
    (row,) = array
    return {name: row[name].item() for name in array.dtype.names}


def test_every_number_of_gaze_has_its_column() -> None:
    datum = GazeDatum(
        timestamp_unix_ns=T,
        x_px=1.0,
        y_px=2.0,
        worn=False,
        left_px=(3.0, 4.0),
        right_px=(5.0, 6.0),
        eye_state_left=EyeState(
            pupil_diameter_mm=7.0, eyeball_center_mm=(8.0, 9.0, 10.0), optical_axis=(11, 12, 13)
        ),
        eye_state_right=EyeState(
            pupil_diameter_mm=14.0, eyeball_center_mm=(15.0, 16.0, 17.0), optical_axis=(18, 19, 20)
        ),
        eyelid_left=Eyelid(angle_top_rad=21.0, angle_bottom_rad=22.0, aperture_mm=23.0),
        eyelid_right=Eyelid(angle_top_rad=24.0, angle_bottom_rad=25.0, aperture_mm=26.0),
    )
    assert row_of(gaze_array([datum])) == {
        "timestamp_unix_ns": T,
        "x_px": 1,
        "y_px": 2,
        "pupil_diameter_left_mm": 7,
        "eyeball_center_left_x_mm": 8,
        "eyeball_center_left_y_mm": 9,
        "eyeball_center_left_z_mm": 10,
        "optical_axis_left_x": 11,
        "optical_axis_left_y": 12,
        "optical_axis_left_z": 13,
        "pupil_diameter_right_mm": 14,
        "eyeball_center_right_x_mm": 15,
        "eyeball_center_right_y_mm": 16,
        "eyeball_center_right_z_mm": 17,
        "optical_axis_right_x": 18,
        "optical_axis_right_y": 19,
        "optical_axis_right_z": 20,
        "eyelid_angle_top_left_rad": 21,
        "eyelid_angle_bottom_left_rad": 22,
        "eyelid_aperture_left_mm": 23,
        "eyelid_angle_top_right_rad": 24,
        "eyelid_angle_bottom_right_rad": 25,
        "eyelid_aperture_right_mm": 26,
        "left_x_px": 3,
        "left_y_px": 4,
        "right_x_px": 5,
        "right_y_px": 6,
        "worn": False,
    }


def test_what_was_not_measured_is_nan() -> None:
    row = row_of(gaze_array([GazeDatum(timestamp_unix_ns=T, x_px=1.0, y_px=2.0)]))
    known = {name: row.pop(name) for name in ("timestamp_unix_ns", "x_px", "y_px", "worn")}
    assert known == {"timestamp_unix_ns": T, "x_px": 1, "y_px": 2, "worn": True}
    assert all(isinstance(value, float) and math.isnan(value) for value in row.values())


def test_nothing_makes_an_empty_array_of_the_same_columns() -> None:
    for made, dtype in (
        (gaze_array([]), GAZE_DTYPE),
        (imu_array([]), IMU_DTYPE),
        (eye_event_array([]), EYE_EVENT_DTYPE),
    ):
        assert (made.shape, made.dtype) == ((0,), dtype)


def test_arrays_can_be_put_together() -> None:
    one = gaze_array([GazeDatum(timestamp_unix_ns=T, x_px=1.0, y_px=2.0)])
    both = np.concatenate([one, one])
    assert (both.shape, both.dtype) == ((2,), GAZE_DTYPE)
    assert both["timestamp_unix_ns"].tolist() == [T, T]


def test_imu_has_its_columns() -> None:
    datum = ImuDatum(
        timestamp_unix_ns=T,
        accel_g=(1.0, 2.0, 3.0),
        gyro_deg_s=(4.0, 5.0, 6.0),
        quaternion_wxyz=(7.0, 8.0, 9.0, 10.0),
    )
    assert list(row_of(imu_array([datum])).items()) == [
        ("timestamp_unix_ns", T),
        ("accel_x_g", 1),
        ("accel_y_g", 2),
        ("accel_z_g", 3),
        ("gyro_x_deg_s", 4),
        ("gyro_y_deg_s", 5),
        ("gyro_z_deg_s", 6),
        ("quaternion_w", 7),
        ("quaternion_x", 8),
        ("quaternion_y", 9),
        ("quaternion_z", 10),
    ]


def test_an_imu_time_of_64_bits_does_not_overflow() -> None:
    datum = ImuDatum(
        timestamp_unix_ns=(1 << 64) - 1,
        accel_g=(0.0, 0.0, 0.0),
        gyro_deg_s=(0.0, 0.0, 0.0),
        quaternion_wxyz=(1.0, 0.0, 0.0, 0.0),
    )
    assert imu_array([datum])["timestamp_unix_ns"].tolist() == [(1 << 63) - 1]


@pytest.mark.parametrize(("kind", "name"), [(Fixation, "fixation"), (Saccade, "saccade")])
def test_movements_of_the_eyes_have_their_columns(
    kind: type[Fixation] | type[Saccade], name: str
) -> None:
    event = kind(
        start_unix_ns=T - 5,
        end_unix_ns=T,
        start_gaze_px=(1.0, 2.0),
        end_gaze_px=(3.0, 4.0),
        mean_gaze_px=(5.0, 6.0),
        amplitude_px=7.0,
        amplitude_deg=8.0,
        mean_velocity_px_s=9.0,
        max_velocity_px_s=10.0,
    )
    assert list(row_of(eye_event_array([event])).items()) == [
        ("timestamp_unix_ns", T),
        ("kind", name),
        ("start_unix_ns", T - 5),
        ("end_unix_ns", T),
        ("start_gaze_x_px", 1),
        ("start_gaze_y_px", 2),
        ("end_gaze_x_px", 3),
        ("end_gaze_y_px", 4),
        ("mean_gaze_x_px", 5),
        ("mean_gaze_y_px", 6),
        ("amplitude_px", 7),
        ("amplitude_deg", 8),
        ("mean_velocity_px_s", 9),
        ("max_velocity_px_s", 10),
    ]


def test_blinks_and_onsets_have_no_movement() -> None:
    events = eye_event_array(
        [
            Blink(start_unix_ns=T - 5, end_unix_ns=T),
            Onset(kind="fixation", start_unix_ns=T),
            Onset(kind="saccade", start_unix_ns=T + 1),
        ]
    )
    assert events["kind"].tolist() == ["blink", "fixation onset", "saccade onset"]
    assert events["timestamp_unix_ns"].tolist() == [T, T, T + 1]
    assert events["start_unix_ns"].tolist() == [T - 5, T, T + 1]
    assert events["end_unix_ns"].tolist() == [T, NOT_ENDED, NOT_ENDED]
    assert np.isnan(events["amplitude_px"]).all()
