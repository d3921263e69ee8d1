"""What the official client sees of the synthetic wearer's eyes and head is what is true of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from harness.peer import PeerRunner
from harness.program import DeviceProgram
from harness.truth import indices_of, read_truth

from gazewire.sim import EyeVideo, Person, Wearer, WearerTruth

SEED = 3
# The wearer's samples lie on ticks of the RTP clock; the client keeps float64 seconds.
TOLERANCE_NS = 1_000

# Tests share their machine with others; a quarter of the pictures shows as much.
EYE_RATE_HZ = 50
GAZE_PER_EYE_FRAME = 200 // EYE_RATE_HZ
EYES_COUNT = 100
IMU_COUNT = 220
GAZE_COUNT = 200
MATCHED_COUNT = 20
HALF_PX = 192

# The sensor's noise is 1.2 levels of 255 from one picture to the next. Coding takes most of it away
# and costs up to 2.4 levels in the mean of a picture (measured). A picture of 0.2 s before or after
# is 3 to 10 levels off, except in long fixations.
MEAN_LIMIT = 3.0
# A pupil is black, its surround is skin and iris under the light of two lamps.
PUPIL_SHARE = 0.6

Gray = npt.NDArray[np.uint8]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--seed", str(SEED), "--eye-rate", str(EYE_RATE_HZ))


def nanoseconds(timed: Row) -> int:
    return round(timed["timestamp_unix_seconds"] * 1e9)


def rows_of(device: DeviceProgram, stream: str, instants: list[int]) -> list[Row]:
    """The rows of the truth that belong to these instants."""
    rows = read_truth(device.truth, stream, max(instants))
    times = [row["timestamp_unix_ns"] for row in rows]
    return [rows[index] for index in indices_of(instants, times, TOLERANCE_NS)]


def successive_rows_of(device: DeviceProgram, stream: str, instants: list[int]) -> list[Row]:
    """The same, where everything that was sent has to have come."""
    rows = read_truth(device.truth, stream, max(instants))
    times = [row["timestamp_unix_ns"] for row in rows]
    indices = indices_of(instants, times, TOLERANCE_NS)
    assert indices == list(range(indices[0], indices[0] + len(instants))), "samples are missing"
    return [rows[index] for index in indices]


# Inertial data


def assert_same_movement(datum: Row, row: Row) -> None:
    for told, known in (("accel_data", "accel_g"), ("gyro_data", "gyro_deg_s")):
        assert [datum[told][axis] for axis in "xyz"] == list(np.float32(row[known]))
    w, x, y, z = np.float32(row["quaternion_wxyz"])
    assert [datum["quaternion"][axis] for axis in "wxyz"] == [w, x, y, z]


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_every_inertial_datum_arrives_with_its_time_and_values(
    device: DeviceProgram, peers: PeerRunner, scheme: str
) -> None:
    url = device.stream_url("imu", scheme)
    [received] = peers.run("async_data", kind="imu", urls=[url], count=IMU_COUNT)
    assert {datum["class"] for datum in received} == {"IMUData"}
    rows = successive_rows_of(device, "imu", [nanoseconds(datum) for datum in received])
    for datum, row in zip(received, rows, strict=True):
        assert_same_movement(datum, row)


# Gaze in all its forms


def eye_state(row: Row) -> Row:
    told: Row = {}
    for side in ("left", "right"):
        state = row[f"eye_state_{side}"]
        told[f"pupil_diameter_{side}"] = state["pupil_diameter_mm"]
        for number, axis in enumerate("xyz"):
            told[f"eyeball_center_{side}_{axis}"] = state["eyeball_center_mm"][number]
            told[f"optical_axis_{side}_{axis}"] = state["optical_axis"][number]
    return told


def eyelids(row: Row) -> Row:
    return {
        f"eyelid_{name}_{side}": row[f"eyelid_{side}"][key]
        for side in ("left", "right")
        for name, key in (
            ("angle_top", "angle_top_rad"),
            ("angle_bottom", "angle_bottom_rad"),
            ("aperture", "aperture_mm"),
        )
    }


def point(row: Row) -> Row:
    return {"x": row["x_px"], "y": row["y_px"]}


def each_eye(row: Row) -> Row:
    return {
        f"mono_{side}_{axis}": row[f"{side}_px"][number]
        for side in ("left", "right")
        for number, axis in enumerate("xy")
    }


def both_points(row: Row) -> Row:
    return {
        side: dict(zip("xy", map(float, np.float32(row[f"{side}_px"])), strict=True))
        for side in ("left", "right")
    }


GAZE_FORMATS: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "9": ("GazeData", point),
    "17": ("DualMonocularGazeData", both_points),
    "25": ("BinoAndDualMonoGazeData", lambda row: point(row) | each_eye(row)),
    "65": ("EyestateGazeData", lambda row: point(row) | eye_state(row)),
    "89": ("EyestateEyelidGazeData", lambda row: point(row) | eye_state(row) | eyelids(row)),
    "105": (
        "EyestateEyelidDualMonoGazeData",
        lambda row: point(row) | eye_state(row) | eyelids(row) | each_eye(row),
    ),
}
"""By the bytes of a payload: what the client calls it, and what is to be in it."""


@pytest.mark.parametrize("bytes_of_payload", GAZE_FORMATS)
def test_gaze_of_every_format_arrives_with_its_time_and_values(
    start_device: Callable[..., DeviceProgram], peers: PeerRunner, bytes_of_payload: str
) -> None:
    device = start_device("--seed", str(SEED), "--gaze-format", bytes_of_payload)
    url = device.stream_url("gaze")
    [received] = peers.run("async_data", kind="gaze", urls=[url], count=GAZE_COUNT)
    rows = successive_rows_of(device, "gaze", [nanoseconds(datum) for datum in received])
    device.stop()
    name, expected = GAZE_FORMATS[bytes_of_payload]
    assert {datum["class"] for datum in received} == {name}
    for datum, row in zip(received, rows, strict=True):
        for told in ("class", "arrival_s", "timestamp_unix_seconds"):
            del datum[told]
        assert datum.pop("worn") is row["worn"] is True
        assert datum == {
            key: value if isinstance(value, dict) else float(np.float32(value))
            for key, value in expected(row).items()
        }


# Pictures of the eyes


class Drawing:
    """Draws again what the eye cameras of a device have seen."""

    def __init__(self, device: DeviceProgram) -> None:
        began_ns = read_truth(device.truth, "gaze", 0)[0]["timestamp_unix_ns"]
        self._video = EyeVideo(Person.from_seed(SEED))
        self._coming = Wearer(product="neon", seed=SEED, eye_rate_hz=None).truths(began_ns)
        self._next = 0

    def again(self, row: Row) -> Gray:
        """The picture of this row of the truth; rows come in order."""
        truth = self._truth(row["index"] * GAZE_PER_EYE_FRAME)
        assert truth.timestamp_unix_ns == row["timestamp_unix_ns"]
        assert truth.left is not None
        assert truth.right is not None
        frame = self._video.frame(
            truth.left.pose,
            truth.right.pose,
            index=row["index"],
            timestamp_unix_ns=truth.timestamp_unix_ns,
        )
        return np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width)

    def _truth(self, number: int) -> WearerTruth:
        truth = next(islice(self._coming, number - self._next, None))
        self._next = number + 1
        return truth


def assert_as_drawn(device: DeviceProgram, pictures: Gray, rows: list[Row]) -> None:
    drawing = Drawing(device)
    spoiled = {}
    for picture, row in islice(zip(pictures, rows, strict=True), 0, None, 5):
        difference = np.abs(picture.astype(np.int16) - drawing.again(row))
        if difference.mean() > MEAN_LIMIT:
            spoiled[row["index"]] = round(float(difference.mean()), 2)
    assert not spoiled, "frame: mean difference"


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_every_eye_picture_arrives_with_its_time_as_it_was_drawn(
    device: DeviceProgram, peers: PeerRunner, tmp_path: Path, scheme: str
) -> None:
    luma_path = tmp_path / "luma"
    [video] = peers.run(
        "async_video",
        urls=[device.stream_url("eyes", scheme)],
        count=EYES_COUNT,
        luma_path=str(luma_path),
    )
    assert (video["width"], video["height"]) == (2 * HALF_PX, HALF_PX)
    # Not by their indexes: a machine that does not keep up makes fewer pictures, and says so.
    instants = [round(seconds * 1e9) for seconds in video["timestamps_s"]]
    rows = successive_rows_of(device, "eyes", instants)
    pictures = np.fromfile(luma_path, np.uint8).reshape(EYES_COUNT, HALF_PX, 2 * HALF_PX)
    assert_as_drawn(device, pictures, rows)
    assert_pupils_are_where_they_are_said_to_be(device, pictures, rows)


def assert_pupils_are_where_they_are_said_to_be(
    device: DeviceProgram, pictures: Gray, rows: list[Row]
) -> None:
    instants = [row["timestamp_unix_ns"] for row in rows]
    for stream, left_px in (("pupil.0", HALF_PX), ("pupil.1", 0)):
        compared = 0
        for picture, pupil, instant in zip(
            pictures, rows_of(device, stream, instants), instants, strict=True
        ):
            assert pupil["timestamp_unix_ns"] == instant
            if pupil["visible_fraction"] < 0.9:
                continue
            half = picture[:, left_px : left_px + HALF_PX]
            x, y = np.rint(pupil["center_px"]).astype(int)
            inside = half[y - 5 : y + 6, x - 5 : x + 6]
            around = half[max(0, y - 40) : y + 41, max(0, x - 40) : x + 41]
            # The darkest quarter, because a glint may lie in it.
            assert np.percentile(inside, 25) < PUPIL_SHARE * np.median(around)
            compared += 1
        assert compared > 0


@pytest.fixture(scope="module")
def bgr_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simple") / "bgr"


@pytest.fixture(scope="module")
def simply_received(device: DeviceProgram, peers: PeerRunner, bgr_path: Path) -> Any:
    return peers.run(
        "simple_eyes_and_imu",
        port=device.http_port,
        eyes_count=40,
        imu_count=40,
        matched_count=MATCHED_COUNT,
        bgr_path=str(bgr_path),
        limit_s=55,
    )


def test_the_simple_client_receives_eye_pictures(
    device: DeviceProgram, simply_received: Any, bgr_path: Path
) -> None:
    eyes = simply_received["eyes"]
    assert {tuple(frame["shape"]) for frame in eyes} == {(HALF_PX, 2 * HALF_PX, 3)}
    rows = rows_of(device, "eyes", [nanoseconds(frame) for frame in eyes])
    pictures = np.fromfile(bgr_path, np.uint8).reshape(len(eyes), HALF_PX, 2 * HALF_PX, 3)
    assert np.ptp(pictures, axis=3).max() <= 2, "there is colour in them"
    assert_as_drawn(device, pictures[..., 1], rows)


def test_the_simple_client_receives_inertial_data(
    device: DeviceProgram, simply_received: Any
) -> None:
    imu = simply_received["imu"]
    assert simply_received["imu_class"] == "IMUData"
    rows = rows_of(device, "imu", [nanoseconds(datum) for datum in imu])
    for datum, row in zip(imu, rows, strict=True):
        assert_same_movement(datum, row)


def test_the_simple_client_matches_eyes_and_gaze_with_the_scene(
    device: DeviceProgram, simply_received: Any
) -> None:
    assert len(simply_received["matched"]) == MATCHED_COUNT
    for triple in simply_received["matched"]:
        instants = {name: nanoseconds(triple[name]) for name in ("scene", "eyes", "gaze")}
        assert triple["scene"]["shape"] == [1200, 1600, 3]
        assert triple["eyes"]["shape"] == [HALF_PX, 2 * HALF_PX, 3]
        # Of what has come so far the client takes the nearest; gaze has always come.
        assert abs(instants["gaze"] - instants["scene"]) < 100_000_000
        assert abs(instants["eyes"] - instants["scene"]) < 200_000_000
    for name, stream in (("scene", "world"), ("eyes", "eyes"), ("gaze", "gaze")):
        rows_of(
            device, stream, [nanoseconds(triple[name]) for triple in simply_received["matched"]]
        )


def test_nobody_draws_eyes_that_nobody_looks_at(
    start_device: Callable[..., DeviceProgram], peers: PeerRunner
) -> None:
    device = start_device("--seed", str(SEED), "--eye-rate", str(EYE_RATE_HZ))
    [received] = peers.run("async_data", kind="gaze", urls=[device.stream_url("gaze")], count=200)
    rows = read_truth(device.truth, "pupil.1", max(nanoseconds(datum) for datum in received))
    assert rows
    assert '"stream":"eyes"' not in device.truth.read_text()
    device.stop()
