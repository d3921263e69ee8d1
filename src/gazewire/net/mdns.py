"""Finding devices, and being found, by multicast DNS: the one place that knows the mDNS library.

    async with Announcer(name, host="127.0.0.1", port=8080, host_name="neon") as announcer:
        print(announcer.full_name, announcer.host_name)

    async with Browser(host="127.0.0.1") as sightings:
        async for sighting in sightings:
            ...

Multicast is often not permitted. An announcer without it says so once in the log and does nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import random
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from gazewire.errors import MissingExtraError, NetworkError, RemoteProtocolError
from gazewire.net.legacy_mdns import GROUP, PORT, LegacyResponder
from gazewire.wire.advertisement import Advertisement
from gazewire.wire.service_name import SERVICE_TYPE, ServiceName

try:
    import ifaddr
    from zeroconf import (  # type: ignore[attr-defined]  # the first two are not in its __all__
        DNSOutgoing,
        DNSQuestion,
        Error,
        InterfaceChoice,
        IPVersion,
        ServiceStateChange,
        Zeroconf,
    )
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf
except ImportError as error:
    raise MissingExtraError("client") from error

__all__ = ["Announcer", "Browser", "DeviceFound", "DeviceLost"]

logger = logging.getLogger(__name__)

_ALL_INTERFACES = "0.0.0.0"

# RFC 6762 §10: records that name a host, and others.
_HOST_TTL_S = 120
_OTHER_TTL_S = 4500

# RFC 6763 §6.1: a TXT record without keys is one zero byte.
_EMPTY_TXT = b"\0"

# RFC 6762 §8.1
_PROBES = 3
_PROBE_INTERVAL_S = 0.25

# RFC 1035 §3.2 and §4.1.1, RFC 2782
_QUERY = 0
_ADDRESS = 1
_SERVICE = 33
_INTERNET = 1

# Names tried before we give up: far more than devices fit on a network.
_MOST_NAMES = 100

_RESOLVE_MS = 3000

# Peers can announce as many names as they like.
_MOST_RESOLVING = 64
_MOST_SIGHTINGS = 256


class _Library(Zeroconf):
    """The library, without its answers to legacy queries: those are `LegacyResponder`'s."""

    def async_send(
        self, out: DNSOutgoing, addr: str | None = None, port: int = PORT, *rest: Any, **named: Any
    ) -> None:
        """Send what goes to port 5353; the rest of the arguments is the library's own affair."""
        if port == PORT:
            super().async_send(out, addr, port, *rest, **named)


async def _open(host: str, stack: AsyncExitStack) -> AsyncZeroconf:
    """Join the multicast group on an interface; leave it with the stack.

    Raises:
        NetworkError: that is not permitted, or this is no interface of ours.
    """
    try:
        if host != _ALL_INTERFACES:
            _try_multicast(host)
        interfaces = InterfaceChoice.All if host == _ALL_INTERFACES else [host]
        library = AsyncZeroconf(zc=_Library(interfaces=interfaces, ip_version=IPVersion.V4Only))
    except (OSError, RuntimeError, Error) as error:
        raise NetworkError(f"no multicast on {host}: {error}") from error
    # The library must not be cancelled while it opens its sockets: it would lose track of them.
    starting = asyncio.create_task(library.zeroconf.async_wait_for_start())

    async def close() -> None:
        await asyncio.gather(starting, return_exceptions=True)
        await library.async_close()

    stack.push_async_callback(close)
    await asyncio.wait({starting})
    if starting.exception() is not None:
        raise NetworkError(f"no multicast on {host}: {starting.exception()!r}")
    return library


def _try_multicast(host: str) -> None:
    # The library leaves a socket open, and a line in its log, for every failure that we find here.
    membership = socket.inet_aton(GROUP) + socket.inet_aton(host)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)


