"""The time echo on TCP: what lets a client learn the offset of the device's clock from its own.

async with TimeEchoServer(clock, host="127.0.0.1", port=0) as server:
reply = await request_time_echo("127.0.0.1", server.port, clock)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gazewire.errors import ConnectionLostError, NetworkError, RemoteProtocolError
from gazewire.net.listener import listen
from gazewire.time import Clock
from gazewire.wire.echo import EchoReply, EchoRequest, EchoRequestReader

__all__ = [
    "EchoMeasurement",
    "TimeEchoClient",
    "TimeEchoLimits",
    "TimeEchoServer",
    "connect_time_echo",
]

logger = logging.getLogger(__name__)

_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEchoLimits:
    """How much of our memory and patience clients can have.

    Attributes:
        connections: the most at one time; further ones are closed at once. A client needs one.
        idle_timeout_s: how long a connection may stay silent. Clients measure in one go, with
            pauses of at most a few seconds that their user asks for.
        unsent_bytes: answers kept for a client that asks without reading; beyond, it is dropped.
        burst_bytes: the most that may come in one piece: 128 requests, where a client that measures
            sends one and waits. Who sends more is dropped, because answering it all would keep
            everybody else waiting.
    """

    connections: int = 64
    idle_timeout_s: float = 60.0
    unsent_bytes: int = 64 * 1024
    burst_bytes: int = 1024


_DEFAULT_LIMITS = TimeEchoLimits()


def _plain_writer(transport: asyncio.Transport) -> Callable[[bytes], None]:
    return transport.write


class TimeEchoServer:
    """Answers each client time with the client's and our own.

    A context manager: inside of it the port is bound; after it every connection is gone.

    Args:
        clock: whose Unix time is told, in whole milliseconds, rounded down.
        host: address of the interface to listen on.
        port: TCP port; 0 takes any free one.
        limits: how much clients can have of us.
        make_writer: makes what writes the answers to one client, each whole.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        host: str,
        port: int,
        limits: TimeEchoLimits = _DEFAULT_LIMITS,
        make_writer: Callable[[asyncio.Transport], Callable[[bytes], None]] = _plain_writer,
    ) -> None:
        self._clock = clock
        self._host = host
        self._port = port
        self._limits = limits
        self._make_writer = make_writer
        self._listener: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._empty = asyncio.Event()

    @property
    def port(self) -> int:
        """The port that is bound, also where any free one was asked for."""
        return self._port

    async def __aenter__(self) -> Self:
        self._listener = await listen(
            lambda: _Connection(self),
            host=self._host,
            port=self._port,
            purpose="time echo",
        )
        self._port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._listener is not None
        self._listener.close()
        while self._connections:
            for connection in self._connections:
                connection.abort()
            self._empty.clear()
            await self._empty.wait()
        await self._listener.wait_closed()


class _Connection(asyncio.Protocol):
    """One client; asyncio has switched Nagle's algorithm off for it."""

    def __init__(self, server: TimeEchoServer) -> None:
        self._server = server
        self._reader = EchoRequestReader()
        self._transport: asyncio.Transport | None = None
        self._write: Callable[[bytes], None] | None = None
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        server = self._server
        self._write = server._make_writer(transport)
        server._connections.add(self)
        if len(server._connections) > server._limits.connections:
            logger.warning("turned a client of the time echo away: too many connections")
            transport.close()
        else:
            self._wait_for_request()

    def _wait_for_request(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self._server._limits.idle_timeout_s, self.abort)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        assert self._write is not None
        if len(data) > self._server._limits.burst_bytes:
            logger.warning("dropped a client of the time echo: it does not wait for answers")
            self.abort()
            return
        self._wait_for_request()
        device_unix_ms = self._server._clock.unix_ns() // _NS_PER_MS
        replies = [
            EchoReply(request.client_unix_ms, device_unix_ms)
            for request in self._reader.receive_data(data)
        ]
        if not replies:
            return
        # One write for all: clients read an answer in a single call, and take what they get.
        self._write(b"".join(reply.serialize() for reply in replies))
        if self._transport.get_write_buffer_size() > self._server._limits.unsent_bytes:
            logger.warning("dropped a client of the time echo: it does not read")
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._server._connections.discard(self)
        if not self._server._connections:
            self._server._empty.set()

    def abort(self) -> None:
        """End the connection without another word."""
        assert self._transport is not None
        self._transport.abort()


@dataclass(frozen=True, slots=True)
class EchoMeasurement:
    """One round, on three readings of two clocks.

    Attributes:
        sent_unix_ns: our clock when the request went out.
        device_unix_ms: the device's clock when it answered, rounded down.
        received_unix_ns: our clock when the answer was there.
    """

    sent_unix_ns: int
    device_unix_ms: int
    received_unix_ns: int


class TimeEchoClient:
    """One connection to a time echo, for any number of rounds; made by `connect_time_echo`."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: Clock
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def measure(self) -> EchoMeasurement:
        """Make one round. One at a time; after cancelling it, the connection is of no use.

        Raises:
            ConnectionLostError: the device closed the connection.
            RemoteProtocolError: it answered another question.
        """
        sent_unix_ns = self._clock.unix_ns()
        request = EchoRequest(sent_unix_ns // _NS_PER_MS)
        try:
            self._writer.write(request.serialize())
            data = await self._reader.readexactly(EchoReply.SIZE)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise ConnectionLostError("the time echo closed the connection") from error
        received_unix_ns = self._clock.unix_ns()
        reply = EchoReply.parse(data)
        if reply.client_unix_ms != request.client_unix_ms:
            raise RemoteProtocolError("the time echo answered a question that was not asked")
        return EchoMeasurement(sent_unix_ns, reply.device_unix_ms, received_unix_ns)


@asynccontextmanager
async def connect_time_echo(
    host: str, port: int, clock: Clock, *, timeout_s: float = 5.0
) -> AsyncIterator[TimeEchoClient]:
    """Open a connection to a time echo; it is closed on leaving.

    Args:
        host: address of the device.
        port: as its status tells.
        clock: ours.
        timeout_s: for connecting.

    Raises:
        NetworkError: there is no connection to be had.
        TimeoutError: it took too long.
    """
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        raise
    except OSError as error:
        raise NetworkError(f"cannot reach the time echo at {host}:{port}: {error}") from error
    try:
        yield TimeEchoClient(reader, writer, clock)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
