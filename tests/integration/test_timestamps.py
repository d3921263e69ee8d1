"""What the official client reports is what was sent: every sample, its time and its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from harness.footage import write_gaze, write_video
from harness.peer import PeerRunner
from harness.program import DeviceProgram
from harness.truth import RTP_TICK_NS, indices_of, read_truth

# The official client keeps time in float64 seconds, which today are 240 ns apart, and adds two.
CLIENT_ROUNDING_NS = 300
# Footage has times of its own; each is rounded to a tick, and so is that of the sender report.
FOOTAGE_TOLERANCE_NS = RTP_TICK_NS + CLIENT_ROUNDING_NS
# The synthetic wearer's samples lie on ticks of the RTP clock.
WEARER_TOLERANCE_NS = 1_000

GAZE_COUNT = 600
FRAME_COUNT = 60


@pytest.fixture(scope="module")
def wearer(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--seed", "3")


@pytest.fixture(scope="module")
def footage(
    start_device: Callable[..., DeviceProgram], tmp_path_factory: pytest.TempPathFactory
) -> DeviceProgram:
    folder = tmp_path_factory.mktemp("footage")
    video = write_video(folder / "waves.mp4", frames=90)
    gaze = write_gaze(folder / "gaze.csv", seconds=3, width=320, height=240)
    return start_device("--source", str(video), "--gaze", str(gaze), "--product", "invisible")


@pytest.fixture(scope="module", params=["wearer", "footage"])
def source(request: pytest.FixtureRequest) -> tuple[DeviceProgram, float]:
    tolerance_ns = {"wearer": WEARER_TOLERANCE_NS, "footage": FOOTAGE_TOLERANCE_NS}
    return request.getfixturevalue(request.param), tolerance_ns[request.param]


def nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_every_gaze_datum_arrives_with_its_time_and_values(
    source: tuple[DeviceProgram, float], peers: PeerRunner, scheme: str
) -> None:
    device, tolerance_ns = source
    url = device.stream_url("gaze", scheme)
    [received] = peers.run("async_data", kind="gaze", urls=[url], count=GAZE_COUNT)
    instants = [nanoseconds(datum["timestamp_unix_seconds"]) for datum in received]
    truth = read_truth(device.truth, "gaze", max(instants))
    indices = indices_of(instants, [row["timestamp_unix_ns"] for row in truth], tolerance_ns)

    assert indices == list(range(indices[0], indices[0] + GAZE_COUNT)), "samples are missing"
    for datum, index in zip(received, indices, strict=True):
        assert_same_gaze(datum, truth[index])


def assert_same_gaze(datum: dict[str, Any], truth: dict[str, Any]) -> None:
    assert datum["x"] == np.float32(truth["x_px"])
    assert datum["y"] == np.float32(truth["y_px"])
    assert datum["worn"] is truth["worn"]


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_every_scene_frame_arrives_with_its_time(
    source: tuple[DeviceProgram, float], peers: PeerRunner, scheme: str
) -> None:
    device, tolerance_ns = source
    url = device.stream_url("world", scheme)
    [video] = peers.run("async_video", urls=[url], count=FRAME_COUNT)
    instants = [nanoseconds(seconds) for seconds in video["timestamps_s"]]
    truth = read_truth(device.truth, "world", max(instants))
    indices = indices_of(instants, [row["timestamp_unix_ns"] for row in truth], tolerance_ns)

    assert indices == list(range(indices[0], indices[0] + FRAME_COUNT)), "frames are missing"


def test_samples_are_not_sent_before_their_time_nor_kept_long(
    wearer: DeviceProgram, peers: PeerRunner
) -> None:
    url = wearer.stream_url("gaze")
    [received] = peers.run("async_data", kind="gaze", urls=[url], count=GAZE_COUNT)
    delays_s = sorted(datum["arrival_s"] - datum["timestamp_unix_seconds"] for datum in received)
    assert delays_s[0] > -0.001
    assert delays_s[len(delays_s) // 2] < 0.1
