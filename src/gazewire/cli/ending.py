"""When a verb that could go on for ever ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

__all__ = ["work_until"]


async def work_until(
    stop: asyncio.Event, seconds: float | None, work: Coroutine[None, None, None]
) -> None:
    """Work until it is done, somebody says stop, or time is up.

    Args:
        stop: set by the signals that end a program.
        seconds: the longest to work; None sets no limit.
        work: cancelled where it is not done by then. What it raises is raised.
    """
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait(
            {working, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.wait({working, stopping})
    if not working.cancelled():
        working.result()
