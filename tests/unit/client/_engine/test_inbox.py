from __future__ import annotations

import asyncio

import pytest

from gazewire.client._engine.inbox import Inbox


async def test_items_are_read_in_order_one_by_one_or_all_at_once() -> None:
    inbox = Inbox[int](10)
    inbox.put_many([1, 2, 3])
    assert await inbox.get() == 1
    assert await inbox.get_many() == [2, 3]


async def test_the_oldest_are_lost_and_counted_beyond_the_bound() -> None:
    inbox = Inbox[int](2)
    inbox.put_many([1, 2, 3])
    assert await inbox.get_many() == [2, 3]
    assert inbox.dropped == 1


async def test_a_reader_waits_for_what_comes() -> None:
    inbox = Inbox[int](2)
    reading = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put_many([1])
    assert await reading == 1


async def test_what_is_unread_comes_before_the_end() -> None:
    inbox = Inbox[int](2)
    inbox.put_many([1])
    inbox.close("over")
    inbox.put_many([2])
    assert await inbox.get() == 1
    with pytest.raises(StopAsyncIteration):
        await inbox.get()
    assert await inbox.get_many() == []


async def test_a_failure_is_raised_at_the_end() -> None:
    inbox = Inbox[int](2)
    inbox.put_many([1])
    inbox.close("broken", ValueError("broken"))
    inbox.close("over")
    assert await inbox.get_many() == [1]
    with pytest.raises(ValueError, match="broken"):
        await inbox.get_many()
    with pytest.raises(ValueError, match="broken"):
        await inbox.get()
