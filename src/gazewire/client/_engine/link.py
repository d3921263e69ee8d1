"""All that a client has of one device: its status, its streams, its clock, on one event loop.

    async with DeviceLink(session, clock) as link:
        leave = link.switch(SensorName.GAZE).join()

Both faces of the client stand on this: `gazewire.client.Device` and, from another thread,
`gazewire.client.simple.Device`. What they read of it is described by `Supply`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.arrays import RecordArray
from gazewire.client._engine.batches import gaze_batch_feed
from gazewire.client._engine.clock import DeviceClock
from gazewire.client._engine.feed import Feed
from gazewire.client._engine.policy import (
    DEFAULT_POLICY,
    StreamOptions,
    StreamPolicy,
    TransportChoice,
)
from gazewire.client._engine.sensor_address import SensorAddress
from gazewire.client._engine.session import DeviceSession
from gazewire.client._engine.sink import Sink
from gazewire.client._engine.statistics import StreamState, StreamStatistics
from gazewire.client._engine.status import StatusWatcher
from gazewire.client._engine.switch import StreamSwitch
from gazewire.client.device_error import DeviceError
from gazewire.client.models import Component, Sensor, SensorName, Status
from gazewire.client.streaming.audio import audio_feed
from gazewire.client.streaming.eye_events import eye_event_feed
from gazewire.client.streaming.gaze import gaze_feed
from gazewire.client.streaming.imu import imu_feed
from gazewire.client.streaming.video import video_feed
from gazewire.errors import ConnectionLostError, NetworkError
from gazewire.time import Clock
from gazewire.time.offset import ClockOffset

__all__ = ["CLOSED", "SENSORS", "DeviceLink"]

T = TypeVar("T")

CLOSED = "the device was closed"
"""What readers are told in the end."""

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


class _Line(NamedTuple, Generic[T]):
    """One stream of a device: whose it is, where it is, what it brings, and whether it runs."""

    sensor: SensorName
    address: SensorAddress
    feed: Feed[T]
    switch: StreamSwitch


class DeviceLink:
    """Follows one device, and receives those of its streams that somebody wants.

    A context manager: entering reads the status, leaving ends everything but the session. Use it
    on one event loop's thread.

    Args:
        session: asks the device; closing it remains with the owner.
        clock: for times of arrival, and what the device's clock is related to.
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
        self._session = session
        self._options = StreamOptions(
            clock=clock, policy=policy, transport=TransportChoice(over_tcp)
        )
        # Any: each sensor has a type of its own; those who ask know which.
        self._lines: dict[SensorName, _Line[Any]] = {}
        self._gaze_batches: _Line[RecordArray] | None = None
        self._device_clock: DeviceClock | None = None
        self._sinks: list[Sink[Any]] = []
        self._stack = AsyncExitStack()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        await self.status.read()
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
        self._is_closed = True
        for sink in tuple(self._sinks):
            sink.close(CLOSED)
        await self._stack.aclose()

    @property
    def clock(self) -> Clock:
        """As given."""
        return self._options.clock

    def feed(self, name: SensorName) -> Feed[Any]:
        """What a sensor gives; not started by this.

        Raises:
            KeyError: there is no such sensor.
        """
        return self._line(name).feed

    @property
    def feeds(self) -> dict[SensorName, Feed[Any]]:
        """Those that somebody has asked for."""
        return {name: line.feed for name, line in self._lines.items()}

    def gaze_batches(self) -> tuple[Feed[RecordArray], StreamSwitch]:
        """Gaze as arrays, which is a stream of its own, and its switch."""
        if self._gaze_batches is None:
            self._gaze_batches = self._make_line(SensorName.GAZE, gaze_batch_feed)
        return self._gaze_batches.feed, self._gaze_batches.switch

    def switch(self, name: SensorName) -> StreamSwitch:
        """What starts and stops the stream of a sensor.

        Raises:
            KeyError: there is no such sensor.
        """
        return self._line(name).switch

    def attach(self, sink: Sink[Any]) -> Callable[[], None]:
        """Close a sink when this ends; returns what forgets it.

        Raises:
            DeviceError: this has ended.
        """
        if self._is_closed:
            raise DeviceError(None, CLOSED)
        self._sinks.append(sink)

        def forget() -> None:
            with suppress(ValueError):
                self._sinks.remove(sink)

        return forget

    def statistics(self) -> dict[str, StreamStatistics]:
        """Tell the state of each stream that was wanted, and what came and was lost."""
        streams = [line.feed.stream for line in self._all_lines()]
        return {stream.name: stream.statistics for stream in streams}

    async def set_transport(self, over_tcp: bool | None) -> None:
        """Have all streams come another way; those that do not yet are opened anew.

        Args:
            over_tcp: as of the class.
        """
        self._options.transport.choose(over_tcp)
        if over_tcp is None:
            return
        unwanted = "udp" if over_tcp else "tcp"
        await asyncio.gather(
            *(
                line.switch.reopen()
                for line in self._all_lines()
                if line.feed.stream.statistics.transport == unwanted
            )
        )

    @property
    def known_clock_offset(self) -> ClockOffset | None:
        """How the device's clock is related to ours, as far as is known. Any thread may ask."""
        return None if self._device_clock is None else self._device_clock.offset

    async def clock_offset(self, timeout_s: float) -> ClockOffset:
        """Tell how the device's clock is related to ours; from the first time on it is watched.

        Args:
            timeout_s: for the first rounds; later there is nothing to wait for.

        Raises:
            DeviceError: the device has no time echo, or it did not answer in time.
        """
        if self._is_closed:
            raise DeviceError(None, CLOSED)
        if self._time_echo() is None:
            raise DeviceError(None, "the device has no time echo; its app is too old")
        if self._device_clock is None:
            self._device_clock = DeviceClock(self._time_echo, self.clock)
            # Entering it waits for nothing, so that nobody can come in between.
            await self._stack.enter_async_context(self._device_clock)
        offset = await self._device_clock.known(timeout_s=timeout_s)
        if offset is None:
            reason = self._device_clock.trouble or "it does not answer"
            raise DeviceError(None, f"no time from the device within {timeout_s:g} s: {reason}")
        return offset

    def _time_echo(self) -> tuple[str, int] | None:
        # Not at the address that the phone gives for itself: we do not know whether that leads to
        # it, and of this one we do.
        port = self.status.status.phone.time_echo_port
        return None if port is None else (self._session.address, port)

    def _all_lines(self) -> list[_Line[Any]]:
        lines = list(self._lines.values())
        return lines if self._gaze_batches is None else [*lines, self._gaze_batches]

    def _line(self, name: SensorName) -> _Line[Any]:
        if name not in self._lines:
            self._lines[name] = self._make_line(name, _FEED_OF[name])
        return self._lines[name]

    def _make_line(
        self, name: SensorName, make_feed: Callable[[StreamAddress, StreamOptions], Feed[T]]
    ) -> _Line[T]:
        address = SensorAddress(lambda: self._session.address)
        feed = make_feed(address.stream, self._options)
        line = _Line(name, address, feed, StreamSwitch(feed))
        feed.stream.observe(partial(_follow_state, line))
        self._follow_address(line)
        return line

    def _status_changed(self, component: Component) -> None:
        if isinstance(component, Sensor):
            for line in self._all_lines():
                self._follow_address(line)

    def _follow_address(self, line: _Line[Any]) -> None:
        sensor = _SENSOR_OF[line.sensor](self.status.status)
        line.address.update(sensor if sensor is not None and sensor.connected else None)

    async def _stop_all(self) -> None:
        lines = self._all_lines()
        await asyncio.gather(*(line.switch.turn_off() for line in lines))
        # Who wants no switch has started the feed itself.
        await asyncio.gather(*(line.feed.stop() for line in lines))


_FEED_OF: dict[SensorName, Callable[[StreamAddress, StreamOptions], Feed[Any]]] = {
    SensorName.GAZE: gaze_feed,
    SensorName.WORLD: partial(video_feed, str(SensorName.WORLD.value)),
    SensorName.EYES: partial(video_feed, str(SensorName.EYES.value)),
    SensorName.IMU: imu_feed,
    SensorName.EYE_EVENTS: eye_event_feed,
    SensorName.AUDIO: audio_feed,
}


def _follow_state(line: _Line[Any], state: StreamState) -> None:
    """Look for a stream at the other address, where nobody answers at this one."""
    failure = line.feed.stream.failure
    if state is StreamState.RECEIVING:
        line.address.prove()
    elif (
        state is StreamState.RETRYING
        and isinstance(failure, NetworkError | TimeoutError)
        and not isinstance(failure, ConnectionLostError)
    ):
        line.address.try_other()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
