from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from gazewire.client._engine.switch import StreamSwitch


class SlowFeed:
    """A feed that takes until it is told to stop."""

    def __init__(self) -> None:
        self.stream = SimpleNamespace(name="slow")
        self.is_started = False
        self.starts = 0
        self.may_stop = asyncio.Event()
        self.may_stop.set()

    def start(self) -> None:
        self.starts += not self.is_started
        self.is_started = True

    async def stop(self) -> None:
        self.is_started = False
        await self.may_stop.wait()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def feed() -> SlowFeed:
    return SlowFeed()


@pytest.fixture
async def switch(feed: SlowFeed) -> StreamSwitch:
    return StreamSwitch(feed)


async def test_it_is_on_as_long_as_somebody_reads(switch: StreamSwitch, feed: SlowFeed) -> None:
    leave_first, leave_second = switch.join(), switch.join()
    assert feed.is_started
    leave_first()
    leave_first()
    await settle()
    assert feed.is_started
    assert switch.is_on
    leave_second()
    await settle()
    assert not feed.is_started
    assert not switch.is_on


async def test_what_was_turned_on_stays_on(switch: StreamSwitch, feed: SlowFeed) -> None:
    switch.turn_on()
    switch.join()()
    await settle()
    assert feed.is_started
    await switch.turn_off()
    assert not feed.is_started


async def test_turning_it_off_stops_it_whoever_reads(switch: StreamSwitch, feed: SlowFeed) -> None:
    leave = switch.join()
    await switch.turn_off()
    assert not feed.is_started
    switch.turn_on()
    leave()
    await settle()
    assert feed.is_started


async def test_who_comes_while_it_stops_gets_it_started_again(
    switch: StreamSwitch, feed: SlowFeed
) -> None:
    feed.may_stop.clear()
    switch.join()()
    await settle()
    leave = switch.join()
    await settle()
    assert feed.starts == 1
    feed.may_stop.set()
    await settle()
    assert (feed.starts, feed.is_started) == (2, True)
    leave()
    await settle()
    assert not feed.is_started


async def test_who_comes_and_goes_while_it_stops_changes_nothing(
    switch: StreamSwitch, feed: SlowFeed
) -> None:
    feed.may_stop.clear()
    switch.join()()
    await settle()
    switch.join()()
    feed.may_stop.set()
    await switch.turn_off()
    await settle()
    assert (feed.starts, feed.is_started) == (1, False)


async def test_reopening_starts_it_anew_if_it_is_on(switch: StreamSwitch, feed: SlowFeed) -> None:
    await switch.reopen()
    assert feed.starts == 0
    switch.turn_on()
    await switch.reopen()
    assert (feed.starts, feed.is_started) == (2, True)
