"""A device to be worked with: its status and streams, its clock, its orders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gazewire.client._engine.clock import DeviceClock
from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.session import DeviceSession
from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.time import Clock

__all__ = ["device_clock", "linked"]


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


def device_clock(link: DeviceLink, clock: Clock) -> DeviceClock:
    """Make what watches the clock of a linked device; nothing is asked before it is entered."""

    def locate() -> tuple[str, int] | None:
        phone = link.status.status.phone
        return None if phone.time_echo_port is None else (phone.ip, phone.time_echo_port)

    return DeviceClock(locate, clock)
