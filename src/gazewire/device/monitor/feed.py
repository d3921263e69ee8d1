"""The websocket that feeds the monitor page: pictures and data, each with its own time.

The device sends

* first, and when it changes, what will come;
* all data, some 50 times a second, in the texts that `gazewire.device.monitor.messages` describes;
* pictures, each in a binary message, for which the page asks one by one. So what it shows is never
  old however slow its network, because no buffer on the way can fill with pictures; and a camera
  that is not looked at costs nothing.
* once a second, how well it serves its clients, and what those who feed it say of themselves.

It answers pings, by which the page learns the device's time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import msgspec

from gazewire.device.figures import Figure
from gazewire.device.glasses import GlassesTopics
from gazewire.device.monitor.messages import (
    EyeEventBatch,
    FeedMessage,
    Figures,
    GazeBatch,
    Hello,
    ImuBatch,
    PageRequest,
    Pong,
    Quality,
)
from gazewire.device.monitor.pictures import CameraName, Pictures
from gazewire.device.product import StreamName
from gazewire.device.shortfall import Shortfall
from gazewire.device.state import DeviceState
from gazewire.errors import ConnectionLostError, RemoteProtocolError
from gazewire.flow import Subscription, Timed
from gazewire.model import Component, Sensor
from gazewire.net import HttpRequest, RtpStream, WebSocket, WebSocketRoute
from gazewire.time import Clock

__all__ = ["MonitorFeed"]

T = TypeVar("T", bound=Timed)

_PATH = "/monitor/feed"
# 15 a second of a scene camera that makes 30, and just below 30 of eye cameras that make 200; with
# room for the jitter of their timestamps.
_SCENE_INTERVAL_NS = 60_000_000
_EYES_INTERVAL_NS = 33_000_000
# With one picture on its way while the next is made, the way costs no time.
_PICTURES_WANTED = 2
# A message no more often than browsers repaint; at 200 gaze data a second, for every fourth.
_BATCH_INTERVAL_NS = 16_000_000
# Ten seconds of the fastest stream; who is further behind is better served with what is new.
_CAPACITY = 2_000
_QUALITY_INTERVAL_S = 1.0


class MonitorFeed:
    """Feeds every open page.

    Args:
        state: tells which sensors there are.
        topics: their records.
        clock: the one that stamps them.
        streams: what other clients receive, by name.
        shortfall: what the device gives up.
        figures: tells how well the source of the records does.
    """

    def __init__(
        self,
        state: DeviceState,
        topics: GlassesTopics,
        clock: Clock,
        streams: Mapping[StreamName, RtpStream],
        shortfall: Shortfall,
        figures: Callable[[], Sequence[Figure]],
    ) -> None:
        self._state = state
        self._topics = topics
        self._clock = clock
        self._streams = streams
        self._shortfall = shortfall
        self._figures = figures
        self._pictures: Mapping[CameraName, Pictures] = {
            "scene": Pictures("scene", topics.scene, interval_ns=_SCENE_INTERVAL_NS),
            "eyes": Pictures("eyes", topics.eyes, interval_ns=_EYES_INTERVAL_NS),
        }
        self._pages = 0

    @property
    def route(self) -> WebSocketRoute:
        """Where pages connect."""
        return WebSocketRoute(_PATH, self._serve, compress=False)

    async def _serve(self, _: HttpRequest, socket: WebSocket) -> None:
        wanted: dict[CameraName, asyncio.Queue[None]] = {
            camera: asyncio.Queue(_PICTURES_WANTED) for camera in self._pictures
        }
        topics = self._topics
        with (
            self._counted(),
            self._state.changes.subscribe(capacity=_CAPACITY) as changes,
            topics.gaze.subscribe(capacity=_CAPACITY) as gaze,
            topics.imu.subscribe(capacity=_CAPACITY) as imu,
            topics.eye_events.subscribe(capacity=_CAPACITY) as eye_events,
        ):

            def missed() -> int:
                return gaze.dropped + imu.dropped + eye_events.dropped

            told = Hello(self._connected())
            await _send(socket, told)
            async with asyncio.TaskGroup() as tasks:
                sending = [
                    tasks.create_task(self._tell_sensors(socket, changes, told)),
                    tasks.create_task(_send_batches(socket, gaze, GazeBatch.of)),
                    tasks.create_task(_send_batches(socket, imu, ImuBatch.of)),
                    # Rare, and one may be all that comes for a while.
                    tasks.create_task(
                        _send_batches(socket, eye_events, EyeEventBatch.of, interval_ns=0)
                    ),
                    tasks.create_task(self._tell_quality(socket, missed)),
                    *(
                        tasks.create_task(_send_pictures(socket, pictures, wanted[camera]))
                        for camera, pictures in self._pictures.items()
                    ),
                ]
                await self._obey(socket, wanted)
                for task in sending:
                    task.cancel()

    async def _obey(
        self, socket: WebSocket, wanted: Mapping[CameraName, asyncio.Queue[None]]
    ) -> None:
        """Do as the page says, until it goes."""
        async for message in socket:
            received_unix_ns = self._clock.unix_ns()
            try:
                request = PageRequest.parse(message)
            except RemoteProtocolError:
                continue
            if request.want is not None:
                with suppress(asyncio.QueueFull):  # nobody gets more for asking more often
                    wanted[request.want].put_nowait(None)
            if request.ping is not None:
                pong = Pong.to(
                    request.ping,
                    received_unix_ns=received_unix_ns,
                    answered_unix_ns=self._clock.unix_ns(),
                )
                with suppress(ConnectionLostError):  # the loop ends too
                    await _send(socket, pong)

    async def _tell_sensors(
        self, socket: WebSocket, changes: Subscription[Component], told: Hello
    ) -> None:
        with suppress(ConnectionLostError):  # the reading side ends too
            async for component in changes:
                if not isinstance(component, Sensor):
                    continue
                if (now := Hello(self._connected())) != told:
                    await _send(socket, now)
                    told = now

    async def _tell_quality(self, socket: WebSocket, missed: Callable[[], int]) -> None:
        with suppress(ConnectionLostError):  # the reading side ends too
            while True:
                dropped = {
                    name: stream.dropped
                    for name, stream in self._streams.items()
                    if stream.has_receivers or stream.dropped
                }
                quality = Quality.of(
                    pages=self._pages,
                    missed=missed(),
                    dropped=dropped,
                    left_out=self._shortfall.left_out,
                    lowered_hz=self._shortfall.lowered_hz,
                )
                await _send(socket, quality)
                if figures := self._figures():
                    await _send(socket, Figures(tuple(figures)))
                await asyncio.sleep(_QUALITY_INTERVAL_S)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._pages += 1
        try:
            yield
        finally:
            self._pages -= 1

    def _connected(self) -> tuple[str, ...]:
        # Each sensor can be reached in two ways, and is told once.
        return tuple(
            dict.fromkeys(sensor.sensor for sensor in self._state.sensors if sensor.connected)
        )


async def _send_pictures(
    socket: WebSocket, pictures: Pictures, wanted: asyncio.Queue[None]
) -> None:
    with suppress(ConnectionLostError):  # the reading side ends too
        while True:
            await wanted.get()
            picture = await pictures.next()
            if picture is None:
                return
            await socket.send_bytes(picture.to_bytes())


async def _send_batches(
    socket: WebSocket,
    data: Subscription[T],
    batch_of: Callable[[list[T]], FeedMessage],
    *,
    interval_ns: int = _BATCH_INTERVAL_NS,
) -> None:
    waiting: list[T] = []
    sent_unix_ns = 0
    with suppress(ConnectionLostError):  # the reading side ends too
        async for datum in data:
            waiting.append(datum)
            if datum.timestamp_unix_ns - sent_unix_ns >= interval_ns:
                await _send(socket, batch_of(waiting))
                sent_unix_ns = datum.timestamp_unix_ns
                waiting = []


async def _send(socket: WebSocket, message: FeedMessage) -> None:
    await socket.send_text(msgspec.json.encode(message).decode())
