"""Sockets: the protocols of `gazewire.wire` on real networks, as servers and as clients.

Whatever listens or connects here is an async context manager: inside of it the thing is bound or
connected, after it every task and socket is gone.
"""

from gazewire.net.http import HttpClient, HttpServer
from gazewire.net.http_message import (
    HttpLimits,
    HttpRequest,
    HttpResponse,
    HttpRoute,
    static_routes,
)
from gazewire.net.websocket import WebSocket, WebSocketRoute

__all__ = [
    "HttpClient",
    "HttpLimits",
    "HttpRequest",
    "HttpResponse",
    "HttpRoute",
    "HttpServer",
    "WebSocket",
    "WebSocketRoute",
    "static_routes",
]
