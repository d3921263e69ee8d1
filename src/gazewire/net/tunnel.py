"""RTSP inside a websocket, for clients that cannot open a TCP connection of their own: browsers.

    async with TunnelServer(catalog, host="127.0.0.1", port=0, ...) as server:
        print(server.port)

The dialogue is that of `gazewire.net.RtspServer`; only the framing differs. All messages are
binary, and each of ours holds one complete response, or the four bytes that announce a packet, or
that packet. What comes from the client is a run of bytes, wherever its messages end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from gazewire.errors import ConnectionLostError
from gazewire.net.backlog import Backlog
from gazewire.net.catalog import Catalog
from gazewire.net.http_message import HttpLimits, HttpRequest, HttpResponse
from gazewire.net.http_server import HttpServer
from gazewire.net.rtsp_server import RtspServerLimits
from gazewire.net.rtsp_session import SessionMaker, make_session
from gazewire.net.websocket import WebSocket, WebSocketRoute
from gazewire.wire.rtsp import frame_header

__all__ = ["TunnelServer"]

_log = logging.getLogger(__name__)

# Browsers ask for it; who asks for none is given none.
_SUBPROTOCOL = "binary"

# How long a client may take to read why its connection is closed.
_LAST_WORDS_S = 5.0


class TunnelServer:
    """A running server. An async context manager: entering binds, leaving closes every connection.

    It answers on every path. Media goes by the websocket alone: a client that asks for UDP is
    refused.

    Args:
        catalog: answers what a URL names.
        host: interface to bind.
        port: TCP port; 0 for any.
        server_name: told in every answer.
        session_id: told to every client; letters and digits, because some clients match no more.
        limits: what clients are allowed.
        make_session: makes what talks to a client.

    Raises:
        AddressInUseError: on entering, where the port is taken.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        host: str,
        port: int,
        server_name: str,
        session_id: str,
        limits: RtspServerLimits | None = None,
        make_session: SessionMaker = make_session,
    ) -> None:
        self._catalog = catalog
        self._server_name = server_name
        self._session_id = session_id
        self._limits = limits or RtspServerLimits()
        self._make_session = make_session
        self._backlog = Backlog(
            each_bytes=self._limits.backlog_bytes, total_bytes=self._limits.total_backlog_bytes
        )
        self._http = HttpServer(
            [WebSocketRoute(None, self._serve, subprotocols=(_SUBPROTOCOL,), compress=False)],
            host=host,
            port=port,
            refuse=lambda status, message: HttpResponse(status, f"{message}\n".encode()),
            limits=HttpLimits(connections=self._limits.connections),
            purpose="RTSP in a websocket",
        )

    @property
    def port(self) -> int:
        """The port that is bound, also where any free one was asked for."""
        return self._http.port

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.__aexit__(exc_type, exc, traceback)

    async def _serve(self, request: HttpRequest, websocket: WebSocket) -> None:
        link = _WebSocketLink(websocket, request.local_host, self._backlog)
        session = self._make_session(
            link,
            session_id=self._session_id,
            server_name=self._server_name,
            catalog=self._catalog,
            udp=None,
            idle_s=self._limits.idle_s,
        )
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(link.write(), name=f"tunnel to {websocket.peer}")
            try:
                await session.run()
                # After a fault, the client is told what was wrong.
                async with asyncio.timeout(_LAST_WORDS_S):
                    await link.drain()
            except TimeoutError:
                _log.info("RTSP %s: closed, silent for too long", websocket.peer)
            finally:
                writing.cancel()


class _WebSocketLink:
    """A link that is a websocket: what is sent waits in a queue, which `write` empties.

    Args:
        websocket: open.
        local_host: address of ours that the client reached.
        backlog: says how much may wait in the queue before media is dropped.

    Attributes:
        local_host: the same.
        peer_host: address of the client.
    """

    def __init__(self, websocket: WebSocket, local_host: str, backlog: Backlog) -> None:
        self.local_host = local_host
        self.peer_host = websocket.peer.rpartition(":")[0].strip("[]")
        self._websocket = websocket
        self._backlog = backlog
        # An event among the messages is set when all before it have been sent.
        self._queue: asyncio.Queue[bytes | asyncio.Event] = asyncio.Queue()
        self._waiting_bytes = 0
        self._is_writing = True

    async def receive(self) -> bytes:
        """Wait for the next message; empty when the client is gone."""
        message: str | bytes = b""
        try:
            while not message:
                message = await self._websocket.receive()
        except ConnectionLostError:
            return b""
        return message.encode() if isinstance(message, str) else message

    def send(self, answer: bytes) -> None:
        """Queue one complete response, as one message."""
        self._put(answer)

    def send_packets(self, channel: int, packets: Sequence[bytes]) -> bool:
        """Queue packets, two messages each; False where the client is too far behind."""
        if self._waiting_bytes > self._backlog.share_bytes or not self._is_writing:
            return False
        for packet in packets:
            # Apart, because there are clients that want a message to be a packet and others that
            # want each packet announced.
            self._put(frame_header(channel, len(packet)))
            self._put(packet)
        return True

    async def drain(self) -> None:
        """Wait until all that is queued now has been sent, or the client is gone."""
        if self._is_writing:
            sent = asyncio.Event()
            self._queue.put_nowait(sent)
            await sent.wait()

    async def write(self) -> None:
        """Send what is queued, until the client is gone."""
        self._backlog.enter()
        try:
            while True:
                message = await self._queue.get()
                if isinstance(message, asyncio.Event):
                    message.set()
                    continue
                await self._websocket.send_bytes(message)
                self._waiting_bytes -= len(message)
        except ConnectionLostError:
            pass  # `receive` tells the session
        finally:
            self._backlog.leave()
            self._is_writing = False
            while not self._queue.empty():
                message = self._queue.get_nowait()
                if isinstance(message, asyncio.Event):
                    message.set()

    def _put(self, message: bytes) -> None:
        if self._is_writing:
            self._queue.put_nowait(message)
            self._waiting_bytes += len(message)