class Announcer:
    """Tells the network that a device is here, and answers whoever looks for it.

    A context manager: entering it takes about a second, after which the device has been announced;
    leaving it says goodbye. Where multicast is not permitted both are quick and do nothing.

    Args:
        name: of the device.
        host: address of the interface to announce on, which is also the address told;
            ``0.0.0.0`` for all interfaces and all addresses but the loopback ones.
        port: of the device's HTTP.
        host_name: the name wanted for this machine, without its domain: ``neon`` or ``pi``.

    Attributes:
        full_name: of the service; numbered if another device has the same name and id.
        host_name: what this machine is called in the announcement, with its domain: the one wanted,
            or numbered if that is taken, ``neon-1.local.``. None when nothing is announced.
    """

    def __init__(self, name: ServiceName, *, host: str, port: int, host_name: str) -> None:
        self.full_name = name.serialize()
        self.host_name: str | None = None
        self._host = host
        self._port = port
        self._wanted_host_name = host_name
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            try:
                await self._announce(await _open(self._host, stack))
                await stack.enter_async_context(self._legacy_responder())
            except (NetworkError, OSError, Error) as error:
                self.host_name = None
                logger.warning("this device cannot be discovered, only addressed: %s", error)
            else:
                self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _announce(self, library: AsyncZeroconf) -> None:
        zeroconf = library.zeroconf
        service_names = _numbered(self.full_name.removesuffix(f".{SERVICE_TYPE}"), SERVICE_TYPE)
        host_names = _numbered(self._wanted_host_name, "local.")
        full_name, host_name = next(service_names), next(host_names)
        registered = False
        # RFC 6762 §8.1: not all at once after a power cut.
        await asyncio.sleep(random.uniform(0, _PROBE_INTERVAL_S))
        while True:
            wanted = {host_name} if registered else {host_name, full_name}
            info = self._describe(full_name, host_name)
            taken = await _probe(zeroconf, info, wanted)
            if taken:
                full_name = next(service_names) if full_name in taken else full_name
                host_name = next(host_names) if host_name in taken else host_name
                continue
            if registered:
                announced = await library.async_update_service(info)
            else:
                announced = await library.async_register_service(info, cooperating_responders=True)
                registered = True
            await announced
            rivals = {record.name for record in zeroconf.cache.entries_with_server(host_name)}
            if full_name not in rivals:
                raise NetworkError(f"multicast does not pass on {self._host}")
            # Two devices that start at the same moment both find the name free, but both hear
            # both announcements: the first by service name stays (cf. RFC 6762 §8.2).
            if full_name == min(rivals):
                self.full_name, self.host_name = full_name, host_name
                return
            host_name = next(host_names)

    def _legacy_responder(self) -> LegacyResponder:
        assert self.host_name is not None
        addresses = _addresses(self._host)
        advertisement = Advertisement(self.full_name, self.host_name, self._port, tuple(addresses))
        return LegacyResponder(advertisement, addresses)

    def _describe(self, full_name: str, host_name: str) -> AsyncServiceInfo:
        return AsyncServiceInfo(
            SERVICE_TYPE,
            full_name,
            port=self._port,
            properties=_EMPTY_TXT,
            server=host_name,
            host_ttl=_HOST_TTL_S,
            other_ttl=_OTHER_TTL_S,
            parsed_addresses=_addresses(self._host),
        )


def _numbered(name: str, parent: str) -> Iterator[str]:
    yield f"{name}.{parent}"
    for number in range(1, _MOST_NAMES):
        yield f"{name}-{number}.{parent}"
    raise NetworkError(f"{_MOST_NAMES} names like {name} are taken")


async def _probe(zeroconf: Zeroconf, info: AsyncServiceInfo, names: set[str]) -> set[str]:
    """Ask whether somebody has a name already (RFC 6762 §8.1); tell those that are taken."""
    question = DNSOutgoing(_QUERY)
    for name in names:
        # Not "any", as the RFC has it: this library's responder, which is in many devices, does not
        # answer that with an address. And not QU, for unicast answers: programs of one machine
        # share the port, and such an answer reaches only one of them.
        kind = _SERVICE if name == info.name else _ADDRESS
        question.add_question(DNSQuestion(name, kind, _INTERNET))
    # A record in this section is what makes it a probe, which is answered at once.
    question.add_authorative_answer(info.dns_pointer())
    for _ in range(_PROBES):
        zeroconf.async_send(question)
        await asyncio.sleep(_PROBE_INTERVAL_S)
        taken = {name for name in names if zeroconf.cache.entries_with_name(name)}
        if taken:
            return taken
    return set()


