"""RTSP inside a websocket, as web pages and game engines use it, on a real device."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import struct
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.browser_library import BrowserLibrary, BrowserLibraryUnavailableError
from harness.program import DeviceProgram
from harness.truth import RTP_TICK_NS, indices_of, read_truth

from gazewire.net import HttpClient, WebSocket

REPOSITORY = Path(__file__).parent.parent.parent
SENSORS = ("world", "gaze", "eye_events")
PICTURES = 45
GAZE_DATA = 200

# What the browser library can put together: slices, key frames, and both in fragments.
BROWSER_NAL_TYPES = {1, 5, 28}

# Limits of the Unity client.
UNITY_MESSAGE_BYTES = 8192
UNITY_GAZE_WITHIN_S = 7.5
UNITY_STOP_WITHIN_S = 2.5
UNITY_SESSION = re.compile(r"^Session: ([a-zA-Z0-9]+)", re.MULTILINE)
UNITY_GAZE_PAYLOAD_TYPE = 99


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--seed", "9")


@pytest.fixture(scope="module")
def library() -> BrowserLibrary:
    named = os.environ.get("GAZEWIRE_PEERS_BROWSER")
    folder = Path(named) if named else REPOSITORY / ".venvs/peers-browser"
    try:
        return BrowserLibrary(folder)
    except BrowserLibraryUnavailableError as error:
        pytest.skip(f"no browser library: {error}")


def receive(library: BrowserLibrary, device: DeviceProgram, kind: str, url: str) -> dict[str, Any]:
    return library.receive(
        kind,
        PICTURES if kind == "video" else GAZE_DATA,
        websocket=f"{device.ready['tunnel']}/",
        rtsp=f"rtsp://127.0.0.1:{device.tunnel_port}{url}",
    )


def to_ns(times_ms: list[float]) -> list[int]:
    return [round(time_ms * 1e6) for time_ms in times_ms]


def test_the_tunnel_has_every_sensor_that_native_clients_have(device: DeviceProgram) -> None:
    with urllib.request.urlopen(f"{device.http}/api/status", timeout=5) as answer:
        components = json.load(answer)["result"]
    sensors = [component["data"] for component in components if component["model"] == "Sensor"]
    tunnelled = [sensor for sensor in sensors if sensor["conn_type"] == "WEBSOCKET"]
    direct = [sensor for sensor in sensors if sensor["conn_type"] == "DIRECT"]
    assert {sensor["sensor"] for sensor in tunnelled if sensor["connected"]} >= set(SENSORS)
    assert tunnelled == [
        sensor
        | {
            "conn_type": "WEBSOCKET",
            "port": device.tunnel_port,
            "params": f"camera={sensor['sensor']}&audioenable=off",
        }
        for sensor in direct
    ]


def test_the_browser_library_puts_video_together(
    library: BrowserLibrary, device: DeviceProgram
) -> None:
    page_url = "/axis-media/media.amp?camera=world&timestamp=1&videocodec=h264"
    report = receive(library, device, "video", page_url)
    [media] = report["media"]
    assert media["rtpmap"]["encodingName"] == "H264"
    assert {"profile-level-id", "sprop-parameter-sets"} <= media["fmtp"]["parameters"].keys()
    units = report["received"]
    assert units[0]["nal_type"] == 5
    assert {unit["nal_type"] for unit in units} <= {1, 5}
    instants = to_ns([unit["ntp_ms"] for unit in units])
    truth = [row["timestamp_unix_ns"] for row in read_truth(device.truth, "world", instants[-1])]
    indices = indices_of(instants, truth, RTP_TICK_NS)
    # A machine that is too slow to encode all pictures leaves some out, before they are sent.
    assert all(before < after for before, after in itertools.pairwise(indices))


def test_the_browser_library_receives_gaze(library: BrowserLibrary, device: DeviceProgram) -> None:
    report = receive(library, device, "gaze", "?camera=gaze")
    [media] = report["media"]
    assert media["type"] == "application"
    assert media["rtpmap"]["encodingName"].lower() == "com.pupillabs.gaze1"
    data = report["received"]
    instants = to_ns([datum["ntp_ms"] for datum in data])
    truth = read_truth(device.truth, "gaze", instants[-1])
    indices = indices_of(instants, [row["timestamp_unix_ns"] for row in truth], RTP_TICK_NS)
    assert indices == list(range(indices[0], indices[0] + GAZE_DATA)), "data are missing"
    for datum, index in zip(data, indices, strict=True):
        assert datum["x"] == pytest.approx(truth[index]["x_px"])
        assert datum["y"] == pytest.approx(truth[index]["y_px"])
        assert datum["worn"] == truth[index]["worn"]


class Unity:
    """Speaks as the Unity client does, which looks at bytes of messages and no further."""

    def __init__(self, websocket: WebSocket, port: int) -> None:
        self.websocket = websocket
        self.url = f"rtsp://127.0.0.1:{port}"
        self.sequence = 0
        self.session = ""

    async def say(self, method: str, path: str = "", *headers: str) -> None:
        self.sequence += 1
        lines = [f"{method} {self.url}{path} RTSP/1.0", f"CSeq: {self.sequence}", *headers, "", ""]
        await self.websocket.send_bytes("\r\n".join(lines).encode())

    async def hear(self) -> bytes:
        message = await self.websocket.receive()
        assert isinstance(message, bytes)
        assert len(message) < UNITY_MESSAGE_BYTES
        return message

    async def start(self, camera: str) -> None:
        await self.say("DESCRIBE", f"/?camera={camera}", "Accept: application/sdp")
        assert (await self.hear()).startswith(b"RTSP/1.0 200 OK\r\n")
        await self.say("SETUP", "", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
        answer = (await self.hear()).decode()
        found = UNITY_SESSION.search(answer)
        assert found is not None, answer
        self.session = f"Session: {found[1]}"
        await self.say("PLAY", "", self.session)

    async def stop(self) -> None:
        await self.say("TEARDOWN", "", self.session)
        async with asyncio.timeout(UNITY_STOP_WITHIN_S):
            while not (await self.hear()).startswith(b"RTSP/1.0 200 OK"):
                pass


async def test_unity_gets_its_gaze_in_time_and_stops(device: DeviceProgram) -> None:
    points: list[tuple[float, float]] = []
    async with HttpClient() as http, http.websocket(f"{device.ready['tunnel']}/") as websocket:
        assert websocket.subprotocol is None
        unity = Unity(websocket, device.tunnel_port)
        await unity.start("gaze")
        async with asyncio.timeout(UNITY_GAZE_WITHIN_S):
            # The answer to PLAY and the headers of packets come by here too, and mean nothing.
            while len(points) < GAZE_DATA:
                message = await unity.hear()
                if len(message) > 12 and message[1] == UNITY_GAZE_PAYLOAD_TYPE:
                    points.append(struct.unpack_from(">ff", message, 12))
        await unity.stop()
    truth = read_truth(device.truth, "gaze", time.time_ns())
    sent = [
        tuple(struct.unpack(">ff", struct.pack(">ff", row["x_px"], row["y_px"]))) for row in truth
    ]
    begin = sent.index(points[0])
    assert points == sent[begin : begin + GAZE_DATA]


async def test_video_comes_whole_and_without_units_that_a_browser_does_not_know(
    device: DeviceProgram,
) -> None:
    found: set[int] = set()
    numbers: list[int] = []
    async with HttpClient() as http, http.websocket(f"{device.ready['tunnel']}/") as websocket:
        unity = Unity(websocket, device.tunnel_port)
        await unity.start("world")
        async with asyncio.timeout(UNITY_GAZE_WITHIN_S):
            pictures = 0
            while pictures < PICTURES:
                message = await unity.hear()
                if len(message) > 12 and message[1] & 0x7F == 96:
                    found.add(message[12] & 0x1F)
                    numbers.append(int.from_bytes(message[2:4], "big"))
                    pictures += message[1] >> 7
        await unity.stop()
    assert found <= BROWSER_NAL_TYPES
    rises = {(after - before) & 0xFFFF for before, after in itertools.pairwise(numbers)}
    assert rises == {1}, "packets are missing"


@pytest.mark.parametrize("sensor", SENSORS)
async def test_every_sensor_comes_through_the_tunnel(device: DeviceProgram, sensor: str) -> None:
    async with HttpClient() as http, http.websocket(f"{device.ready['tunnel']}/") as websocket:
        unity = Unity(websocket, device.tunnel_port)
        await unity.start(sensor)
        assert (await unity.hear()).startswith(b"RTSP/1.0 200 OK\r\n")
        channels: set[int] = set()
        async with asyncio.timeout(UNITY_GAZE_WITHIN_S):
            while channels < {0, 1}:
                header, packet = await unity.hear(), await unity.hear()
                assert header == b"$" + header[1:2] + len(packet).to_bytes(2, "big")
                channels.add(header[1])
        await unity.stop()
