"""Stored or computed records, released when their time comes.

A worker thread draws records from an iterator, a little ahead of time, because drawing may decode
or render; the event loop publishes each at its own instant.

    await play(timeline.records(clock.unix_ns()), clock, topic.publish)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from gazewire.flow.unwrapped import unwrapped
from gazewire.time import Clock

__all__ = ["Timed", "play"]


class Timed(Protocol):
    """Anything that has an instant."""

    @property
    def timestamp_unix_ns(self) -> int:
        """Nanoseconds of Unix time."""


T = TypeVar("T", bound=Timed)

_NS_PER_S = 1_000_000_000
# How far ahead of time records are drawn. Pictures are dear to draw and dear to code, and machines
# have few cores: of 30 pictures a second the next is drawn 10 to 20 ms after one was published,
# which is then coded and sent.
_AHEAD_NS = 245_000_000
# What is drawn in one visit to the worker thread; one record at least. On a busy machine a visit
# waits its turn, so that whoever is behind has to draw more at a time to catch up.
_BATCH_NS = 10_000_000
_LONGEST_BATCH_NS = 100_000_000
# Never reached by records that are in time; where they are late, as many may wait to be published.
_BATCHES_WAITING = 32


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
    batches: asyncio.Queue[_Batch[T]] = asyncio.Queue(_BATCHES_WAITING)

    async def draw(worker: ThreadPoolExecutor) -> None:
        drawn_ns = 0
        more = True
        while more:
            await _wait_until(drawn_ns - _AHEAD_NS, clock)
            behind_ns = clock.unix_ns() + _AHEAD_NS - drawn_ns
            until_ns = drawn_ns + min(max(behind_ns, _BATCH_NS), _LONGEST_BATCH_NS)
            batch = await loop.run_in_executor(worker, _next_batch, records, until_ns)
            await batches.put(batch)
            drawn_ns = max([drawn_ns, *(record.timestamp_unix_ns for record in batch.records)])
            more = batch.more

    with ThreadPoolExecutor(1, thread_name_prefix="playback") as worker:
        try:
            with unwrapped():
                async with asyncio.TaskGroup() as tasks:
                    drawing = tasks.create_task(draw(worker), name="playback draws")
                    try:
                        await _release(batches, clock, publish)
                    finally:
                        drawing.cancel()
        finally:
            worker.submit(getattr(records, "close", lambda: None)).result()


@dataclass(frozen=True, slots=True)
class _Batch(Generic[T]):
    """What one visit to the worker thread brought.

    Attributes:
        records: in order of time.
        failure: what the iterator raised after these records, or None.
        more: the iterator may have more to give.
    """

    records: list[T]
    failure: Exception | None
    more: bool


def _next_batch(records: Iterator[T], until_unix_ns: int) -> _Batch[T]:
    drawn: list[T] = []
    try:
        for record in records:
            drawn.append(record)
            if record.timestamp_unix_ns >= until_unix_ns:
                return _Batch(drawn, failure=None, more=True)
    except Exception as failure:
        # As a value, so that it takes its place behind the records drawn before it.
        return _Batch(drawn, failure=failure, more=False)
    return _Batch(drawn, failure=None, more=False)


async def _release(
    batches: asyncio.Queue[_Batch[T]], clock: Clock, publish: Callable[[T], None]
) -> None:
    more = True
    while more:
        batch = await batches.get()
        for record in batch.records:
            await _wait_until(record.timestamp_unix_ns, clock)
            publish(record)
        if batch.failure is not None:
            raise batch.failure
        more = batch.more


async def _wait_until(unix_ns: int, clock: Clock) -> None:
    # Asked again after each sleep: the clock decides, and it need not run as the loop's.
    while (early_ns := unix_ns - clock.unix_ns()) > 0:  # noqa: ASYNC110
        await asyncio.sleep(early_ns / _NS_PER_S)
