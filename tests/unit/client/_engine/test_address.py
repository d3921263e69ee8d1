from __future__ import annotations

import asyncio

from gazewire.client._engine.address import StreamAddress

LIMIT_S = 5


async def test_a_known_address_is_there_at_once() -> None:
    assert await StreamAddress("rtsp://a/").known() == "rtsp://a/"


async def test_one_waits_until_the_address_is_known() -> None:
    address = StreamAddress()
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        waiting = [group.create_task(address.known()) for _ in range(2)]
        await asyncio.sleep(0)
        address.update("rtsp://a/")
    assert [task.result() for task in waiting] == ["rtsp://a/"] * 2


async def test_one_waits_for_another_address_than_the_present_one() -> None:
    address = StreamAddress("rtsp://a/")
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        moved = group.create_task(address.other_than("rtsp://a/"))
        await asyncio.sleep(0)
        address.update("rtsp://a/")
        await asyncio.sleep(0)
        assert not moved.done()
        address.update(None)


async def test_a_change_that_came_before_one_looked_is_not_missed() -> None:
    address = StreamAddress("rtsp://a/")
    address.update("rtsp://b/")
    async with asyncio.timeout(LIMIT_S):
        await address.other_than("rtsp://a/")


async def test_what_is_back_before_anybody_looked_is_no_change() -> None:
    address = StreamAddress("rtsp://a/")
    moved = asyncio.create_task(address.other_than("rtsp://a/"))
    await asyncio.sleep(0)
    address.update(None)
    address.update("rtsp://a/")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not moved.done()
    moved.cancel()
