"""The vendor's own reader opens what we record."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from harness.peer import PeerRunner

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.media import H264Encoder
from gazewire.model import (
    Blink,
    Event,
    Eyelid,
    EyeState,
    Fixation,
    Frame,
    GazeDatum,
    ImuDatum,
    Onset,
    Saccade,
)
from gazewire.recording import RecordingFolder
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice, Wearer

T = 1_790_000_000_123_456_789
MS = 1_000_000
ID = "e0f5a1b2-1111-4222-8333-444455556666"
WIDTH, HEIGHT = 160, 120
SCENE_MATRIX = [[890.0, 0.0, 800.0], [0.0, 890.0, 600.0], [0.0, 0.0, 1.0]]
DEVICE = RecordingDevice(
    device_name="lab 2", device_id="d55a33b5ab845785", module_serial="000001", frame_name="none"
)


def calibration() -> bytes:
    """Version and serial, the scene camera's matrix, and nothing else of note."""
    matrix = [value for row in SCENE_MATRIX for value in row]
    return (b"\x01000001" + struct.pack("<9d", *matrix)).ljust(803, b"\0")


def gaze(index: int) -> GazeDatum:
    # Values that a float32 holds exactly.
    offset = index / 4
    return GazeDatum(
        timestamp_unix_ns=T + 5 * MS * index,
        x_px=800.5 + offset,
        y_px=600.25 - offset,
        worn=index % 3 != 0,
        left_px=(700 + offset, 500),
        right_px=None if index < 4 else (900 + offset, 510),
        eye_state_left=EyeState(
            pupil_diameter_mm=3.5 + offset,
            eyeball_center_mm=(-30.5, 12.25, -34),
            optical_axis=(0, -0.125, 1),
        ),
        eye_state_right=EyeState(
            pupil_diameter_mm=3.25,
            eyeball_center_mm=(32.5, 13.5, -36),
            optical_axis=(-0.25, 0.125, 0.75),
        ),
        eyelid_left=Eyelid(angle_top_rad=0.25, angle_bottom_rad=-0.5, aperture_mm=9.5),
        eyelid_right=Eyelid(angle_top_rad=0.125, angle_bottom_rad=-0.375, aperture_mm=8.25),
    )


def imu(index: int) -> ImuDatum:
    return ImuDatum(
        timestamp_unix_ns=T + 9 * MS * index,
        gyro_deg_s=(1.5, -2.25, 0.5),
        accel_g=(0, -0.125, index),
        quaternion_wxyz=(0.5, 0.25, -0.5, 0.125),
    )


def movement(kind: type[Fixation | Saccade], start_ms: int, end_ms: int) -> Fixation | Saccade:
    return kind(
        start_unix_ns=T + start_ms * MS,
        end_unix_ns=T + end_ms * MS,
        start_gaze_px=(800.5, 600.25),
        end_gaze_px=(802, 601),
        mean_gaze_px=(801, 600.5),
        amplitude_px=4,
        amplitude_deg=0.25,
        mean_velocity_px_s=120,
        max_velocity_px_s=300.5,
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, peers: PeerRunner) -> dict[str, Any]:
    encoder = H264Encoder(width=WIDTH, height=HEIGHT, rate_hz=30)
    folder = RecordingFolder(tmp_path_factory.mktemp("peer") / "recording")
    writer = NeonRecordingWriter(
        folder,
        recording_id=ID,
        start_unix_ns=T,
        device=DEVICE,
        glasses=GlassesInfo(
            description="made up",
            scene=VideoShape(width=WIDTH, height=HEIGHT, rate_hz=30),
            has_eye_events=True,
            calibration=calibration(),
        ),
        scene_parameter_sets=encoder.parameter_sets,
        wearer=Wearer(uuid="a156b10c-96ff-4951-ad80-cd9cf8aaa7c6", name="Ada"),
    )
    for index in range(20):
        writer.write(gaze(index))
        writer.write(imu(index))
        picture = Frame(
            camera="world",
            index=index,
            timestamp_unix_ns=T + 33 * MS * index + index % 3,
            width=WIDTH,
            height=HEIGHT,
            pixel_format="gray",
            data=bytes([20 + 10 * index]) * (WIDTH * HEIGHT),
        )
        writer.write(encoder.encode(picture, force_keyframe=index == 0))
    writer.write(Onset(kind="fixation", start_unix_ns=T))
    writer.write(movement(Fixation, 0, 200))
    writer.write(movement(Saccade, 200, 240))
    writer.write(movement(Fixation, 240, 300))
    writer.write(Blink(start_unix_ns=T + 300 * MS, end_unix_ns=T + 450 * MS))
    writer.write(Event(name="line\u2028break\r\n", timestamp_unix_ns=T + 9 * MS))
    writer.write(Event(name="\N{EYES} été", timestamp_unix_ns=T + 3 * MS))
    writer.finish(T + 700 * MS)
    return peers.run("read_recording", folder=str(folder.path))


