"""The monitor page in a real browser, on a real device.

Where a test must decide what comes when, there is a device by hand: the page's own routes and
topics, to which the test publishes.
"""

from __future__ import annotations

import itertools
import json
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser import OTHER_HOST, Browser, Page, find_chromium
from harness.program import DeviceProgram
from harness.truth import read_truth

from gazewire.camera import GlassesInfo, Record, Wants
from gazewire.device import DeviceConfig, Playback, serve_device
from gazewire.device.glasses import GlassesTopics
from gazewire.device.monitor import monitor_routes
from gazewire.device.shortfall import Shortfall
from gazewire.device.state import DeviceState
from gazewire.device.updates import status_updates_route
from gazewire.model import Frame, GazeDatum, Hardware, Phone, Sensor
from gazewire.net import HttpClient, HttpResponse, HttpServer
from gazewire.time import SystemClock

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

# A number that another picture in a canvas would change.
PIXELS_OF = """(() => {
    const canvas = document.querySelector("%s");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, index) => (sum * 31 + value + index) | 0, 7) || 1;
})()"""
PIXELS = PIXELS_OF % "#scene"

MS = 1_000_000

START_NS = 1_700_000_000_000_000_000


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--seed", "5", "--name", "Glasses of the lab", "--eye-rate", "25")


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


class DeviceByHand:
    """What a page needs of a device; records come when the test publishes them."""

    def __init__(
        self,
        server: HttpServer,
        topics: GlassesTopics,
        state: DeviceState,
        shortfall: Shortfall,
    ) -> None:
        self.url = server.url
        self.port = server.port
        self.topics = topics
        self.state = state
        self.shortfall = shortfall

    async def show(self, page: Page, timestamp_unix_ns: int) -> None:
        """Give the page a picture of the scene as soon as it asks for one."""
        while not self.topics.scene.has_readers:
            await page.evaluate("new Promise(requestAnimationFrame)")
        self.topics.scene.publish(frame("world", timestamp_unix_ns))

    async def opened(self, pages: AsyncExitStack, browser: Browser) -> Page:
        page = await pages.enter_async_context(browser.page(f"{self.url}/"))
        await page.wait_for("document.querySelector('#connection').dataset.state === 'live'")
        return page


@asynccontextmanager
async def device_by_hand(
    *sensors: str, name: str = "By hand", port: int = 0
) -> AsyncIterator[DeviceByHand]:
    topics = GlassesTopics()
    shortfall = Shortfall()
    clock = SystemClock()
    phone = Phone(
        battery_level=50,
        battery_state="OK",
        device_id="0123456789abcdef",
        device_name=name,
        ip="127.0.0.1",
        memory=10**10,
        memory_state="OK",
    )
    state = DeviceState(
        phone=phone,
        hardware=Hardware(),
        sensors=[
            Sensor(sensor=sensor, conn_type="DIRECT", connected=True, stream_error=False)
            for sensor in sensors
        ],
        clock=clock,
    )
    routes = [*monitor_routes(state, topics, clock, {}, shortfall), status_updates_route(state)]

    def refuse(status: int, message: str) -> HttpResponse:
        return HttpResponse(status, message.encode())

    async with HttpServer(routes, host="127.0.0.1", port=port, refuse=refuse) as server:
        yield DeviceByHand(server, topics, state, shortfall)


def frame(camera: str, timestamp_unix_ns: int, *, width: int = 64, height: int = 48) -> Frame:
    return Frame(
        camera=camera,
        index=0,
        timestamp_unix_ns=timestamp_unix_ns,
        width=width,
        height=height,
        pixel_format="gray",
        data=bytes(width * height),
    )


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