def _addresses(host: str) -> list[str]:
    if host != _ALL_INTERFACES:
        return [host]
    found = [
        ip.ip
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str) and not ipaddress.ip_address(ip.ip).is_loopback
    ]
    # Clients use the first address: the one of the interface that multicasts by default.
    preferred = _preferred_address()
    found.sort(key=lambda address: address != preferred)
    return found or ["127.0.0.1"]


def _preferred_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        # Connecting a datagram socket sends nothing; it asks the routing table.
        probe.connect((GROUP, PORT))
        address: str = probe.getsockname()[0]
        return address
    return None


@dataclass(frozen=True, slots=True)
class DeviceFound:
    """A device is there, or has changed its address.

    Attributes:
        full_name: of its service.
        name: the same, taken apart.
        addresses: IPv4, dotted; the first is the one to use.
        port: of its HTTP.
        host_name: of the machine, with its domain.
    """

    full_name: str
    name: ServiceName
    addresses: tuple[str, ...]
    port: int
    host_name: str


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A device has said goodbye, or has not been heard of for long.

    Attributes:
        full_name: of its service.
    """

    full_name: str


class Browser:
    """Watches devices come and go: an async iterator of sightings.

    A context manager: inside of it the search is on. Names are resolved side by side, so that one
    that does not answer delays no other. Of sightings that nobody reads, the oldest are dropped.

    Args:
        host: address of the interface to search on; ``0.0.0.0`` for all.

    Attributes:
        dropped: sightings lost because nobody read them.

    Raises:
        NetworkError: on entering, where multicast is not permitted.
    """

    def __init__(self, *, host: str) -> None:
        self.dropped = 0
        self._host = host
        self._stack = AsyncExitStack()
        self._resolving: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sightings: deque[DeviceFound | DeviceLost] = deque()
        self._arrived = asyncio.Event()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            library = await _open(self._host, stack)
            stack.push_async_callback(self._stop_resolving)
            browser = AsyncServiceBrowser(
                library.zeroconf, SERVICE_TYPE, handlers=[self._state_changed]
            )
            stack.push_async_callback(browser.async_cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> DeviceFound | DeviceLost:
        """The next sighting; waits for ever. Cancelling it loses nothing."""
        while not self._sightings:
            self._arrived.clear()
            await self._arrived.wait()
        return self._sightings.popleft()

    def _tell(self, sighting: DeviceFound | DeviceLost) -> None:
        if len(self._sightings) >= _MOST_SIGHTINGS:
            self._sightings.popleft()
            self.dropped += 1
        self._sightings.append(sighting)
        self._arrived.set()

    def _state_changed(
        self,
        zeroconf: Zeroconf,
        service_type: str,
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        # The library calls this on the loop, and by the names of the arguments.
        try:
            service_name = ServiceName.parse(name)
        except RemoteProtocolError:
            return  # a printer, a router
        # What a resolution in progress has gathered may be of yesterday.
        if outdated := self._resolving.pop(name, None):
            outdated.cancel()
        if state_change is ServiceStateChange.Removed:
            self._tell(DeviceLost(name))
        elif len(self._tasks) < _MOST_RESOLVING:
            task = asyncio.create_task(self._resolve(zeroconf, name, service_name))
            self._resolving[name] = task
            self._tasks.add(task)
            task.add_done_callback(lambda task: self._resolved(name, task))

    def _resolved(self, name: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._resolving.get(name) is task:
            del self._resolving[name]

    async def _resolve(self, zeroconf: Zeroconf, name: str, service_name: ServiceName) -> None:
        info = AsyncServiceInfo(SERVICE_TYPE, name)
        if not await info.async_request(zeroconf, _RESOLVE_MS):
            logger.info("%s is announced, but does not tell its address", name)
            return
        addresses = info.parsed_addresses(IPVersion.V4Only)
        if addresses and info.port and info.server:
            self._tell(DeviceFound(name, service_name, tuple(addresses), info.port, info.server))

    async def _stop_resolving(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
