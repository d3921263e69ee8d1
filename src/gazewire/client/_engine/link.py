"""All that a client has of one device: its status, its streams, its clock, on one event loop.

    async with DeviceLink(session, clock) as link:
        gaze = link.feed(SensorName.GAZE)
        gaze.start()

Both faces of the client stand on this: `gazewire.client.Device` and, from another thread,
`gazewire.client.simple.Device`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.feed import Feed
from gazewire.client._engine.policy import (
    DEFAULT_POLICY,
    StreamOptions,
    StreamPolicy,
    TransportChoice,
)
from gazewire.client._engine.session import DeviceSession
from gazewire.client._engine.status import StatusWatcher
from gazewire.client.models import Component, Sensor, SensorName, Status
from gazewire.client.streaming.audio import audio_feed
from gazewire.client.streaming.eye_events import eye_event_feed
from gazewire.client.streaming.gaze import gaze_feed
from gazewire.client.streaming.imu import imu_feed
from gazewire.client.streaming.video import video_feed
from gazewire.time import Clock

__all__ = ["SENSORS", "DeviceLink"]

SENSORS = (
    SensorName.GAZE,
    SensorName.WORLD,
    SensorName.EYES,
    SensorName.IMU,
    SensorName.EYE_EVENTS,
    SensorName.AUDIO,
)
"""What can be streamed."""

_SENSOR_OF: dict[SensorName, Callable[[Status], Sensor | None]] = {
    SensorName.GAZE: Status.direct_gaze_sensor,
    SensorName.WORLD: Status.direct_world_sensor,
    SensorName.EYES: Status.direct_eyes_sensor,
    SensorName.IMU: Status.direct_imu_sensor,
    SensorName.EYE_EVENTS: Status.direct_eye_events_sensor,
    SensorName.AUDIO: Status.direct_audio_sensor,
}


class DeviceLink:
    """Follows one device, and receives those of its streams that somebody wants.

    A context manager: entering reads the status, leaving ends everything but the session.

    Args:
        session: asks the device; closing it remains with the owner.
        clock: for times of arrival.
        over_tcp: True or False to have all streams by TCP or UDP; None for UDP, and TCP where
            nothing comes that way.
        policy: how patient streams are.

    Attributes:
        status: what the device says of itself, followed.

    Raises:
        DeviceError: on entering, where the device does not answer.
    """

    def __init__(
        self,
        session: DeviceSession,
        clock: Clock,
        *,
        over_tcp: bool | None = None,
        policy: StreamPolicy = DEFAULT_POLICY,
    ) -> None:
        self.status = StatusWatcher(session)
        self._options = StreamOptions(
            clock=clock, policy=policy, transport=TransportChoice(over_tcp)
        )
        self._addresses = {name: StreamAddress() for name in SENSORS}
        self._feeds: dict[SensorName, Feed[Any]] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.status.read()
        self._follow_addresses()
        async with AsyncExitStack() as stack:
            self.status.add_listener(self._status_changed)
            watching = asyncio.create_task(self.status.run(), name="follows the status")
            stack.push_async_callback(_end, watching)
            stack.push_async_callback(self._stop_all)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def clock(self) -> Clock:
        """As given."""
        return self._options.clock

    # Any, because each sensor has a type of its own; those who ask know which.
    def feed(self, name: SensorName) -> Feed[Any]:
        """What a sensor gives; not started by this.

        Raises:
            KeyError: there is no such sensor.
        """
        if name not in self._feeds:
            self._feeds[name] = self._make_feed(name, self._addresses[name])
        return self._feeds[name]

    @property
    def feeds(self) -> dict[SensorName, Feed[Any]]:
        """Those that somebody has asked for."""
        return dict(self._feeds)

    def _make_feed(self, name: SensorName, address: StreamAddress) -> Feed[Any]:
        options = self._options
        match name:
            case SensorName.GAZE:
                return gaze_feed(address, options)
            case SensorName.IMU:
                return imu_feed(address, options)
            case SensorName.EYE_EVENTS:
                return eye_event_feed(address, options)
            case SensorName.AUDIO:
                return audio_feed(address, options)
            case _:
                return video_feed(str(name.value), address, options)

    def _status_changed(self, component: Component) -> None:
        if isinstance(component, Sensor):
            self._follow_addresses()

    def _follow_addresses(self) -> None:
        status = self.status.status
        for name, address in self._addresses.items():
            sensor = _SENSOR_OF[name](status)
            connected = sensor is not None and sensor.connected
            address.update(sensor.url if sensor is not None and connected else None)

    async def _stop_all(self) -> None:
        await asyncio.gather(*(feed.stop() for feed in self._feeds.values()))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