async def test_a_picture_whose_gaze_is_late_is_never_shown_with_other_gaze(
    browser: Browser,
) -> None:
    async with device_by_hand("world", "gaze") as device, AsyncExitStack() as pages:
        page = await device.opened(pages, browser)
        topics = device.topics
        topics.gaze.publish(GazeDatum(timestamp_unix_ns=START_NS, x_px=1.0, y_px=1.0))
        await device.show(page, START_NS + 3 * MS)
        await page.evaluate(
            """new Promise((resolve) => {
                window.seen = [];
                const look = () => {
                    const { pictures, gaze } = window.gazewireMonitor;
                    window.seen.push([pictures, gaze?.timestamp ?? null]);
                    if (window.seen.length === 20) resolve();
                    if (window.seen.length < 1000) requestAnimationFrame(look);
                };
                look();
            })"""
        )
        nearest_ns = START_NS + 5 * MS
        for offset_ns in (0, 20 * MS):  # the second one fills the batch
            time_ns = nearest_ns + offset_ns
            topics.gaze.publish(GazeDatum(timestamp_unix_ns=time_ns, x_px=2.0, y_px=2.0))
        await page.wait_for(f"window.gazewireMonitor.gaze?.timestamp === '{nearest_ns}'")
        seen = await page.evaluate("window.seen")
        assert {gaze for pictures, gaze in seen if pictures} <= {None, str(nearest_ns)}


async def test_pictures_go_on_when_there_is_no_gaze_any_more(browser: Browser) -> None:
    async with device_by_hand("world", "gaze") as device, AsyncExitStack() as pages:
        page = await device.opened(pages, browser)
        topics = device.topics
        topics.gaze.publish(GazeDatum(timestamp_unix_ns=START_NS, x_px=1.0, y_px=1.0))
        await device.show(page, START_NS + 500 * MS)
        await page.wait_for("window.gazewireMonitor.pictures === 1")
        assert await page.evaluate("window.gazewireMonitor.gaze") is None


async def test_the_page_works_where_the_origin_is_not_secure(
    browser: Browser, device: DeviceProgram
) -> None:
    async with browser.page(f"http://{OTHER_HOST}:{device.http_port}/") as page:
        assert await page.evaluate("window.isSecureContext") is False
        await page.wait_for("window.gazewireMonitor.pictures >= 2")
        await page.wait_for("window.gazewireMonitor.eyes.pictures >= 2")
        assert page.errors == []


async def test_the_eyes_move_and_are_those_of_the_wearer(page: Page, device: DeviceProgram) -> None:
    for side in ("left", "right"):
        pixels = PIXELS_OF % f"#eye-{side}"
        first = await page.wait_for("window.gazewireMonitor.eyes.pictures >= 1 && " + pixels)
        await page.wait_for(f"{pixels} !== {first}")
    shown = await page.evaluate("window.gazewireMonitor.eyes.pictureTimestamp")
    exposures = {row["timestamp_unix_ns"] for row in read_truth(device.truth, "eyes", int(shown))}
    assert int(shown) in exposures


async def test_the_pupils_are_told_beside_the_eyes(page: Page, device: DeviceProgram) -> None:
    told = await page.wait_for(
        """(() => {
            const told = ["left", "right"].map((side) =>
                document.querySelector(`#pupil-${side}`).textContent);
            const { gaze } = window.gazewireMonitor;
            return told.every((text) => text.endsWith(" mm")) && gaze &&
                { told, until: gaze.timestamp };
        })()"""
    )
    gaze = read_truth(device.truth, "gaze", int(told["until"]) + 500 * MS)
    true = {
        tuple(
            f"{row[f'eye_state_{side}']['pupil_diameter_mm']:.2f} mm" for side in ("left", "right")
        )
        for row in gaze
    }
    assert tuple(told["told"]) in true


async def test_eyes_that_nobody_sees_are_not_asked_for(browser: Browser) -> None:
    async with device_by_hand("world", "eyes") as device, AsyncExitStack() as pages:
        page = await device.opened(pages, browser)
        eyes = device.topics.eyes
        while not eyes.has_readers:
            await page.evaluate("new Promise(requestAnimationFrame)")
        await page.click("#eyes summary")
        for index in itertools.count():
            if not eyes.has_readers:
                break
            # Those that were asked for already still come.
            eyes.publish(frame("eyes", START_NS + index * 40 * MS, width=384, height=192))
            await page.wait_for(f"window.gazewireMonitor.eyes.pictures > {index}")
            await page.evaluate("new Promise(requestAnimationFrame)")
        assert index <= 3
        await page.click("#eyes summary")
        while not eyes.has_readers:
            await page.evaluate("new Promise(requestAnimationFrame)")


