"""`gazewire calibrate` at a running service."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from harness.calibration_desk import Desk, serve_desk
from harness.program import gazewire_command

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running_desk() -> AsyncIterator[Desk]:
    async with serve_desk() as desk:
        yield desk


@pytest.fixture
def desk(running_desk: Desk) -> Desk:
    running_desk.clear()
    return running_desk


async def start(desk: Desk, *options: str) -> asyncio.subprocess.Process:
    remote = f"127.0.0.1:{desk.port}"
    return await asyncio.create_subprocess_exec(
        *gazewire_command("calibrate", "--remote", remote, "--mapping", "2d", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_progress_and_result_are_told(desk: Desk) -> None:
    process = await start(desk)
    told, progress = (text.decode() for text in await process.communicate())
    assert process.returncode == 0, progress
    assert told.startswith("Calibrated: accuracy 0.")
    assert "target 5 of 5: 40 samples" in progress
    lines = told.splitlines()
    assert lines[1].split() == [
        *("TARGET", "PLACE", "ACCURACY", "PRECISION", "GAZE", "USED", "OFFSET")
    ]
    assert len(lines) == 7


async def test_a_failure_is_told_with_its_reasons_and_status_1(desk: Desk) -> None:
    desk.obeys = False
    # The validation of a mapping needs one, and targets that are seen.
    process = await start(desk, "--steps", "validation", "--json")
    await desk.until("validation.started")
    await desk.core.notify("calibration.should_stop")
    told, _ = await process.communicate()
    assert process.returncode == 1
    outcome = json.loads(told)
    assert outcome["kind"] == "validation"
    assert outcome["reason"] == "Not sufficient reference data available."
    assert outcome["diagnosis"]["references"] == 0


async def test_an_interrupt_cancels(desk: Desk) -> None:
    desk.obeys = False
    process = await start(desk)
    await desk.until("calibration.started")
    process.send_signal(signal.SIGINT)
    told, _ = await process.communicate()
    assert process.returncode == 1
    assert told.decode() == "The calibration has failed: It was cancelled.\n"
    state = await desk.core.ask("calibration.should_tell_state", answers=["calibration.state"])
    assert state.fields["state"] == "idle"


async def test_a_page_that_it_serves_starts_the_calibration(desk: Desk) -> None:
    process = await start(desk, "--page-port", "0")
    assert process.stderr is not None
    said = (await process.stderr.readline()).decode()
    url = said.split()[1]
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as page:
            assert "<title>gazewire calibration</title>" in await page.text()
        feed = url.replace("/calibrate", "/calibration/feed")
        async with session.ws_connect(feed) as socket:
            state = await socket.receive_json()
            assert state["subject"] == "calibration.state"
            assert state["choreography"] == "ScreenMarkerChoreographyPlugin"
            await socket.send_json({"want": "preview"})
            while (message := await socket.receive()).type is not aiohttp.WSMsgType.BINARY:
                pass
            assert b"\xff\xd8" in message.data
            await socket.send_json({"start": "calibration"})
            told, _ = await process.communicate()
    assert process.returncode == 0
    assert told.startswith(b"Calibrated: accuracy 0.")


async def test_a_service_that_is_not_there_is_status_2() -> None:
    process = await asyncio.create_subprocess_exec(
        *gazewire_command("calibrate", "--remote", "127.0.0.1:9"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"has not answered" in said
