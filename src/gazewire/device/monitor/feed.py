"""The websocket that feeds the monitor page: pictures and gaze, each with its own time.

The device sends:

* first, the text ``{"scene": true}``, or ``false`` where no pictures will come;
* for each picture a binary message: its timestamp, nanoseconds of Unix time, in 8 bytes; width and
  height of the scene camera's picture in 2 bytes each; then a JPEG, which may be smaller. Numbers
  are unsigned and big-endian.
* some 50 times a second, the text ``{"gaze": [{"t": "1700000000005000000", "worn": true, "points":
  [[812.5, 604.25]]}]}``: timestamps are strings, because numbers in JavaScript cannot hold them;
  points are scene camera pixels: one, or that of each eye where they were measured apart, or none.

The page answers each picture with a text, whatever it says, once it has shown it. With two
unanswered it is sent no more, so that what it shows is never old however slow its network: no
buffer on the way can fill with pictures. Gaze goes on.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress

import msgspec

from gazewire.device.glasses import GlassesTopics
from gazewire.device.monitor.pictures import ScenePictures
from gazewire.device.state import DeviceState
from gazewire.errors import ConnectionLostError
from gazewire.flow import Topic
from gazewire.model import GazeDatum
from gazewire.net import HttpRequest, WebSocket, WebSocketRoute

__all__ = ["feed_route"]

_PATH = "/monitor/feed"
_PICTURES_UNANSWERED = 2
# A message no more often than browsers repaint; at 200 gaze data a second, for every fourth.
_GAZE_INTERVAL_NS = 16_000_000
# A second of the fastest glasses; who is further behind is better served with what is new.
_GAZE_CAPACITY = 200


class _Scene(msgspec.Struct, frozen=True):
    scene: bool


class _Gaze(msgspec.Struct, frozen=True):
    t: str
    worn: bool
    points: list[tuple[float, float]]


class _GazeBatch(msgspec.Struct, frozen=True):
    gaze: list[_Gaze]


def feed_route(state: DeviceState, topics: GlassesTopics) -> WebSocketRoute:
    """Make the route that feeds every open page.

    Args:
        state: tells whether there will be pictures.
        topics: scene frames and gaze.
    """
    pictures = ScenePictures(topics.scene)

    async def serve(_: HttpRequest, socket: WebSocket) -> None:
        await socket.send_text(_to_text(_Scene(_has_scene(state))))
        may_send = asyncio.BoundedSemaphore(_PICTURES_UNANSWERED)
        async with asyncio.TaskGroup() as tasks:
            gaze = tasks.create_task(_send_gaze(socket, topics.gaze))
            scene = tasks.create_task(_send_pictures(socket, pictures, may_send))
            async for _answer in socket:
                with suppress(ValueError):  # an answer to nothing
                    may_send.release()
            gaze.cancel()
            scene.cancel()

    return WebSocketRoute(_PATH, serve, compress=False)


def _has_scene(state: DeviceState) -> bool:
    return any(sensor.sensor == "world" and sensor.connected for sensor in state.sensors)


async def _send_pictures(
    socket: WebSocket, pictures: ScenePictures, may_send: asyncio.BoundedSemaphore
) -> None:
    with suppress(ConnectionLostError):  # the reading side ends too
        while True:
            await may_send.acquire()
            picture = await pictures.next()
            if picture is None:
                return
            await socket.send_bytes(picture.to_bytes())


async def _send_gaze(socket: WebSocket, topic: Topic[GazeDatum]) -> None:
    batch: list[_Gaze] = []
    sent_unix_ns = 0
    with topic.subscribe(capacity=_GAZE_CAPACITY) as gaze, suppress(ConnectionLostError):
        async for datum in gaze:
            batch.append(_Gaze(str(datum.timestamp_unix_ns), datum.worn, _points(datum)))
            if datum.timestamp_unix_ns - sent_unix_ns >= _GAZE_INTERVAL_NS:
                await socket.send_text(_to_text(_GazeBatch(batch)))
                sent_unix_ns = datum.timestamp_unix_ns
                batch = []


def _points(datum: GazeDatum) -> list[tuple[float, float]]:
    both = (datum.x_px, datum.y_px)
    candidates = [both] if _is_finite(both) else [datum.left_px, datum.right_px]
    return [
        (round(point[0], 2), round(point[1], 2))
        for point in candidates
        if point is not None and _is_finite(point)
    ]


def _is_finite(point: tuple[float, float]) -> bool:
    return math.isfinite(point[0]) and math.isfinite(point[1])


def _to_text(message: _Scene | _GazeBatch) -> str:
    return msgspec.json.encode(message).decode()
