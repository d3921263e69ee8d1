"""Find devices on the network, by blocking calls.

Where multicast does not come through, nothing is found by it: give the address of the phone to
`find_device`, or have all addresses of a network asked by `probe_subnet`.
"""

from __future__ import annotations

from contextlib import suppress

from gazewire.client._engine import search
from gazewire.client.device_error import DeviceError
from gazewire.client.discovery import DiscoveredDeviceInfo
from gazewire.client.simple._portal import Portal
from gazewire.client.simple.device import Device

__all__ = ["discover_devices", "discover_one_device", "find_device", "probe_subnet"]


def discover_devices(search_duration_seconds: float) -> list[Device]:
    """Search by multicast DNS for a while, and connect to all devices that are found.

    Args:
        search_duration_seconds: how long to search; all of it is used.

    Returns:
        The devices that answer; any that does not is left out.
    """
    portal = Portal.enter()
    try:
        found = portal.call(search.discover_all, search_duration_seconds)
    finally:
        portal.leave()
    devices = []
    for info in found:
        with suppress(DeviceError):
            devices.append(Device.from_discovered_device(info))
    return devices


def discover_one_device(max_search_duration_seconds: float | None = 10.0) -> Device | None:
    """Search by multicast DNS, and connect to the first device that is found.

    Args:
        max_search_duration_seconds: how long to search at most; for ever where None.

    Returns:
        The device, or None if none was found in time.

    Raises:
        DeviceError: one was found, but does not answer.
    """
    portal = Portal.enter()
    try:
        found = portal.call(search.discover_one, max_search_duration_seconds)
        return None if found is None else Device.from_discovered_device(found)
    finally:
        portal.leave()


def find_device(where: str) -> Device:
    """Connect to a device by its address, with or without port, or by its host name.

    Args:
        where: ``10.0.0.2``, ``10.0.0.2:8080``, ``neon.local``, ``[fe80::1]:8080``.

    Raises:
        DeviceError: there is none, or it does not answer.
        NetworkError: the name is unknown.
    """
    portal = Portal.enter()
    try:
        return Device.from_discovered_device(portal.call(search.find_device, where))
    finally:
        portal.leave()


def probe_subnet(network: str | None = None) -> list[DiscoveredDeviceInfo]:
    """Ask every address of a network whether it is a device.

    Args:
        network: in CIDR notation, ``192.168.1.0/24``; those of this machine where None.
    """

    async def probe() -> list[DiscoveredDeviceInfo]:
        return list(await search.probe_subnet(network))

    portal = Portal.enter()
    try:
        return portal.call(probe)
    finally:
        portal.leave()
