"""The page that shows all cameras, and what it is made of.

``GET /`` is the page, ``GET /api/cameras`` the state of all cameras, and
``GET /api/cameras/N/preview.jpg`` the newest image of the camera with the number N.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib import resources
from typing import Protocol

import msgspec

from gazewire.media import encode_jpeg
from gazewire.model import Frame
from gazewire.net import HttpRequest, HttpResponse, HttpRoute, static_routes
from gazewire.net.http_message import HttpHandler

__all__ = ["ShownCamera", "camera_routes", "refuse"]

_JSON = "application/json; charset=utf-8"
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/cameras/cameras.css": ("cameras.css", "text/css; charset=utf-8"),
    "/cameras/cameras.js": ("cameras.js", "text/javascript; charset=utf-8"),
}
_PREVIEW_WIDTH = 640
_PREVIEW_QUALITY = 75


class ShownCamera(Protocol):
    """What the page needs of a camera."""

    @property
    def newest(self) -> Frame | None:
        """The newest image."""

    def status(self) -> msgspec.Struct:
        """How it is."""


def camera_routes(cameras: Sequence[ShownCamera]) -> list[HttpRoute]:
    """Make the routes of the page."""

    async def tell_all(_: HttpRequest) -> HttpResponse:
        body = msgspec.json.encode({"cameras": [camera.status() for camera in cameras]})
        return HttpResponse(body=body, content_type=_JSON, headers={"Cache-Control": "no-store"})

    folder = resources.files(__package__)
    files = {
        path: (folder.joinpath(name).read_bytes(), content_type)
        for path, (name, content_type) in _FILES.items()
    }
    previews = [
        HttpRoute("GET", f"/api/cameras/{number}/preview.jpg", _preview_of(camera))
        for number, camera in enumerate(cameras)
    ]
    return [*static_routes(files), HttpRoute("GET", "/api/cameras", tell_all), *previews]


def refuse(status: int, reason: str) -> HttpResponse:
    """Say no, in JSON."""
    return HttpResponse(status, msgspec.json.encode({"message": reason}), _JSON)


def _preview_of(camera: ShownCamera) -> HttpHandler:
    async def preview(_: HttpRequest) -> HttpResponse:
        frame = camera.newest
        if frame is None:
            return refuse(503, "no image has come from this camera yet")
        jpeg = await asyncio.to_thread(
            encode_jpeg, frame, max_width=_PREVIEW_WIDTH, quality=_PREVIEW_QUALITY
        )
        return HttpResponse(
            body=jpeg,
            content_type="image/jpeg",
            headers={"Cache-Control": "no-store", "X-Frame-Index": str(frame.index)},
        )

    return preview
