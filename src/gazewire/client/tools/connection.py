"""A device to be worked with: its status, its streams, its clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.session import DeviceSession
from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.time import Clock

__all__ = ["linked"]


@asynccontextmanager
async def linked(
    device: DiscoveredDeviceInfo, clock: Clock, *, over_tcp: bool | None = None
) -> AsyncIterator[DeviceLink]:
    """Follow a device for as long as the context lasts.

    Args:
        device: as it was found.
        clock: for times of arrival.
        over_tcp: True or False to have all streams by TCP or UDP; None for UDP, and TCP where
            nothing comes that way.

    Raises:
        DeviceError: on entering, where the device does not answer.
    """
    session = DeviceSession(device.addresses[0], device.port)
    session.try_also(device.addresses[1:])
    try:
        async with DeviceLink(session, clock, over_tcp=over_tcp) as link:
            yield link
    finally:
        await session.close()
