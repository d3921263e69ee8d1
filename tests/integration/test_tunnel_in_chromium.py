"""The tunnel in a real browser: a page speaks RTSP in a websocket and receives packets."""

from __future__ import annotations

import base64
import itertools
import json
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser import Browser, Page, find_chromium
from harness.program import DeviceProgram
from harness.truth import RTP_TICK_NS, indices_of, read_truth

from gazewire.wire.payload.h264 import Depacketizer
from gazewire.wire.rtcp import SenderReport, WallClock, parse_compound
from gazewire.wire.rtp import RtpPacket

SCRIPT = Path(__file__).parent / "peers" / "chromium_tunnel.js"
GAZE_DATA = 200
VIDEO_PACKETS = 400
# Slices, slices of key frames, and both in fragments: all that browsers' players know.
BROWSER_NAL_TYPES = {1, 5, 28}

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed"),
]


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--seed", "13")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def page(
    device: DeviceProgram, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Page]:
    # A page of the device: browsers do not let pages from elsewhere into the local network
    # unasked. It has another origin than the tunnel, which is on a port of its own.
    async with (
        Browser(tmp_path_factory.mktemp("browser")) as browser,
        browser.page(f"{device.http}/openapi.json") as page,
    ):
        await page.evaluate(f"{SCRIPT.read_text()}; window.receive = receive; true")
        yield page


class Received:
    """What a page received.

    Attributes:
        protocol: subprotocol of the websocket.
        statuses: of the answers, by method.
        methods: that the device has, by its own word.
        sdp: of DESCRIBE.
        packets: in the order of arrival.
        reports: what the sender said of its clock.
    """

    def __init__(self, told: dict[str, Any]) -> None:
        self.protocol: str = told["protocol"]
        self.statuses: dict[str, int] = told["statuses"]
        self.methods: list[str] = told["methods"].split(",")
        self.sdp: str = told["sdp"]
        self.packets = [RtpPacket.parse(base64.b64decode(data)) for data in told["packets"]]
        self.reports = [
            part
            for data in told["reports"]
            for part in parse_compound(base64.b64decode(data))
            if isinstance(part, SenderReport)
        ]

    @property
    def rises(self) -> set[int]:
        """From each sequence number to the next."""
        pairs = itertools.pairwise(packet.sequence for packet in self.packets)
        return {(after - before) & 0xFFFF for before, after in pairs}

    @property
    def instants_ns(self) -> list[int]:
        """When what is in the packets was measured."""
        wall = WallClock(90_000)
        wall.add_report(self.reports[0])
        instants = [wall.unix_ns(packet.timestamp) for packet in self.packets]
        return [instant for instant in instants if instant is not None]


async def receive(page: Page, device: DeviceProgram, camera: str, count: int) -> Received:
    tunnel = device.ready["tunnel"]
    arguments = (f"{tunnel}/", tunnel.replace("ws:", "rtsp:"), camera, count)
    return Received(await page.evaluate(f"receive(...{json.dumps(arguments)})"))


async def test_a_page_goes_from_options_to_teardown(page: Page, device: DeviceProgram) -> None:
    received = await receive(page, device, "gaze", 1)
    assert received.protocol == "binary"
    dialogue = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN")
    assert received.statuses == dict.fromkeys(dialogue, 200)
    assert {"DESCRIBE", "SETUP", "PLAY"} <= set(received.methods)
    assert "com.pupillabs.gaze1" in received.sdp
    assert received.reports, "no sender report came before the first packet"


async def test_a_page_receives_the_gaze_that_was_sent(page: Page, device: DeviceProgram) -> None:
    received = await receive(page, device, "gaze", GAZE_DATA)
    assert received.rises == {1}
    assert {packet.payload_type for packet in received.packets} == {99}
    instants = received.instants_ns
    truth = read_truth(device.truth, "gaze", instants[-1])
    indices = indices_of(instants, [row["timestamp_unix_ns"] for row in truth], RTP_TICK_NS)
    assert indices == list(range(indices[0], indices[0] + GAZE_DATA)), "data are missing"
    for packet, index in zip(received.packets, indices, strict=True):
        row = truth[index]
        assert struct.unpack_from(">ff", packet.payload) == pytest.approx(
            (row["x_px"], row["y_px"])
        )


async def test_a_page_receives_whole_pictures_from_a_key_frame_on(
    page: Page, device: DeviceProgram
) -> None:
    received = await receive(page, device, "world", VIDEO_PACKETS)
    assert received.rises == {1}
    packets = received.packets
    assert {packet.payload[0] & 0x1F for packet in packets} <= BROWSER_NAL_TYPES
    depacketizer = Depacketizer()
    pictures = [picture for packet in packets for picture in depacketizer.push(packet)]
    assert len(pictures) == sum(packet.marker for packet in packets) > 1
    assert pictures[0].is_keyframe
    assert depacketizer.dropped_pictures == 0
