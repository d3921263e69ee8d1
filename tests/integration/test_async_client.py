"""The official client's asynchronous API against the synthetic wearer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness.peer import PeerRunner
from harness.program import DeviceProgram

CLIENTS_AT_ONCE = 5
GAZE_COUNT = 200
FRAME_COUNT = 30


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device()


@pytest.fixture(scope="module")
def status(device: DeviceProgram, peers: PeerRunner) -> dict[str, Any]:
    return peers.run("async_status", port=device.http_port)


def test_the_snapshot_tells_what_the_status_tells(status: dict[str, Any]) -> None:
    def key(component: dict[str, Any]) -> str:
        return str(sorted((name, str(value)) for name, value in component.items()))

    asked = [status["phone"], status["hardware"], *status["sensors"]]
    assert sorted(status["snapshot"], key=key) == sorted(asked, key=key)


def test_the_snapshot_begins_with_the_phone_and_the_hardware(status: dict[str, Any]) -> None:
    models = [component["model"] for component in status["snapshot"]]
    assert models[:2] == ["Phone", "Hardware"]
    assert set(models[2:]) == {"Sensor"}


def test_each_sensor_has_both_ways_listed_though_not_all_be_connected(
    status: dict[str, Any],
) -> None:
    ways = {(sensor["sensor"], sensor["conn_type"]) for sensor in status["sensors"]}
    names = ("world", "gaze", "eyes", "imu", "eye_events")
    assert ways == {(name, way) for name in names for way in ("DIRECT", "WEBSOCKET")}
    assert not any(sensor["stream_error"] for sensor in status["sensors"])


def test_an_event_is_told_to_every_listener(status: dict[str, Any]) -> None:
    events = [change for change in status["changes"] if change["model"] == "Event"]
    assert events == [
        {
            "model": "Event",
            "name": "mark",
            "recording_id": None,
            "timestamp": status["event_timestamp"],
        }
    ]


def test_the_life_of_a_recording_is_told(status: dict[str, Any]) -> None:
    recordings = [change for change in status["changes"] if change["model"] == "Recording"]
    actions = [recording["action"] for recording in recordings]
    assert actions == ["START", "STOP", "SAVE", "START", "STOP", "DISCARD"]
    first, second = {r["id"] for r in recordings[:3]}, {r["id"] for r in recordings[3:]}
    assert first == {status["recording_id"]}
    assert len(second) == 1
    assert first != second
    assert recordings[2]["rec_duration_ns"] >= recordings[0]["rec_duration_ns"] >= 0


def test_a_sensor_that_has_not_changed_is_not_told_again(status: dict[str, Any]) -> None:
    assert not [change for change in status["changes"] if change["model"] == "Sensor"]


def test_the_status_holds_the_recording_only_while_it_runs(status: dict[str, Any]) -> None:
    assert status["recording_meanwhile"]["id"] == status["recording_id"]
    assert status["recording_meanwhile"]["action"] == "START"
    assert status["recording_meanwhile"]["rec_duration_ns"] > 0
    assert status["recording_afterwards"] is None


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_gaze_comes_by_udp_and_by_tcp(
    device: DeviceProgram, peers: PeerRunner, scheme: str
) -> None:
    url = device.stream_url("gaze", scheme)
    [data] = peers.run("async_data", kind="gaze", urls=[url], count=GAZE_COUNT)
    assert len(data) == GAZE_COUNT


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_scene_frames_come_by_udp_and_by_tcp(
    device: DeviceProgram, peers: PeerRunner, scheme: str
) -> None:
    url = device.stream_url("world", scheme)
    [video] = peers.run("async_video", urls=[url], count=FRAME_COUNT)
    assert len(video["timestamps_s"]) == FRAME_COUNT
    assert (video["width"], video["height"]) == (1600, 1200)


def test_clients_at_once_receive_the_same(device: DeviceProgram, peers: PeerRunner) -> None:
    urls = [device.stream_url("gaze", scheme) for scheme in ("rtsp", "rtspt")]
    urls = (urls * CLIENTS_AT_ONCE)[:CLIENTS_AT_ONCE]
    received = peers.run("async_data", kind="gaze", urls=urls, count=GAZE_COUNT)
    by_instant = [
        {round(datum["timestamp_unix_seconds"], 5): datum["x"] for datum in data}
        for data in received
    ]
    common = set.intersection(*map(set, by_instant))
    assert len(common) > GAZE_COUNT / 2
    for instants in by_instant[1:]:
        assert all(instants[instant] == by_instant[0][instant] for instant in common)
