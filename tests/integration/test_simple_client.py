"""The official client's simple API, as a user's script uses it, against the synthetic wearer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from harness.peer import PeerRunner
from harness.program import DeviceProgram

# The device's clock is this machine's; what remains is rounding to whole milliseconds.
OFFSET_LIMIT_MS = 1
GAZE_COUNT = 100
FRAME_COUNT = 10
MATCHED_COUNT = 10
# Gaze comes at 200 Hz, and the official client takes the first datum after the frame.
MATCHED_WITHIN_S = 0.05


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--name", "Test Phone", "--seed", "7")


@pytest.fixture(scope="module")
def status(device: DeviceProgram, peers: PeerRunner) -> dict[str, Any]:
    return peers.run("simple_status", port=device.http_port)


@pytest.fixture(scope="module")
def received(device: DeviceProgram, peers: PeerRunner) -> dict[str, Any]:
    return peers.run(
        "simple_receive",
        port=device.http_port,
        gaze_count=GAZE_COUNT,
        frame_count=FRAME_COUNT,
        matched_count=MATCHED_COUNT,
        others=["eye_events"],
    )


@pytest.fixture(scope="module")
def recorded(device: DeviceProgram, peers: PeerRunner) -> dict[str, Any]:
    return peers.run("simple_recording", port=device.http_port, record_dir=str(device.record_dir))


def test_properties_are_those_of_a_phone_with_neon(status: dict[str, Any]) -> None:
    properties = status["properties"]
    assert properties["phone_name"] == "Test Phone"
    assert len(properties["phone_id"]) == 16
    assert int(properties["phone_id"], 16) > 0
    assert properties["phone_ip"] == "127.0.0.1"
    assert 0 <= properties["battery_level_percent"] <= 100
    assert properties["battery_state"] in {"OK", "LOW", "CRITICAL"}
    assert properties["memory_num_free_bytes"] > 0
    assert properties["memory_state"] in {"OK", "LOW", "CRITICAL"}
    assert properties["version_glasses"].startswith("2")
    assert properties["serial_number_glasses"] == "-1"
    assert properties["serial_number_scene_cam"] == "-1"
    assert properties["module_serial"]
    assert properties["is_currently_streaming"] is False


def test_all_sensors_are_connected_and_tell_where(
    status: dict[str, Any], device: DeviceProgram
) -> None:
    assert status["sensors"] == {
        "world_sensor": True,
        "gaze_sensor": True,
        "eye_events_sensor": True,
    }
    base = f"rtsp://127.0.0.1:{device.rtsp_port}/?camera="
    assert status["urls"]["world_sensor"].startswith(f"{base}world")
    assert status["urls"]["gaze_sensor"].startswith(f"{base}gaze")
    assert status["urls"]["eye_events_sensor"].startswith(f"{base}eye_events")


def test_time_offset_on_one_machine_is_zero(status: dict[str, Any]) -> None:
    assert status["rounds"] == 100
    assert abs(status["offset_ms"]) <= OFFSET_LIMIT_MS
    assert 0 <= status["roundtrip_ms"] <= OFFSET_LIMIT_MS


def test_gaze_comes_in_order(received: dict[str, Any]) -> None:
    instants = [datum["timestamp_unix_seconds"] for datum in received["gaze"]]
    assert len(instants) == GAZE_COUNT
    assert instants == sorted(set(instants))


def test_scene_frames_are_pictures_in_order(received: dict[str, Any]) -> None:
    frames = received["scene"]
    assert all(frame["shape"] == [1200, 1600, 3] for frame in frames)
    assert all(frame["spread"] > 5 for frame in frames), "a picture of one colour"
    instants = [frame["timestamp_unix_seconds"] for frame in frames]
    assert instants == sorted(set(instants))


def test_matched_pairs_belong_together(received: dict[str, Any]) -> None:
    assert len(received["matched"]) == MATCHED_COUNT
    for frame, gaze in received["matched"]:
        apart_s = gaze["timestamp_unix_seconds"] - frame["timestamp_unix_seconds"]
        assert abs(apart_s) < MATCHED_WITHIN_S
    assert received["is_currently_streaming"]


def test_eye_events_come(received: dict[str, Any]) -> None:
    assert received["eye_event_class"] in {
        "FixationEventData",
        "FixationOnsetEventData",
        "BlinkEventData",
    }


def test_an_event_outside_a_recording_succeeds_and_belongs_to_none(
    recorded: dict[str, Any],
) -> None:
    event = recorded["event_outside"]
    assert event["name"] == "outside"
    assert event["recording_id"] is None


def test_events_in_a_recording_belong_to_it(recorded: dict[str, Any]) -> None:
    for name in ("event_unstamped", "event_stamped", "event_at_zero"):
        assert recorded[name]["recording_id"] == recorded["kept"], name


def test_an_event_keeps_the_instant_its_sender_gave_to_the_nanosecond(
    recorded: dict[str, Any],
) -> None:
    assert recorded["event_stamped"]["timestamp"] == 1_700_000_000_123_456_789
    assert recorded["event_at_zero"]["timestamp"] == 0


def test_an_event_without_an_instant_is_stamped_on_arrival(recorded: dict[str, Any]) -> None:
    outside = recorded["event_outside"]["timestamp"]
    inside = recorded["event_unstamped"]["timestamp"]
    assert 0 < inside - outside < 10 * 10**9


def test_a_stopped_recording_is_kept_and_a_cancelled_one_removed(
    recorded: dict[str, Any],
) -> None:
    uuid.UUID(recorded["kept"])
    assert recorded["cancelled"] != recorded["kept"]
    assert len(recorded["folders_after_save"]) == 1
    assert len(recorded["folders_while_recording"]) == 2
    assert recorded["folders_after_cancel"] == recorded["folders_after_save"]
    assert recorded["errors"] == []


@pytest.mark.parametrize(
    "refused", ["stop_without_recording", "cancel_without_recording", "start_while_recording"]
)
def test_a_refusal_says_why(recorded: dict[str, Any], refused: str) -> None:
    assert recorded[refused] is not None
    assert "record" in recorded[refused].lower()


def test_closing_leaves_nothing_behind(device: DeviceProgram, peers: PeerRunner) -> None:
    closed = peers.run("simple_close", port=device.http_port)
    assert closed["received"]
    assert closed["threads"] == ["MainThread"]
    assert closed["closing_s"] < 5
