from __future__ import annotations

import asyncio

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.flow import DelayedNotifications
from gazewire.model import Notification
from gazewire.time import ManualClock, SystemClock

MS = 1_000_000


def delayed(subject: str, delay: object, **fields: object) -> Notification:
    return Notification(subject=subject, fields={"delay": delay, **fields})


async def test_notifications_come_out_in_order_of_their_time_and_never_early() -> None:
    clock = SystemClock()
    released = DelayedNotifications(clock)
    start_ns = clock.mono_ns()
    for subject, delay_ms in (("c", 30), ("a", 0), ("b", 15), ("d", 30)):
        released.put(delayed(subject, delay_ms / 1000, due_ms=delay_ms))
    for subject in "abcd":
        notification = await anext(released)
        assert notification.subject == subject
        due_ns = notification.fields["due_ms"] * MS  # type: ignore[operator]
        assert clock.mono_ns() - start_ns >= due_ns
    assert len(released) == 0


async def test_one_that_is_due_earlier_than_what_is_waited_for_comes_first() -> None:
    released = DelayedNotifications(SystemClock())
    released.put(delayed("late", 3600))
    reading = asyncio.create_task(anext(released))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    released.put(delayed("early", 0.001))
    assert await reading == Notification(subject="early")
    assert len(released) == 1


async def test_a_later_one_of_the_same_subject_replaces_and_postpones() -> None:
    clock = SystemClock()
    released = DelayedNotifications(clock)
    released.put(delayed("x", 0.001, n=1))
    released.put(delayed("x", 0.02, n=2))
    start_ns = clock.mono_ns()
    assert await anext(released) == Notification(subject="x", fields={"n": 2})
    assert clock.mono_ns() - start_ns >= 19 * MS


async def test_the_clock_decides_and_not_the_event_loop() -> None:
    clock = ManualClock()
    released = DelayedNotifications(clock)
    released.put(delayed("x", 0.002))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await anext(released)
    clock.advance(2 * MS)
    assert await anext(released) == Notification(subject="x")


async def test_cancelling_a_read_loses_nothing() -> None:
    clock = ManualClock()
    released = DelayedNotifications(clock)
    released.put(delayed("x", 0.5))
    reading = asyncio.create_task(anext(released))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    clock.advance(500 * MS)
    assert await anext(released) == Notification(subject="x")


async def test_a_delay_of_centuries_is_waited_for() -> None:
    released = DelayedNotifications(SystemClock())
    released.put(delayed("x", 1e300))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await anext(released)
    assert len(released) == 1


async def test_bad_input_is_refused_and_the_others_are_released() -> None:
    released = DelayedNotifications(SystemClock(), capacity=1)
    released.put(delayed("x", 0.0))
    for bad in (Notification(subject="y"), delayed("y", "soon"), delayed("y", 0.1)):
        with pytest.raises(RemoteProtocolError):
            released.put(bad)
    assert await anext(released) == Notification(subject="x")
