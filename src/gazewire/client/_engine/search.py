"""Ways to a device: by mDNS, by its address or host name, and by asking everybody.

What answers ``GET /api/status`` as a device does is a device, whichever way it was found.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from ipaddress import IPv4Network, IPv6Network
from itertools import chain
from urllib.parse import urlsplit

from gazewire.client._engine.network import Network
from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.errors import (
    GazewireError,
    LocalProtocolError,
    MissingExtraError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.model import Phone
from gazewire.net import HttpClient
from gazewire.net.address import spell_address
from gazewire.wire.rest import RestPath, parse_status
from gazewire.wire.service_name import ServiceName

try:
    import ifaddr
except ImportError as error:
    raise MissingExtraError("client") from error

__all__ = [
    "discover_all",
    "discover_one",
    "find_device",
    "local_networks",
    "parse_where",
    "probe_subnet",
]

_DEFAULT_PORT = 8080
_OK = 200

_FIND_TIMEOUT_S = 5.0
# A device answers within a few ms; a radio that sleeps takes some tenths of a second to wake.
_PROBE_TIMEOUT_S = 1.0

# Half of what a home router remembers of one host, and few enough to leave no mark on the network:
# 254 addresses, most of them silent, take four seconds.
_PROBES_AT_ONCE = 64
_MOST_ADDRESSES = 4096
_PROBED_PREFIX = 24


async def discover_one(timeout_s: float | None = 10.0) -> DiscoveredDeviceInfo | None:
    """Search by mDNS until a device is found.

    Args:
        timeout_s: the longest to search; None searches for ever.

    Returns:
        The first device; None if there was none in time.
    """
    async with Network() as network:
        return await network.wait_for_new_device(timeout_s)


async def discover_all(duration_s: float) -> list[DiscoveredDeviceInfo]:
    """Search by mDNS for a while.

    Args:
        duration_s: how long; all of it is used.

    Returns:
        The devices that are there at its end.
    """
    async with Network() as network:
        await asyncio.sleep(duration_s)
        return list(network.devices)


async def find_device(where: str, *, timeout_s: float = _FIND_TIMEOUT_S) -> DiscoveredDeviceInfo:
    """Find a device whose address or host name is known.

    All addresses of a host name are asked, IPv6 too, and the first that answers is put first. A
    name under ``.local`` that this machine cannot resolve is searched for by mDNS.

    Args:
        where: an address or host name, with or without a port, which is 8080 otherwise:
            ``10.0.0.2``, ``10.0.0.2:8081``, ``neon.local``, ``[fe80::1%eth0]:8080``; or the URL of
            its monitor page.
        timeout_s: for all of it.

    Raises:
        NetworkError: there is nobody, or nobody answers in time.
        RemoteProtocolError: somebody answers who is no device.
        LocalProtocolError: this is not an address.
    """
    host, port = parse_where(where)
    try:
        async with asyncio.timeout(timeout_s), HttpClient() as http:
            return await _find(http, host, port)
    except TimeoutError as error:
        raise NetworkError(f"no device at {where}: no answer within {timeout_s:g} s") from error


async def _find(http: HttpClient, host: str, port: int | None) -> DiscoveredDeviceInfo:
    is_announced = host.endswith(".local")
    addresses = await _resolve(host)
    if addresses:
        try:
            return await _first_to_answer(http, host, addresses, port or _DEFAULT_PORT)
        except GazewireError:
            # An announcement may name another port.
            if port is not None or not is_announced:
                raise
    elif not is_announced:
        raise NetworkError(f"no device at {host}: the name is not known")
    sighting = await _sighted(f"{host}.")
    return await _first_to_answer(http, host, sighting.addresses, port or sighting.port)


async def probe_subnet(
    network: str | IPv4Network | IPv6Network | None = None,
    *,
    port: int = _DEFAULT_PORT,
    timeout_s: float = _PROBE_TIMEOUT_S,
    at_once: int = _PROBES_AT_ONCE,
) -> list[DiscoveredDeviceInfo]:
    """Ask every address of a network whether it is a device, where multicast does not pass.

    Args:
        network: such as ``192.168.1.0/24``; None takes the networks of this machine, or 256
            addresses around its own where they are larger.
        port: to ask at.
        timeout_s: for each answer.
        at_once: how many are asked at one time.

    Returns:
        The devices, in the order of their addresses.

    Raises:
        LocalProtocolError: this is not a network, or it has more than 4096 addresses.
    """
    networks = local_networks() if network is None else [_parse_network(network)]
    addresses = chain.from_iterable(network.hosts() for network in networks)
    found: dict[int, DiscoveredDeviceInfo] = {}

    async def ask(http: HttpClient) -> None:
        # All take from the one iterator.
        for address in addresses:
            try:
                phone = await _ask(http, str(address), port, timeout_s)
                found[int(address)] = _describe(phone, str(address), port, [str(address)])
            except (GazewireError, TimeoutError):
                continue  # most of a network is no device

    async with HttpClient() as http, asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(ask(http))
    return [found[address] for address in sorted(found)]


def local_networks() -> list[IPv4Network]:
    """The IPv4 networks that this machine is in, no larger than 256 addresses around its own.

    Loopback, and addresses that a machine has given itself for want of others, are left out.
    """
    found: set[IPv4Network] = set()
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if isinstance(ip.ip, str):
                address = ipaddress.IPv4Address(ip.ip)
                if not (address.is_loopback or address.is_link_local):
                    prefix = max(ip.network_prefix, _PROBED_PREFIX)
                    found.add(IPv4Network((address, prefix), strict=False))
    return sorted(found)


def _parse_network(network: str | IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    try:
        parsed = ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        raise LocalProtocolError(f"not a network, as 192.168.1.0/24 is one: {network}") from error
    if parsed.num_addresses > _MOST_ADDRESSES:
        raise LocalProtocolError(
            f"{network} has {parsed.num_addresses} addresses, which would take too long; "
            f"ask for at most {_MOST_ADDRESSES}, such as a /24"
        )
    return parsed


def parse_where(where: str) -> tuple[str, int | None]:
    """Take an address apart, as `find_device` takes it; the port is None where none is named.

    Raises:
        LocalProtocolError: this is not an address.
    """
    bare = where.strip()
    try:
        ipaddress.IPv6Address(bare)
    except ValueError:
        pass
    else:
        return bare, None
    try:
        parts = urlsplit(bare if "//" in bare else f"//{bare}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise LocalProtocolError(f"not the address of a device: {where!r}") from error
    if not host or parts.scheme not in {"", "http"}:
        raise LocalProtocolError(f"not the address of a device: {where!r}")
    # A dot at its end says that a name is whole, which we take it for in any case.
    return host.removesuffix("."), port


async def _resolve(host: str) -> list[str]:
    """The addresses of a host, the dearest first; none where the name is not known."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def _sighted(server: str) -> DiscoveredDeviceInfo:
    """Wait for a device of this host name, in small letters, to be announced."""
    async with Network() as network:
        while True:
            device = await network.wait_for_new_device()
            if device is not None and device.server.lower() == server:
                return device


