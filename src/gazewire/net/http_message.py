"""What an HTTP server is asked, what it answers, and how much it puts up with.

Plain values: a handler is a coroutine from `HttpRequest` to `HttpResponse`, and can be called
without a server.

    async def version(request: HttpRequest) -> HttpResponse:
        return HttpResponse(body=b"0.1.0")

    routes = [HttpRoute("GET", "/version", version)]
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

__all__ = ["HttpHandler", "HttpLimits", "HttpRequest", "HttpResponse", "HttpRoute", "static_routes"]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request that has arrived whole.

    Attributes:
        method: in capitals; ``GET`` where the peer asked for the ``HEAD`` of the same.
        path: percent-decoded, without the query.
        query: the first value of each name; ``""`` for a name without a value.
        headers: names in any case.
        body: as sent; empty where there was none.
        local_host: the address of this machine that the peer reached, which is how this peer can
            reach our other ports.
        peer: address and port of the other side, for log lines.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    local_host: str = "127.0.0.1"
    peer: str = ""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer, whole.

    Attributes:
        status: 100 to 599.
        body: never sent in answer to a ``HEAD``.
        content_type: with its charset where it has one.
        headers: further ones; ``Content-Length`` and its like are the server's business.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> HttpResponse:
        """The same answer with further headers."""
        return replace(self, headers={**self.headers, **headers})


HttpHandler = Callable[[HttpRequest], Awaitable[HttpResponse]]
"""What answers a request. It runs to its end even when its peer hangs up."""


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """What answers a method on a path.

    Attributes:
        method: in capitals. A ``GET`` route answers ``HEAD`` too.
        path: compared as it is, letter by letter: no patterns.
        handler: raises `gazewire.errors.RemoteProtocolError` to blame the request, which is then
            refused with the status and the sentence of the error.
    """

    method: str
    path: str
    handler: HttpHandler


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """How much of our memory and patience one peer can have.

    Attributes:
        body_bytes: the largest body taken: of a request by a server, of an answer by a client.
        header_bytes: the longest request line, and the longest single header.
        header_count: the most headers in a request.
        connections: the most connections at one time; further ones are turned away.
        idle_timeout_s: how long a connection may stay open between two requests. Longer than the
            15 s for which aiohttp's client keeps one, so that it never sends a request into a
            connection that is just being closed.
        request_timeout_s: the time from the first byte of a request to its last.
        send_timeout_s: the time in which the peer must take an answer, or make room for a message;
            one that does not read is dropped after it.
        websocket_message_bytes: the largest websocket message taken. An interleaved RTP frame
            needs 65539.
        websocket_inbox: received websocket messages kept for a handler that is slow to read them.
        websocket_ping_s: interval of our websocket pings; a peer that does not answer one within
            half of that time is dropped.
        websocket_close_s: the time in which a peer must answer the closing of a websocket, and in
            which a handler must notice that its peer is gone.
    """

    body_bytes: int = 4 * 1024 * 1024
    header_bytes: int = 8190
    header_count: int = 64
    connections: int = 200
    idle_timeout_s: float = 75.0
    request_timeout_s: float = 20.0
    send_timeout_s: float = 10.0
    websocket_message_bytes: int = 128 * 1024
    websocket_inbox: int = 16
    websocket_ping_s: float = 20.0
    websocket_close_s: float = 1.0


@dataclass(frozen=True, slots=True)
class _StaticFile:
    """A handler that serves the same bytes again and again."""

    body: bytes
    content_type: str
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.body).hexdigest()[:32]
        object.__setattr__(self, "etag", f'"{digest}"')

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        # no-cache is "ask me each time", which the ETag makes cheap: a new version of the page is
        # seen at once.
        headers = {"ETag": self.etag, "Cache-Control": "no-cache"}
        if _names_etag(request.headers.get("If-None-Match", ""), self.etag):
            return HttpResponse(304, b"", self.content_type, headers)
        return HttpResponse(200, self.body, self.content_type, headers)


def _names_etag(if_none_match: str, etag: str) -> bool:
    # RFC 9110 §13.1.2: a list of tags or a star; compared weakly, so that W/ does not matter.
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == ["*"]


def static_routes(files: Mapping[str, tuple[bytes, str]]) -> list[HttpRoute]:
    """Serve files that are in memory, such as the pages shipped with a package.

    Args:
        files: path on the server → content and content type.
    """
    return [
        HttpRoute("GET", path, _StaticFile(body, content_type))
        for path, (body, content_type) in files.items()
    ]
