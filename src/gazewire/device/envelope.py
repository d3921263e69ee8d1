"""Answers and refusals in the envelope that everything under ``/api`` has."""

from __future__ import annotations

from gazewire.errors import DeviceRefusedError, RecordingError, RemoteProtocolError
from gazewire.net import HttpRequest, HttpResponse
from gazewire.net.http_message import HttpHandler
from gazewire.wire.rest import JSON_CONTENT_TYPE, serialize_answer

__all__ = ["answer", "refuse", "refusing"]


def answer(body: bytes) -> HttpResponse:
    """Label what is in an envelope already."""
    return HttpResponse(body=body, content_type=JSON_CONTENT_TYPE)


def refuse(status: int, reason: str) -> HttpResponse:
    """Make a refusal from a status and a sentence for humans."""
    body = serialize_answer(message=reason)
    return HttpResponse(status=status, body=body, content_type=JSON_CONTENT_TYPE)


def refusing(handler: HttpHandler) -> HttpHandler:
    """Turn what a request may meet into an answer that says so."""

    async def handle(request: HttpRequest) -> HttpResponse:
        try:
            return await handler(request)
        except (DeviceRefusedError, RemoteProtocolError) as refusal:
            return refuse(refusal.status, str(refusal))
        except RecordingError as failure:
            return refuse(500, str(failure))

    return handle
