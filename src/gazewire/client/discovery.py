"""Finding devices on the network.

::

    async for device in discover_devices(timeout_seconds=10):
        print(device.name, device.addresses[0], device.port)

Where multicast does not pass, a device is found by its address, or by asking a whole network::

    device = await find_device("neon.local")
    devices = await probe_subnet("192.168.1.0/24")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from gazewire.client._engine.network import Network
from gazewire.client._engine.search import find_device, probe_subnet
from gazewire.client.models import DiscoveredDeviceInfo

__all__ = [
    "DiscoveredDeviceInfo",
    "Network",
    "discover_devices",
    "find_device",
    "is_valid_service_name",
    "probe_subnet",
]

_MARK = "PI monitor"


async def discover_devices(
    timeout_seconds: float | None = None,
) -> AsyncIterator[DiscoveredDeviceInfo]:
    """Search by mDNS and tell of each device as it is found, or changes its address.

    Args:
        timeout_seconds: the longest to search, what is done with the devices included; None
            searches for ever.
    """
    loop = asyncio.get_running_loop()
    deadline_s = None if timeout_seconds is None else loop.time() + timeout_seconds
    async with Network() as network:
        while True:
            remaining_s = None if deadline_s is None else deadline_s - loop.time()
            if remaining_s is not None and remaining_s <= 0:
                return
            device = await network.wait_for_new_device(remaining_s)
            if device is None:
                return
            yield device


def is_valid_service_name(name: str) -> bool:
    """Tell whether a service is that of a device: what stands before the first colon says so."""
    return name.partition(":")[0] == _MARK
