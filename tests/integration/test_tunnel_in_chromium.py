"""The tunnel in a real browser: a page speaks RTSP in a websocket and receives packets."""

from __future__ import annotations

import base64
import itertools
import json
import struct
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser import Browser, Page, find_chromium
from harness.program import DeviceProgram
from harness.truth import read_truth

SCRIPT = Path(__file__).parent / "peers" / "chromium_tunnel.js"
GAZE_DATA = 200
VIDEO_PACKETS = 400
# Slices, slices of key frames, and both in fragments: all that browsers' players know.
BROWSER_NAL_TYPES = {1, 5, 28}
FRAGMENT = 28

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
        browser.page(f"{device.http}/") as page,
    ):
        await page.evaluate(f"{SCRIPT.read_text()}; window.receive = receive; true")
        yield page
        assert page.errors == []


async def receive(page: Page, device: DeviceProgram, camera: str, count: int) -> dict[str, Any]:
    tunnel = device.ready["tunnel"]
    arguments = (f"{tunnel}/", tunnel.replace("ws:", "rtsp:"), camera, count)
    report: dict[str, Any] = await page.evaluate(f"receive(...{json.dumps(arguments)})")
    for packet in report["packets"]:
        packet["payload"] = base64.b64decode(packet["payload"])
    return report


def rises(report: dict[str, Any]) -> set[int]:
    numbers = [packet["sequence"] for packet in report["packets"]]
    return {(after - before) & 0xFFFF for before, after in itertools.pairwise(numbers)}


async def test_a_page_goes_from_options_to_teardown(page: Page, device: DeviceProgram) -> None:
    report = await receive(page, device, "gaze", 1)
    assert report["protocol"] == "binary"
    assert report["statuses"] == dict.fromkeys(
        ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"), 200
    )
    assert {"DESCRIBE", "SETUP", "PLAY"} <= set(report["methods"].split(","))
    assert "com.pupillabs.gaze1" in report["sdp"]
    assert report["reports"] >= 1, "no sender report came before the first packet"


async def test_a_page_receives_the_gaze_that_was_sent(page: Page, device: DeviceProgram) -> None:
    report = await receive(page, device, "gaze", GAZE_DATA)
    assert rises(report) == {1}
    assert {packet["payload_type"] for packet in report["packets"]} == {99}
    points = [struct.unpack_from(">ff", packet["payload"]) for packet in report["packets"]]
    truth = read_truth(device.truth, "gaze", time.time_ns())
    sent = [struct.unpack(">ff", struct.pack(">ff", row["x_px"], row["y_px"])) for row in truth]
    begin = sent.index(points[0])
    assert points == sent[begin : begin + GAZE_DATA]


async def test_a_page_receives_whole_pictures_from_a_key_frame_on(
    page: Page, device: DeviceProgram
) -> None:
    report = await receive(page, device, "world", VIDEO_PACKETS)
    assert rises(report) == {1}
    payloads = [packet["payload"] for packet in report["packets"]]
    assert {payload[0] & 0x1F for payload in payloads} <= BROWSER_NAL_TYPES
    assert _slice_type(payloads[0]) == 5
    ends = [number for number, packet in enumerate(report["packets"]) if packet["marker"]]
    assert len(ends) > 1
    for before, after in itertools.pairwise(ends):
        picture = payloads[before + 1 : after + 1]
        assert len({_slice_type(payload) for payload in picture}) == 1
        if len(picture) > 1:
            # RFC 6184 section 5.8: the first fragment has the start bit, the last the end bit.
            assert [payload[1] >> 6 for payload in picture] == [2, *[0] * (len(picture) - 2), 1]


def _slice_type(payload: bytes) -> int:
    kind = payload[0] & 0x1F
    return payload[1] & 0x1F if kind == FRAGMENT else kind