def test_facts_of_the_recording(seen: dict[str, Any]) -> None:
    assert seen["id"] == ID
    assert (seen["start_time"], seen["duration"]) == (T, 700 * MS)
    assert seen["serial"] == "000001"
    assert seen["wearer"]["name"] == "Ada"
    assert seen["scene_matrix"] == SCENE_MATRIX


def test_every_gaze_is_there_exactly(seen: dict[str, Any]) -> None:
    data = [gaze(index) for index in range(20)]
    times = [datum.timestamp_unix_ns for datum in data]
    assert seen["gaze"]["time"] == times
    assert seen["gaze"]["point"] == [[datum.x_px, datum.y_px] for datum in data]
    assert seen["worn"]["time"] == times
    assert [bool(worn) for worn in seen["worn"]["worn"]] == [datum.worn for datum in data]
    assert seen["gaze_monocular_left"]["time"] == times
    assert seen["gaze_monocular_left"]["point"] == [list(datum.left_px) for datum in data]
    assert seen["gaze_monocular_right"]["time"] == times
    assert seen["gaze_monocular_right"]["point"][4:] == [list(datum.right_px) for datum in data[4:]]


def test_the_state_of_the_eyes_is_there_exactly(seen: dict[str, Any]) -> None:
    data = [gaze(index) for index in range(20)]
    assert seen["pupil"]["time"] == [datum.timestamp_unix_ns for datum in data]
    assert seen["pupil"]["diameter_left"] == [d.eye_state_left.pupil_diameter_mm for d in data]
    assert seen["pupil"]["diameter_right"] == [3.25] * 20
    assert seen["eyeball"]["center_right"] == [[32.5, 13.5, -36]] * 20
    assert seen["eyeball"]["optical_axis_left"] == [[0, -0.125, 1]] * 20
    assert seen["eyelid"]["aperture_left"] == [9.5] * 20
    assert seen["eyelid"]["angle_right"] == [[0.125, -0.375]] * 20


def test_motion_is_there_exactly(seen: dict[str, Any]) -> None:
    assert seen["imu"]["time"] == [T + 9 * MS * index for index in range(20)]
    assert seen["imu"]["angular_velocity"] == [[1.5, -2.25, 0.5]] * 20
    assert seen["imu"]["acceleration"] == [[0, -0.125, index] for index in range(20)]
    assert seen["imu"]["rotation"] == [[0.25, -0.5, 0.125, 0.5]] * 20  # x y z w


def test_eye_movements_are_there(seen: dict[str, Any]) -> None:
    assert seen["fixations"]["start_time"] == [T, T + 240 * MS]
    assert seen["fixations"]["stop_time"] == [T + 200 * MS, T + 300 * MS]
    # A shifted mean would say that the reader takes us for an old app.
    assert seen["fixations"]["mean_gaze_point"] == [[801, 600.5]] * 2
    assert seen["saccades"]["start_time"] == [T + 200 * MS]
    assert seen["saccades"]["max_velocity"] == [300.5]
    assert seen["blinks"] == {"start_time": [T + 300 * MS], "stop_time": [T + 450 * MS]}


def test_events_keep_their_instants_whatever_their_names(seen: dict[str, Any]) -> None:
    assert seen["events"]["event"] == [
        "recording.begin",
        "\N{EYES} été",
        "line break  ",
        "recording.end",
    ]
    assert seen["events"]["time"] == [T, T + 3 * MS, T + 9 * MS, T + 700 * MS]


def test_each_picture_stands_at_its_instant(seen: dict[str, Any]) -> None:
    assert seen["scene"]["shape"] == [HEIGHT, WIDTH]
    assert seen["scene"]["time"] == [T + 33 * MS * index + index % 3 for index in range(20)]
    indices = [round((brightness - 20) / 10) for brightness in seen["scene"]["brightness"]]
    assert indices == list(range(20))


def test_recording_of_nothing_opens_with_a_gray_scene(tmp_path: Path, peers: PeerRunner) -> None:
    folder = RecordingFolder(tmp_path / "recording")
    glasses = GlassesInfo(description="nothing", has_eye_events=True)
    writer = NeonRecordingWriter(
        folder, recording_id=ID, start_unix_ns=T, device=DEVICE, glasses=glasses
    )
    writer.finish(T + 1000 * MS)

    seen = peers.run("read_recording", folder=str(folder.path))

    assert seen["scene"]["time"] == [T, T + 1000 * MS]
    assert seen["scene"]["shape"] == [1200, 1600]
    assert seen["blinks"] == {"start_time": [], "stop_time": []}
    assert seen["gaze"] is None
