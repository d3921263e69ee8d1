from __future__ import annotations

import asyncio

import pytest

from gazewire.cli.ending import work_until


class Work:
    """Goes on until something happens to it."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.was_cancelled = False

    async def run(self) -> None:
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise


async def test_work_that_is_done_is_the_end() -> None:
    work = Work()
    work.go_on.set()
    await work_until(asyncio.Event(), None, work.run())
    assert not work.was_cancelled


async def test_work_ends_when_somebody_says_stop() -> None:
    work, stop = Work(), asyncio.Event()
    stop.set()
    await work_until(stop, None, work.run())
    assert work.was_cancelled


async def test_work_ends_when_time_is_up() -> None:
    work = Work()
    await work_until(asyncio.Event(), 0.001, work.run())
    assert work.was_cancelled


async def test_what_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        await work_until(asyncio.Event(), None, fail())


async def test_cancelling_it_cancels_the_work() -> None:
    work = Work()
    waiting = asyncio.create_task(work_until(asyncio.Event(), None, work.run()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()
    assert work.was_cancelled
