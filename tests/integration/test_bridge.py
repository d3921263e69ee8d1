"""`gazewire bridge`: a device of the Realtime API, seen by scripts of the Core network."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from harness.core_client import CoreClient, ServiceProgram
from harness.peer import PeerRunner
from harness.program import DeviceProgram, gazewire_command

GAZE_COUNT = 200
SCENE_PX = (1600, 1200)
# A tick of the RTP clock, and what a double of Core seconds and one of Unix seconds round.
SAME_INSTANT_S = 11.2e-6 + 1e-6


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceProgram]:
    with DeviceProgram(tmp_path_factory.mktemp("glasses"), "--eye-rate", "25") as device:
        yield device


@pytest.fixture(scope="module")
def bridge(
    tmp_path_factory: pytest.TempPathFactory, device: DeviceProgram
) -> Iterator[ServiceProgram]:
    options = ["--device", f"127.0.0.1:{device.http_port}"]
    with ServiceProgram(tmp_path_factory.mktemp("bridge"), *options, verb="bridge") as bridge:
        yield bridge


@pytest.fixture
def client(bridge: ServiceProgram) -> Iterator[CoreClient]:
    with CoreClient(bridge.ready["remote"]) as client:
        yield client


def test_scripts_of_both_networks_see_the_same_gaze(
    client: CoreClient, device: DeviceProgram, peers: PeerRunner
) -> None:
    with client.subscribed("gaze.") as listener:
        url = device.stream_url("gaze")
        [official] = peers.run("async_data", kind="gaze", urls=[url], count=GAZE_COUNT)
        width, height = SCENE_PX
        known = {
            (datum["x"] / width, 1.0 - datum["y"] / height): datum["timestamp_unix_seconds"]
            for datum in official
        }
        zeros: list[float] = []
        last_s = official[-1]["timestamp_unix_seconds"]
        while not zeros or last_s - max(known.values()) > 0 or len(zeros) < GAZE_COUNT / 2:
            topic, gaze = listener.next()
            assert topic == "gaze.3d.01."
            place = tuple(gaze["norm_pos"])
            if place in known:
                zeros.append(known[place] - gaze["timestamp"])
    assert max(zeros) - min(zeros) <= SAME_INSTANT_S


def test_the_state_of_the_eyes_is_a_pupil_of_each(client: CoreClient) -> None:
    with client.subscribed("pupil.") as listener:
        right, left = listener.topic("pupil.0.3d"), listener.topic("pupil.1.3d")
    for pupil in (right, left):
        assert 1 < pupil["diameter_3d"] < 9
        assert pupil["confidence"] == 1.0
    with client.subscribed("gaze.") as listener:
        gaze = listener.topic("gaze.3d.01.")
    assert [pupil["id"] for pupil in gaze["base_data"]] == [0, 1]
    assert gaze["eye_centers_3d"]["0"][0] > 0 > gaze["eye_centers_3d"]["1"][0]


def test_the_time_of_the_bus_is_that_of_the_device(client: CoreClient) -> None:
    with client.subscribed("gaze.") as listener:
        before_s = listener.topic("gaze.")["timestamp"]
        now_s = float(client.ask("t"))
        listener.until(lambda _, gaze: gaze["timestamp"] > now_s)
    assert before_s < now_s + 0.01


def test_pictures_come_to_who_wants_them(client: CoreClient) -> None:
    with client.subscribed("frame.") as listener:
        client.notify("frame_publishing.started", format="gray")
        sizes: dict[str, tuple[int, int]] = {}
        while len(sizes) < 3:
            topic, payload, pixels = listener.frames()
            told = msgspec.msgpack.decode(payload)
            if told["format"] == "gray":
                assert len(pixels) == told["width"] * told["height"]
                sizes[topic.decode()] = told["width"], told["height"]
    assert sizes == {"frame.world": SCENE_PX, "frame.eye.0": (192, 192), "frame.eye.1": (192, 192)}


def test_a_surface_is_found_for_who_subscribes_to_it_alone(client: CoreClient) -> None:
    wanted = {"name": "screen", "real_world_size": {"x": 1.0, "y": 1.0}}
    with client.subscribed("surfaces.screen", "notify.surface_tracker.failed") as listener:
        client.notify("surface_tracker.add_surface", **wanted)
        topic, told = listener.next()
        while topic != "surfaces.screen" or not told["gaze_on_surfaces"]:
            if topic != "surfaces.screen":  # the wearer looked away just then
                client.notify("surface_tracker.add_surface", **wanted)
            topic, told = listener.next()
    assert told["gaze_on_surfaces"][0]["topic"] == "gaze.3d.01._on_surface"


def test_an_annotation_is_an_event_of_the_device_and_comes_once(
    client: CoreClient, device: DeviceProgram
) -> None:
    with client.subscribed("annotation", "notify.recording.", "gaze.") as listener:
        listener.topic("gaze.")
        assert client.ask("R") == "OK"
        recording_id = listener.topic("notify.recording.started")["rec_path"]
        shown_s = float(client.ask("t"))
        annotation = {"topic": "annotation", "label": "shown", "timestamp": shown_s, "duration": 0}
        client.ask("annotation", msgspec.msgpack.encode(annotation))
        listener.topic("annotation")
        post_event(device, "answered")
        told = listener.topic("annotation")
        assert told["label"] == "answered"
        assert client.ask("r") == "OK"
        listener.topic("notify.recording.stopped")
    [folder] = [path for path in device.record_dir.iterdir() if recording_id in _told_id(path)]
    names = (folder / "event.txt").read_text().split()
    assert sorted(name for name in names if name in {"shown", "answered"}) == ["answered", "shown"]


def test_a_refusal_of_the_device_is_a_recording_that_failed(
    client: CoreClient, device: DeviceProgram
) -> None:
    with client.subscribed("notify.recording.") as listener:
        post(device, "/api/recording:start")
        listener.topic("notify.recording.started")
        client.notify("recording.should_start", session_name="again")
        assert "recording" in listener.topic("notify.recording.failed")["reason"].lower()
        post(device, "/api/recording:cancel")
        listener.topic("notify.recording.stopped")


def test_a_device_that_is_not_there_is_named_in_a_sentence() -> None:
    command = gazewire_command("bridge", "--device", "127.0.0.1:9")
    ended = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert ended.returncode == 2
    assert "127.0.0.1" in ended.stderr
    assert "Traceback" not in ended.stderr


def _told_id(folder: Path) -> str:
    return str(json.loads((folder / "info.json").read_text())["recording_id"])


def post(device: DeviceProgram, path: str, body: dict[str, Any] | None = None) -> None:
    request = urllib.request.Request(
        device.http + path, method="POST", data=json.dumps(body or {}).encode()
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def post_event(device: DeviceProgram, name: str) -> None:
    post(device, "/api/event", {"name": name})
