"""The server's side of HTTP and websockets.

    async with HttpServer(routes, host="127.0.0.1", port=0, refuse=refuse) as server:
        print(server.url)

One peer cannot disturb another: whatever it sends, or fails to send or to read, ends in an answer
or in the end of that one connection, and in at most one line of log.

With `gazewire.net.http_client`, this is the only place that knows the HTTP library.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType
from typing import Self

from gazewire.errors import (
    ConnectionLostError,
    MissingExtraError,
    RemoteProtocolError,
)
from gazewire.net.address import spell_address
from gazewire.net.http_message import (
    HttpLimits,
    HttpRequest,
    HttpResponse,
    HttpRoute,
)
from gazewire.net.http_router import HttpRouter
from gazewire.net.listener import listen
from gazewire.net.websocket import WebSocket, WebSocketRoute, pumping

try:
    from aiohttp import web
except ImportError as error:
    raise MissingExtraError("client") from error

__all__ = ["HttpServer"]

# One name for all that goes wrong between HTTP peers and us, whichever file notices.
logger = logging.getLogger("gazewire.net.http")

# RFC 6455 §7.4.1
_GOING_AWAY = 1001
_INTERNAL_ERROR = 1011

# RFC 6455 §4.2.1, without the subprotocols.
_HANDSHAKE = (
    "Upgrade",
    "Connection",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Extensions",
)

# How much of a peer's garbage may stand in our log.
_QUOTE_CHARACTERS = 200

# How long we read on, to no purpose, so that a peer in the middle of sending a body that we do not
# want can see why.
_LINGER_S = 1.0

_DEFAULT_LIMITS = HttpLimits()


class HttpServer:
    """Answers HTTP requests, and talks to websockets, on one port.

    A context manager: inside of it the port is bound and answered; after it every connection,
    task and socket is gone. Browser pages of any origin may use it (CORS).

    Args:
        routes: what answers what. Two of one kind may not share method and path.
        host: address of the interface to listen on.
        port: TCP port; 0 takes any free one.
        refuse: makes the answer to every request that no route answers, from a status and a
            sentence for humans.
        limits: how much one peer can have of us.
        purpose: what the port is for, as a user calls it.
    """

    def __init__(
        self,
        routes: Iterable[HttpRoute | WebSocketRoute],
        *,
        host: str,
        port: int,
        refuse: Callable[[int, str], HttpResponse],
        limits: HttpLimits = _DEFAULT_LIMITS,
        purpose: str = "HTTP",
    ) -> None:
        self._host = host
        self._port = port
        self._refuse = refuse
        self._limits = limits
        self._purpose = purpose
        self._router = HttpRouter(routes, refuse)
        self._listener: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        # A task outlives its connection by what the handler needs to notice.
        self._tasks: set[asyncio.Task[None]] = set()
        self._empty = asyncio.Event()

    @property
    def port(self) -> int:
        """The port that is bound, also where any free one was asked for."""
        return self._port

    @property
    def url(self) -> str:
        """Scheme, interface and port, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def __aenter__(self) -> Self:
        manager = web.Server(self._answer)
        self._listener = await listen(
            lambda: _Connection(self, manager),
            host=self._host,
            port=self._port,
            purpose=self._purpose,
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
        while self._tasks or self._connections:
            # Handlers end first, so that websockets are closed in words.
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)
            for connection in self._connections:
                connection.abort()
            if self._connections:
                self._empty.clear()
                await self._empty.wait()
        await self._listener.wait_closed()

    # One request

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, _Connection)
        connection.request_arrived()
        try:
            route = self._router.websocket(request.path)
            if route is not None and _asks_for_websocket(request):
                return await self._converse(route, request, connection)
            return await self._deliver(
                await self._respond(request, connection), request, connection
            )
        finally:
            connection.request_answered()

    async def _respond(self, request: web.BaseRequest, connection: _Connection) -> HttpResponse:
        handler = self._router.find(request.method, request.path)
        if isinstance(handler, HttpResponse):
            return handler
        try:
            async with asyncio.timeout(self._limits.request_timeout_s):
                body = await self._take_body(request)
        except TimeoutError:
            return self._refuse(408, "the request was too slow")
        except web.RequestPayloadError as error:
            return self._refuse(400, f"malformed body: {error}")
        except RemoteProtocolError as error:
            return self._refuse(error.status, str(error))
        try:
            return await handler(_plain(request, body, connection))
        except RemoteProtocolError as error:
            return self._refuse(error.status, str(error))
        except Exception:
            logger.exception(
                "the handler of %s %s failed for %s",
                request.method,
                request.path,
                connection.peer,
            )
            return self._refuse(500, "internal error of the server, see its log")

    async def _take_body(self, request: web.BaseRequest) -> bytes:
        most = self._limits.body_bytes
        encoding = request.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            # A small body can decode to a huge one, and no client of ours encodes.
            raise RemoteProtocolError(f"cannot decode {encoding}", status=415)
        too_large = RemoteProtocolError(f"a body can have {most} bytes", status=413)
        if (request.content_length or 0) > most:
            raise too_large
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = bytearray()
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > most:
                raise too_large
        return bytes(body)

    async def _deliver(
        self, response: HttpResponse, request: web.BaseRequest, connection: _Connection
    ) -> web.StreamResponse:
        answer = _to_library(response)
        if response.status >= 400 and not request.content.is_eof():
            answer.force_close()
        try:
            async with asyncio.timeout(self._limits.send_timeout_s):
                await answer.prepare(request)
                await answer.write_eof()
        except TimeoutError:
            logger.warning("dropped %s: it did not read its answer", connection.peer)
            connection.abort()
        return answer

    # One websocket

    async def _converse(
        self, route: WebSocketRoute, request: web.BaseRequest, connection: _Connection
    ) -> web.StreamResponse:
        limits = self._limits
        response = web.WebSocketResponse(
            timeout=limits.websocket_close_s,
            heartbeat=limits.websocket_ping_s,
            protocols=route.subprotocols,
            compress=route.compress,
            max_msg_size=limits.websocket_message_bytes,
        )
        try:
            await response.prepare(_without_foreign_subprotocols(request, route.subprotocols))
        except (web.HTTPBadRequest, ValueError):
            # ValueError: a key that is not even ASCII, which the library does not expect.
            refusal = self._refuse(400, "malformed websocket handshake")
            # RFC 6455 §4.2.2
            refusal = refusal.with_headers({"Sec-WebSocket-Version": "13"})
            return await self._deliver(refusal, request, connection)
        websocket = WebSocket(
            response,
            close=lambda code: response.close(code=code),
            abort=connection.abort,
            subprotocol=response.ws_protocol,
            peer=connection.peer,
            limits=limits,
        )
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with (
                asyncio.timeout(None) as patience,
                pumping(
                    websocket,
                    on_gone=lambda: patience.reschedule(loop.time() + limits.websocket_close_s),
                ),
            ):
                await self._handle(route, _plain(request, b"", connection), websocket)
        return response

    async def _handle(
        self, route: WebSocketRoute, request: HttpRequest, websocket: WebSocket
    ) -> None:
        try:
            await route.handler(request, websocket)
        except asyncio.CancelledError:
            await websocket.close(_GOING_AWAY)
            raise
        except Exception as error:
            if websocket.gone and _is_farewell(error):
                return
            logger.exception(
                "the handler of websocket %s failed for %s", request.path, websocket.peer
            )
            await websocket.close(_INTERNAL_ERROR)