async def test_a_source_without_eye_cameras_is_told_to_have_none(browser: Browser) -> None:
    async with device_by_hand("world", "gaze") as device, AsyncExitStack() as pages:
        page = await device.opened(pages, browser)
        await page.wait_for("!document.querySelector('#eyes-none').hidden")
        assert await text(page, "#eyes-none") == "This source has no eye cameras."
        assert await page.evaluate("document.querySelector('#eye-pictures').hidden")
        assert await page.evaluate("document.querySelector('#template').hidden")


async def test_a_scene_camera_that_is_plugged_in_later_is_seen(browser: Browser) -> None:
    async with device_by_hand("gaze") as device, AsyncExitStack() as pages:
        page = await device.opened(pages, browser)
        await page.wait_for("!document.querySelector('#camera-badge').hidden")
        device.state.update(Sensor(sensor="world", conn_type="DIRECT", connected=True))
        await device.show(page, START_NS)
        await page.wait_for("window.gazewireMonitor.pictures === 1")
        await page.wait_for("document.querySelector('#camera-badge').hidden")


async def test_a_trace_is_where_the_wearer_looked(page: Page, device: DeviceProgram) -> None:
    await page.wait_for(
        """(() => {
            const { until, lanes } = window.gazewireMonitor.traces;
            return lanes.length === 4 && lanes.every(({ range }) => range[1] > range[0]) &&
                lanes.every(({ since }) => since && until > since + 2_000);
        })()"""
    )
    await page.press("p")
    shown = await page.evaluate("window.gazewireMonitor.traces")
    assert shown["isPaused"]
    # What belongs to that time may still be on its way.
    until_ns = round(shown["until"] * MS)
    await page.wait_for(f"BigInt(window.gazewireMonitor.gaze?.timestamp ?? 0) > {until_ns}n")
    await page.evaluate("new Promise(requestAnimationFrame)")
    await page.evaluate("new Promise(requestAnimationFrame)")
    chart = await page.evaluate(
        """(() => {
            const canvas = document.querySelector("#chart");
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            const inked = [];
            for (let at = 0; at < data.length; at += 4) {
                const place = [(at / 4) % width, Math.floor(at / 4 / width)];
                // The blue of x, or the vermillion of y, in the middle of a line.
                const blueness = data[at + 2] - data[at];
                if (Math.abs(blueness) > 100) inked.push([...place, blueness > 0 ? 0 : 1]);
            }
            return { width, inked };
        })()"""
    )
    gaze = shown["lanes"][0]
    assert gaze["name"] == "gaze"
    inked = {(x, y, series) for x, y, series in chart["inked"]}
    truth = [
        row
        for row in read_truth(device.truth, "gaze", until_ns)
        if until_ns - 1_800 * MS < row["timestamp_unix_ns"] < until_ns - 300 * MS
    ]
    assert len(truth) > 250
    low, high = gaze["range"]
    seen = {0: 0, 1: 0}
    for row in truth:
        before_ms = (until_ns - row["timestamp_unix_ns"]) / MS
        x = round(chart["width"] * (1 - before_ms / shown["spanMs"]))
        for series, value in ((0, row["x_px"]), (1, row["y_px"])):
            share = min(1, max(0, (value - low) / (high - low)))
            y = int(gaze["top"] + gaze["height"] * (1 - share))
            around = itertools.product((x - 1, x, x + 1), range(y - 2, y + 3), (series,))
            seen[series] += not inked.isdisjoint(around)
    # y is drawn over x where they meet.
    assert seen[1] == len(truth)
    assert seen[0] >= 0.8 * len(truth)


