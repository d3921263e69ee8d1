"""The REST interface under ``/api``, and the calibration file beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from gazewire.device.recordings import Recordings
from gazewire.device.state import DeviceState, localised
from gazewire.errors import DeviceRefusedError, RecordingError, RemoteProtocolError
from gazewire.net.http import HttpRequest, HttpResponse, HttpRoute
from gazewire.time import Clock
from gazewire.wire.rest import (
    JSON_CONTENT_TYPE,
    EventRequest,
    RecordingAnswer,
    RestPath,
    serialize_answer,
    serialize_event_answer,
    serialize_status,
)

__all__ = ["refuse", "rest_routes"]


def refuse(status: int, reason: str) -> HttpResponse:
    """Make a refusal, in the envelope that every answer under ``/api`` has."""
    return _json(serialize_answer(message=reason), status=status)


def rest_routes(
    state: DeviceState, recordings: Recordings, clock: Clock, calibration: bytes | None
) -> list[HttpRoute]:
    """Make the routes of one device.

    Args:
        state: what the status tells.
        recordings: what the recording endpoints and events act on.
        clock: stamps events that come without a time.
        calibration: content of ``/calibration.bin``; None where the glasses have none.
    """

    async def status(request: HttpRequest) -> HttpResponse:
        components = [localised(part, request.local_host) for part in state.snapshot()]
        return _json(serialize_status(components))

    async def start(_: HttpRequest) -> HttpResponse:
        started = RecordingAnswer(id=await recordings.start())
        return _json(started.serialize(message="Started recording"))

    async def stop_and_save(_: HttpRequest) -> HttpResponse:
        recording = await recordings.stop_and_save()
        saved = RecordingAnswer(id=recording.id, rec_duration_ns=recording.rec_duration_ns)
        return _json(saved.serialize(message="Stopped recording"))

    async def cancel(_: HttpRequest) -> HttpResponse:
        discarded = RecordingAnswer(id=(await recordings.cancel()).id)
        return _json(discarded.serialize(message="Stopped recording"))

    async def event(request: HttpRequest) -> HttpResponse:
        arrival_unix_ns = clock.unix_ns()
        asked = EventRequest.parse(request.body)
        timestamp_unix_ns = asked.timestamp if asked.timestamp is not None else arrival_unix_ns
        return _json(serialize_event_answer(recordings.mark(asked.name, timestamp_unix_ns)))

    async def calibration_file(_: HttpRequest) -> HttpResponse:
        if calibration is None:
            return refuse(404, "These glasses have no calibration file")
        return HttpResponse(body=calibration, content_type="application/octet-stream")

    return [
        HttpRoute("GET", RestPath.STATUS, status),
        HttpRoute("POST", RestPath.RECORDING_START, _refusing(start)),
        HttpRoute("POST", RestPath.RECORDING_STOP_AND_SAVE, _refusing(stop_and_save)),
        HttpRoute("POST", RestPath.RECORDING_CANCEL, _refusing(cancel)),
        HttpRoute("POST", RestPath.EVENT, _refusing(event)),
        HttpRoute("GET", RestPath.CALIBRATION, calibration_file),
    ]


def _refusing(
    handler: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    """Turn what a request may meet into an answer that says so."""

    async def handle(request: HttpRequest) -> HttpResponse:
        try:
            return await handler(request)
        except (DeviceRefusedError, RemoteProtocolError) as refusal:
            return refuse(refusal.status, str(refusal))
        except RecordingError as failure:
            return refuse(500, str(failure))

    return handle


def _json(body: bytes, *, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, body=body, content_type=JSON_CONTENT_TYPE)
