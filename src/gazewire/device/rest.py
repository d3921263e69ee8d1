"""The REST interface: its routes under ``/api``, the calibration file and the description."""

from __future__ import annotations

from gazewire.device.camera_control import CameraControls, camera_control_routes
from gazewire.device.envelope import answer, refuse, refusing
from gazewire.device.openapi import openapi_document, openapi_route
from gazewire.device.product import Product
from gazewire.device.recordings import Recordings
from gazewire.device.state import DeviceState, localised
from gazewire.device.templates import Questionnaire, template_routes
from gazewire.net import HttpRequest, HttpResponse, HttpRoute
from gazewire.time import Clock
from gazewire.wire.rest import (
    EventRequest,
    RecordingAnswer,
    RestPath,
    serialize_event_answer,
    serialize_status,
)

__all__ = ["rest_routes"]


def rest_routes(
    product: Product,
    state: DeviceState,
    recordings: Recordings,
    questionnaire: Questionnaire | None,
    controls: CameraControls,
    calibration: bytes | None,
    clock: Clock,
) -> list[HttpRoute]:
    """Make the routes of one device.

    Args:
        product: what it does not have is not served.
        state: what the status tells.
        recordings: what the recording endpoints and events act on.
        questionnaire: the template that is shown; None where none is.
        controls: of the scene camera.
        calibration: content of ``/calibration.bin``; None where the glasses have none.
        clock: stamps events that come without a time.
    """
    routes = [
        *_status_and_recording_routes(state, recordings, clock),
        _calibration_route(calibration),
        openapi_route(openapi_document(product, questionnaire, controls)),
    ]
    if product.has_templates:
        routes += template_routes(questionnaire)
    if product.has_camera_control:
        routes += camera_control_routes(controls)
    return routes


def _status_and_recording_routes(
    state: DeviceState, recordings: Recordings, clock: Clock
) -> list[HttpRoute]:
    async def status(request: HttpRequest) -> HttpResponse:
        components = [localised(part, request.local_host) for part in state.snapshot()]
        return answer(serialize_status(components))

    async def start(_: HttpRequest) -> HttpResponse:
        started = RecordingAnswer(id=await recordings.start())
        return answer(started.serialize(message="Started recording"))

    async def stop_and_save(_: HttpRequest) -> HttpResponse:
        recording = await recordings.stop_and_save()
        saved = RecordingAnswer(id=recording.id, rec_duration_ns=recording.rec_duration_ns)
        return answer(saved.serialize(message="Stopped recording"))

    async def cancel(_: HttpRequest) -> HttpResponse:
        discarded = RecordingAnswer(id=(await recordings.cancel()).id)
        return answer(discarded.serialize(message="Stopped recording"))

    async def event(request: HttpRequest) -> HttpResponse:
        arrival_unix_ns = clock.unix_ns()
        asked = EventRequest.parse(request.body)
        timestamp_unix_ns = asked.timestamp if asked.timestamp is not None else arrival_unix_ns
        return answer(serialize_event_answer(recordings.mark(asked.name, timestamp_unix_ns)))

    return [
        HttpRoute("GET", RestPath.STATUS, status),
        HttpRoute("POST", RestPath.RECORDING_START, refusing(start)),
        HttpRoute("POST", RestPath.RECORDING_STOP_AND_SAVE, refusing(stop_and_save)),
        HttpRoute("POST", RestPath.RECORDING_CANCEL, refusing(cancel)),
        HttpRoute("POST", RestPath.EVENT, refusing(event)),
    ]


def _calibration_route(calibration: bytes | None) -> HttpRoute:
    async def calibration_file(_: HttpRequest) -> HttpResponse:
        if calibration is None:
            return refuse(404, "These glasses have no calibration file")
        return HttpResponse(body=calibration, content_type="application/octet-stream")

    return HttpRoute("GET", RestPath.CALIBRATION, calibration_file)