async def _first_to_answer(
    http: HttpClient, host: str, addresses: list[str], port: int
) -> DiscoveredDeviceInfo:
    """Ask all addresses of a host at once.

    Raises:
        RemoteProtocolError: somebody answers who is no device, and nobody who is.
        NetworkError: nobody answers.
    """

    async def ask(address: str) -> DiscoveredDeviceInfo:
        phone = await _ask(http, address, port, _FIND_TIMEOUT_S)
        others = [other for other in addresses if other != address]
        # As in an announcement, where names end with a dot.
        server = host if host in addresses else f"{host}."
        return _describe(phone, server, port, [address, *others])

    asking = [asyncio.create_task(ask(address)) for address in addresses]
    refusals: list[GazewireError] = []
    try:
        for answer in asyncio.as_completed(asking):
            try:
                return await answer
            except TimeoutError as error:
                refusals.append(NetworkError(str(error)))
            except GazewireError as error:
                refusals.append(error)
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    strangers = [refusal for refusal in refusals if isinstance(refusal, RemoteProtocolError)]
    raise (strangers or refusals)[0]


async def _ask(http: HttpClient, address: str, port: int, timeout_s: float) -> Phone:
    """Ask for the status of whoever is at an address.

    Raises:
        RemoteProtocolError: this is no device.
        NetworkError: nobody is there, or the connection broke.
        TimeoutError: it took too long.
    """
    place = spell_address((address, port))
    answer = await http.request("GET", f"http://{place}{RestPath.STATUS}", timeout_s=timeout_s)
    if answer.status != _OK:
        raise RemoteProtocolError(f"{place} is no device: HTTP status {answer.status}")
    for component in parse_status(answer.body):
        if isinstance(component, Phone):
            return component
    raise RemoteProtocolError(f"{place} is no device: its status tells of no phone")


def _describe(phone: Phone, server: str, port: int, addresses: list[str]) -> DiscoveredDeviceInfo:
    """Say it as an announcement would.

    Raises:
        RemoteProtocolError: its id is not one.
    """
    try:
        name = ServiceName(phone.device_name, phone.device_id).serialize()
    except LocalProtocolError as error:
        raise RemoteProtocolError(f"{server} is no device: {error}") from error
    return DiscoveredDeviceInfo(name, server, port, addresses)
