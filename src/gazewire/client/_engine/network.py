"""Devices as they come and go on the network, by mDNS."""

from __future__ import annotations

import asyncio
import logging
import os
from types import TracebackType
from typing import Self

from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.errors import NetworkError
from gazewire.net import Browser, DeviceFound, DeviceLost

__all__ = ["Network", "searched_interface"]

logger = logging.getLogger("gazewire.client.discovery")

_INTERFACE = "GAZEWIRE_INTERFACE"
_ALL_INTERFACES = "0.0.0.0"

# Where multicast is not permitted, it may be later: a cable is plugged in, a radio comes up.
_RETRY_S = 5.0

# Anybody can announce any number of names.
_MOST_DEVICES = 1024


def searched_interface() -> str:
    """Address of the interface that devices are searched on; ``0.0.0.0`` for all of them."""
    return os.environ.get(_INTERFACE) or _ALL_INTERFACES


class Network:
    """Watches devices come and go. An async context manager; leaving it is `close`.

    The search begins when this is made, which has to happen inside of an event loop. It is made on
    all interfaces; the environment variable ``GAZEWIRE_INTERFACE`` can hold the address of one.
    Where multicast is not permitted, one warning says so and no device is found; see
    `gazewire.client.discovery.find_device` and `probe_subnet` for other ways.

    Raises:
        RuntimeError: there is no event loop.
    """

    def __init__(self) -> None:
        self._interface = searched_interface()
        self._devices: dict[str, DiscoveredDeviceInfo] = {}
        # Those of them that nobody has been told of.
        self._new: dict[str, DiscoveredDeviceInfo] = {}
        self._changed = asyncio.Event()
        self._is_open = True
        self._watching = asyncio.get_running_loop().create_task(self._watch(), name="discovery")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def devices(self) -> tuple[DiscoveredDeviceInfo, ...]:
        """Those that are there now, in the order in which they were found; none after closing."""
        return tuple(self._devices.values())

    async def wait_for_new_device(
        self, timeout_seconds: float | None = None
    ) -> DiscoveredDeviceInfo | None:
        """Wait for a device that was not told of before, or has changed its address.

        Cancelling it loses nothing.

        Args:
            timeout_seconds: the longest to wait; None waits for ever.

        Returns:
            The device; None if none came in time, or the search was closed.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                while not self._new and self._is_open:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        # Several can wait; a turn later it may have gone to another one.
        return self._new.pop(next(iter(self._new))) if self._new else None

    async def close(self) -> None:
        """End the search, and forget what was found. A second time does nothing."""
        if not self._is_open:
            return
        self._is_open = False
        self._watching.cancel()
        await asyncio.wait([self._watching])
        self._devices.clear()
        self._new.clear()
        self._changed.set()

    async def _watch(self) -> None:
        is_told = False
        while True:
            try:
                async with Browser(host=self._interface) as sightings:
                    async for sighting in sightings:
                        self._note(sighting)
            except NetworkError as error:
                if not is_told:
                    logger.warning("devices cannot be discovered, only addressed: %s", error)
                    is_told = True
            await asyncio.sleep(_RETRY_S)

    def _note(self, sighting: DeviceFound | DeviceLost) -> None:
        name = sighting.full_name
        if isinstance(sighting, DeviceLost):
            self._devices.pop(name, None)
            self._new.pop(name, None)
            return
        device = DiscoveredDeviceInfo(
            name, sighting.host_name, sighting.port, list(sighting.addresses)
        )
        if self._devices.get(name) == device:
            return
        if name in self._devices or len(self._devices) < _MOST_DEVICES:
            self._devices[name] = self._new[name] = device
            self._changed.set()
