from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from loopback.core_program import CoreProgram

from gazewire.client.core import CoreDevice, Message

LIMIT_S = 20
OFTEN_S = 0.02


@pytest.fixture
async def core(program: CoreProgram) -> AsyncIterator[CoreDevice]:
    async with CoreDevice(port=program.port, check_interval_s=OFTEN_S) as core:
        yield core


async def test_entered_means_subscribed(core: CoreDevice, program: CoreProgram) -> None:
    for number in range(5):
        async with core.maps("data") as maps, asyncio.timeout(LIMIT_S):
            program.publish("data", n=number)
            assert await anext(maps) == Message("data", {"n": number})


async def test_what_cannot_be_read_is_left_out_and_counted(
    core: CoreDevice, program: CoreProgram
) -> None:
    async with core.gaze() as gaze, core.maps("") as maps, asyncio.timeout(LIMIT_S):
        program.publish("gaze.3d.01.", confidence=1.0)
        program.publish_frames(b"gaze.2d.0.", b"\xc1")
        program.publish("end")
        while (await anext(maps)).topic != "end":
            pass
        reading = asyncio.ensure_future(anext(gaze, None))
        while gaze.malformed < 2:  # noqa: ASYNC110  # nothing but time brings it
            await asyncio.sleep(0.005)
    assert await reading is None


async def test_a_read_that_is_cancelled_loses_nothing(
    core: CoreDevice, program: CoreProgram
) -> None:
    async with core.maps("data") as maps:
        for number in range(10):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.001):
                    await anext(maps)
            program.publish("data", n=number)
            async with asyncio.timeout(LIMIT_S):
                assert (await anext(maps)).payload == {"n": number}


async def test_leaving_ends_the_iteration(core: CoreDevice) -> None:
    async with core.maps("data") as maps:
        reading = asyncio.ensure_future(anext(maps, None))
        await asyncio.sleep(0)
    async with asyncio.timeout(LIMIT_S):
        assert await reading is None


async def test_who_waits_goes_on_when_the_program_has_started_again(
    core: CoreDevice, program: CoreProgram, until: Callable[..., Any]
) -> None:
    async with core.maps("data") as maps, asyncio.timeout(LIMIT_S):
        for number in range(3):
            reading = asyncio.ensure_future(anext(maps))
            await program.start_again()
            await until(lambda number=number: maps.reconnections == number + 1)
            program.publish("data", n=number)
            assert (await reading).payload == {"n": number}


async def test_images_that_never_came_are_counted_over_all(
    core: CoreDevice, program: CoreProgram, until: Callable[..., Any]
) -> None:
    async with core.maps("frame.") as maps, asyncio.timeout(LIMIT_S):
        for index in (1, 2, 5):
            program.publish("frame.world", index=index)
            await anext(maps)
        assert maps.missing == 2
        await program.start_again()
        await until(lambda: maps.reconnections)
        for index in (1, 3):
            program.publish("frame.world", index=index)
            await anext(maps)
        assert maps.missing == 3
