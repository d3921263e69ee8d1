"""Broadcast on chosen interfaces, loopback among them, and on no others."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from ipaddress import IPv4Interface
from types import TracebackType
from typing import Self

from gazewire.errors import AddressInUseError, NetworkError

__all__ = ["BeaconPort"]

logger = logging.getLogger(__name__)

# In a smaller network there is no address that means everybody.
_LONGEST_PREFIX = 30


class BeaconPort:
    """One UDP port on some interfaces, shared with all other programs that use it the same way.

    An async context manager; inside of it the port is open.

    Args:
        interfaces: where to send and to listen; those of two addresses or fewer are left out.
        port: the same for all who are to hear each other.
        receive: called with each datagram and the address that it came from.
    """

    def __init__(
        self,
        interfaces: Iterable[IPv4Interface],
        port: int,
        receive: Callable[[bytes, str], None],
    ) -> None:
        self._interfaces = [ip for ip in interfaces if ip.network.prefixlen <= _LONGEST_PREFIX]
        self._port = port
        self._receive = receive
        self._stack = ExitStack()
        self._ways_out: dict[IPv4Interface, socket.socket] = {}
        self._failing: set[IPv4Interface] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        with ExitStack() as stack:
            for interface in self._interfaces:
                self._ways_out[interface] = stack.enter_context(self._open_way_out(interface))
            # Several addresses may be on one network, and it is heard once.
            for network, interface in {ip.network: ip for ip in self._interfaces}.items():
                host = str(interface.ip if sys.platform == "win32" else network.broadcast_address)
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Listener(self._receive), sock=self._open_way_in(host)
                )
                stack.callback(transport.close)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()
        # The loop closes a transport's socket at its next turn.
        await asyncio.sleep(0)

    def broadcast(self, datagram: bytes) -> None:
        """Send to everybody on each interface; one that cannot be sent on is told of once."""
        for interface, way_out in self._ways_out.items():
            address = str(interface.network.broadcast_address)
            try:
                way_out.sendto(datagram, (address, self._port))
            except OSError as error:
                if interface not in self._failing:
                    logger.warning("no beacon can be sent to %s: %s", address, error)
                self._failing.add(interface)
            else:
                self._failing.discard(interface)

    def _open_way_out(self, interface: IPv4Interface) -> socket.socket:
        # A socket of its own, because the source address is what peers will connect to.
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.bind((str(interface.ip), 0))
        except OSError as error:
            sock.close()
            raise NetworkError(f"no UDP port could be opened on {interface.ip}: {error}") from error
        return sock

    def _open_way_in(self, host: str) -> socket.socket:
        # Bound to the network's broadcast address, a socket gets what is sent to everybody on that
        # network and nothing else; Windows knows no such thing.
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "SO_REUSEPORT"):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            sock.bind((host, self._port))
        except OSError as error:
            sock.close()
            if error.errno == errno.EADDRINUSE:
                raise AddressInUseError(host, self._port, "beacon") from error
            raise NetworkError(f"beacons cannot be heard on {host}: {error}") from error
        return sock


class _Listener(asyncio.DatagramProtocol):
    """Hands datagrams on."""

    def __init__(self, receive: Callable[[bytes, str], None]) -> None:
        self._receive = receive

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand a datagram on."""
        self._receive(data, addr[0])

    def error_received(self, exc: Exception) -> None:
        """Go on: the network may be back in a moment."""
        logger.debug("beacon: %s", exc)
