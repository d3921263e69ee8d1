"""A live scene camera reaches clients, goes, and comes back.

There is no camera: OpenCV reads a pipe in its place, which is all of the way but Video4Linux.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
from harness.fifo_camera import BARS, HEIGHT, WIDTH, FifoCamera
from harness.peer import PeerRunner
from harness.program import gazewire_command
from harness.receiver import connected, receiving, steering

from gazewire.camera import LiveCamera
from gazewire.device import DeviceConfig, RunningDevice, serve_device
from gazewire.model import Sensor
from gazewire.net import HttpClient
from gazewire.time import SystemClock
from gazewire.wire.rest import parse_component

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pipes as cameras: Linux alone")

LIMIT_S = 20.0
CONFIG = DeviceConfig(http_port=0, rtsp_port=0, tunnel_port=0, echo_port=0, announce=False)


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[FifoCamera]:
    with FifoCamera(tmp_path) as camera:
        yield camera


@pytest.fixture
async def device(camera: FifoCamera, tmp_path: Path) -> AsyncIterator[RunningDevice]:
    live = LiveCamera(camera.open, name="a pipe", retry_after_s=(0.01,))
    async with live, serve_device(CONFIG, live, SystemClock()) as device:
        yield device


class Status:
    """What the status websocket has said of the sensors."""

    def __init__(self, messages: AsyncIterator[str | bytes]) -> None:
        self.connected: dict[tuple[str, str], bool] = {}
        self._messages = messages

    async def until(self, sensor: str, *, connected: bool) -> None:
        """Follow it until both ways to a sensor are, or are not, connected."""
        async with asyncio.timeout(LIMIT_S):
            while not self._is(sensor, connected):
                component = parse_component(await anext(self._messages))
                if isinstance(component, Sensor):
                    key = (component.sensor, component.conn_type)
                    self.connected[key] = component.connected

    def _is(self, sensor: str, connected: bool) -> bool:
        ways = [self.connected.get((sensor, way)) for way in ("DIRECT", "WEBSOCKET")]
        return ways == [connected] * 2


@pytest.fixture
async def status(device: RunningDevice) -> AsyncIterator[Status]:
    url = f"ws://127.0.0.1:{device.http_port}/api/status"
    async with HttpClient() as http, http.websocket(url) as messages:
        yield Status(aiter(messages))


async def test_the_scene_is_connected_and_all_else_is_not(
    device: RunningDevice, status: Status
) -> None:
    assert device.sensors == ("world",)
    await status.until("world", connected=True)
    await status.until("gaze", connected=False)


async def test_the_official_client_sees_the_pictures_in_order_at_their_instants(
    device: RunningDevice, peers: PeerRunner, tmp_path: Path
) -> None:
    luma = tmp_path / "luma"
    before_s = time.time()
    url = f"{device.rtsp_url}/?camera=world"
    [received] = await asyncio.to_thread(
        lambda: peers.run("async_video", urls=[url], count=60, luma_path=str(luma))
    )
    assert (received["width"], received["height"]) == (WIDTH, HEIGHT)
    times_s = received["timestamps_s"]
    assert before_s < times_s[0]
    assert times_s[-1] < time.time()
    assert all(before < after for before, after in itertools.pairwise(times_s))
    pictures = np.fromfile(luma, np.uint8).reshape(60, HEIGHT, BARS, -1).mean(axis=(1, 3)) > 128
    numbers = (pictures << np.arange(BARS)).sum(axis=1)
    assert (np.diff(numbers) >= 1).all()


async def test_a_camera_that_is_pulled_out_is_told_and_so_is_its_return(
    camera: FifoCamera, device: RunningDevice, status: Status
) -> None:
    await status.until("world", connected=True)
    camera.pull_out()
    await status.until("world", connected=False)
    async with connected(device.rtsp_port) as client:
        assert (await client.describe("world")).response.status == 404
    camera.plug_in()
    await status.until("world", connected=True)
    async with receiving(device.rtsp_port, "world") as client:
        await client.receive(10)


async def test_a_client_that_stays_receives_again_when_the_camera_is_back(
    camera: FifoCamera, device: RunningDevice, status: Status
) -> None:
    async with receiving(device.rtsp_port, "world") as client:
        await client.receive(10)
        camera.pull_out()
        await status.until("world", connected=False)
        camera.plug_in()
        await status.until("world", connected=True)
        await client.receive(20)
    first, *_, last = client.packets
    assert first.ssrc == last.ssrc
    ahead = [
        (after.timestamp - before.timestamp) % 2**32
        for before, after in itertools.pairwise(client.packets)
    ]
    assert all(ticks < 2**31 for ticks in ahead)


async def test_the_end_of_a_fault_does_not_bring_back_a_camera_that_is_really_away(
    camera: FifoCamera, device: RunningDevice, status: Status
) -> None:
    async with steering(device.http_url) as faults:
        camera.pull_out()
        await status.until("world", connected=False)
        await faults.start("unplug:sensor=world")
        await faults.clear()
        answer = await faults.http.request("GET", f"{device.http_url}/api/status")
        told = [part["data"] for part in json.loads(answer.body)["result"]]
        scene = [data for data in told if data.get("sensor") == "world"]
        assert [data["connected"] for data in scene] == [False, False]
        camera.plug_in()
        await status.until("world", connected=True)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("v4l2:/dev/video-of-nobody", "there is no camera /dev/video-of-nobody"),
        ("v4l2:/dev/null", "/dev/null is not a camera"),
        ("v4l2:", "is not a camera"),
    ],
)
def test_a_camera_that_cannot_be_opened_ends_the_program_with_a_sentence(
    source: str, words: str
) -> None:
    command = gazewire_command("device", "--no-mdns", "--source", source)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    (said,) = ended.stderr.splitlines()
    assert words in said


def test_a_gaze_table_does_not_go_with_a_camera(tmp_path: Path) -> None:
    options = ("--source", "v4l2:/dev/video0", "--gaze", str(tmp_path / "gaze.csv"))
    command = gazewire_command("device", "--no-mdns", *options)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert ended.returncode == 2
    assert "a gaze table goes with a video file" in ended.stderr
