"""The client's two UDP ports, one for RTP and one for RTCP.

::

    with RtpPorts.bind("127.0.0.1", sink, clock) as ports:
        ...  # tell the server ports.rtp_port
        await ports.connect("127.0.0.1", (50_000, 50_001))
"""

from __future__ import annotations

import asyncio
import logging
import select
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from types import TracebackType
from typing import Protocol, Self

from gazewire.errors import NetworkError
from gazewire.net.udp_coalescing import datagram_reader
from gazewire.time import Clock

__all__ = ["PacketSink", "RtpPorts"]

_log = logging.getLogger(__name__)

# Outlasts a second of everything a device sends; the system grants what it allows.
_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

# Tries until two neighbouring ports are found free.
_ATTEMPTS = 50

# What is taken from one socket before the others have their turn.
_MOST_AT_ONCE = 256

# Data come 5 ms apart, the packets of a picture with nothing between them.
_CLOSE_NS = 200_000

# Not RTP of any version we know, so no server can take it for more than it is: the packet that
# makes a firewall on the way let the server's packets in. Several, because one may get lost.
_OPENER = bytes(8)
_OPENERS = 3


class PacketSink(Protocol):
    """Takes what arrives for one track, on the event loop's thread."""

    def receive_rtp(self, datagrams: list[bytes], now_ns: int) -> None:
        """Take RTP packets that were there together, in the order of their arrival."""

    def receive_rtcp(self, datagrams: list[bytes], now_ns: int) -> None:
        """Take compound RTCP packets."""


