"""The addresses of the calibration page: its files, the marker, and its feed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources

from gazewire.model import Notification
from gazewire.net import HttpRoute, WebSocketRoute, static_routes
from gazewire.net.bus_client import BusPusher
from gazewire.service.bus_outlet import BusAddresses, Subscribe
from gazewire.service.calibration_page.feed import CalibrationFeed, Notify
from gazewire.surface import calibration_marker_svg

__all__ = ["PAGE_PATH", "Notify", "calibration_page", "calibration_routes"]

PAGE_PATH = "/calibrate"

_HTML = "text/html; charset=utf-8"
_CSS = "text/css; charset=utf-8"
_JAVASCRIPT = "text/javascript; charset=utf-8"
_SVG = "image/svg+xml"

_MODULES = ("dom", "link", "preview", "results", "stage")
# What is served where, by the path of its file in this package.
_FILES = {
    PAGE_PATH: ("index.html", _HTML),
    "/calibration/calibration.css": ("calibration.css", _CSS),
    "/calibration/calibration.js": ("calibration.js", _JAVASCRIPT),
    **{f"/calibration/{name}.js": (f"modules/{name}.js", _JAVASCRIPT) for name in _MODULES},
}


def calibration_routes(subscribe: Subscribe, notify: Notify) -> list[HttpRoute | WebSocketRoute]:
    """Make the routes of the page at `PAGE_PATH` and of what it needs, under ``/calibration/``.

    Args:
        subscribe: opens a subscription to the bus of a service.
        notify: puts notifications onto it.
    """
    folder = resources.files(__package__)
    files = {
        path: (folder.joinpath(name).read_bytes(), content_type)
        for path, (name, content_type) in _FILES.items()
    }
    files["/calibration/marker.svg"] = (calibration_marker_svg().encode(), _SVG)
    return [*static_routes(files), CalibrationFeed(subscribe, notify).route]


@asynccontextmanager
async def calibration_page(bus: BusAddresses) -> AsyncIterator[list[HttpRoute | WebSocketRoute]]:
    """Connect to a bus, and make the routes of a page for it; they work while the context lasts.

    Args:
        bus: of the service.

    Raises:
        NetworkError: there is no bus.
    """
    async with BusPusher(bus.push, keys=bus.keys) as pusher:

        async def notify(notification: Notification) -> None:
            pusher.notify(notification)

        yield calibration_routes(bus.subscribe, notify)
