"""What the page and programs ask of all cameras over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from importlib import resources
from typing import Protocol, TypeVar

import msgspec

from gazewire.camera import Control, NumberControl
from gazewire.errors import RecordingError, RemoteProtocolError, SourceError
from gazewire.model import Frame
from gazewire.multicam.preview import preview_jpeg
from gazewire.multicam.recordings import Recordings
from gazewire.multicam.tables import ViewConfig
from gazewire.multicam.trigger import SoftwareTrigger
from gazewire.net import HttpRequest, HttpResponse, HttpRoute, static_routes
from gazewire.net.http_message import HttpHandler

__all__ = ["ShownCamera", "camera_routes", "refuse"]

_JSON = "application/json; charset=utf-8"
_NO_STORE = {"Cache-Control": "no-store"}
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/cameras/cameras.css": ("cameras.css", "text/css; charset=utf-8"),
    "/cameras/cameras.js": ("cameras.js", "text/javascript; charset=utf-8"),
    "/cameras/card.js": ("card.js", "text/javascript; charset=utf-8"),
    "/cameras/controls.js": ("controls.js", "text/javascript; charset=utf-8"),
}
# A camera answers before its next image; one that waits for a trigger has half a second.
_CAMERA_ANSWERS_WITHIN_S = 5.0

_T = TypeVar("_T")
_B = TypeVar("_B", bound=msgspec.Struct)


class ShownCamera(Protocol):
    """What the page needs of a camera."""

    @property
    def newest(self) -> Frame | None:
        """The newest image."""

    def status(self) -> msgspec.Struct:
        """How it is."""

    def controls(self) -> Future[Mapping[str, Control]]:
        """What can be set."""

    def set_control(self, name: str, value: float | str) -> Future[None]:
        """Set something."""

    def set_subject(self, subject: str) -> None:
        """Say who is seen; raises ValueError where it cannot be in the name of a file."""


class _SetControl(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    value: float | str


class _SetSubject(msgspec.Struct, forbid_unknown_fields=True):
    subject: str


def camera_routes(
    cameras: Sequence[ShownCamera],
    recordings: Recordings,
    trigger: SoftwareTrigger,
    view: ViewConfig,
) -> list[HttpRoute]:
    """Make the routes of the page."""

    async def tell_all(_: HttpRequest) -> HttpResponse:
        return _answer(
            {
                "cameras": [camera.status() for camera in cameras],
                "recording": recordings.status(),
                "trigger": {"fired": trigger.fired, "failed": trigger.failed},
                "view": view,
            }
        )

    async def record(_: HttpRequest) -> HttpResponse:
        try:
            await asyncio.to_thread(recordings.start)
        except RecordingError as error:
            return refuse(507, str(error))
        return _answer(recordings.status())

    async def stop(_: HttpRequest) -> HttpResponse:
        await asyncio.to_thread(recordings.stop)
        return _answer(recordings.status())

    async def fire(_: HttpRequest) -> HttpResponse:
        await asyncio.to_thread(trigger.fire)
        return _answer({"fired": trigger.fired})

    folder = resources.files(__package__)
    files = {
        path: (folder.joinpath(name).read_bytes(), content_type)
        for path, (name, content_type) in _FILES.items()
    }
    routes = [
        *static_routes(files),
        HttpRoute("GET", "/api/cameras", tell_all),
        HttpRoute("POST", "/api/record", record),
        HttpRoute("POST", "/api/stop", stop),
        HttpRoute("POST", "/api/trigger", fire),
    ]
    for number, camera in enumerate(cameras):
        path = f"/api/cameras/{number}"
        routes += [
            HttpRoute("GET", f"{path}/preview.jpg", _preview_of(camera, view)),
            HttpRoute("GET", f"{path}/controls", _controls_of(camera)),
            HttpRoute("POST", f"{path}/controls", _set_control_of(camera)),
            HttpRoute("POST", f"{path}/subject", _set_subject_of(camera)),
        ]
    return routes


def refuse(status: int, reason: str) -> HttpResponse:
    """Say no, in JSON."""
    return HttpResponse(status, msgspec.json.encode({"message": reason}), _JSON)


def _answer(said: object) -> HttpResponse:
    return HttpResponse(body=msgspec.json.encode(said), content_type=_JSON, headers=_NO_STORE)


def _preview_of(camera: ShownCamera, view: ViewConfig) -> HttpHandler:
    async def preview(_: HttpRequest) -> HttpResponse:
        frame = camera.newest
        if frame is None:
            return refuse(503, "no image has come from this camera yet")
        jpeg = await asyncio.to_thread(preview_jpeg, frame, width=view.width, quality=view.quality)
        headers = {**_NO_STORE, "X-Frame-Index": str(frame.index)}
        return HttpResponse(body=jpeg, content_type="image/jpeg", headers=headers)

    return preview


def _controls_of(camera: ShownCamera) -> HttpHandler:
    async def controls(_: HttpRequest) -> HttpResponse:
        return await _asked(camera.controls(), _told)

    return controls


def _set_control_of(camera: ShownCamera) -> HttpHandler:
    async def set_control(request: HttpRequest) -> HttpResponse:
        said = _body(request, _SetControl)
        refused = await _asked(camera.set_control(said.name, said.value), lambda _: {})
        return refused if refused.status != 200 else await _asked(camera.controls(), _told)

    return set_control


def _set_subject_of(camera: ShownCamera) -> HttpHandler:
    async def set_subject(request: HttpRequest) -> HttpResponse:
        said = _body(request, _SetSubject)
        try:
            camera.set_subject(said.subject)
        except ValueError as error:
            return refuse(400, str(error))
        return _answer({"subject": said.subject})

    return set_subject


async def _asked(answer: Future[_T], tell: Callable[[_T], object]) -> HttpResponse:
    waiting: Awaitable[_T] = asyncio.wrap_future(answer)
    try:
        return _answer(tell(await asyncio.wait_for(waiting, _CAMERA_ANSWERS_WITHIN_S)))
    except ValueError as error:
        return refuse(400, str(error))
    except (SourceError, TimeoutError) as error:
        return refuse(503, str(error) or "the camera does not answer")


def _told(controls: Mapping[str, Control]) -> dict[str, object]:
    return {
        name: {
            "kind": "number" if isinstance(control, NumberControl) else "choice",
            **msgspec.to_builtins(control),
        }
        for name, control in controls.items()
    }


def _body(request: HttpRequest, kind: type[_B]) -> _B:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RemoteProtocolError(f"the request cannot be read: {error}") from error