async def test_traces_scroll_until_they_are_paused(page: Page) -> None:
    chart = PIXELS_OF % "#chart"
    first = await page.wait_for("window.gazewireMonitor.traces.until > 0 && " + chart)
    await page.wait_for(f"{chart} !== {first}")
    await page.point_at("#chart")
    await page.wait_for("window.gazewireMonitor.traces.isPaused")
    until = await page.evaluate("window.gazewireMonitor.traces.until")
    await page.wait_for("document.querySelector('#traces-terse').textContent === 'Paused'")
    pictures = await page.evaluate("window.gazewireMonitor.pictures")
    await page.wait_for(f"window.gazewireMonitor.pictures > {pictures} + 2")
    assert await page.evaluate("window.gazewireMonitor.traces.until") == until
    await page.point_at("#timer")
    await page.wait_for(f"window.gazewireMonitor.traces.until > {until}")
    await page.click("#pause")
    await page.wait_for("window.gazewireMonitor.traces.isPaused")
    await page.press("p")
    await page.wait_for("!window.gazewireMonitor.traces.isPaused")


async def test_the_traces_mark_what_the_eyes_did(page: Page, device: DeviceProgram) -> None:
    ended = await page.wait_for(
        """(() => {
            const ended = window.gazewireMonitor.traces.events.filter(({ end }) => end !== null);
            const kinds = new Set(ended.map(({ kind }) => kind));
            return kinds.has("fixation") && kinds.has("saccade") && ended;
        })()"""
    )
    latest_ns = round(max(event["end"] for event in ended) * MS)
    true = {
        (row["event"], round(row["start_unix_ns"] / MS, 1), round(row["end_unix_ns"] / MS, 1))
        for row in read_truth(device.truth, "eye_events", latest_ns - MS)
        if row["event"] != "onset"
    }
    assert {(e["kind"], round(e["start"], 1), round(e["end"], 1)) for e in ended} <= true


async def test_the_clock_of_the_device_is_found(page: Page) -> None:
    # Browser and device are on one machine, so their clocks are the same.
    offset = await page.wait_for("window.gazewireMonitor.clock")
    assert abs(offset["milliseconds"]) <= offset["uncertainty"] + 1
    await page.wait_for("document.querySelector('#clock-offset').textContent.includes('±')")
    await page.wait_for("document.querySelector('#round-trip').textContent.endsWith(' ms')")


async def test_the_page_tells_how_good_the_connection_is(
    browser: Browser, page: Page, device: DeviceProgram
) -> None:
    await page.wait_for(
        "['Good', 'Fair', 'Poor'].includes(document.querySelector('#quality-terse').textContent)"
    )
    await page.wait_for("document.querySelector('#missed-data').textContent === '0'")
    async with opened(browser, device) as other:
        await other.wait_for("document.querySelector('#open-pages').textContent === '2'")
    await page.wait_for("document.querySelector('#open-pages').textContent === '1'")


async def test_what_the_device_gives_up_is_told_as_soon_as_there_is_something(
    browser: Browser,
) -> None:
    async with device_by_hand("world", "eyes") as device, AsyncExitStack() as pages:
        page = await device.opened(pages, browser)
        await page.wait_for("document.querySelector('#open-pages').textContent === '1'")
        for row in ("left-out-row", "lowered-row"):
            assert await page.evaluate(f"document.querySelector('#{row}').hidden")
        device.shortfall.leave_out("world", 12)
        device.shortfall.lower("eyes", 50, 100)
        await page.wait_for("!document.querySelector('#lowered-row').hidden")
        assert await text(page, "#left-out") == "world 12"
        assert await text(page, "#lowered") == "eyes 50 Hz"


QUESTION = {
    title: f"""[...document.querySelectorAll(".question")].find((question) =>
        question.querySelector("label, legend").textContent.startsWith("{title}"))"""
    for title in ("Task", "Trial", "Distance", "Light", "Visual aids", "Remarks")
}


async def enter(page: Page, title: str, value: str) -> None:
    """Answer a question by typing, in place of what is there."""
    await page.evaluate(f"{QUESTION[title]}.querySelector('input, textarea').select()")
    await page.evaluate(f"{QUESTION[title]}.querySelector('input, textarea').focus()")
    if value:
        await page.write(value)
    else:
        await page.evaluate("document.execCommand('delete')")


