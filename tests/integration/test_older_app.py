"""A device whose app is some years old lacks what newer apps have; clients must do without."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable

import pytest
from harness.peer import PeerRunner
from harness.program import DeviceProgram


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--older-app", "--gaze-format", "9")


def test_its_status_lacks_what_came_later(device: DeviceProgram) -> None:
    with urllib.request.urlopen(f"{device.http}/api/status", timeout=10) as answer:
        components = json.load(answer)["result"]
    sensors = [part["data"] for part in components if part["model"] == "Sensor"]
    (phone,) = [part["data"] for part in components if part["model"] == "Phone"]
    assert "time_echo_port" not in phone
    assert "eye_events" not in {sensor["sensor"] for sensor in sensors}
    assert all("stream_error" not in sensor for sensor in sensors)
    assert {sensor["params"] for sensor in sensors} == {
        f"camera={sensor['sensor']}" for sensor in sensors
    }


def test_no_time_echo_is_told_at_start(device: DeviceProgram) -> None:
    assert device.ready["echo"] is None


def test_the_official_client_receives_gaze_and_pictures(
    device: DeviceProgram, peers: PeerRunner
) -> None:
    received = peers.run(
        "simple_receive",
        port=device.http_port,
        gaze_count=3,
        frame_count=3,
        matched_count=1,
        others=[],
    )
    assert received["gaze_class"] == "GazeData"
    assert len(received["scene"]) == 3
