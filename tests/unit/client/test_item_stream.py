from __future__ import annotations

import asyncio

import pytest

from gazewire.client.device import Device
from gazewire.client.device_error import DeviceError

LIMIT_S = 10


@pytest.fixture
async def client(device):
    async with asyncio.timeout(LIMIT_S), Device("127.0.0.1", device.http_port) as client:
        yield client


def is_on(client: Device) -> bool:
    return client.statistics()["gaze"].state != "idle"


async def test_nothing_happens_before_it_is_entered(client, until) -> None:
    gaze = client.gaze()
    assert client.statistics() == {}
    async with gaze:
        await until(lambda: is_on(client))
        assert gaze.dropped == 0


async def test_leaving_it_stops_its_stream(client, until) -> None:
    async with client.gaze(), client.gaze() as second:
        await until(lambda: is_on(client))
        await second.aclose()
        await second.aclose()
        assert is_on(client)
    await until(lambda: not is_on(client))


async def test_letting_go_of_it_stops_its_stream(client, until) -> None:
    gaze = client.gaze()
    await gaze.__aenter__()
    await until(lambda: is_on(client))
    del gaze
    await until(lambda: not is_on(client))


async def test_closing_it_ends_a_pending_read(client) -> None:
    async with client.gaze() as gaze:
        reading = asyncio.create_task(anext(gaze, None))
        await asyncio.sleep(0)
        await gaze.aclose()
        assert await reading is None
        assert [datum async for datum in gaze] == []


async def test_one_that_is_closed_before_it_is_read_is_over(client) -> None:
    gaze = client.gaze()
    await gaze.aclose()
    assert [datum async for datum in gaze] == []
    assert client.statistics() == {}


async def test_a_device_that_is_not_there_is_told_when_it_is_read() -> None:
    async with Device("127.0.0.1", 1) as client:
        with pytest.raises(DeviceError):
            await anext(client.gaze())
