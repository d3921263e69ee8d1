"""Any number of devices, watched at the same time: those that are named, or all there are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from gazewire.client._engine.network import Network
from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.client.tools.watched_device import WatchedDevice
from gazewire.time import Clock

__all__ = ["Watching"]

# A network on which anybody announces anything must not fill our memory.
_MOST_DEVICES = 64


class Watching:
    """Watches devices; an async context manager.

    Args:
        devices: which; None watches all that announce themselves, as they come. One that goes is
            watched on: it may come back.
        clock: ours.
    """

    def __init__(self, devices: Iterable[DiscoveredDeviceInfo] | None, clock: Clock) -> None:
        self._named = None if devices is None else tuple(devices)
        self._clock = clock
        self._watched: dict[str, tuple[WatchedDevice, asyncio.Task[None]]] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._end)
            for device in self._named or ():
                await self._watch(device)
            if self._named is None:
                network = await stack.enter_async_context(Network())
                searching = asyncio.create_task(self._search(network), name="finds devices")
                stack.push_async_callback(_cancelled, searching)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def devices(self) -> tuple[WatchedDevice, ...]:
        """Those that are watched, in the order in which they came."""
        return tuple(watched for watched, _ in self._watched.values())

    async def _search(self, network: Network) -> None:
        while True:
            device = await network.wait_for_new_device()
            if device is None:
                return
            if device.name in self._watched or len(self._watched) < _MOST_DEVICES:
                await self._watch(device)

    async def _watch(self, device: DiscoveredDeviceInfo) -> None:
        """Watch a device; one that is known already has another address now."""
        if device.name in self._watched:
            await _left(*self._watched[device.name])
        watched = WatchedDevice(device, self._clock)
        watching = asyncio.create_task(watched.run(), name=f"watches {device.name}")
        self._watched[device.name] = watched, watching

    async def _end(self) -> None:
        await asyncio.gather(*(_left(*pair) for pair in self._watched.values()))


async def _left(watched: WatchedDevice, watching: asyncio.Task[None]) -> None:
    await _cancelled(watching)
    await watched.orders.close()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
