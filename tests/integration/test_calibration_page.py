"""The calibration page in a real browser: what it shows is what the scene camera sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
import pytest_asyncio
from browser import Browser, Page, find_chromium
from harness.calibrating_wearer import Display, serve_wearer

from gazewire.client.core import CoreDevice
from gazewire.net import HttpResponse, HttpServer
from gazewire.service.calibration_page import PAGE_PATH, calibration_page
from gazewire.surface import find_calibration_markers
from gazewire.time import SystemClock

# One browser and one service for all: they take longer to start than most of these tests.
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed"),
]

SCREEN = "ScreenMarkerChoreographyPlugin"
QUICK = {
    "selected_gazer_class_name": "Gazer2D",
    "sample_duration": 5,
    "settle_s": 0.3,
    "target_timeout_s": 4.0,
}
IS_STAGE_OPEN = "!document.querySelector('#stage').hidden"
VERDICT = "document.querySelector('#result:not([hidden]) .verdict')?.textContent"


class Room:
    """A page in a window, and a scene camera that sees a test's idea of what the page shows."""

    def __init__(self, display: Display, core: CoreDevice, url: str) -> None:
        self.display = display
        self.core = core
        self.url = url


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def room() -> AsyncIterator[Room]:
    display = Display()
    async with (
        serve_wearer(display) as service,
        calibration_page(service.addresses) as routes,
        HttpServer(routes, host="127.0.0.1", port=0, refuse=refuse) as server,
        CoreDevice("127.0.0.1", int(service.remote_url.rpartition(":")[2])) as core,
    ):
        yield Room(display, core, server.url + PAGE_PATH)


def refuse(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(status, sentence.encode())


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, room: Room) -> AsyncIterator[Page]:
    room.display.picture = None
    room.display.show(None, 0)
    async with browser.page(room.url, width=960, height=720) as page:
        await page.wait_for("document.querySelector('#connection').dataset.state === 'live'")
        yield page
        assert page.errors == []


async def start(room: Room, **args: object) -> None:
    await room.core.notify("start_plugin", {"name": SCREEN, "args": QUICK | args})


async def follow_page(page: Page, display: Display) -> None:
    """Let the wearer see, and the scene camera, what the page shows: its place is the truth."""
    clock = SystemClock()
    while True:
        place = await page.evaluate(
            f"""(() => {{
                if (!({IS_STAGE_OPEN})) return null;
                const marker = document.querySelector("#stage-marker");
                const {{ x, y, width, height }} = marker.getBoundingClientRect();
                const side = marker.offsetWidth; // it is larger while it arrives
                const [left, top] = [x + (width - side) / 2, y + (height - side) / 2];
                return [left / (innerWidth - side), 1 - top / (innerHeight - side)];
            }})()"""
        )
        display.show(None if place is None else tuple(place), clock.unix_ns())
        await asyncio.sleep(0.02)


async def gray_window(page: Page) -> np.ndarray:
    picture = np.frombuffer(await page.screenshot(), np.uint8)
    return np.asarray(cv2.imdecode(picture, cv2.IMREAD_GRAYSCALE), np.uint8)


async def test_the_page_shows_a_marker_that_is_found_in_the_place_of_the_target(
    page: Page, room: Room
) -> None:
    await start(room, calibration_targets=[[0.0, 1.0]], show_s=5.0)
    await room.core.notify("calibration.should_start")
    await page.wait_for(IS_STAGE_OPEN)
    await page.wait_for("document.querySelector('#stage-marker').getAnimations().length === 0")
    (marker,) = find_calibration_markers(await gray_window(page))
    # An eighth of the shorter side across, and as near to the corner as its ground lets it.
    assert marker.kind == "calibration"
    assert marker.diameter_px == pytest.approx(90, abs=1)
    assert marker.center_px == pytest.approx((63, 63), abs=1)
    await page.press("Escape")
    await page.wait_for("document.querySelector('#stage').hidden")


async def test_keys_calibrate_and_validate_and_the_result_is_drawn(
    page: Page, room: Room, tmp_path: Path
) -> None:
    await start(room)
    following = asyncio.create_task(follow_page(page, room.display))
    try:
        await page.press("c")
        await page.wait_for(f"{VERDICT}?.startsWith('Calibrated') && !{IS_STAGE_OPEN}")
        await page.wait_for("document.querySelectorAll('#result-plot .cross').length === 5")
        await page.press("v")
        await page.wait_for(f"{VERDICT} === 'Validated'")
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    figures = await page.evaluate("document.querySelector('#result-figures').textContent")
    assert float(figures.removeprefix("Accuracy").split("°")[0]) < 0.5
    assert await page.evaluate("document.querySelectorAll('#result-plot .cross').length") == 4
    assert await page.evaluate("document.querySelectorAll('#result-plot .gaze').length") > 20


async def test_a_failure_is_told_in_words(page: Page, room: Room) -> None:
    await start(room, show_s=0.1, target_timeout_s=0.2)
    await page.wait_for("document.querySelector('[name=choreography]:checked')")
    await page.click("#calibrate")
    await page.wait_for(f"{VERDICT}?.startsWith('Not calibrated: Not sufficient reference')")
    reasons = await page.evaluate("document.querySelector('#result-reasons').textContent")
    assert "has to see the whole display" in reasons


async def test_a_click_on_the_picture_points_at_a_thing(page: Page, room: Room) -> None:
    await page.click("[value=NaturalFeatureChoreographyPlugin]")
    await page.wait_for("document.querySelector('#preview-none').hidden")
    await page.wait_for("document.querySelector('#calibrate').disabled === false")
    await page.press("c")
    await page.wait_for("document.querySelector('#preview.is-clickable')")
    # A corner of the bright display in the scene.
    await page.evaluate(
        """(() => {
            const preview = document.querySelector("#preview");
            const { x, y, width, height } = preview.getBoundingClientRect();
            const at = { clientX: x + width * 45 / 640, clientY: y + height * 25 / 480 };
            preview.dispatchEvent(new MouseEvent("click", at));
        })()"""
    )
    await page.wait_for("document.querySelector('#targets li[data-state=done]')")
    await page.click("#finish")
    await page.wait_for(VERDICT)
