from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from gazewire.flow import Merge, MergeBuffer, Tagged, Topic
from gazewire.time import ManualClock, SystemClock

MS = 1_000_000


@dataclass(frozen=True)
class Item:
    timestamp_unix_ns: int


def at(ms: int) -> Item:
    return Item(ms * MS)


def told(released: list[Tagged[Item]]) -> list[tuple[str, float]]:
    return [(stream, item.timestamp_unix_ns / MS) for stream, item in released]


def buffer(*streams: str) -> MergeBuffer[Item]:
    return MergeBuffer(streams, max_wait_ns=100 * MS)


def test_an_item_waits_until_every_other_stream_has_come_as_far() -> None:
    merging = buffer("gaze", "imu")
    merging.receive("gaze", at(10), 0)
    merging.receive("gaze", at(15), 0)
    assert merging.release(0) == []
    merging.receive("imu", at(12), 0)
    assert told(merging.release(0)) == [("gaze", 10), ("imu", 12)]
    merging.receive("imu", at(15), 0)
    assert told(merging.release(0)) == [("gaze", 15), ("imu", 15)]
    assert merging.late == 0


def test_a_silent_stream_delays_the_others_by_the_wait_alone() -> None:
    merging = buffer("gaze", "events")
    merging.receive("gaze", at(10), 5)
    merging.receive("gaze", at(15), 6)
    assert merging.next_release_ns == 5 + 100 * MS
    assert merging.release(4 + 100 * MS) == []
    assert told(merging.release(5 + 100 * MS)) == [("gaze", 10)]
    assert merging.next_release_ns == 6 + 100 * MS


def test_what_is_earlier_goes_before_what_has_waited_longest() -> None:
    merging = buffer("gaze", "eyes", "events")
    merging.receive("gaze", at(50), 0)
    merging.receive("eyes", at(20), 90 * MS)
    merging.receive("eyes", at(60), 90 * MS)
    assert told(merging.release(100 * MS)) == [("eyes", 20), ("gaze", 50)]


def test_what_comes_too_late_is_given_out_at_once_and_counted() -> None:
    merging = buffer("gaze", "imu")
    merging.receive("gaze", at(50), 0)
    assert told(merging.release(100 * MS)) == [("gaze", 50)]
    merging.receive("imu", at(20), 100 * MS)
    assert told(merging.release(100 * MS)) == [("imu", 20)]
    assert merging.late == 1


def test_a_stream_that_has_ended_is_not_waited_for() -> None:
    merging = buffer("gaze", "imu")
    merging.receive("gaze", at(10), 0)
    merging.end("imu")
    merging.end("imu")
    assert told(merging.release(0)) == [("gaze", 10)]
    assert not merging.is_finished
    merging.end("gaze")
    assert merging.is_finished


def test_all_that_waits_is_given_out_in_order() -> None:
    merging = buffer("gaze", "imu")
    for ms in (30, 10, 20):
        merging.receive("gaze", at(ms), 0)
    assert merging.held["gaze"] == 3
    assert told(merging.flush()) == [("gaze", 10), ("gaze", 20), ("gaze", 30)]
    assert merging.held["gaze"] == 0
    assert merging.next_release_ns is None


async def numbers(*times_ms: int) -> AsyncIterator[Item]:
    for ms in times_ms:
        yield at(ms)


async def test_streams_are_read_as_one_in_order_of_time() -> None:
    streams = {"gaze": numbers(0, 5, 10, 15, 20), "imu": numbers(1, 9, 17), "none": numbers()}
    async with Merge(streams, clock=ManualClock()) as merged:
        times = [(stream, item.timestamp_unix_ns // MS) async for stream, item in merged]
    assert times == [
        ("gaze", 0),
        ("imu", 1),
        ("gaze", 5),
        ("imu", 9),
        ("gaze", 10),
        ("gaze", 15),
        ("imu", 17),
        ("gaze", 20),
    ]


async def test_a_stream_that_has_enough_waiting_is_not_read() -> None:
    drawn = 0

    async def counted() -> AsyncIterator[Item]:
        nonlocal drawn
        for n in range(1_000):
            drawn = n + 1
            yield at(n)

    with Topic[Item]("imu").subscribe(capacity=10) as silent:
        streams = {"gaze": counted(), "imu": silent}
        async with Merge(streams, clock=ManualClock(), capacity=4) as merged:
            reading = asyncio.create_task(anext(merged))
            for _ in range(20):
                await asyncio.sleep(0)
            assert drawn == 4
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading


async def test_a_stream_longer_than_the_capacity_comes_through_whole() -> None:
    streams = {"gaze": numbers(*range(1_000)), "imu": numbers(*range(0, 1_000, 3))}
    async with Merge(streams, clock=ManualClock(), capacity=3) as merged:
        times = [item.timestamp_unix_ns // MS async for _, item in merged]
    assert times == sorted([*range(1_000), *range(0, 1_000, 3)])


async def test_a_silent_stream_holds_the_others_up_for_a_moment() -> None:
    gaze, imu = Topic[Item]("gaze"), Topic[Item]("imu")
    streams = {"gaze": gaze.subscribe(capacity=10), "imu": imu.subscribe(capacity=10)}
    async with Merge(streams, clock=SystemClock(), max_wait_ns=20 * MS) as merged:
        gaze.publish(at(5))
        began_s = time.monotonic()
        assert await anext(merged) == ("gaze", at(5))
        assert time.monotonic() - began_s >= 0.019


async def test_cancelling_a_read_loses_nothing() -> None:
    gaze, imu = Topic[Item]("gaze"), Topic[Item]("imu")
    streams = {"gaze": gaze.subscribe(capacity=10), "imu": imu.subscribe(capacity=10)}
    async with Merge(streams, clock=ManualClock()) as merged:
        reading = asyncio.create_task(anext(merged))
        gaze.publish(at(5))
        for _ in range(5):
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        imu.publish(at(6))
        gaze.close()
        imu.close()
        assert [item async for item in merged] == [("gaze", at(5)), ("imu", at(6))]


async def test_a_failure_comes_after_what_came_before_it() -> None:
    async def failing() -> AsyncIterator[Item]:
        yield at(7)
        raise LookupError("the stream broke")

    with Topic[Item]("imu").subscribe(capacity=10) as silent:
        streams = {"gaze": failing(), "imu": silent}
        async with Merge(streams, clock=ManualClock()) as merged:
            assert await anext(merged) == ("gaze", at(7))
            with pytest.raises(LookupError, match="the stream broke"):
                await anext(merged)


async def test_generators_are_closed_and_what_the_body_raises_comes_through() -> None:
    closed = []

    async def endless(name: str) -> AsyncIterator[Item]:
        try:
            n = 0
            while True:
                yield at(n)
                n += 1
        finally:
            await asyncio.sleep(0)
            closed.append(name)

    async def read_one_and_fail() -> None:
        streams = {"a": endless("a"), "b": endless("b")}
        async with Merge(streams, clock=ManualClock(), capacity=5) as merged:
            await anext(merged)
            raise LookupError("by the body")

    with pytest.raises(LookupError, match="by the body"):
        await read_one_and_fail()
    assert sorted(closed) == ["a", "b"]
    assert len(asyncio.all_tasks()) == 1
