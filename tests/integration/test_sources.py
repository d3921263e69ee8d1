"""Each kind of source reaches the official client: footage, a Neon recording, both products."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from harness.footage import video_length_s, write_gaze, write_video
from harness.peer import PeerRunner
from harness.program import DeviceProgram
from harness.truth import RTP_TICK_NS, indices_of, read_truth

FOOTAGE_TOLERANCE_NS = RTP_TICK_NS + 300


@pytest.fixture(scope="module")
def real_footage(
    start_device: Callable[..., DeviceProgram],
    data_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> DeviceProgram:
    video = data_dir / "scene-video" / "invisible_world.mp4"
    if not video.exists():
        pytest.skip(f"no real footage: {video} does not exist")
    gaze = write_gaze(
        tmp_path_factory.mktemp("footage") / "gaze.csv",
        seconds=video_length_s(video),
        width=1088,
        height=1080,
    )
    return start_device("--source", str(video), "--gaze", str(gaze), "--product", "invisible")


@pytest.fixture(scope="module")
def neon_folder(data_dir: Path) -> Path:
    folder = data_dir / "neon-recording" / "demo_recording"
    if not folder.is_dir():
        pytest.skip(f"no Neon recording: {folder} does not exist")
    return folder


@pytest.fixture(scope="module")
def neon_recording(start_device: Callable[..., DeviceProgram], neon_folder: Path) -> DeviceProgram:
    return start_device("--source", str(neon_folder))


def stored(folder: Path, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.void]]:
    """Read one stream of a Neon recording of one part."""
    fields = np.dtype(ast.literal_eval((folder / f"{name}.dtype").read_text().strip()))
    times = np.fromfile(folder / f"{name} ps1.time", dtype="<i8")
    return times, np.fromfile(folder / f"{name} ps1.raw", dtype=fields)


def nanoseconds(datum: dict[str, Any]) -> int:
    return round(datum["timestamp_unix_seconds"] * 1e9)


def test_real_footage_comes_with_its_gaze_matched(
    real_footage: DeviceProgram, peers: PeerRunner
) -> None:
    received = peers.run(
        "simple_receive",
        port=real_footage.http_port,
        gaze_count=20,
        frame_count=5,
        matched_count=5,
        others=[],
    )
    assert received["gaze_class"] == "GazeData"
    assert all(frame["shape"] == [1080, 1088, 3] for frame in received["scene"])
    assert all(None not in pair for pair in received["matched"])


def test_gaze_of_real_footage_is_that_of_its_table(
    real_footage: DeviceProgram, peers: PeerRunner
) -> None:
    url = real_footage.stream_url("gaze")
    [received] = peers.run("async_data", kind="gaze", urls=[url], count=400)
    instants = [nanoseconds(datum) for datum in received]
    truth = read_truth(real_footage.truth, "gaze", max(instants))
    times = [row["timestamp_unix_ns"] for row in truth]
    indices = indices_of(instants, times, FOOTAGE_TOLERANCE_NS)
    assert indices == list(range(indices[0], indices[0] + len(received)))
    for datum, index in zip(received, indices, strict=True):
        assert datum["x"] == np.float32(truth[index]["x_px"])
        assert datum["worn"] is truth[index]["worn"]
    assert {datum["worn"] for datum in received} == {True, False}


def test_invisible_says_so(real_footage: DeviceProgram, peers: PeerRunner) -> None:
    status = peers.run("simple_status", port=real_footage.http_port)
    properties = status["properties"]
    assert properties["version_glasses"].startswith("1")
    assert len(properties["serial_number_glasses"]) == 5
    assert properties["serial_number_scene_cam"] != "-1"
    assert properties["module_serial"] in {None, "unknown"}
    assert status["sensors"] == {
        "world_sensor": True,
        "gaze_sensor": True,
        "eye_events_sensor": False,
    }


def test_invisible_has_no_calibration_file(real_footage: DeviceProgram, peers: PeerRunner) -> None:
    assert "error" in peers.run("simple_calibration", port=real_footage.http_port)


@pytest.mark.parametrize("product", ["neon", "invisible"])
def test_a_video_without_gaze_is_served_with_its_gaze_sensor_unconnected(
    start_device: Callable[..., DeviceProgram], tmp_path: Path, peers: PeerRunner, product: str
) -> None:
    video = write_video(tmp_path / "waves.mp4", frames=30)
    device = start_device("--source", str(video), "--product", product)
    status = peers.run("simple_status", port=device.http_port)
    assert status["sensors"]["world_sensor"]
    assert not status["sensors"]["gaze_sensor"]
    [received] = peers.run("async_video", urls=[device.stream_url("world")], count=10)
    assert (received["width"], received["height"]) == (320, 240)


def test_a_recordings_eye_state_arrives_with_the_values_on_disk(
    neon_recording: DeviceProgram, neon_folder: Path, peers: PeerRunner
) -> None:
    url = neon_recording.stream_url("gaze")
    [received] = peers.run("async_data", kind="gaze", urls=[url], count=300)
    assert {datum["class"] for datum in received} == {"EyestateEyelidGazeData"}

    _, states = stored(neon_folder, "eye_state")
    diameters = [float(datum["pupil_diameter_left"]) for datum in received]
    first = states.dtype.names[0]
    on_disk = states[first].astype(float).tolist()
    assert contains_in_order(on_disk + on_disk, diameters)


def contains_in_order(whole: list[float], part: list[float]) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def test_a_recordings_gaze_is_told_in_its_own_order_and_distance(
    neon_recording: DeviceProgram, neon_folder: Path, peers: PeerRunner
) -> None:
    url = neon_recording.stream_url("gaze")
    [received] = peers.run("async_data", kind="gaze", urls=[url], count=300)
    instants = [nanoseconds(datum) for datum in received]
    truth = read_truth(neon_recording.truth, "gaze", max(instants))
    times = [row["timestamp_unix_ns"] for row in truth]
    indices = indices_of(instants, times, FOOTAGE_TOLERANCE_NS)
    assert indices == list(range(indices[0], indices[0] + len(received)))


def test_inertial_data_carry_their_nanosecond(
    neon_recording: DeviceProgram, peers: PeerRunner
) -> None:
    url = neon_recording.stream_url("imu")
    [received] = peers.run("async_data", kind="raw", urls=[url], count=300)
    instants = [imu_instant(bytes.fromhex(datum["raw"])) for datum in received]
    truth = read_truth(neon_recording.truth, "imu", max(instants))
    times = [row["timestamp_unix_ns"] for row in truth]
    indices = indices_of(instants, times, tolerance_ns=0)
    assert indices == list(range(indices[0], indices[0] + len(received)))


def imu_instant(payload: bytes) -> int:
    """Read field 1, a varint, without our own parser: protobuf's seven bits a byte, low first."""
    assert payload[0] == 0x08
    instant = 0
    for position, byte in enumerate(payload[1:]):
        instant |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            break
    return instant


