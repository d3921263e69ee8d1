from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from gazewire.camera import Presence
from gazewire.camera.handover import Handover
from gazewire.errors import SourceError
from gazewire.model import Frame

AWAY = Presence("world", connected=False)
BACK = Presence("world", connected=True)


def in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


async def read_all(handover: Handover) -> list[Any]:
    return [item.index if isinstance(item, Frame) else item async for item in handover]


async def test_what_a_thread_puts_in_comes_out_in_order(numbered) -> None:
    handover = Handover(8)

    def work() -> None:
        for index in range(3):
            handover.put(numbered(index))
        handover.close()

    in_thread(work)
    assert await read_all(handover) == [0, 1, 2]
    assert handover.dropped == 0


async def test_a_reader_that_waits_is_woken(numbered) -> None:
    handover = Handover(1)
    reading = asyncio.create_task(anext(handover))
    await asyncio.sleep(0)
    in_thread(lambda: handover.put(numbered(7)))
    assert await reading == numbered(7)


async def test_the_oldest_frames_are_dropped_and_counted_when_it_is_full(numbered) -> None:
    handover = Handover(2)

    def work() -> None:
        for index in range(5):
            handover.put(numbered(index))
        handover.close()

    in_thread(work)
    assert await read_all(handover) == [3, 4]
    assert handover.dropped == 3


async def test_only_frames_are_dropped(numbered) -> None:
    handover = Handover(1)

    def work() -> None:
        for item in (numbered(0), AWAY, BACK, numbered(1), numbered(2)):
            handover.put(item)
        handover.close()

    in_thread(work)
    assert await read_all(handover) == [AWAY, BACK, 2]


async def test_a_failure_is_raised_behind_what_was_put_in_before_it(numbered) -> None:
    handover = Handover(2)

    def work() -> None:
        handover.put(numbered(0))
        handover.close(SourceError("camera", "it burnt down"))

    in_thread(work)
    assert await anext(handover) == numbered(0)
    with pytest.raises(SourceError, match="burnt"):
        await anext(handover)


async def test_cancelling_a_pending_read_loses_nothing(numbered) -> None:
    handover = Handover(2)
    reading = asyncio.create_task(anext(handover))
    await asyncio.sleep(0)
    in_thread(lambda: handover.put(numbered(0)))
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await anext(handover) == numbered(0)


async def test_a_handover_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Handover(0)