class _Connection(web.RequestHandler):
    """The library's HTTP connection, with our limits, our patience and our answers to errors."""

    __slots__ = ("_answering", "_deadline", "_server", "local_host", "peer")

    def __init__(self, server: HttpServer, manager: web.Server) -> None:
        limits = server._limits
        super().__init__(
            manager,
            loop=asyncio.get_running_loop(),
            logger=logger,
            access_log=None,  # type: ignore[arg-type]  # None is "no access log", annotated or not
            keepalive_timeout=limits.idle_timeout_s,
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
            max_headers=limits.header_count,
            lingering_time=_LINGER_S,
            auto_decompress=False,
        )
        self._server = server
        self._answering = False
        self._deadline: asyncio.TimerHandle | None = None
        self.peer = ""
        self.local_host = ""

    async def start(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._server._tasks.add(task)
        task.add_done_callback(self._server._tasks.discard)
        await super().start()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.peer = spell_address(transport.get_extra_info("peername"))
        self.local_host = transport.get_extra_info("sockname")[0]
        server = self._server
        crowded = len(server._connections) >= server._limits.connections
        server._connections.add(self)
        super().connection_made(transport)
        if crowded:
            logger.warning("turned %s away: too many connections", self.peer)
            transport.write(_spell_out(server._refuse(503, "too many connections")))
            transport.close()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_deadline()
        super().connection_lost(exc)
        self._server._connections.discard(self)
        if not self._server._connections:
            self._server._empty.set()

    def data_received(self, data: bytes) -> None:
        if self._deadline is None and not self._answering:
            self._deadline = self._loop.call_later(
                self._server._limits.request_timeout_s, self._give_up
            )
        super().data_received(data)

    def request_arrived(self) -> None:
        """The head of a request is complete, and is being answered."""
        self._answering = True
        self._stop_deadline()

    def request_answered(self) -> None:
        """The next bytes begin another request."""
        self._answering = False

    def abort(self) -> None:
        """End the connection without another word."""
        if self.transport is not None:
            self.transport.abort()

    def _give_up(self) -> None:
        logger.warning("dropped %s: it did not finish its request", self.peer)
        self.abort()

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if isinstance(exc, ConnectionError) or request.writer.output_size > 0:
            # Nobody to answer, or an answer half sent. The library takes this one quietly.
            raise ConnectionError from exc
        if status < 500:
            reason = " ".join(str(message).split())[:_QUOTE_CHARACTERS]
            logger.warning("%s sent malformed HTTP: %s", self.peer, reason)
            text = "malformed HTTP request"
        else:
            logger.error("cannot answer %s", self.peer, exc_info=exc)
            text = HTTPStatus(status).phrase
        answer = _to_library(self._server._refuse(status, text))
        answer.force_close()
        return answer


def _is_farewell(error: Exception) -> bool:
    """Tell that a handler, or some tasks of it, learned that the peer is gone."""
    if isinstance(error, ExceptionGroup):
        return error.split(ConnectionLostError)[1] is None
    return isinstance(error, ConnectionLostError)


def _asks_for_websocket(request: web.BaseRequest) -> bool:
    # RFC 6455 §4.2.1
    return request.method == "GET" and request.headers.get("Upgrade", "").lower() == "websocket"


def _without_foreign_subprotocols(
    request: web.BaseRequest, spoken: tuple[str, ...]
) -> web.BaseRequest:
    # With nothing in common we agree on nothing (RFC 6455 §4.2.2), which the library does too, but
    # not without a warning in a log of its own.
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    if not offered or {name.strip() for name in offered.split(",")} & set(spoken):
        return request
    headers = {name: request.headers[name] for name in _HANDSHAKE if name in request.headers}
    return request.clone(headers=headers)


def _plain(request: web.BaseRequest, body: bytes, connection: _Connection) -> HttpRequest:
    return HttpRequest(
        method="GET" if request.method == "HEAD" else request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=body,
        local_host=connection.local_host,
        peer=connection.peer,
    )


def _headers(response: HttpResponse) -> dict[str, str]:
    return {
        "Server": "gazewire",
        "Access-Control-Allow-Origin": "*",
        "Content-Type": response.content_type,
        **response.headers,
    }


def _to_library(response: HttpResponse) -> web.Response:
    return web.Response(status=response.status, body=response.body, headers=_headers(response))


def _spell_out(response: HttpResponse) -> bytes:
    """Write an answer for a connection that has no request."""
    headers = _headers(response) | {
        "Content-Length": str(len(response.body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.body
