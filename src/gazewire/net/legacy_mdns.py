"""Answers multicast DNS queries that do not come from port 5353 (RFC 6762 §6.7).

The mDNS library answers them too, but with most records where such clients do not look, and only
one of several clients that ask in the same words within a second; `gazewire.net.mdns` therefore
keeps those answers back.

    async with LegacyResponder(advertisement, ["127.0.0.1"]):
        ...
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self, cast

from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.wire.advertisement import Advertisement
from gazewire.wire.dns import DnsMessage

__all__ = ["GROUP", "PORT", "LegacyResponder"]

_log = logging.getLogger(__name__)

# RFC 6762 §3
GROUP = "224.0.0.251"
PORT = 5353

# RFC 6762 §11
_TTL = 255

# <linux/in.h>, which Python does not have.
_IP_MULTICAST_ALL = 49


class LegacyResponder:
    """Answers for one device. An async context manager: entering it binds.

    Args:
        advertisement: the device.
        interfaces: their addresses; queries are heard on these and no others.

    Raises:
        NetworkError: on entering, where that is not permitted or there is no such interface.
    """

    def __init__(self, advertisement: Advertisement, interfaces: Sequence[str]) -> None:
        self._advertisement = advertisement
        self._interfaces = interfaces

    async def __aenter__(self) -> Self:
        try:
            sock = _open(self._interfaces)
        except OSError as error:
            where = ", ".join(self._interfaces)
            raise NetworkError(f"no multicast on {where}: {error}") from error
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Protocol(self._advertisement), sock=sock
        )
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._transport.close()


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, advertisement: Advertisement) -> None:
        self._advertisement = advertisement
        # The network is busy; clients ask again.
        self._is_congested = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Python 3.11's is none by inheritance.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr[1] == PORT or self._is_congested:
            return
        try:
            answer = self._advertisement.answer(DnsMessage.parse(data))
        except RemoteProtocolError as error:
            _log.debug("mDNS %s:%d: %s", *addr, error)
            return
        if answer is not None:
            self._transport.sendto(answer.serialize(), addr)

    def error_received(self, exc: Exception) -> None:
        _log.debug("mDNS: %s", exc)  # who asked is gone

    def pause_writing(self) -> None:
        self._is_congested = True

    def resume_writing(self) -> None:
        self._is_congested = False


def _open(interfaces: Sequence[str]) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        # Every program on this machine that speaks mDNS has a socket on this port.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, _TTL)
        if sys.platform == "linux":
            # What is sent to an address and not to the group is meant for some other program, and
            # only one of all gets it. What other programs have joined is not our business.
            sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
            sock.bind((GROUP, PORT))
        else:
            sock.bind(("", PORT))
        for interface in interfaces:
            _join(sock, interface)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def _join(sock: socket.socket, interface: str) -> None:
    membership = socket.inet_aton(GROUP) + socket.inet_aton(interface)
    try:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError as error:
        # Two addresses may be of the same interface.
        if error.errno != errno.EADDRINUSE:
            raise
