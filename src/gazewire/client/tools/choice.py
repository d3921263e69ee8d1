"""Which device is meant by somebody at a shell: the one at an address, or the only one there is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from gazewire.client._engine.network import Network
from gazewire.client._engine.search import find_device, probe_subnet
from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.errors import GazewireError, NetworkError, RemoteProtocolError
from gazewire.net.address import spell_address
from gazewire.wire.service_name import ServiceName

__all__ = [
    "SeveralDevicesError",
    "choose_device",
    "device_id",
    "device_name",
    "device_place",
    "search_network",
]

_SEARCH_S = 5.0
# Devices answer a search at once; a second later there is hardly one that is still silent.
_OTHERS_S = 1.0


class SeveralDevicesError(GazewireError):
    """There is more than one device, and nobody said which is meant.

    Attributes:
        devices: those that were found.
    """

    def __init__(self, devices: Iterable[DiscoveredDeviceInfo]) -> None:
        self.devices = tuple(devices)
        named = ", ".join(f"{device_name(found)} ({device_place(found)})" for found in self.devices)
        super().__init__(f"{len(self.devices)} devices are there: {named}; name one with --device")


async def choose_device(
    where: str | None, *, search_s: float = _SEARCH_S, others_s: float = _OTHERS_S
) -> DiscoveredDeviceInfo:
    """Find the device that is meant.

    Args:
        where: its address or host name, with or without a port; None means the only one that is
            announced on the network.
        search_s: how long to search for that one.
        others_s: how long to look for others, once one is found.

    Raises:
        SeveralDevicesError: none is named, and there are several.
        NetworkError: there is none, or it does not answer.
        RemoteProtocolError: what answers is no device.
        LocalProtocolError: this is not an address.
    """
    if where is not None:
        return await find_device(where)
    async with Network() as network:
        found = await network.wait_for_new_device(search_s)
        if found is None:
            raise NetworkError(
                f"no device was found within {search_s:g} s; name its address with --device, "
                f"or ask `gazewire doctor` for the reason"
            )
        await asyncio.sleep(others_s)
        if len(network.devices) > 1:
            raise SeveralDevicesError(network.devices)
        return found


async def search_network(
    seconds: float, stop: asyncio.Event, *, subnet: str | None = None, port: int
) -> list[DiscoveredDeviceInfo]:
    """Find all devices, by mDNS or by asking everybody.

    Args:
        seconds: how long to listen for announcements.
        stop: ends the search early; what was found by then counts.
        subnet: ask all addresses of this network instead.
        port: where to ask them.

    Raises:
        LocalProtocolError: this is not a network, or it is too large.
    """
    if subnet is not None:
        return await probe_subnet(subnet, port=port)
    async with Network() as network:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()
        return list(network.devices)


def device_place(device: DiscoveredDeviceInfo) -> str:
    """Write where its REST interface is, as ``host:port``."""
    return spell_address((device.addresses[0], device.port))


def device_name(device: DiscoveredDeviceInfo) -> str:
    """The name that the user of a phone has given it."""
    try:
        return ServiceName.parse(device.name).device_name
    except RemoteProtocolError:
        return device.name


def device_id(device: DiscoveredDeviceInfo) -> str:
    """What tells a phone from all others; empty where it does not say."""
    try:
        return ServiceName.parse(device.name).device_id
    except RemoteProtocolError:
        return ""
