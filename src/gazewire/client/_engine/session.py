"""HTTP to one device: each request has a time limit and one kind of error.

Connections are kept for the next request. A device that is known by several addresses is asked at
the one that answers, and looked for again where it no longer does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from gazewire.client._engine.reachable import first_reachable
from gazewire.client.device_error import DeviceError
from gazewire.client.models import APIPath
from gazewire.errors import (
    ConnectionLostError,
    GazewireError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.net import HttpClient, HttpLimits, HttpResponse, WebSocket
from gazewire.net.address import spell_address
from gazewire.wire.rest import JSON_CONTENT_TYPE, Envelope

__all__ = ["DeviceSession", "blamed", "checked", "result_of"]

_REQUEST_TIMEOUT_S = 10.0

_SEARCH_TIMEOUT_S = 3.0
_WEBSOCKET_TIMEOUT_S = 5.0
_OK = 200

# A device that is gone without a word is missed after half as long again.
_LIMITS = HttpLimits(websocket_ping_s=10.0)

# Of an answer that is no JSON, so much is worth showing.
_MOST_SHOWN = 200


class DeviceSession:
    """Asks one device. Made anywhere; nothing is opened before the first request.

    Args:
        address: IP address or host name.
        port: of the REST interface.
        timeout_s: from a call to the last byte of its answer, looking for the device included.
    """

    def __init__(self, address: str, port: int, *, timeout_s: float = _REQUEST_TIMEOUT_S) -> None:
        self._addresses = [address]
        self._address = address
        self._is_found = False
        self._port = port
        self._timeout_s = timeout_s
        self._open = AsyncExitStack()
        self._http: HttpClient | None = None
        self._is_closed = False

    @property
    def address(self) -> str:
        """Where the device was found last; until then, where it was said to be."""
        return self._address

    @property
    def is_closed(self) -> bool:
        """No more can be asked."""
        return self._is_closed

    def try_also(self, addresses: Iterable[str]) -> None:
        """Look for the device at further addresses too."""
        self._addresses += [address for address in addresses if address not in self._addresses]

    async def close(self) -> None:
        """Let go of all connections; requests that are on their way fail. Harmless again."""
        self._is_closed = True
        await self._open.aclose()

    async def request(
        self,
        method: str,
        path: APIPath,
        *,
        query: str = "",
        body: bytes | None = None,
    ) -> HttpResponse:
        """Ask, and wait for the whole answer, whatever its status.

        Args:
            method: in capitals.
            path: the endpoint.
            query: behind the question mark, encoded.
            body: JSON.

        Raises:
            DeviceError: there was no answer.
        """

        async def ask(address: str) -> HttpResponse:
            url = path.full_address(address, self._port)
            return await http.request(
                method,
                f"{url}?{query}" if query else url,
                body=body,
                headers={} if body is None else {"Content-Type": JSON_CONTENT_TYPE},
                timeout_s=self._timeout_s,
            )

        http = await self._opened()
        with self._translated(self._timeout_s):
            async with asyncio.timeout(self._timeout_s):
                try:
                    return await ask(await self._find())
                except ConnectionLostError:
                    raise  # what was asked may have been done
                except NetworkError:
                    if len(self._addresses) == 1:
                        raise
                    self._is_found = False
                    return await ask(await self._find())

    @asynccontextmanager
    async def websocket(self, path: APIPath) -> AsyncIterator[WebSocket]:
        """Open a websocket for as long as the context lasts.

        Raises:
            DeviceError: it could not be opened.
        """
        http = await self._opened()
        async with AsyncExitStack() as stack:
            with self._translated(_WEBSOCKET_TIMEOUT_S):
                async with asyncio.timeout(_WEBSOCKET_TIMEOUT_S):
                    url = path.full_address(await self._find(), self._port, protocol="ws")
                    socket = await stack.enter_async_context(
                        http.websocket(url, timeout_s=_WEBSOCKET_TIMEOUT_S)
                    )
            yield socket

    async def _opened(self) -> HttpClient:
        if self._is_closed:
            raise DeviceError(None, "Session is not active or has been closed.")
        if self._http is None:
            # Entering it waits for nothing, so that nobody can come in between.
            self._http = await self._open.enter_async_context(HttpClient(limits=_LIMITS))
        return self._http

    async def _find(self) -> str:
        """An address to ask at: the only one, the one that answered before, or one that does."""
        if len(self._addresses) > 1 and not self._is_found:
            found = await first_reachable(self._addresses, self._port, timeout_s=_SEARCH_TIMEOUT_S)
            self._is_found = found is not None
            self._address = found or self._address
        return self._address

    @contextmanager
    def _translated(self, timeout_s: float) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            self._is_found = False
            where = spell_address((self._address, self._port))
            raise DeviceError(None, f"{where} did not answer within {timeout_s:g} s") from error
        except GazewireError as error:
            self._is_found = False
            raise DeviceError(None, str(error)) from error


def checked(answer: HttpResponse) -> HttpResponse:
    """Return an answer that is no refusal.

    Raises:
        DeviceError: it is one.
    """
    if answer.status != _OK:
        raise DeviceError(answer.status, _reason(answer))
    return answer


def result_of(answer: HttpResponse) -> object:
    """Take the result out of an answer.

    Raises:
        DeviceError: it is a refusal, or no envelope.
    """
    checked(answer)
    with blamed(answer):
        return Envelope.parse(answer.body).result


@contextmanager
def blamed(answer: HttpResponse) -> Iterator[None]:
    """Turn what is wrong with an answer into the error of the device.

    Raises:
        DeviceError: what is read inside of the context cannot be.
    """
    try:
        yield
    except RemoteProtocolError as error:
        shown = answer.body[:_MOST_SHOWN].decode(errors="backslashreplace")
        raise DeviceError(answer.status, f"{error}; the answer begins {shown!r}") from error


def _reason(answer: HttpResponse) -> str:
    try:
        return Envelope.parse(answer.body).message
    except RemoteProtocolError:
        # Phones refuse some malformed requests in plain text.
        words = answer.body[:_MOST_SHOWN].decode(errors="replace").strip()
        return words or "refused without a reason"
