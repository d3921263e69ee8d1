"""Calibrations under `gazewire up`, as users start them: by a client, and by clicks on its page.

The synthetic wearer is shown markers in its room, and looks at them; the markers are found in
drawn pictures, the pupils too. A machine that is short of time has few pictures, so few are wanted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from browser import Browser, Page, find_chromium
from harness.up_program import UpProgram

from gazewire.client.core import CoreDevice
from gazewire.compose.looking_request import LOOK_SUBJECT, LookingRequest
from gazewire.compose.synthetic_eye import LIFE_NS, synthetic_wearer
from gazewire.model import Notification
from gazewire.sim.attention import REACTION_NS

# Where other tests run beside, eyes and scene have few pictures a second, and some are wanted.
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]

SEED = 3
COMES_WITHIN_S = 100
# The longest saccade takes half as long.
SACCADE_NS = 200_000_000

# Eyes of a machine that has no time for them may see no pupil while a target is there.
FEWEST_TARGETS = 3

SCREEN = "ScreenMarkerChoreographyPlugin"
SINGLE = "SingleMarkerChoreographyPlugin"
FEATURES = "NaturalFeatureChoreographyPlugin"
QUICK: dict[str, Any] = {"sample_duration": 15, "target_timeout_s": 30.0}

PHASE = "window.gazewireMonitor.pointing.phase"
ENDED = """window.gazewireMonitor.pointing.targets
    .filter(({ state }) => ["done", "partial", "missed"].includes(state)).length"""
WORDS = "document.querySelector('#pointing-text').textContent"
CALIBRATION = """[...document.querySelectorAll("#figures-list dt")]
    .find(({ textContent }) => textContent === "Calibration")?.nextElementSibling.textContent"""


class Operator:
    """Somebody at a client who follows what is said of calibrations.

    Attributes:
        core: the client.
        told: what has been said, in order.
    """

    def __init__(self, core: CoreDevice) -> None:
        self.core = core
        self.told: list[Notification] = []
        self._news = asyncio.Event()

    async def follow(self, notifications: Any) -> None:
        async for notification in notifications:
            self.told.append(notification)
            self._news.set()

    async def until(self, *subjects: str) -> Notification:
        """The first that has one of these subjects, from now on or since `told` was cleared."""
        async with asyncio.timeout(COMES_WITHIN_S):
            while True:
                for notification in self.told:
                    if notification.subject in subjects:
                        return notification
                await self.news()

    async def news(self) -> None:
        """Wait until something more is said."""
        self._news.clear()
        await self._news.wait()

    async def until_targets(self, state: str, count: int) -> None:
        """Wait until so many targets of what is collected are in a state."""
        async with asyncio.timeout(COMES_WITHIN_S):
            while True:
                for notification in self.told:
                    targets = dict[str, Any](notification.fields).get("targets", [])
                    if sum(target["state"] == state for target in targets) >= count:
                        return
                await self.news()

    async def start(self, choreography: str, kind: str = "calibration", **args: Any) -> None:
        self.told.clear()
        await self.core.notify("start_plugin", {"name": choreography, "args": args})
        await self.core.notify(f"{kind}.should_start")

    @property
    def asked(self) -> LookingRequest | None:
        """What the wearer was asked to look at last."""
        for notification in reversed(self.told):
            if notification.subject == LOOK_SUBJECT:
                return LookingRequest.of(notification)
        return None


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpProgram]:
    folder = tmp_path_factory.mktemp("up")
    options = ("--eye-rate", "20", "--eyes", "processes", "--seed", str(SEED))
    with UpProgram(folder, *options) as up:
        yield up


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def operator(up: UpProgram) -> AsyncIterator[Operator]:
    port = int(up.ready["remote"].rpartition(":")[2])
    async with CoreDevice("127.0.0.1", port) as core, core.notifications() as notifications:
        # Whatever is fitted from now on is fitted after what the eyes have rehearsed.
        async with asyncio.timeout(COMES_WITHIN_S), core.gaze("gaze.3d.01.") as gazes:
            await anext(gazes)
        operator = Operator(core)
        following = asyncio.create_task(operator.follow(notifications))
        yield operator
        following.cancel()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


async def test_a_calibration_with_markers_on_a_display_is_fitted(operator: Operator) -> None:
    await operator.start(SCREEN, **QUICK)
    successful = await operator.until("calibration.successful", "calibration.failed")
    assert successful.subject == "calibration.successful", successful.fields
    measured = dict[str, Any]((await operator.until("accuracy.measured")).fields)
    assert measured["accuracy_deg"] < 1.0
    assert len(measured["targets"]) >= FEWEST_TARGETS
    setup = dict[str, Any]((await operator.until("calibration.setup.v2")).fields)
    places = {tuple(np.round(one["norm_pos"], 1)) for one in setup["calib_data"]["ref_list"]}
    assert len(places) >= 5


async def test_a_validation_has_targets_of_its_own_and_fits_nothing(operator: Operator) -> None:
    await operator.start(SCREEN, "validation", **QUICK)
    measured = dict[str, Any]((await operator.until("accuracy.measured")).fields)
    assert not any(told.subject == "calibration.successful" for told in operator.told)
    assert measured["source"] == "validation"
    assert measured["accuracy_deg"] < 1.5
    assert 0 < len(measured["targets"]) <= 4


async def test_a_single_marker_is_carried_about_the_scene(operator: Operator) -> None:
    await operator.start(SINGLE, marker_mode="Physical", samples_per_zone=12)
    await operator.until_targets("done", 5)
    await operator.core.notify("calibration.should_stop")
    successful = await operator.until("calibration.successful", "calibration.failed")
    assert successful.subject == "calibration.successful", successful.fields
    measured = dict[str, Any]((await operator.until("accuracy.measured")).fields)
    assert measured["accuracy_deg"] < 2.0


async def test_a_calibration_that_fails_says_why(operator: Operator) -> None:
    await operator.core.notify("set_min_calibration_confidence", {"value": 1.0})
    try:
        await operator.start(SCREEN, **QUICK, calibration_targets=[(0.5, 0.5), (0, 1)])
        told = await operator.until("calibration.failed", "calibration.successful")
    finally:
        await operator.core.notify("set_min_calibration_confidence", {"value": 0.8})
    failed = dict[str, Any](told.fields)
    assert failed["reason"].startswith("Not sufficient")
    assert "have a confidence of 1.00 or more" in " ".join(failed["diagnosis"]["sentences"])


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed")
async def test_clicks_on_the_monitor_page_calibrate(
    up: UpProgram, operator: Operator, browser: Browser
) -> None:
    await operator.core.notify(
        "start_plugin", {"name": FEATURES, "args": {"samples_per_feature": 4}}
    )
    async with browser.page(f"{up.ready['http']}/", width=1000, height=760) as page:
        await page.wait_for(CALIBRATION)
        before = await page.evaluate(CALIBRATION)
        operator.told.clear()
        await page.press("c")
        await page.wait_for(f"{PHASE} === 'collecting'")
        assert await page.evaluate("document.querySelector('#pointing-finish').disabled")
        for number in range(5):
            await point_by_mouse(page, operator, number)
        await point_by_keys(page, operator, 5)
        await page.press("s")
        await page.wait_for(f"{PHASE} === 'told' && {WORDS}.startsWith('Calibrated: ')")
        words = await page.evaluate(WORDS)
        assert float(words.removeprefix("Calibrated: accuracy ").partition("°")[0]) < 2.0
        await page.wait_for(f"{CALIBRATION} !== {before!r}")
        await page.press("Escape")
        await page.wait_for("document.querySelector('#pointing').hidden")
        assert page.errors == []


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed")
async def test_clicks_that_are_cancelled_change_nothing_and_no_clicks_are_no_calibration(
    up: UpProgram, operator: Operator, browser: Browser
) -> None:
    async with browser.page(f"{up.ready['http']}/", width=1000, height=760) as page:
        # Everything has its place on the page then.
        await page.wait_for("window.gazewireMonitor.pictures > 0")
        await page.wait_for("!document.querySelector('#calibrate').hidden")
        await page.click("#calibrate")
        await page.wait_for(f"{PHASE} === 'collecting'")
        operator.told.clear()
        await page.click("#pointing-cancel")
        await operator.until("calibration.stopped")
        await page.click("#calibrate")
        await page.wait_for(f"{PHASE} === 'collecting'")
        await operator.core.notify("calibration.should_stop")
        await page.wait_for(f"{WORDS}.startsWith('Not calibrated: ')")
        assert await page.evaluate("document.querySelectorAll('#pointing-reasons li').length")
        assert page.errors == []


async def point_by_mouse(page: Page, operator: Operator, number: int) -> None:
    """Click on what the wearer points at, and wait until that has been followed."""
    x, y = await dot_px(page, operator, number)
    place = await page.evaluate(
        f"""(() => {{
            const {{ x, y, scale }} = window.gazewireMonitor.view;
            const canvas = document.querySelector("#scene");
            const {{ left, top, width }} = canvas.getBoundingClientRect();
            const ratio = width / canvas.width;
            return {{ x: left + ratio * (x + scale * {x}), y: top + ratio * (y + scale * {y}) }};
        }})()"""
    )
    for kind in ("mousePressed", "mouseReleased"):
        await page.call(
            "Input.dispatchMouseEvent", {"type": kind, **place, "button": "left", "clickCount": 1}
        )
    await page.wait_for(f"{ENDED} > {number}")


async def point_by_keys(page: Page, operator: Operator, number: int) -> None:
    """Move to what the wearer points at by arrows, from the middle or from where it was."""
    await page.evaluate("document.querySelector('#scene').focus()")
    x, y = await dot_px(page, operator, number)
    across, down = round((x / 1600 - 0.5) / 0.005), round((y / 1200 - 0.5) / 0.005)
    for key, count in (
        ("ArrowRight" if across > 0 else "ArrowLeft", abs(across)),
        ("ArrowDown" if down > 0 else "ArrowUp", abs(down)),
    ):
        for _ in range(count):
            await page.press(key)
    await page.press("Enter")
    await page.wait_for(f"{ENDED} > {number}")


async def dot_px(page: Page, operator: Operator, number: int) -> tuple[float, float]:
    """Where the dot is in the picture that the page shows, once the wearer looks at it."""
    await page.wait_for(f"{ENDED} === {number}")
    async with asyncio.timeout(COMES_WITHIN_S):
        while (asked := operator.asked) is None or asked.exhibit is None:
            await operator.news()
    seen_ns = asked.unix_ns + REACTION_NS + SACCADE_NS
    shown = "window.gazewireMonitor.pictureTimestamp"
    is_seen = f"{shown} && BigInt({shown}) > {seen_ns}n && {shown}"
    timestamp_unix_ns = int(await page.wait_for(is_seen))
    scene = synthetic_wearer(SEED).scene
    life_s = timestamp_unix_ns % LIFE_NS / 1e9
    x, y = scene.project(np.array([asked.exhibit.point]), life_s)[0].tolist()
    return x, y
