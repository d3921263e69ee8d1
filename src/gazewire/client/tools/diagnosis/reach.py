"""Whether this computer gets to the device at all: multicast, names, networks, ports."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Interface

from gazewire.client._engine.network import searched_interface
from gazewire.client._engine.search import discover_all, find_device, parse_where
from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.client.tools.choice import device_name, device_place
from gazewire.client.tools.diagnosis.finding import Finding, Verdict
from gazewire.client.tools.diagnosis.problem import (
    NO_ANSWER,
    NO_DEVICE,
    NO_MULTICAST,
    OTHER_NETWORK,
    PORT_CLOSED,
    STRANGER,
    UNKNOWN_NAME,
)
from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.net import Browser
from gazewire.net.interface import find_interfaces

__all__ = ["check_multicast", "check_reach", "find_devices", "judge_silence"]

_ALL_INTERFACES = "0.0.0.0"
_DEFAULT_PORT = 8080


async def check_multicast(*, is_needed: bool) -> Finding:
    """Whether this computer can look for devices.

    Args:
        is_needed: nobody has named a device.
    """
    try:
        async with Browser(host=searched_interface()):
            return Finding.well("multicast", "this computer can search the network")
    except NetworkError as error:
        verdict = Verdict.WRONG if is_needed else Verdict.NOTE
        return Finding.of("multicast", NO_MULTICAST, verdict=verdict, reason=error)


async def find_devices(seconds: float) -> tuple[list[DiscoveredDeviceInfo], Finding]:
    """Search the network, and judge what comes of it."""
    found = await discover_all(seconds)
    if not found:
        return [], Finding.of("discovery", NO_DEVICE, seconds=seconds)
    named = ", ".join(f"{device_name(device)} at {device_place(device)}" for device in found)
    return found, Finding.well("discovery", f"found {named}")


async def check_reach(where: str) -> tuple[DiscoveredDeviceInfo | None, Finding]:
    """Whether a device answers where it is said to be.

    Args:
        where: as `find_device` takes it.

    Raises:
        LocalProtocolError: this is not an address.
    """
    try:
        found = await find_device(where)
    except RemoteProtocolError as error:
        host, port = _placed(where)
        stranger = Finding.of("reach", STRANGER, device=where, host=host, port=port, reason=error)
        return None, stranger
    except NetworkError as error:
        host, port = _placed(where)
        addresses = await _addresses(host)
        networks = find_interfaces([_ALL_INTERFACES])
        return None, judge_silence(where, host, port, addresses, networks, error)
    says = f"{device_name(found)} answers at {device_place(found)}"
    return found, Finding.well("reach", says, device=where)


def judge_silence(
    where: str,
    host: str,
    port: int,
    addresses: Sequence[str],
    networks: Sequence[IPv4Interface],
    error: NetworkError,
) -> Finding:
    """Tell why a device could not be reached.

    Args:
        where: what the user said.
        host: the host in it.
        port: the port.
        addresses: of the host; none where its name is not known.
        networks: that this computer is on.
        error: what came of trying.
    """
    if not addresses:
        return Finding.of("reach", UNKNOWN_NAME, device=where, host=host)
    if _errno_of(error) == errno.ECONNREFUSED:
        return Finding.of("reach", PORT_CLOSED, device=where, host=host, port=port)
    if not any(_is_near(address, networks) for address in addresses):
        named = ", ".join(str(interface.network) for interface in networks)
        return Finding.of("reach", OTHER_NETWORK, device=where, host=host, networks=named)
    return Finding.of("reach", NO_ANSWER, device=where, host=host, port=port)


def _is_near(address: str, networks: Sequence[IPv4Interface]) -> bool:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    # IPv6 networks of ours are not known; nobody is told a thing that is not.
    return (
        parsed.version == 6
        or parsed.is_loopback
        or any(parsed in interface.network for interface in networks)
    )


def _errno_of(error: BaseException) -> int | None:
    """What the system said, if it said anything."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno is not None:
            return cause.errno
        cause = cause.__cause__
    return None


def _placed(where: str) -> tuple[str, int]:
    host, port = parse_where(where)
    return host, port or _DEFAULT_PORT


async def _addresses(host: str) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return []
    return [str(address[0]) for *_, address in found]
