"""A websocket: messages both ways over one connection, with nobody waiting for ever.

`WebSocket` is the same at both ends. What it adds to the connection of the HTTP library: pings are
answered while nobody receives; cancelling a pending receive loses nothing; a peer that does not
read is dropped after a stated time, so that sending to it cannot hold up the sender for longer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, Self

from gazewire.errors import ConnectionLostError
from gazewire.net.http_message import HttpLimits, HttpRequest

__all__ = ["WebSocket", "WebSocketRoute", "pumping"]

logger = logging.getLogger("gazewire.net.http")

# RFC 6455 §11.8: text and binary; the library numbers what it receives by opcode.
_DATA = (0x1, 0x2)

# RFC 6455 §7.4.1
NORMAL_CLOSURE = 1000


class _Message(Protocol):
    @property
    def type(self) -> int: ...
    @property
    def data(self) -> object: ...


class _Connection(Protocol):
    """What we use of the HTTP library's websocket, at either end."""

    async def send_str(self, data: str) -> None: ...
    async def send_bytes(self, data: bytes) -> None: ...
    async def receive(self) -> _Message: ...
    def exception(self) -> BaseException | None: ...


class WebSocket:
    """One end of a websocket.

    Any number of tasks may send, one receives. Iterating over it gives messages until the peer
    goes.

    Attributes:
        subprotocol: what both ends agreed to speak inside; None where nothing was agreed.
        peer: address and port of the other side, for log lines.
    """

    def __init__(
        self,
        connection: _Connection,
        *,
        close: Callable[[int], Awaitable[object]],
        abort: Callable[[], None],
        subprotocol: str | None,
        peer: str,
        limits: HttpLimits,
    ) -> None:
        self.subprotocol = subprotocol
        self.peer = peer
        self._connection = connection
        self._close = close
        self._abort = abort
        self._send_timeout_s = limits.send_timeout_s
        self._close_timeout_s = limits.websocket_close_s
        # None after the last message.
        self._inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue(limits.websocket_inbox)
        self._sending = asyncio.Lock()
        self._listened = False
        self._gone = False

    async def send_text(self, text: str) -> None:
        """Send a text message; waits while the peer is slow to read.

        Cancelling it sends the message whole or not at all.

        Raises:
            ConnectionLostError: the peer is gone, or did not make room in time and was dropped.
        """
        await self._send(lambda: self._connection.send_str(text))

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary message; in all else like `send_text`."""
        await self._send(lambda: self._connection.send_bytes(data))

    async def _send(self, send: Callable[[], Awaitable[None]]) -> None:
        if self._gone:
            raise self._lost()
        try:
            # One at a time: the library lets all senders wait on one future, and whoever of them
            # gave up would cancel the others.
            async with asyncio.timeout(self._send_timeout_s), self._sending:
                await send()
        except TimeoutError as error:
            logger.warning(
                "dropped websocket of %s: it read nothing for %g s", self.peer, self._send_timeout_s
            )
            self._gone = True
            self._abort()
            raise self._lost() from error
        except (ConnectionError, RuntimeError) as error:
            raise self._lost() from error

    async def receive(self) -> str | bytes:
        """The next message: `str` if the peer sent text, `bytes` if it sent binary.

        Cancelling it loses nothing.

        Raises:
            ConnectionLostError: the peer is gone, and all that it said has been received.
        """
        self._listened = True
        if self._gone and self._inbox.empty():
            raise self._lost()
        message = await self._inbox.get()
        if message is None:
            self._inbox.put_nowait(None)  # for whoever else waits
            raise self._lost()
        return message

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return await self.receive()
        except ConnectionLostError:
            raise StopAsyncIteration from None

    async def close(self, code: int = NORMAL_CLOSURE) -> None:
        """Say goodbye, and wait a little for the peer to say so too. Harmless when repeated."""
        self._gone = True
        try:
            async with asyncio.timeout(self._close_timeout_s):
                await self._close(code)
        except TimeoutError:
            self._abort()

    @property
    def gone(self) -> bool:
        """The connection is over; what was received before may still be in the inbox."""
        return self._gone

    def _lost(self) -> ConnectionLostError:
        return ConnectionLostError(f"the websocket of {self.peer} is closed")

    async def _pump(self) -> None:
        """Read, answering pings, until the peer is gone."""
        try:
            while True:
                message = await self._connection.receive()
                data = message.data
                if message.type in _DATA and isinstance(data, (str, bytes)):
                    await self._deliver(data)
                else:
                    if isinstance(data, Exception) and not isinstance(data, ConnectionError):
                        logger.warning("closed websocket of %s: %s", self.peer, data)
                    break
        finally:
            self._gone = True
            # A full inbox needs no end marker: its reader is not waiting, and looks at _gone next.
            if not self._inbox.full():
                self._inbox.put_nowait(None)

    async def _deliver(self, message: str | bytes) -> None:
        # Whoever never receives would otherwise block the answers to the peer's pings.
        if self._inbox.full() and not self._listened:
            return
        await self._inbox.put(message)


@asynccontextmanager
async def pumping(
    socket: WebSocket, *, on_gone: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """Keep a websocket alive while its user does what he likes; close it afterwards.

    Args:
        socket: fresh from the handshake.
        on_gone: called once, when the peer is gone.
    """
    pump = asyncio.create_task(socket._pump(), name=f"websocket of {socket.peer}")
    pump.add_done_callback(lambda _: on_gone())
    try:
        yield
    finally:
        try:
            await socket.close()
        finally:
            pump.cancel()
            await asyncio.wait({pump})
            if not pump.cancelled():
                pump.result()


@dataclass(frozen=True, slots=True)
class WebSocketRoute:
    """What talks to websockets on a path.

    When the handler returns, the websocket is closed. A handler whose peer is gone learns it by
    receiving or sending; one that does neither is cancelled soon after.

    Attributes:
        path: compared as it is, letter by letter. An `HttpRoute` may have the same one. None is
            every path that no other `WebSocketRoute` has.
        handler: is given the upgrade request, which has no body, and the open websocket.
        subprotocols: those we speak; the first of the client's that is among them is agreed on.
        compress: agree to permessage-deflate where the client offers it. Not worth it for media.
    """

    path: str | None
    handler: Callable[[HttpRequest, WebSocket], Awaitable[None]]
    subprotocols: tuple[str, ...] = ()
    compress: bool = True