async def choose(page: Page, title: str, choice: str) -> None:
    await page.evaluate(
        f"""[...{QUESTION[title]}.querySelectorAll("input")]
            .find((input) => input.value === "{choice}").click()"""
    )


async def test_questions_are_answered_and_saved(page: Page, device: DeviceProgram) -> None:
    await page.wait_for("!document.querySelector('#template').hidden")
    await page.press("q")
    assert await page.evaluate("document.activeElement.value") == "free viewing"
    assert await page.evaluate("document.querySelector('#template-save').disabled")
    await enter(page, "Task", "reading")
    await enter(page, "Trial", "42")
    await enter(page, "Distance", "0.6")
    await choose(page, "Light", "lamps")
    await choose(page, "Visual aids", "contact lenses")
    await choose(page, "Visual aids", "glasses")
    await enter(page, "Remarks", "in r e d")
    await page.click("#template-save")
    await page.wait_for("document.querySelector('#template-said').textContent === 'Saved.'")
    titles = {
        item["id"]: item["title"] for item in ask(device, "GET", "/api/template_def")["items"]
    }
    answers = {
        titles[key]: value for key, value in ask(device, "GET", "/api/template_data").items()
    }
    assert answers == {
        "Task": ["reading"],
        "Trial": ["42"],
        "Distance to the screen": ["0.6"],
        "Light": ["lamps"],
        "Visual aids": ["contact lenses", "glasses"],
        "Remarks": ["in r e d"],
    }
    assert not await page.evaluate("document.body.classList.contains('is-recording')")
    await choose(page, "Light", "")
    await page.click("#template-save")
    await page.wait_for(
        "document.querySelector('#template-terse').textContent === '5 of 6 answered'"
    )


async def test_answers_that_are_not_right_are_told_at_their_question(page: Page) -> None:
    await page.wait_for("!document.querySelector('#template').hidden")
    await page.press("q")
    await enter(page, "Task", "")
    await enter(page, "Trial", "4.5")
    await page.click("#template-save")
    assert await text(page, "#template-said") == "2 answers are not right yet."
    faults = await page.evaluate(
        """[...document.querySelectorAll(".fault:not([hidden])")].map((fault) => [
            document.querySelector(`[aria-describedby~="${fault.id}"]`).ariaInvalid,
            fault.textContent])"""
    )
    assert faults == [["true", "This needs an answer."], ["true", "This takes a whole number."]]
    assert await page.evaluate(f"{QUESTION['Task']}.contains(document.activeElement)")
    await enter(page, "Trial", "4")
    assert await page.evaluate("document.querySelectorAll('.fault:not([hidden])').length") == 1
    await page.click("#template-revert")
    assert await page.evaluate(f"{QUESTION['Task']}.querySelector('input').value") != ""
    assert await page.evaluate("document.querySelectorAll('.fault:not([hidden])').length") == 0


async def test_answers_that_the_device_refuses_stay_and_its_words_are_told(page: Page) -> None:
    await page.wait_for("!document.querySelector('#template').hidden")
    await page.press("q")
    await enter(page, "Remarks", 10_001 * "a")
    await page.click("#template-save")
    await page.wait_for("document.querySelector('#template-said').dataset.kind === 'error'")
    words = "Not saved: Remarks: takes 10000 characters, not 10001."
    assert await text(page, "#template-said") == words
    assert (
        await page.evaluate(f"{QUESTION['Remarks']}.querySelector('textarea').value.length")
        == 10_001
    )
    assert not await page.evaluate("document.querySelector('#template-save').disabled")
    page.errors.clear()  # browsers log refused requests as errors


async def test_cards_stay_as_they_were_left(browser: Browser, device: DeviceProgram) -> None:
    async with opened(browser, device) as page:
        assert await page.evaluate("document.querySelector('#sensors-card').open")
        await page.click("#sensors-card summary")
    async with opened(browser, device) as page:
        assert not await page.evaluate("document.querySelector('#sensors-card').open")
        await page.click("#sensors-card summary")


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
    # Told when it is gone; that it has stopped is told before.
    await page.wait_for("document.querySelector('#alert-text').textContent.endsWith('discarded.')")
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


