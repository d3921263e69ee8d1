"""The client's two UDP ports, one for RTP and one for RTCP.

::

    with RtpPorts.bind("127.0.0.1", sink, clock) as ports:
        ...  # tell the server ports.rtp_port
        await ports.connect("127.0.0.1", (50_000, 50_001))
"""

from __future__ import annotations

import asyncio
import logging
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
            reports = _DirectInput(rtcp, sink.receive_rtcp, clock, loop)
            # A report that was sent before a packet tells its time, and must not be read after it.
            packets = _DirectInput(rtp, sink.receive_rtp, clock, loop, before=reports.read)
            self._inputs += (reports, packets)
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
    """Reads by the socket itself: what is there together is taken and handed over together."""

    def __init__(
        self,
        sock: socket.socket,
        receive: Callable[[list[bytes], int], None],
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        *,
        before: Callable[[], None] | None = None,
    ) -> None:
        self._sock = sock
        self._receive = receive
        self._clock = clock
        self._loop = loop
        self._before = before
        self._read_some = datagram_reader(sock)
        loop.add_reader(sock.fileno(), self.read)

    def read(self) -> None:
        if self._before is not None:
            self._before()
        datagrams: list[bytes] = []
        try:
            while len(datagrams) < _MOST_AT_ONCE:
                datagrams += self._read_some()
        except BlockingIOError:
            pass
        except OSError as error:
            # The answer to a packet of ours that nobody wanted; RTSP will tell what it means.
            _log.debug("UDP: %s", error)
        if datagrams:
            self._receive(datagrams, self._clock.mono_ns())

    def close(self) -> None:
        self._loop.remove_reader(self._sock.fileno())


class _TransportInput(asyncio.DatagramProtocol):
    """The portable way: one datagram at a time, by a loop that wants to be alone with sockets."""

    def __init__(self, receive: Callable[[list[bytes], int], None], clock: Clock) -> None:
        self._receive = receive
        self._clock = clock

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._receive([data], self._clock.mono_ns())

    def error_received(self, exc: Exception) -> None:
        _log.debug("UDP: %s", exc)
