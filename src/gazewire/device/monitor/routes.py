"""The addresses of the monitor page: its files, and its feed."""

from __future__ import annotations

from importlib import resources

from gazewire.device.glasses import GlassesTopics
from gazewire.device.monitor.feed import feed_route
from gazewire.device.state import DeviceState
from gazewire.net import HttpRoute, WebSocketRoute, static_routes

__all__ = ["monitor_routes"]

_HTML = "text/html; charset=utf-8"
_CSS = "text/css; charset=utf-8"
_JAVASCRIPT = "text/javascript; charset=utf-8"

# What is served where, by the path of its file in this package.
_FILES = {
    "/": ("index.html", _HTML),
    "/monitor.css": ("monitor.css", _CSS),
    "/monitor.js": ("monitor.js", _JAVASCRIPT),
    "/monitor/api.js": ("modules/api.js", _JAVASCRIPT),
    "/monitor/connection.js": ("modules/connection.js", _JAVASCRIPT),
    "/monitor/delay.js": ("modules/delay.js", _JAVASCRIPT),
    "/monitor/device.js": ("modules/device.js", _JAVASCRIPT),
    "/monitor/dom.js": ("modules/dom.js", _JAVASCRIPT),
    "/monitor/events.js": ("modules/events.js", _JAVASCRIPT),
    "/monitor/gaze.js": ("modules/gaze.js", _JAVASCRIPT),
    "/monitor/recording.js": ("modules/recording.js", _JAVASCRIPT),
    "/monitor/scene.js": ("modules/scene.js", _JAVASCRIPT),
}


def monitor_routes(state: DeviceState, topics: GlassesTopics) -> list[HttpRoute | WebSocketRoute]:
    """Make the routes of the page at ``/`` and of its websocket ``/monitor/feed``.

    The page reads the status and records through the REST interface and the status websocket, like
    any other client; they must be served beside it.

    Args:
        state: tells whether there will be pictures.
        topics: scene frames and gaze.
    """
    folder = resources.files(__package__)
    files = {
        path: (folder.joinpath(name).read_bytes(), content_type)
        for path, (name, content_type) in _FILES.items()
    }
    return [*static_routes(files), feed_route(state, topics)]
