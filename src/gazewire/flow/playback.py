"""Stored or computed records, released when their time comes.

A worker thread draws records from an iterator, a little ahead of time, because drawing may decode
or render; the event loop publishes each at its own instant.

    await play(timeline.records(clock.unix_ns()), clock, topic.publish)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from gazewire.time import Clock

__all__ = ["Timed", "play"]


class Timed(Protocol):
    """Anything that has an instant."""

    @property
    def timestamp_unix_ns(self) -> int:
        """Nanoseconds of Unix time."""


T = TypeVar("T", bound=Timed)

_NS_PER_S = 1_000_000_000
# What is drawn in one visit to the worker thread: about three scene frames and what lies between.
_BATCH_NS = 100_000_000
# Batches that wait drawn: with the one being released, the look-ahead is 200 to 300 ms.
_BATCHES_AHEAD = 2


async def play(records: Iterator[T], clock: Clock, publish: Callable[[T], None]) -> None:
    """Publish each record when the clock reaches its timestamp; return when there are no more.

    Nothing is left out: where drawing is slower than time, records come late. Whether it ends,
    fails or is cancelled, an iterator that can be closed (a generator) is closed, in the thread
    that drew from it.

    Args:
        records: in order of time; drawn in a worker thread.
        clock: decides when a record is due.
        publish: takes each record on the event loop's thread; must not block.

    Raises:
        Exception: whatever the iterator raises, after what came before it was published.
    """
    loop = asyncio.get_running_loop()
    batches: asyncio.Queue[list[T] | Exception] = asyncio.Queue(_BATCHES_AHEAD)

    async def draw(worker: ThreadPoolExecutor) -> None:
        batch: list[T] | Exception = []
        while not isinstance(batch, Exception):
            batch = await loop.run_in_executor(worker, _next_batch, records)
            await batches.put(batch)
            if not batch:
                return

    with ThreadPoolExecutor(1, thread_name_prefix="playback") as worker:
        try:
            async with asyncio.TaskGroup() as tasks:
                drawing = tasks.create_task(draw(worker), name="playback draws")
                try:
                    while batch := await batches.get():
                        if isinstance(batch, Exception):
                            raise batch
                        for record in batch:
                            early_ns = record.timestamp_unix_ns - clock.unix_ns()
                            if early_ns > 0:
                                await asyncio.sleep(early_ns / _NS_PER_S)
                            publish(record)
                finally:
                    drawing.cancel()
        except* Exception as failures:
            raise failures.exceptions[0] from None
        finally:
            worker.submit(getattr(records, "close", lambda: None)).result()


def _next_batch(records: Iterator[T]) -> list[T] | Exception:
    # A failure comes back as a value and after the records drawn before it.
    batch: list[T] = []
    try:
        for record in records:
            batch.append(record)
            if record.timestamp_unix_ns - batch[0].timestamp_unix_ns >= _BATCH_NS:
                break
    except Exception as failure:
        return failure
    return batch
