"""The client's side of HTTP and websockets.

    async with HttpClient() as http:
        answer = await http.request("GET", f"{device_url}/api/status")

With `gazewire.net.http_server`, this is the only place that knows the HTTP library.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from types import TracebackType
from typing import Self

import msgspec

from gazewire.errors import (
    ConnectionLostError,
    LocalProtocolError,
    MissingExtraError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.net.address import spell_address
from gazewire.net.http_message import HttpLimits, HttpResponse
from gazewire.net.websocket import WebSocket, pumping

try:
    import aiohttp
except ImportError as error:
    raise MissingExtraError("client") from error

__all__ = ["HttpClient"]

logger = logging.getLogger("gazewire.net.http")

_DEFAULT_LIMITS = HttpLimits()


class HttpClient:
    """Asks HTTP servers, and opens websockets to them; keeps connections for the next request.

    A context manager: after it every connection is gone.

    Args:
        limits: how much one server can have of us.
    """

    def __init__(self, *, limits: HttpLimits = _DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        limits = self._limits
        self._session = aiohttp.ClientSession(
            auto_decompress=False,
            skip_auto_headers=["User-Agent", "Accept-Encoding"],
            headers={"User-Agent": "gazewire"},
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
        )
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._opened().close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise LocalProtocolError("enter the HttpClient with 'async with' first")
        return self._session

    async def request(
        self,
        method: str,
        url: str,
        *,
        json: object = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
    ) -> HttpResponse:
        """Ask, and wait for the whole answer, whatever its status. Redirections are not followed.

        Args:
            method: in capitals.
            url: with its query.
            json: anything that msgspec can write as JSON, to be sent as the body.
            body: bytes to be sent as the body, instead.
            headers: further ones.
            timeout_s: for all of it, from connecting to the last byte.

        Raises:
            NetworkError: there is no connection to be had.
            ConnectionLostError: it broke.
            RemoteProtocolError: what came is not HTTP, or too much.
            LocalProtocolError: the URL is not one.
            TimeoutError: it took too long.
        """
        sent = dict(headers or {})
        if json is not None:
            body = msgspec.json.encode(json)
            sent.setdefault("Content-Type", "application/json")
        with _translated(url):
            async with (
                asyncio.timeout(timeout_s),
                self._opened().request(
                    method, url, data=body, headers=sent, allow_redirects=False
                ) as answer,
            ):
                return HttpResponse(
                    answer.status,
                    await self._take_body(answer),
                    answer.headers.get("Content-Type", ""),
                    answer.headers,
                )

    async def _take_body(self, answer: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > self._limits.body_bytes:
                raise RemoteProtocolError(f"an answer of over {self._limits.body_bytes} bytes")
        return bytes(body)

    @asynccontextmanager
    async def websocket(
        self, url: str, *, subprotocols: Iterable[str] = (), timeout_s: float = 10.0
    ) -> AsyncIterator[WebSocket]:
        """Open a websocket; inside of the context it is open, afterwards it is closed.

        Args:
            url: ``ws://`` or ``http://``.
            subprotocols: those we speak, the dearest first.
            timeout_s: for connecting.

        Raises:
            NetworkError: there is no connection to be had.
            RemoteProtocolError: the server does not speak websocket here; has its status.
            LocalProtocolError: the URL is not one.
            TimeoutError: it took too long.
        """
        limits = self._limits
        with _translated(url):
            async with asyncio.timeout(timeout_s):
                connection = await self._opened().ws_connect(
                    url,
                    protocols=tuple(subprotocols),
                    timeout=aiohttp.ClientWSTimeout(ws_close=limits.websocket_close_s),
                    heartbeat=limits.websocket_ping_s,
                    max_msg_size=limits.websocket_message_bytes,
                )
        websocket = WebSocket(
            connection,
            close=lambda code: connection.close(code=code),
            abort=lambda: _hang_up(connection),
            subprotocol=connection.protocol,
            peer=spell_address(connection.get_extra_info("peername")),
            limits=limits,
        )
        async with pumping(websocket):
            yield websocket


def _hang_up(connection: aiohttp.ClientWebSocketResponse) -> None:
    # The library can close a websocket in words only, which a peer that does not read never hears.
    open_socket = connection.get_extra_info("socket")
    if open_socket is None:
        return  # gone by itself
    with suppress(OSError):
        open_socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turn the library's exceptions into ours."""
    try:
        yield
    except aiohttp.WSServerHandshakeError as error:
        raise RemoteProtocolError(
            f"{url} is not a websocket: status {error.status}", status=error.status
        ) from error
    except aiohttp.ClientConnectorError as error:
        reason = error.os_error.strerror or error.os_error
        raise NetworkError(f"cannot connect to {url}: {reason}") from error
    except aiohttp.InvalidURL as error:
        raise LocalProtocolError(f"not an HTTP address: {url}") from error
    except aiohttp.ClientResponseError as error:
        raise RemoteProtocolError(f"{url} does not answer in HTTP: {error.message}") from error
    except (aiohttp.ClientError, ConnectionError) as error:
        raise ConnectionLostError(f"lost the connection to {url}: {error}") from error
