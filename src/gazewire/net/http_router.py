"""Which handler answers a request, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gazewire.net.http_message import HttpHandler, HttpResponse, HttpRoute
from gazewire.net.websocket import WebSocketRoute

__all__ = ["HttpRouter"]

_PREFLIGHT_MAX_AGE_S = 600


class HttpRouter:
    """The routes of a server.

    Args:
        routes: two of one kind may not share method and path.
        refuse: makes a refusal from a status and a sentence for humans.

    Raises:
        ValueError: two routes answer the same.
    """

    def __init__(
        self,
        routes: Iterable[HttpRoute | WebSocketRoute],
        refuse: Callable[[int, str], HttpResponse],
    ) -> None:
        self._refuse = refuse
        self._handlers: dict[str, dict[str, HttpHandler]] = {}
        self._websockets: dict[str | None, WebSocketRoute] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: HttpRoute | WebSocketRoute) -> None:
        if isinstance(route, WebSocketRoute):
            taken = route.path in self._websockets
            self._websockets[route.path] = route
        else:
            handlers = self._handlers.setdefault(route.path, {})
            taken = route.method in handlers
            handlers[route.method] = route.handler
        if taken:
            raise ValueError(f"two routes answer {route.path or 'every path'}")

    def websocket(self, path: str) -> WebSocketRoute | None:
        """What talks to websockets on a path, if anything does."""
        return self._websockets.get(path) or self._websockets.get(None)

    def find(self, method: str, path: str) -> HttpHandler | HttpResponse:
        """What answers a plain request: a handler, or the answer itself where none is needed."""
        handlers = self._handlers.get(path, {})
        if not handlers and self.websocket(path) is None:
            return self._refuse(404, f"nothing is served at {path}")
        allowed = _allowed(handlers)
        if method == "OPTIONS":
            return _options(allowed)
        handler = handlers.get("GET" if method == "HEAD" else method)
        if handler is not None:
            return handler
        if not handlers:
            # RFC 9110 §15.5.22
            refusal = self._refuse(426, f"{path} is a websocket")
            return refusal.with_headers({"Upgrade": "websocket"})
        # RFC 9110 §15.5.6
        return self._refuse(405, f"{path} does not take {method}").with_headers({"Allow": allowed})


def _allowed(handlers: Mapping[str, HttpHandler]) -> str:
    methods = {*handlers, "OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))


def _options(allowed: str) -> HttpResponse:
    # The Fetch standard's preflight, for a page of another origin that wants to send JSON.
    return HttpResponse(
        204,
        headers={
            "Allow": allowed,
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": str(_PREFLIGHT_MAX_AGE_S),
        },
    )
