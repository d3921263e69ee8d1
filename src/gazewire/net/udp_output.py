"""The way out of a UDP socket, portably: one system call a packet, none of which waits."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Sequence
from typing import Protocol

__all__ = ["Address", "SocketOutput", "TransportOutput", "UdpDestination", "UdpOutput", "is_full"]

Address = tuple[str, int]
"""Host and port."""

_log = logging.getLogger(__name__)

# Linux and Windows say the first when the socket's buffer is full, BSD and macOS the last when the
# interface's queue is.
_FULL = frozenset((errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS))


class UdpDestination(Protocol):
    """One address, as it is reached from one socket."""

    def send(self, packets: Sequence[bytes]) -> bool:
        """Send packets in this order, each as one datagram. Never waits or raises.

        Args:
            packets: not changed by anybody, ever: the same go to other destinations.

        Returns:
            False where the system had no room for all of them. What the network then does with a
            datagram, or that nobody is there to get it, is not known.
        """


class UdpOutput(Protocol):
    """The sending side of a UDP socket."""

    def to(self, address: Address) -> UdpDestination:
        """Make a destination; any number may share the socket."""


def is_full(error: OSError) -> bool:
    """Whether an attempt to send failed because there is no room for now.

    All else is the network's answer to an earlier datagram, or to this one, and no more to be
    relied on than silence: RTSP tells of clients that are gone.
    """
    if error.errno in _FULL:
        return True
    _log.debug("UDP: %s", error)
    return False


class SocketOutput:
    """Sends by the socket itself, past the event loop, which has nothing to add to a datagram.

    Args:
        sock: bound, not blocking; closing it remains with the owner.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def to(self, address: Address) -> UdpDestination:
        """Make a destination."""
        return _SocketDestination(self._sock, address)


class _SocketDestination:
    def __init__(self, sock: socket.socket, address: Address) -> None:
        self._sendto = sock.sendto
        self._address = address

    def send(self, packets: Sequence[bytes]) -> bool:
        for packet in packets:
            try:
                self._sendto(packet, self._address)
            except OSError as error:
                if is_full(error):
                    return False
        return True


class TransportOutput:
    """Sends by a transport of the event loop, for loops that want to be alone with their sockets.

    Args:
        transport: bound.

    Attributes:
        is_congested: to be set while the transport has asked to pause; what is sent then would
            pile up in memory, and is not taken.
    """

    def __init__(self, transport: asyncio.DatagramTransport) -> None:
        self.is_congested = False
        self.transport = transport

    def to(self, address: Address) -> UdpDestination:
        """Make a destination."""
        return _TransportDestination(self, address)


class _TransportDestination:
    def __init__(self, output: TransportOutput, address: Address) -> None:
        self._output = output
        self._address = address

    def send(self, packets: Sequence[bytes]) -> bool:
        if self._output.is_congested:
            return False
        for packet in packets:
            self._output.transport.sendto(packet, self._address)
        return True
