"""The addresses of the monitor page: its files, and its feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import resources

from gazewire.device.figures import Figure
from gazewire.device.glasses import GlassesTopics
from gazewire.device.monitor.feed import MonitorFeed
from gazewire.device.product import StreamName
from gazewire.device.shortfall import Shortfall
from gazewire.device.state import DeviceState
from gazewire.net import HttpRoute, RtpStream, WebSocketRoute, static_routes
from gazewire.time import Clock

__all__ = ["monitor_routes"]

_HTML = "text/html; charset=utf-8"
_CSS = "text/css; charset=utf-8"
_JAVASCRIPT = "text/javascript; charset=utf-8"

_MODULES = (
    "api",
    "cards",
    "chart",
    "clock",
    "connection",
    "device",
    "dom",
    "events",
    "eyes",
    "figures",
    "gaze",
    "lanes",
    "pictures",
    "pointing",
    "quality",
    "recording",
    "samples",
    "scene",
    "template",
    "traces",
    "widgets",
)
# What is served where, by the path of its file in this package.
_FILES = {
    "/": ("index.html", _HTML),
    "/monitor.css": ("monitor.css", _CSS),
    "/monitor.js": ("monitor.js", _JAVASCRIPT),
    **{f"/monitor/{name}.js": (f"modules/{name}.js", _JAVASCRIPT) for name in _MODULES},
}


def monitor_routes(
    state: DeviceState,
    topics: GlassesTopics,
    clock: Clock,
    streams: Mapping[StreamName, RtpStream],
    shortfall: Shortfall,
    figures: Callable[[], Sequence[Figure]] = tuple,
) -> list[HttpRoute | WebSocketRoute]:
    """Make the routes of the page at ``/`` and of its websocket ``/monitor/feed``.

    The page reads the status, records and answers the template through the REST interface and the
    status websocket, like any other client; they must be served beside it.

    Args:
        state: tells which sensors there are.
        topics: their records.
        clock: the one that stamps them.
        streams: what other clients receive, by name, for the page to tell how well that goes.
        shortfall: what the device gives up because its machine does not keep up.
        figures: tells how well the source of the records does.
    """
    folder = resources.files(__package__)
    files = {
        path: (folder.joinpath(name).read_bytes(), content_type)
        for path, (name, content_type) in _FILES.items()
    }
    feed = MonitorFeed(state, topics, clock, streams, shortfall, figures)
    return [*static_routes(files), feed.route]