class RtpPorts:
    """Two bound sockets that hand what arrives to a sink; made by `bind`.

    A context manager: after it both are closed.

    Attributes:
        rtp_port: even.
        rtcp_port: the next one.
    """

    def __init__(
        self, rtp: socket.socket, rtcp: socket.socket, sink: PacketSink, clock: Clock
    ) -> None:
        self.rtp_port: int = rtp.getsockname()[1]
        self.rtcp_port: int = rtcp.getsockname()[1]
        self._sockets = (rtp, rtcp)
        self._sink = sink
        self._clock = clock
        self._inputs: list[_Input] = []

    @classmethod
    def bind(cls, host: str, sink: PacketSink, clock: Clock) -> Self:
        """Bind two neighbouring ports, the first of them even (RFC 3550 §11).

        Args:
            host: address of ours that the server sends to.
            sink: takes the packets, from `connect` on.
            clock: its monotonic reading is the time of arrival.

        Raises:
            NetworkError: there are no such ports.
        """
        failure: OSError | None = None
        for _ in range(_ATTEMPTS):
            try:
                pair = _bind_pair(host)
            except OSError as error:
                failure = error
            else:
                if pair is not None:
                    return cls(*pair, sink, clock)
        raise NetworkError(f"no pair of UDP ports could be opened on {host}: {failure}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def connect(self, host: str, ports: tuple[int, int] | None) -> None:
        """Begin to receive.

        Args:
            host: address of the server; nobody else is listened to where it has told its ports.
            ports: the server's RTP and RTCP port, where it has told them.
        """
        if ports is not None:
            for sock, port in zip(self._sockets, ports, strict=True):
                with suppress(OSError):
                    sock.connect((host, port))
                    for _ in range(_OPENERS):
                        sock.send(_OPENER)
        rtp, rtcp = self._sockets
        sink, clock = self._sink, self._clock
        loop = asyncio.get_running_loop()
        if isinstance(loop, asyncio.SelectorEventLoop) or sys.platform != "win32":
            self._inputs.append(_DirectInput(rtp, rtcp, sink, clock, loop))
            return
        for sock, receive in ((rtcp, sink.receive_rtcp), (rtp, sink.receive_rtp)):
            transport, _ = await loop.create_datagram_endpoint(
                partial(_TransportInput, receive, clock), sock=sock.dup()
            )
            self._inputs.append(transport)

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound packet to the server; what becomes of it is not known."""
        if self._inputs:
            with suppress(OSError):
                self._sockets[1].send(packet)

    def close(self) -> None:
        """Close both. Harmless when repeated."""
        for opened in self._inputs:
            opened.close()
        self._inputs.clear()
        for sock in self._sockets:
            sock.close()


def _bind_pair(host: str) -> tuple[socket.socket, socket.socket] | None:
    """Bind any port and the one after it; None where the first is odd.

    Raises:
        OSError: it cannot be. Nothing is left open then.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        rtp = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        rtp.bind((host, 0))
        port: int = rtp.getsockname()[1]
        if port % 2:
            return None
        rtcp = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        rtcp.bind((host, port + 1))
        for bound in (rtp, rtcp):
            bound.setblocking(False)
        rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        stack.pop_all()
    return rtp, rtcp


class _Input(Protocol):
    def close(self) -> None: ...


class _DirectInput:
    """Reads by the sockets themselves: what is there together is taken and handed over together.

    To find out that no more is there costs as much as to read. It is left to the loop where a
    datagram came alone the last time, unless that was only just now.
    """

    def __init__(
        self,
        rtp: socket.socket,
        rtcp: socket.socket,
        sink: PacketSink,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._sockets = (rtp, rtcp)
        self._sink = sink
        self._clock = clock
        self._loop = loop
        self._read_rtp = datagram_reader(rtp)
        self._read_rtcp = datagram_reader(rtcp)
        self._has_report = _input_test(rtcp)
        self._came_alone = False
        self._last_ns = clock.mono_ns()
        loop.add_reader(rtp.fileno(), self._rtp_readable)
        loop.add_reader(rtcp.fileno(), self._rtcp_readable)

    def _rtp_readable(self) -> None:
        is_apart = self._clock.mono_ns() - self._last_ns > _CLOSE_NS
        if self._came_alone and is_apart:
            datagrams = _read_once(self._read_rtp)
        else:
            datagrams = _read_all(self._read_rtp)
        # A report that was sent before a packet tells its time, and must not be read after it.
        if self._has_report():
            self._rtcp_readable()
        self._came_alone = len(datagrams) == 1
        self._last_ns = now_ns = self._clock.mono_ns()
        if datagrams:
            self._sink.receive_rtp(datagrams, now_ns)

    def _rtcp_readable(self) -> None:
        datagrams = _read_all(self._read_rtcp)
        if datagrams:
            self._sink.receive_rtcp(datagrams, self._clock.mono_ns())

    def close(self) -> None:
        for sock in self._sockets:
            self._loop.remove_reader(sock.fileno())


def _read_once(read: Callable[[], list[bytes]]) -> list[bytes]:
    try:
        return read()
    except BlockingIOError:
        pass
    except OSError as error:
        # The answer to a packet of ours that nobody wanted; RTSP will tell what it means.
        _log.debug("UDP: %s", error)
    return []


def _read_all(read: Callable[[], list[bytes]]) -> list[bytes]:
    datagrams: list[bytes] = []
    while len(datagrams) < _MOST_AT_ONCE and (more := _read_once(read)):
        datagrams += more
    return datagrams


def _input_test(sock: socket.socket) -> Callable[[], object]:
    """Make a function that is true where there is something to be read."""
    try:
        poll = select.poll()
    except AttributeError:
        return lambda: True  # on Windows; to try is the way to find out
    poll.register(sock, select.POLLIN)
    return partial(poll.poll, 0)


class _TransportInput(asyncio.DatagramProtocol):
    """The portable way: one datagram at a time, by a loop that wants to be alone with sockets."""

    def __init__(self, receive: Callable[[list[bytes], int], None], clock: Clock) -> None:
        self._receive = receive
        self._clock = clock

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._receive([data], self._clock.mono_ns())

    def error_received(self, exc: Exception) -> None:
        _log.debug("UDP: %s", exc)
