from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.client.tools import StreamState, Watching
from gazewire.time import SystemClock

Until = Callable[[Callable[[], object]], Awaitable[None]]


def place(port: int, name: str = "x") -> DiscoveredDeviceInfo:
    return DiscoveredDeviceInfo(name, "neon.local.", port, ["127.0.0.1"])


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as owner:
        number: int = owner.getsockname()[1]
    return number


async def test_all_that_is_known_of_a_device_is_told(device, until: Until) -> None:
    async with Watching([place(device.http_port)], SystemClock()) as watching:
        [watched] = watching.devices
        await until(lambda: watched.vitals().clock is not None)
        vitals = watched.vitals()
        assert vitals.is_there
        assert vitals.name == watched.name == device.name
        assert vitals.battery_percent == 100
        assert vitals.recording_s is None
        assert vitals.clock is not None
        assert abs(vitals.clock.offset_ms) < 1_000
        await until(lambda: watched.vitals().streams[0].state is StreamState.WAITING)
        gaze = watched.vitals().streams[0]
        assert (gaze.sensor, gaze.rate_hz, gaze.latency_ms) == ("gaze", 0.0, None)


async def test_a_recording_is_timed_whoever_started_it(device, until: Until) -> None:
    async with Watching([place(device.http_port)], SystemClock()) as watching:
        [watched] = watching.devices
        await until(lambda: watched.vitals().is_there)
        await watched.orders.recording_start()
        await until(lambda: (watched.vitals().recording_s or 0) > 0)
        await watched.orders.recording_cancel()
        await until(lambda: watched.vitals().recording_s is None)


async def test_a_device_may_come_later_and_go(serve, port: int, until: Until) -> None:
    async with Watching([place(port)], SystemClock()) as watching:
        [watched] = watching.devices
        await until(lambda: watched.vitals().trouble)
        assert not watched.vitals().is_there
        async with serve(http_port=port):
            await until(lambda: watched.vitals().is_there)
            assert watched.vitals().trouble is None
        await until(lambda: watched.vitals().trouble)
        assert watched.vitals().battery_percent == 100


async def test_without_a_time_echo_the_clock_is_not_known_and_why(serve, until: Until) -> None:
    async with (
        serve(older_app=True) as device,
        Watching([place(device.http_port)], SystemClock()) as watching,
    ):
        [watched] = watching.devices
        await until(lambda: watched.vitals().clock_trouble)
        assert "too old" in (watched.vitals().clock_trouble or "")


async def test_closing_leaves_no_task(device, until: Until) -> None:
    before = asyncio.all_tasks()
    async with Watching([place(device.http_port)], SystemClock()) as watching:
        await until(lambda: watching.devices[0].vitals().is_there)
    assert asyncio.all_tasks() <= before


async def test_a_device_with_a_new_address_is_one_device(device, until: Until, port: int) -> None:
    places = [place(port), place(device.http_port)]
    async with Watching(places, SystemClock()) as watching:
        [watched] = watching.devices
        await until(lambda: watched.vitals().is_there)