class Nothing:
    """A timeline without anything."""

    info = GlassesInfo(description="nothing")

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        return iter(())


async def test_a_refusal_is_told_in_the_words_of_the_device(
    browser: Browser, tmp_path: Path
) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("")
    config = DeviceConfig(
        http_port=0,
        rtsp_port=0,
        tunnel_port=0,
        echo_port=0,
        announce=False,
        record_dir=no_folder / "recordings",
    )
    async with (
        serve_device(config, Playback(Nothing()), SystemClock()) as device,
        HttpClient() as http,
        browser.page(f"{device.http_url}/") as page,
    ):
        refused = await http.request("POST", f"{device.http_url}/api/recording:start")
        words = json.loads(refused.body)["message"]
        await page.wait_for("!document.querySelector('#record').disabled")
        await page.click("#record")
        await page.wait_for("document.querySelector('#alert').dataset.kind === 'error'")
        said = await text(page, "#alert-text")
        assert said == f"Could not start a recording: {words.rstrip('.')}."
        await page.wait_for("!document.querySelector('#record').disabled")
        await page.click("#alert-close")
        assert await page.evaluate("document.querySelector('#alert').hidden")


async def test_the_page_comes_back_when_the_device_does(browser: Browser) -> None:
    async with AsyncExitStack() as pages:
        async with device_by_hand("world", name="First") as device:
            page = await device.opened(pages, browser)
            await device.show(page, START_NS)
            await page.wait_for("window.gazewireMonitor.pictures === 1")
        await page.wait_for("document.querySelector('#connection').dataset.state === 'lost'")
        assert await page.evaluate("document.querySelector('#record').disabled")
        await page.wait_for(
            "document.querySelector('#note').textContent.startsWith('The device does not answer.')"
        )
        async with device_by_hand("world", name="Second", port=device.port) as device:
            await page.wait_for("document.querySelector('#connection').dataset.state === 'live'")
            await device.show(page, START_NS + 1_000 * MS)
            await page.wait_for("window.gazewireMonitor.pictures === 2")
            await page.wait_for("document.querySelector('#device-name').textContent === 'Second'")


async def test_the_layout_fits_any_window(page: Page) -> None:
    sizes = [(width, 844) for width in (360, 390, 640, 859, 860, 1024, 1440, 1920, 2560)]
    for is_open in (False, True):
        await page.evaluate(
            f"""for (const card of document.querySelectorAll("details"))
                card.open = {json.dumps(is_open)}"""
        )
        for width, height in [*sizes, (844, 390), (1280, 720)]:
            await page.resize(width, height)
            await page.evaluate("new Promise(requestAnimationFrame)")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            cut = await page.evaluate(
                """[...document.querySelectorAll(
                        "button, input, textarea, summary, summary *, .bar *, .rates *, .facts *")]
                    .filter((element) => element.getClientRects().length)
                    .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
                    .map((element) => element.outerHTML)"""
            )
            assert cut == [], (width, height)
            overlap = await page.evaluate(
                """[...document.querySelectorAll(".rates div")]
                    .filter((rate) => rate.getClientRects().length)
                    .some((rate) => rate.getBoundingClientRect().right >
                        document.querySelector(".tools").getBoundingClientRect().left)"""
            )
            assert not overlap, (width, height)
            scene = await page.evaluate("document.querySelector('#scene').clientHeight")
            assert scene >= 200, (width, height)


async def test_everything_comes_from_the_device(page: Page, device: DeviceProgram) -> None:
    names = await page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
    assert len(names) >= 3
    assert [name for name in names if not name.startswith((device.http, "data:"))] == []


async def test_every_control_has_a_name(page: Page) -> None:
    nameless = await page.evaluate(
        """[...document.querySelectorAll("button, input, textarea, summary, canvas, dialog")]
            .filter((control) => !(control.ariaLabel || control.textContent.trim() ||
                control.labels?.length || control.getAttribute("aria-labelledby")))
            .map((control) => control.outerHTML)"""
    )
    assert nameless == []
