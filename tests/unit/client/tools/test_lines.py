from __future__ import annotations

import csv
import io
import json
import math

import pytest

from gazewire.client.models import SensorName
from gazewire.client.tools import CsvLines, JsonLines, PictureSample, SoundSample
from gazewire.model import Blink, Eyelid, EyeState, Fixation, GazeDatum, ImuDatum, Onset

T = 1_744_294_828_362_928_801

GAZE = GazeDatum(timestamp_unix_ns=T, x_px=784.0625, y_px=-1.5, worn=False)
IMU = ImuDatum(
    timestamp_unix_ns=T,
    accel_g=(0.0, 0.5, 1.0),
    gyro_deg_s=(1.0, 2.0, 3.0),
    quaternion_wxyz=(1.0, 0.0, 0.0, 0.0),
)
FIXATION = Fixation(
    start_unix_ns=T - 5,
    end_unix_ns=T,
    start_gaze_px=(1.0, 2.0),
    end_gaze_px=(3.0, 4.0),
    mean_gaze_px=(2.0, 3.0),
    amplitude_px=2.5,
    amplitude_deg=0.25,
    mean_velocity_px_s=10.0,
    max_velocity_px_s=20.0,
)
PICTURE = PictureSample(timestamp_unix_ns=T, width=1600, height=1200, keyframe=True, size_bytes=11)


def table(sensor: SensorName, *samples) -> list[dict[str, str]]:
    lines = CsvLines(sensor)
    text = (lines.header() + lines.lines(samples)).decode()
    assert "\r" not in text
    return list(csv.DictReader(io.StringIO(text)))


def documents(*samples) -> list[dict[str, object]]:
    return [json.loads(line) for line in JsonLines().lines(samples).splitlines()]


@pytest.mark.parametrize("sensor", [sensor for sensor in SensorName if sensor.value is not None])
def test_the_first_column_is_the_instant(sensor: SensorName) -> None:
    assert CsvLines(sensor).header().startswith(b"timestamp_unix_ns,")


def test_numbers_are_written_exactly() -> None:
    (row,) = table(SensorName.GAZE, GAZE)
    assert (row["timestamp_unix_ns"], row["x_px"], row["y_px"]) == (str(T), "784.0625", "-1.5")
    assert row["worn"] == "false"


def test_what_was_not_measured_is_an_empty_cell() -> None:
    (row,) = table(SensorName.GAZE, GazeDatum(timestamp_unix_ns=T, x_px=math.nan, y_px=2.0))
    assert (row["x_px"], row["y_px"], row["pupil_diameter_left_mm"]) == ("", "2.0", "")


def test_the_parts_of_a_record_have_columns_of_their_own() -> None:
    eye = EyeState(
        pupil_diameter_mm=4.5, eyeball_center_mm=(-30.0, 1.0, 2.0), optical_axis=(0.0, 0.0, 1.0)
    )
    lid = Eyelid(angle_top_rad=0.5, angle_bottom_rad=-0.25, aperture_mm=10.0)
    (row,) = table(
        SensorName.GAZE,
        GazeDatum(
            timestamp_unix_ns=T,
            x_px=1.0,
            y_px=2.0,
            left_px=(3.0, 4.0),
            right_px=(5.0, 6.0),
            eye_state_left=eye,
            eye_state_right=eye,
            eyelid_left=lid,
            eyelid_right=lid,
        ),
    )
    assert (row["left_x_px"], row["right_y_px"]) == ("3.0", "6.0")
    assert (row["pupil_diameter_left_mm"], row["eyelid_aperture_right_mm"]) == ("4.5", "10.0")
    assert "" not in row.values()


def test_motion_has_ten_numbers() -> None:
    (row,) = table(SensorName.IMU, IMU)
    assert (row["accel_z_g"], row["gyro_y_deg_s"], row["quaternion_w"]) == ("1.0", "2.0", "1.0")
    assert len(row) == 11


def test_eye_events_share_a_table_and_an_onset_has_no_end() -> None:
    rows = table(
        SensorName.EYE_EVENTS,
        FIXATION,
        Onset(kind="saccade", start_unix_ns=T),
        Blink(start_unix_ns=T, end_unix_ns=T + 9),
    )
    assert [row["kind"] for row in rows] == ["fixation", "saccade onset", "blink"]
    assert [row["end_unix_ns"] for row in rows] == [str(T), "", str(T + 9)]
    assert [row["amplitude_deg"] for row in rows] == ["0.25", "", ""]


@pytest.mark.parametrize("sensor", [SensorName.WORLD, SensorName.EYES])
def test_of_pictures_size_and_kind_are_told(sensor: SensorName) -> None:
    (row,) = table(sensor, PICTURE)
    assert row == {
        "timestamp_unix_ns": str(T),
        "width": "1600",
        "height": "1200",
        "keyframe": "true",
        "size_bytes": "11",
    }


def test_a_sound_that_tells_no_rate_has_empty_cells() -> None:
    sound = SoundSample(timestamp_unix_ns=T, sample_rate_hz=None, channels=None, size_bytes=3)
    (row,) = table(SensorName.AUDIO, sound)
    assert list(row.values()) == [str(T), "", "", "3"]


def test_a_line_of_json_is_the_record_as_it_is() -> None:
    gaze, imu, picture = documents(GAZE, IMU, PICTURE)
    assert next(iter(gaze)) == "timestamp_unix_ns"
    assert gaze["timestamp_unix_ns"] == T
    assert (gaze["x_px"], gaze["worn"], gaze["left_px"]) == (784.0625, False, None)
    assert imu["gyro_deg_s"] == [1.0, 2.0, 3.0]
    assert picture["keyframe"] is True


def test_a_line_of_json_of_an_eye_event_tells_its_instant_and_kind() -> None:
    fixation, onset = documents(FIXATION, Onset(kind="saccade", start_unix_ns=T))
    assert (fixation["timestamp_unix_ns"], fixation["event"]) == (T, "fixation")
    assert onset == {
        "timestamp_unix_ns": T,
        "event": "onset",
        "kind": "saccade",
        "start_unix_ns": T,
    }


def test_what_is_no_number_is_null_in_json() -> None:
    (gaze,) = documents(GazeDatum(timestamp_unix_ns=T, x_px=math.nan, y_px=2.0))
    assert gaze["x_px"] is None


def test_json_has_no_header_and_no_samples_are_no_lines() -> None:
    assert JsonLines().header() == b""
    assert JsonLines().lines([]) == b""
    assert CsvLines(SensorName.GAZE).lines([]) == b""
