"""Faults of HTTP: answers that are late, refusals, or not what clients can read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.envelope import refuse
from gazewire.device.faults.answering import AnswerFault
from gazewire.device.faults.fault import Fault, Seconds
from gazewire.device.faults.lasting import Lasting
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.rig import FaultRig
from gazewire.net import HttpRequest, HttpResponse
from gazewire.net.http_message import HttpHandler

__all__ = ["HttpFailure", "HttpSlow", "NonJson"]

_PLACE = "http"
_PAGE = b"<!DOCTYPE html><title>Sign in</title><p>Sign in to use this network.</p>\n"

_Path = Annotated[str, Meta(min_length=1, max_length=200, description="one path; else the API")]


class _HttpFault(Fault, frozen=True, kw_only=True):
    """A fault of the API or of one path in it."""

    path: _Path | None = None

    def answering(self, ledger: Ledger, lasting: Lasting) -> AnswerFault:
        """Make what answers the requests that are meant."""
        raise NotImplementedError

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Answer for the handlers."""
        with Lasting() as lasting:
            answer = self.answering(ledger, lasting)

            async def answer_where_meant(
                handler: HttpHandler, request: HttpRequest
            ) -> HttpResponse:
                is_meant = self.path is None or self.path == request.path
                return await (answer(handler, request) if is_meant else handler(request))

            with rig.seams.http.holding(answer_where_meant):
                yield


class HttpSlow(_HttpFault, frozen=True, kw_only=True):
    """Requests to the API are answered late."""

    NAME: ClassVar[str] = "http-slow"

    seconds: Annotated[Seconds, Meta(description="by how much")] = 2.0

    def answering(self, ledger: Ledger, lasting: Lasting) -> AnswerFault:
        """Wait, then let the handler answer."""

        async def answer(handler: HttpHandler, request: HttpRequest) -> HttpResponse:
            ledger.count(_PLACE, "delayed")
            await lasting.wait(self.seconds)
            return await handler(request)

        return answer


class HttpFailure(_HttpFault, frozen=True, kw_only=True):
    """Requests to the API are refused with status 500."""

    NAME: ClassVar[str] = "http-500"

    def answering(self, ledger: Ledger, lasting: Lasting) -> AnswerFault:
        """Refuse, and do nothing."""

        async def answer(_: HttpHandler, request: HttpRequest) -> HttpResponse:
            ledger.count(_PLACE, "refused")
            return refuse(500, f"{request.path} fails on demand")

        return answer


class NonJson(_HttpFault, frozen=True, kw_only=True):
    """Requests to the API are answered with a web page, as by a network that wants a sign-in."""

    NAME: ClassVar[str] = "non-json"

    def answering(self, ledger: Ledger, lasting: Lasting) -> AnswerFault:
        """Answer with the page, and do nothing."""

        async def answer(_: HttpHandler, request: HttpRequest) -> HttpResponse:
            ledger.count(_PLACE, "replaced")
            return HttpResponse(body=_PAGE, content_type="text/html; charset=utf-8")

        return answer
