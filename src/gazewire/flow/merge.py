"""Several streams as one, in order of time.

    async with Merge({"gaze": gaze, "imu": imu}, clock=clock) as merged:
        async for stream, item in merged:
            ...

An item waits until every other stream has come as far, for a bounded time: a stream that is silent
delays the others by `max_wait_ns` and no more.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

from gazewire.flow.playback import Timed
from gazewire.time import Clock

__all__ = ["Merge", "MergeBuffer", "Tagged"]

T = TypeVar("T", bound=Timed)

_NS_PER_S = 1_000_000_000
_DEFAULT_MAX_WAIT_NS = 100_000_000
_DEFAULT_CAPACITY = 4096


class Tagged(NamedTuple, Generic[T]):
    """An item and the name of the stream that it came from."""

    stream: str
    item: T


@dataclass(slots=True)
class _Entry(Generic[T]):
    deadline_ns: int
    tagged: Tagged[T]
    released: bool = False


class MergeBuffer(Generic[T]):
    """Puts what several streams bring in order of time; knows no event loop and reads no clock.

    Time is any clock of the caller that does not run backwards. Call `release` after something was
    received or has ended, and when `next_release_ns` is reached. What is held is bounded by who
    calls `receive`: see `held`.

    Args:
        streams: their names.
        max_wait_ns: how long an item waits for the other streams at most.

    Attributes:
        held: how many items each stream has waiting here.
        late: items given out after later ones: they came out of order, or more than the time that
            items wait behind the other streams.
    """

    def __init__(self, streams: Iterable[str], *, max_wait_ns: int) -> None:
        self.held = Counter[str]()
        self.late = 0
        self._max_wait_ns = max_wait_ns
        # How far each stream that has not ended has come; None where it has brought nothing yet.
        self._reached_ns: dict[str, int | None] = dict.fromkeys(streams)
        # By time, and by arrival where times are equal.
        self._by_time: list[tuple[int, int, _Entry[T]]] = []
        self._by_arrival: deque[_Entry[T]] = deque()
        self._arrivals = 0
        self._released_ns: int | None = None

    @property
    def is_finished(self) -> bool:
        """Every stream has ended, and everything was given out."""
        return not self._reached_ns and not self._by_time

    @property
    def next_release_ns(self) -> int | None:
        """When the item that has waited longest will be released, or None if none waits."""
        while self._by_arrival and self._by_arrival[0].released:
            self._by_arrival.popleft()
        return self._by_arrival[0].deadline_ns if self._by_arrival else None

    def receive(self, stream: str, item: T, now_ns: int) -> None:
        """Take the next item of a stream that has not ended."""
        at_ns = item.timestamp_unix_ns
        self._reached_ns[stream] = at_ns
        entry = _Entry(now_ns + self._max_wait_ns, Tagged(stream, item))
        heapq.heappush(self._by_time, (at_ns, self._arrivals, entry))
        self._by_arrival.append(entry)
        self._arrivals += 1
        self.held[stream] += 1

    def end(self, stream: str) -> None:
        """Wait for a stream no longer. Harmless when repeated."""
        self._reached_ns.pop(stream, None)

    def release(self, now_ns: int) -> list[Tagged[T]]:
        """Give out, in order, what no stream can come before, or must not wait longer."""
        released: list[Tagged[T]] = []
        while self._by_time and self._is_due(self._by_time[0][0], now_ns):
            released.append(self._pop())
        return released

    def flush(self) -> list[Tagged[T]]:
        """Give out, in order, all that waits."""
        return [self._pop() for _ in range(len(self._by_time))]

    def _is_due(self, at_ns: int, now_ns: int) -> bool:
        # What comes late has nothing to wait for.
        if self._released_ns is not None and at_ns <= self._released_ns:
            return True
        if all(
            reached_ns is not None and reached_ns >= at_ns
            for reached_ns in self._reached_ns.values()
        ):
            return True
        # Whatever has waited longest, all that is earlier goes before it.
        deadline_ns = self.next_release_ns
        return deadline_ns is not None and deadline_ns <= now_ns

    def _pop(self) -> Tagged[T]:
        at_ns, _, entry = heapq.heappop(self._by_time)
        entry.released = True
        self.held[entry.tagged.stream] -= 1
        if self._released_ns is not None and at_ns < self._released_ns:
            self.late += 1
        else:
            self._released_ns = at_ns
        return entry.tagged


class Merge(Generic[T]):
    """Reads several asynchronous iterators as one, in order of time; an async context manager.

    Inside of it, it is an async iterator of `Tagged` items. It ends when all streams have. Where
    one fails, what came before the failure is given out, in order, and then its exception is
    raised. Cancelling a pending read loses nothing. One task reads at a time.

    Memory is bounded: a stream that has `capacity` items waiting is not read until some are gone,
    so that its own policy decides what it loses. Leaving the context closes those streams that are
    asynchronous generators.

    Args:
        streams: by name; each is expected in order of time.
        clock: decides what has waited too long.
        max_wait_ns: how long an item waits for the other streams at most. A stream that speaks
            rarely, such as eye events, delays the others by this.
        capacity: how many items of each stream wait at most.
    """

    def __init__(
        self,
        streams: Mapping[str, AsyncIterable[T]],
        *,
        clock: Clock,
        max_wait_ns: int = _DEFAULT_MAX_WAIT_NS,
        capacity: int = _DEFAULT_CAPACITY,
    ) -> None:
        self._streams = dict(streams)
        self._clock = clock
        self._capacity = capacity
        self._buffer = MergeBuffer[T](self._streams, max_wait_ns=max_wait_ns)
        self._ready: deque[Tagged[T]] = deque()
        self._failure: Exception | None = None
        self._arrived = asyncio.Event()
        self._taken = asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._readers: list[asyncio.Task[None]] = []

    @property
    def late(self) -> int:
        """Items given out after later ones, because they came too late."""
        return self._buffer.late

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        for name, stream in self._streams.items():
            task = self._group.create_task(self._read(name, stream), name=f"merge reads {name}")
            self._readers.append(task)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop_reading()
        # The tasks keep their failures, so the group has none; what the body raised stays as it is.
        await self._group.__aexit__(None, None, None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Tagged[T]:
        while not self._ready:
            self._arrived.clear()
            if self._failure is None:
                self._ready.extend(self._buffer.release(self._clock.mono_ns()))
            else:
                self._ready.extend(self._buffer.flush())
            self._taken.set()
            if not self._ready:
                if self._failure is not None:
                    raise self._failure
                if self._buffer.is_finished:
                    raise StopAsyncIteration
                await self._until_something_is_due()
        return self._ready.popleft()

    async def _read(self, name: str, stream: AsyncIterable[T]) -> None:
        try:
            async for item in stream:
                self._buffer.receive(name, item, self._clock.mono_ns())
                self._arrived.set()
                while self._buffer.held[name] >= self._capacity:
                    self._taken.clear()
                    await self._taken.wait()
        except Exception as failure:
            # As a value, so that it takes its place behind the items that came before it.
            self._failure = self._failure or failure
            self._stop_reading()
        finally:
            self._buffer.end(name)
            self._arrived.set()
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()

    async def _until_something_is_due(self) -> None:
        due_ns = self._buffer.next_release_ns
        early_ns = None if due_ns is None else max(0, due_ns - self._clock.mono_ns())
        try:
            async with asyncio.timeout(None if early_ns is None else early_ns / _NS_PER_S):
                await self._arrived.wait()
        except TimeoutError:
            pass

    def _stop_reading(self) -> None:
        for reader in self._readers:
            reader.cancel()
