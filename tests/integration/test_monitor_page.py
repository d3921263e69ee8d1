"""The monitor page in a real browser, on a real device."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser import Browser, Page, find_chromium
from harness.program import DeviceProgram
from harness.truth import read_truth

# One browser for all: it takes longer to start than most of these tests.
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed"),
]

GAZE_COLOUR = [0xD5, 0x5E, 0x00, 0xFF]

# The page is asked in one go, so that nothing is drawn between picture and numbers.
SHOWN_INSIDE = """(() => {
    const shown = window.gazewireMonitor;
    if (!shown?.gaze?.x) return null;
    const { x, y, scale } = shown.view;
    const canvas = document.querySelector("#scene");
    const at = [x + scale * Number(shown.gaze.x), y + scale * Number(shown.gaze.y)];
    if (at[0] < 0 || at[1] < 0 || at[0] >= canvas.width || at[1] >= canvas.height) return null;
    const pixel = canvas.getContext("2d").getImageData(Math.floor(at[0]), Math.floor(at[1]), 1, 1);
    return { ...shown, pixel: [...pixel.data] };
})()"""

PIXELS = """(() => {
    const canvas = document.querySelector("#scene");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, index) => (sum * 31 + value + index) | 0, 7);
})()"""


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--seed", "5", "--name", "Glasses of the lab")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, device: DeviceProgram) -> AsyncIterator[Page]:
    async with opened(browser, device) as page:
        yield page
        assert page.errors == []


@asynccontextmanager
async def opened(browser: Browser, device: DeviceProgram) -> AsyncIterator[Page]:
    """A page that has found its device."""
    async with browser.page(f"{device.http}/") as page:
        await page.wait_for("document.querySelector('#connection').dataset.state === 'live'")
        yield page


def ask(device: DeviceProgram, method: str, path: str, body: object = None) -> Any:
    request = urllib.request.Request(
        device.http + path, method=method, data=None if body is None else json.dumps(body).encode()
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())["result"]


def recording_of(device: DeviceProgram) -> dict[str, Any] | None:
    components = ask(device, "GET", "/api/status")
    running = [part["data"] for part in components if part["model"] == "Recording"]
    return running[0] if running else None


async def text(page: Page, selector: str) -> str:
    return str(await page.evaluate(f"document.querySelector('{selector}').textContent"))


async def test_the_pictures_move(page: Page) -> None:
    first = await page.wait_for("window.gazewireMonitor.pictures >= 1 && " + PIXELS)
    await page.wait_for("window.gazewireMonitor.pictures >= 3")
    assert await page.evaluate(PIXELS) != first


async def test_the_circle_is_where_the_wearer_looked_when_the_picture_was_taken(
    page: Page, device: DeviceProgram
) -> None:
    looked: dict[str, dict[str, Any]] = {}
    while len(looked) < 5:
        shown = await page.wait_for(SHOWN_INSIDE)
        looked[shown["pictureTimestamp"]] = shown

    latest = max(int(time) for time in looked)
    truth = {
        row["timestamp_unix_ns"]: row for row in read_truth(device.truth, "gaze", latest + 10**7)
    }
    exposures = {row["timestamp_unix_ns"] for row in read_truth(device.truth, "world", latest)}
    for shown in looked.values():
        exposure = int(shown["pictureTimestamp"])
        assert exposure in exposures
        nearest = min(abs(time - exposure) for time in truth)
        measured = int(shown["gaze"]["timestamp"])
        assert abs(measured - exposure) == nearest
        assert float(shown["gaze"]["x"]) == pytest.approx(truth[measured]["x_px"], abs=0.006)
        assert float(shown["gaze"]["y"]) == pytest.approx(truth[measured]["y_px"], abs=0.006)
        assert shown["pixel"] == GAZE_COLOUR


async def test_the_page_tells_who_the_device_is_and_what_its_sensors_do(page: Page) -> None:
    assert await text(page, "#device-name") == "Glasses of the lab"
    assert (await text(page, "#product")).startswith("Neon")
    assert await text(page, "#battery-text") == "100 %"
    assert (await text(page, "#storage-text")).endswith(" free")
    sensors = await page.evaluate(
        "[...document.querySelectorAll('#sensors li')].map((row) => [...row.children].map("
        "(part) => part.textContent))"
    )
    assert ["Scene camera", "Connected"] in sensors
    assert ["Gaze", "Connected"] in sensors
    assert len(sensors) == 5


async def test_the_page_tells_rates(page: Page) -> None:
    await page.wait_for("Number(document.querySelector('#picture-rate').textContent) > 0")
    assert await page.wait_for(
        "Math.abs(Number(document.querySelector('#gaze-rate').textContent) - 200) <= 2"
    )
    assert await page.wait_for("Number(document.querySelector('#delay').textContent) >= 0")


async def test_a_click_records_and_another_saves(page: Page, device: DeviceProgram) -> None:
    await page.click("#record")
    await page.wait_for("document.body.classList.contains('is-recording')")
    recording = recording_of(device)
    assert recording is not None
    assert recording["action"] == "START"
    await page.wait_for("document.querySelector('#timer').textContent === '0:00:01'")
    await page.click("#record")
    await page.wait_for("!document.body.classList.contains('is-recording')")
    await page.wait_for("document.querySelector('#alert-text').textContent.endsWith('saved.')")
    assert recording_of(device) is None
    assert len(list(device.record_dir.iterdir())) == 1


async def test_a_recording_is_discarded_only_after_a_question(
    page: Page, device: DeviceProgram
) -> None:
    before = len(list(device.record_dir.iterdir())) if device.record_dir.exists() else 0
    await page.press("r")
    await page.wait_for("document.body.classList.contains('is-recording')")
    await page.wait_for("!document.querySelector('#discard').disabled")
    await page.press("x")
    await page.wait_for("document.querySelector('#discard-dialog').open")
    await page.click("#discard-dialog [value=keep]")
    assert recording_of(device) is not None
    await page.click("#discard")
    await page.click("#discard-dialog [value=discard]")
    await page.wait_for("!document.body.classList.contains('is-recording')")
    assert recording_of(device) is None
    assert len(list(device.record_dir.iterdir())) == before


async def test_a_page_opened_during_a_recording_tells_its_whole_length(
    browser: Browser, page: Page, device: DeviceProgram
) -> None:
    ask(device, "POST", "/api/recording:start")
    await page.wait_for("document.querySelector('#timer').textContent === '0:00:02'")
    async with opened(browser, device) as other:
        await other.wait_for("document.body.classList.contains('is-recording')")
        assert await text(other, "#timer") >= "0:00:02"
    ask(device, "POST", "/api/recording:cancel")
    await page.wait_for("!document.body.classList.contains('is-recording')")


async def test_an_event_typed_is_in_the_history(page: Page) -> None:
    await page.click("#event-name")
    await page.write("the bell rang")
    await page.press("Enter")
    await page.wait_for("document.querySelectorAll('#event-history li').length === 1")
    assert await text(page, "#event-history li span") == "the bell rang"
    assert await text(page, "#event-history li small") == "not recorded"
    assert await page.evaluate("document.querySelector('#event-name').value") == ""


async def test_a_number_marks_a_recent_event_again(page: Page) -> None:
    await page.click("#event-name")
    await page.write("trial")
    await page.press("Enter")
    await page.wait_for("document.querySelectorAll('#event-again button').length === 1")
    await page.press("Escape")
    await page.press("1")
    await page.wait_for("document.querySelectorAll('#event-history li').length === 2")


async def test_an_event_of_somebody_else_is_in_the_history(
    page: Page, device: DeviceProgram
) -> None:
    ask(device, "POST", "/api/event", {"name": "<b>elsewhere</b>", "timestamp": 0})
    await page.wait_for("document.querySelectorAll('#event-history li').length === 1")
    assert await text(page, "#event-history li span") == "<b>elsewhere</b>"


async def test_a_refusal_is_told_in_the_words_of_the_device(
    browser: Browser, start_device: Callable[..., DeviceProgram], tmp_path: Path
) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("")
    device = start_device("--record-dir", str(no_folder / "recordings"))
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(device, "POST", "/api/recording:start")
    words = json.loads(refused.value.read())["message"]
    async with opened(browser, device) as page:
        await page.click("#record")
        await page.wait_for("document.querySelector('#alert').dataset.kind === 'error'")
        said = await text(page, "#alert-text")
        assert said == f"Could not start a recording: {words.rstrip('.')}."
        await page.wait_for("!document.querySelector('#record').disabled")
        await page.click("#alert-close")
        assert await page.evaluate("document.querySelector('#alert').hidden")


async def test_the_page_comes_back_when_the_device_does(browser: Browser, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    async with AsyncExitStack() as pages:
        with DeviceProgram(tmp_path / "first", "--name", "First") as device:
            port = str(device.http_port)
            page = await pages.enter_async_context(opened(browser, device))
            await page.wait_for("window.gazewireMonitor.pictures >= 1")
        await page.wait_for("document.querySelector('#connection').dataset.state === 'lost'")
        assert await page.evaluate("document.querySelector('#record').disabled")
        await page.wait_for(
            "document.querySelector('#note').textContent.startsWith('The device does not answer.')"
        )
        shown = await page.evaluate("window.gazewireMonitor.pictures")
        with DeviceProgram(tmp_path / "second", "--name", "Second", "--http-port", port):
            await page.wait_for("document.querySelector('#connection').dataset.state === 'live'")
            await page.wait_for(f"window.gazewireMonitor.pictures > {shown}")
            await page.wait_for("document.querySelector('#device-name').textContent === 'Second'")


async def test_the_layout_fits_any_width(page: Page) -> None:
    for width in (360, 390, 640, 859, 860, 1024, 1440, 2560):
        await page.resize(width, 844)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        cut = await page.evaluate(
            """[...document.querySelectorAll("button, input, .bar *, .rates *")]
                .filter((element) => element.getClientRects().length)
                .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
                .map((element) => element.outerHTML)"""
        )
        assert cut == [], width


async def test_everything_comes_from_the_device(page: Page, device: DeviceProgram) -> None:
    names = await page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    assert len(names) >= 3
    assert [name for name in names if not name.startswith((device.http, "data:"))] == []


async def test_every_control_has_a_name(page: Page) -> None:
    nameless = await page.evaluate(
        """[...document.querySelectorAll("button, input, canvas, dialog")]
            .filter((control) => !(control.ariaLabel || control.textContent.trim() ||
                control.labels?.length || control.getAttribute("aria-labelledby")))
            .map((control) => control.outerHTML)"""
    )
    assert nameless == []
