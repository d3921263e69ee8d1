"""How HTTP requests of clients are answered, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial

from gazewire.device.faults.seam import Seam
from gazewire.net import HttpRequest, HttpResponse, HttpRoute, WebSocketRoute
from gazewire.net.http_message import HttpHandler
from gazewire.wire.rest import RestPath

__all__ = ["AnswerFault", "answering_by"]

AnswerFault = Callable[[HttpHandler, HttpRequest], Awaitable[HttpResponse]]
"""Answers a request in place of its handler, or asks that."""

_API = "/api/"


def answering_by(
    faults: Seam[AnswerFault], routes: Iterable[HttpRoute | WebSocketRoute]
) -> list[HttpRoute | WebSocketRoute]:
    """Let the routes of the API be answered by whatever is put in.

    Args:
        faults: the latest is asked first.
        routes: pages, websockets and the faults' own routes remain as they are.
    """
    return [
        replace(route, handler=partial(_answer, faults, route.handler))
        if isinstance(route, HttpRoute) and _is_api(route.path)
        else route
        for route in routes
    ]


def _is_api(path: str) -> bool:
    return path.startswith(_API) or path == RestPath.CALIBRATION


async def _answer(
    faults: Seam[AnswerFault], handler: HttpHandler, request: HttpRequest
) -> HttpResponse:
    for fault in faults:
        handler = partial(fault, handler)
    return await handler(request)
