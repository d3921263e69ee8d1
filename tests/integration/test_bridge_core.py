"""`gazewire bridge --core`: a Core program, seen by the official client of the Realtime API."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import numpy as np
import pytest
from harness.core_client import CoreClient, ServiceProgram
from harness.peer import PeerRunner
from harness.program import ANY_PORTS, gazewire_command

GAZE_COUNT = 50
SCENE_PX = (1600, 1200)
# A tick of the RTP clock either way, and the rounding of doubles.
SAME_INSTANT_S = 2 * 11.2e-6 + 1e-6


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProgram]:
    options = ["--eyes", "tasks", "--eye-rate", "25", "--scene", "synthetic"]
    with ServiceProgram(tmp_path_factory.mktemp("core"), *options) as service:
        with CoreClient(service.ready["remote"]) as client, client.subscribed("gaze.") as gaze:
            gaze.topic("gaze.3d.01.")
        yield service


@pytest.fixture(scope="module")
def bridge(
    tmp_path_factory: pytest.TempPathFactory, service: ServiceProgram
) -> Iterator[ServiceProgram]:
    folder = tmp_path_factory.mktemp("bridge")
    options = ["--core", service.ready["remote"], *ANY_PORTS, "--no-mdns"]
    options += ["--record-dir", str(folder / "recordings")]
    with ServiceProgram(folder, *options, verb="bridge") as bridge:
        yield bridge


def test_the_official_client_sees_the_gaze_of_the_bus(
    service: ServiceProgram, bridge: ServiceProgram, peers: PeerRunner
) -> None:
    url = f"{bridge.ready['rtsp']}/?camera=gaze"
    with CoreClient(service.ready["remote"]) as client, client.subscribed("gaze.") as listener:
        [official] = peers.run("async_data", kind="gaze", urls=[url], count=GAZE_COUNT)
        last_x = official[-1]["x"]
        on_bus: dict[float, float] = {}
        while last_x not in on_bus:
            topic, gaze = listener.next()
            assert topic.startswith("gaze.3d.")
            on_bus[float(np.float32(gaze["norm_pos"][0] * SCENE_PX[0]))] = gaze["timestamp"]
    zeros = [
        datum["timestamp_unix_seconds"] - on_bus[datum["x"]]
        for datum in official
        if datum["x"] in on_bus
    ]
    assert len(zeros) > GAZE_COUNT / 2
    assert max(zeros) - min(zeros) <= SAME_INSTANT_S


def test_the_official_client_sees_the_scene_and_the_eyes(
    bridge: ServiceProgram, peers: PeerRunner
) -> None:
    urls = [f"{bridge.ready['rtsp']}/?camera={camera}" for camera in ("world", "eyes")]
    scene, eyes = peers.run("async_video", urls=urls, count=5)
    assert (scene["width"], scene["height"]) == SCENE_PX
    assert (eyes["width"], eyes["height"]) == (384, 192)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--core", "tcp://127.0.0.1:9"], "127.0.0.1:9"),
        (["--core", "http://127.0.0.1"], "is no address such as tcp://"),
        (["--core", "127.0.0.1", "--device", "127.0.0.1"], "not both"),
    ],
)
def test_what_cannot_be_bridged_is_said_in_a_sentence(options: list[str], words: str) -> None:
    command = gazewire_command("bridge", *options)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
