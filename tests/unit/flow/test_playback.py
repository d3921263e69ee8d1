from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from gazewire.errors import UndecodableSourceError
from gazewire.flow import play
from gazewire.time import Clock, ManualClock, SystemClock

MS = 1_000_000
NOW = 1_700_000_000_000_000_000


@dataclass(frozen=True)
class Tick:
    timestamp_unix_ns: int


class SlowClock:
    """A clock that goes at half the speed of the machine's."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._start_ns = self._clock.mono_ns()

    def unix_ns(self) -> int:
        return NOW + (self._clock.mono_ns() - self._start_ns) // 2

    def mono_ns(self) -> int:
        return self._clock.mono_ns()


class Reel:
    """An endless source that tells where it was drawn from and where it was closed."""

    def __init__(self, step_ns: int) -> None:
        self.step_ns = step_ns
        self.drawn = 0
        self.drawn_in: set[str] = set()
        self.closed_in: str | None = None

    def records(self, start_unix_ns: int) -> Iterator[Tick]:
        try:
            for number in count():
                self.drawn += 1
                self.drawn_in.add(threading.current_thread().name)
                yield Tick(start_unix_ns + number * self.step_ns)
        finally:
            self.closed_in = threading.current_thread().name


def playback_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("playback")]


def ticks(*instants_ms: float) -> list[Tick]:
    return [Tick(NOW + round(instant * MS)) for instant in instants_ms]


async def test_records_are_published_in_order_and_none_is_left_out() -> None:
    past = [Tick(NOW - 10_000 * MS + 7 * MS * number) for number in range(1000)]
    published: list[Tick] = []
    await play(iter(past), ManualClock(NOW), published.append)
    assert published == past


@pytest.mark.parametrize("make_clock", [SystemClock, SlowClock])
async def test_no_record_is_published_before_the_clock_reaches_it(
    make_clock: type[SystemClock | SlowClock],
) -> None:
    clock: Clock = make_clock()
    start = clock.unix_ns()
    records = [Tick(start + instant * MS) for instant in (0, 1, 3, 3, 8, 9)]
    published: list[tuple[Tick, int]] = []
    await play(iter(records), clock, lambda record: published.append((record, clock.unix_ns())))
    assert [record for record, _ in published] == records
    assert all(at >= record.timestamp_unix_ns for record, at in published)


async def test_a_record_is_held_back_until_its_time() -> None:
    clock, published = ManualClock(NOW), list[Tick]()
    due = asyncio.Event()

    def publish(record: Tick) -> None:
        published.append(record)
        due.set()

    records = ticks(0, 3_600_000)
    playing = asyncio.create_task(play(iter(records), clock, publish))
    await due.wait()
    for _ in range(10):
        await asyncio.sleep(0)
    assert published == records[:1]
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing


async def test_nothing_is_played_from_an_empty_source() -> None:
    published: list[Tick] = []
    await play(iter(list[Tick]()), ManualClock(NOW), published.append)
    assert published == []


@pytest.mark.parametrize(("step_ms", "drawn"), [(1, 246), (5, 50), (33, 9), (1000, 2)])
async def test_drawing_keeps_a_quarter_of_a_second_ahead_and_no_more(
    step_ms: int, drawn: int
) -> None:
    reel, published = Reel(step_ns=step_ms * MS), asyncio.Event()
    clock = ManualClock(NOW)
    playing = asyncio.create_task(play(reel.records(NOW), clock, lambda _: published.set()))
    await published.wait()
    while reel.drawn < drawn:  # noqa: ASYNC110 - turns of the loop; a thread draws
        await asyncio.sleep(0)
    for _ in range(100):
        await asyncio.sleep(0)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    # One visit to the thread may be under way: 10 ms of records, or one.
    assert drawn <= reel.drawn <= drawn + max(10 // step_ms, 1)


async def test_no_more_than_a_bounded_number_of_late_records_waits() -> None:
    reel, published = Reel(step_ns=MS), 0

    def publish(record: Tick) -> None:
        nonlocal published
        published += 1
        # Thirty-two batches of at most 100 ms wait, one is published from, one is drawn.
        assert reel.drawn - published <= 34 * 101
        if published == 2000:
            raise LookupError("enough")

    with pytest.raises(LookupError):
        await play(reel.records(NOW - 60_000 * MS), ManualClock(NOW), publish)


async def test_what_came_before_a_failure_is_published_and_then_the_failure_raised() -> None:
    def torn() -> Iterator[Tick]:
        yield from ticks(-3, -2, -1)
        raise UndecodableSourceError("film.mp4", "the film is torn")

    published: list[Tick] = []
    with pytest.raises(UndecodableSourceError, match="torn"):
        await play(torn(), ManualClock(NOW), published.append)
    assert published == ticks(-3, -2, -1)
    assert playback_threads() == []


async def test_a_failure_batches_later_does_not_overtake_what_is_drawn_already() -> None:
    def torn() -> Iterator[Tick]:
        yield from ticks(*range(-1000, 0, 10))
        raise UndecodableSourceError("film.mp4", "the film is torn")

    published: list[Tick] = []
    with pytest.raises(UndecodableSourceError):
        await play(torn(), ManualClock(NOW), published.append)
    assert published == ticks(*range(-1000, 0, 10))


async def test_a_failure_at_once_publishes_nothing() -> None:
    def broken() -> Iterator[Tick]:
        raise UndecodableSourceError("film.mp4", "no film")
        yield

    published: list[Tick] = []
    with pytest.raises(UndecodableSourceError):
        await play(broken(), ManualClock(NOW), published.append)
    assert published == []


async def test_a_publisher_that_fails_ends_the_playback_and_closes_the_source() -> None:
    reel = Reel(step_ns=MS)

    def publish(record: Tick) -> None:
        raise LookupError("nobody there")

    with pytest.raises(LookupError, match="nobody there"):
        await play(reel.records(NOW), ManualClock(NOW), publish)
    assert reel.closed_in is not None
    assert playback_threads() == []


async def test_records_are_drawn_in_a_thread_and_published_on_the_loop() -> None:
    reel, published_in = Reel(step_ns=MS), set[str]()

    def publish(record: Tick) -> None:
        published_in.add(threading.current_thread().name)
        if len(published_in) == 1 and record.timestamp_unix_ns >= NOW + 300 * MS:
            raise StopAsyncIteration

    with pytest.raises(StopAsyncIteration):
        await play(reel.records(NOW), ManualClock(NOW + 1000 * MS), publish)
    assert published_in == {threading.current_thread().name}
    assert threading.current_thread().name not in reel.drawn_in


async def test_cancelling_closes_the_source_in_the_thread_that_drew_from_it() -> None:
    reel, published = Reel(step_ns=MS), asyncio.Event()
    clock = ManualClock(NOW)
    playing = asyncio.create_task(play(reel.records(NOW), clock, lambda _: published.set()))
    await published.wait()
    assert reel.closed_in is None
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert {reel.closed_in} == reel.drawn_in
    assert playback_threads() == []


async def test_the_end_of_a_source_leaves_no_thread_and_no_task() -> None:
    await play(iter(ticks(-2, -1)), ManualClock(NOW), lambda _: None)
    assert playback_threads() == []
    assert asyncio.all_tasks() == {asyncio.current_task()}