def test_inertial_data_arrive_with_their_values(
    neon_recording: DeviceProgram, peers: PeerRunner
) -> None:
    url = neon_recording.stream_url("imu")
    [received] = peers.run("async_data", kind="imu", urls=[url], count=100)
    instants = [nanoseconds(datum) for datum in received]
    truth = read_truth(neon_recording.truth, "imu", max(instants))
    times = [row["timestamp_unix_ns"] for row in truth]
    for datum, index in zip(received, indices_of(instants, times, 300), strict=True):
        row = truth[index]
        assert [datum["accel_data"][axis] for axis in "xyz"] == row["accel_g"]
        assert [datum["gyro_data"][axis] for axis in "xyz"] == row["gyro_deg_s"]
        assert [datum["quaternion"][axis] for axis in "wxyz"] == row["quaternion_wxyz"]


def test_eye_events_carry_their_nanoseconds(
    neon_recording: DeviceProgram, peers: PeerRunner
) -> None:
    url = neon_recording.stream_url("eye_events")
    [received] = peers.run("async_data", kind="eye_events", urls=[url], count=8)
    instants = [(event["start_time_ns"], event.get("end_time_ns")) for event in received]
    last = max(end or start for start, end in instants)
    truth = read_truth(neon_recording.truth, "eye_events", last)
    assert set(instants) <= {(row["start_unix_ns"], row.get("end_unix_ns")) for row in truth}


def test_a_recordings_calibration_is_its_own(
    neon_recording: DeviceProgram, neon_folder: Path, peers: PeerRunner
) -> None:
    calibration = peers.run("simple_calibration", port=neon_recording.http_port)
    on_disk = (neon_folder / "calibration.bin").read_bytes()
    assert calibration["serial"] == on_disk[1:7].decode()
    assert calibration["crc"] == int.from_bytes(on_disk[799:], "little")
    matrix = np.frombuffer(on_disk[7:79], dtype="<f8").reshape(3, 3)
    assert calibration["scene_camera_matrix"] == matrix.tolist()


@pytest.mark.parametrize(
    ("length", "kind"),
    [(9, "GazeData"), (65, "EyestateGazeData"), (89, "EyestateEyelidGazeData")],
)
def test_a_recording_is_sent_in_the_gaze_format_asked_for(
    start_device: Callable[..., DeviceProgram],
    neon_folder: Path,
    peers: PeerRunner,
    length: int,
    kind: str,
) -> None:
    device = start_device("--source", str(neon_folder), "--gaze-format", str(length))
    urls = [device.stream_url("gaze")]
    [received] = peers.run("async_data", kind="gaze", urls=urls, count=20)
    assert {datum["class"] for datum in received} == {kind}
    [raw] = peers.run("async_data", kind="raw", urls=urls, count=20)
    assert {len(datum["raw"]) // 2 for datum in raw} == {length}
    device.stop()
