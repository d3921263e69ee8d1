"""A device that is watched: everything it sends is received, measured and thrown away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from gazewire.client._engine.link import SENSORS, DeviceLink
from gazewire.client._engine.payloads import MissingStreamError
from gazewire.client._engine.status import StatusLink
from gazewire.client._engine.stream import LiveStream
from gazewire.client.device import Device
from gazewire.client.device_error import DeviceError
from gazewire.client.models import Component, DiscoveredDeviceInfo, Recording, SensorName
from gazewire.client.tools.choice import device_name, device_place
from gazewire.client.tools.connection import linked
from gazewire.client.tools.meter import Meter
from gazewire.client.tools.vitals import ClockVitals, DeviceVitals, StreamVitals
from gazewire.time import Clock
from gazewire.time.offset import ClockOffset
from gazewire.wire.payload import ReceivedEyeEvent, UnknownEyeEvent
from gazewire.wire.sdp import MediaDescription

__all__ = ["WatchedDevice"]

logger = logging.getLogger("gazewire.client.watch")

_NS_PER_MS = 1_000_000
_NS_PER_S = 1_000_000_000

# Between two tries to reach a device that was not there from the beginning.
_RETRY_S = 1.0
# How often streams are looked at that a device may turn out not to have.
_LOOK_S = 1.0


class WatchedDevice:
    """Watches one device, for as long as `run` runs, whether it is there or not.

    Args:
        device: as it was found, or where it is said to be.
        clock: ours.

    Attributes:
        orders: tells the device to record and to mark events; to be closed in the end.
    """

    def __init__(self, device: DiscoveredDeviceInfo, clock: Clock) -> None:
        self.orders = Device.from_discovered_device(device)
        self._device = device
        self._clock = clock
        self._trouble: str | None = None
        self._clock_trouble: str | None = None
        self._link: DeviceLink | None = None
        self._taps: tuple[_Tap, ...] = ()
        self._recording: tuple[Recording, int] | None = None

    @property
    def name(self) -> str:
        """What its user calls the phone, as far as that is known."""
        if self._link is not None:
            return self._link.status.status.phone.device_name
        return device_name(self._device)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                async with linked(self._device, self._clock) as link:
                    await self._watch(link)
            except DeviceError as error:
                self._trouble = str(error)
            await asyncio.sleep(_RETRY_S)

    def vitals(self) -> DeviceVitals:
        """How it is now."""
        place = device_place(self._device)
        link = self._link
        if link is None:
            return DeviceVitals(name=self.name, place=place, is_there=False, trouble=self._trouble)
        is_lost = link.status.link is StatusLink.RECONNECTING
        phone = link.status.status.phone
        offset = link.known_clock_offset
        return DeviceVitals(
            name=phone.device_name,
            place=place,
            is_there=not is_lost,
            trouble="it is gone; trying to reach it again" if is_lost else None,
            battery_percent=phone.battery_level,
            battery_state=phone.battery_state,
            memory_bytes=phone.memory,
            memory_state=phone.memory_state,
            recording_s=self._recording_s(),
            clock=None if offset is None else self._clock_vitals(offset),
            clock_trouble=self._clock_trouble,
            streams=tuple(tap.vitals(offset) for tap in self._taps),
        )

    async def _watch(self, link: DeviceLink) -> None:
        self._link, self._trouble = link, None
        self._heard(link.status.status.recording)
        link.status.add_listener(self._told)
        async with AsyncExitStack() as stack:
            stack.callback(self._forget)
            self._taps = tuple(_Tap(name, link.feed(name).stream, self._clock) for name in SENSORS)
            for tap in self._taps:
                stack.callback(tap.open())
            while True:
                await self._learn_offset(link)
                await asyncio.sleep(_LOOK_S)
                for tap in self._taps:
                    await tap.leave_what_is_not_offered()
                for error in link.status.take_errors():
                    logger.warning("%s: %s", self.name, error)

    async def _learn_offset(self, link: DeviceLink) -> None:
        if link.known_clock_offset is None:
            try:
                await link.clock_offset(_LOOK_S)
            except DeviceError as error:
                self._clock_trouble = str(error)

    def _forget(self) -> None:
        self._link = None
        self._taps = ()
        self._recording = None

    def _told(self, component: Component) -> None:
        if isinstance(component, Recording):
            self._heard(component)

    def _heard(self, recording: Recording | None) -> None:
        is_on = recording is not None and recording.action == "START"
        if recording is not None and is_on:
            self._recording = recording, self._clock.mono_ns()
        else:
            self._recording = None

    def _recording_s(self) -> float | None:
        if self._recording is None:
            return None
        recording, heard_ns = self._recording
        return (recording.rec_duration_ns + self._clock.mono_ns() - heard_ns) / _NS_PER_S

    def _clock_vitals(self, offset: ClockOffset) -> ClockVitals:
        now_ns = self._clock.unix_ns()
        return ClockVitals(
            offset_ms=offset.offset_ns_at(now_ns) / _NS_PER_MS,
            uncertainty_ms=offset.uncertainty_ns_at(now_ns) / _NS_PER_MS,
        )


class _Tap:
    """Measures what one stream brings."""

    def __init__(self, sensor: SensorName, stream: LiveStream[Any], clock: Clock) -> None:
        self._sensor = sensor
        self._stream = stream
        self._clock = clock
        self._meter = Meter()
        self._is_offered = True

    def open(self) -> Callable[[], None]:
        """Begin to receive; returns what ends the listening."""
        leave = self._stream.listen(self)
        self._stream.start()
        return leave

    async def leave_what_is_not_offered(self) -> None:
        """Ask no more for a stream that the device does not have, as phones that are deaf."""
        if self._is_offered and isinstance(self._stream.failure, MissingStreamError):
            self._is_offered = False
            await self._stream.stop()

    def vitals(self, offset: ClockOffset | None) -> StreamVitals:
        """How it is now."""
        statistics = self._stream.statistics
        mono_ns = self._clock.mono_ns()
        age_ns = self._meter.age_ns(mono_ns)
        latency_ms = None
        if age_ns is not None and offset is not None:
            latency_ms = (age_ns - offset.offset_ns_at(self._clock.unix_ns())) / _NS_PER_MS
        expected = statistics.packets + statistics.lost
        return StreamVitals(
            sensor=str(self._sensor.value),
            state=statistics.state if self._is_offered else None,
            transport=statistics.transport,
            rate_hz=self._meter.rate_hz(mono_ns),
            lost=statistics.lost,
            lost_share=statistics.lost / expected if expected else 0.0,
            latency_ms=latency_ms,
            error=statistics.error if self._is_offered else None,
        )

    def session_began(self, media: MediaDescription) -> None:
        """Measure anew."""
        self._meter.begin(self._clock.mono_ns())

    def items_arrived(self, items: list[Any]) -> None:
        """Measure what came."""
        newest = items[-1]
        if isinstance(newest, ReceivedEyeEvent):
            newest = newest.event
        age_ns = None
        if not isinstance(newest, UnknownEyeEvent):
            age_ns = self._clock.unix_ns() - newest.timestamp_unix_ns
        self._meter.note(self._clock.mono_ns(), len(items), age_ns)

    def stream_ended(self) -> None:
        """Not before the link does."""
