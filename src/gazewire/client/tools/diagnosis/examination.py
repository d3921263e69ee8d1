"""Looks at everything, from this computer to the last sensor, and says what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.status import StatusLink
from gazewire.client.device_error import DeviceError
from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.client.tools.choice import device_place
from gazewire.client.tools.connection import linked
from gazewire.client.tools.diagnosis.finding import Finding
from gazewire.client.tools.diagnosis.phone import (
    check_battery,
    check_errors,
    check_memory,
    check_sensors,
)
from gazewire.client.tools.diagnosis.problem import NO_UPDATES, STRANGER
from gazewire.client.tools.diagnosis.reach import check_multicast, check_reach, find_devices
from gazewire.client.tools.diagnosis.streams import check_streams
from gazewire.client.tools.diagnosis.time import check_clock
from gazewire.net.address import spell_address
from gazewire.time import Clock

__all__ = ["examine"]

_SEARCH_S = 5.0
_UPDATES_S = 3.0
_CLOCK_S = 3.0
_LOOK_S = 0.05


async def examine(places: Sequence[str], clock: Clock) -> AsyncIterator[Finding]:
    """Look at devices, one after the other, and at this computer before.

    Args:
        places: their addresses; none means all that announce themselves.
        clock: ours.

    Yields:
        What is found, in the order in which it is looked at. What cannot be looked at because of
        something before it is left out.

    Raises:
        LocalProtocolError: a place is not an address.
    """
    yield await check_multicast(is_needed=not places)
    candidates: list[Sequence[str]] = [[where] for where in places]
    if not places:
        devices, discovery = await find_devices(_SEARCH_S)
        yield discovery
        candidates = [_places(device) for device in devices]
    for addresses in candidates:
        device, reach = await _reach(addresses)
        yield reach
        if device is not None:
            async for finding in _examine_device(device, clock):
                yield finding


def _places(device: DiscoveredDeviceInfo) -> list[str]:
    return [spell_address((address, device.port)) for address in device.addresses]


async def _reach(places: Sequence[str]) -> tuple[DiscoveredDeviceInfo | None, Finding]:
    """Get to a device at one of its addresses; what is wrong with the first is told if at none."""
    first: Finding | None = None
    for where in places:
        device, finding = await check_reach(where)
        if device is not None:
            return device, finding
        first = first or finding
    assert first is not None
    return None, first


async def _examine_device(found: DiscoveredDeviceInfo, clock: Clock) -> AsyncIterator[Finding]:
    device = device_place(found)
    try:
        async with linked(found, clock) as link:
            status = link.status.status
            yield await _check_updates(link, device)
            yield check_battery(status.phone, device)
            yield check_memory(status.phone, device)
            yield await _check_clock(link, device)
            for finding in check_sensors(status, device):
                yield finding
            for finding in await check_streams(found, status, clock, device):
                yield finding
            for finding in check_errors(link.status.take_errors(), device):
                yield finding
    except DeviceError as error:
        yield Finding.of(
            "reach", STRANGER, device=device, host=found.addresses[0], port=found.port, reason=error
        )


async def _check_updates(link: DeviceLink, device: str) -> Finding:
    try:
        async with asyncio.timeout(_UPDATES_S):
            while link.status.link is not StatusLink.LIVE:  # noqa: ASYNC110  # no event tells
                await asyncio.sleep(_LOOK_S)
    except TimeoutError:
        return Finding.of("updates", NO_UPDATES, device=device)
    return Finding.well("updates", "changes of the status are told", device=device)


async def _check_clock(link: DeviceLink, device: str) -> Finding:
    trouble = None
    try:
        await link.clock_offset(_CLOCK_S)
    except DeviceError as error:
        trouble = str(error)
    return check_clock(link.status.status.phone, link.known_clock_offset, trouble, device)
