"""A recording of what a client receives, in the layout that Neon records in.

::

    async with (
        linked(device, clock) as link,
        Capture(device, link, clock, root=Path("recordings")) as capture,
    ):
        await asyncio.sleep(60)
    print(capture.folder)

All its instants are the device's, as are those of the samples. The scene is written as it was
received, coded as it is; eye video and sound are not recorded.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.session import DeviceSession
from gazewire.client.device_error import DeviceError
from gazewire.client.models import APIPath, Component, DiscoveredDeviceInfo, SensorName, Status
from gazewire.client.models import Event as ToldEvent
from gazewire.client.tools.scene_coding import SceneCoding
from gazewire.client.tools.shifted_clock import ShiftedClock
from gazewire.model import AccessUnit, Event, GazeDatum, ImuDatum
from gazewire.recording import Recordable, Recorder, RecordingFolder
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice
from gazewire.time import Clock
from gazewire.wire.payload import ReceivedEyeEvent, UnknownEyeEvent
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.sdp import MediaDescription

__all__ = ["Capture", "CaptureCounts"]

logger = logging.getLogger("gazewire.client.capture")

_SENSORS = (SensorName.GAZE, SensorName.IMU, SensorName.EYE_EVENTS, SensorName.WORLD)

_NS_PER_S = 1_000_000_000

# How long a recording waits for what it should begin with.
_SCENE_S = 5.0
_CLOCK_S = 2.0

# What may come meanwhile: some ten seconds of all sensors. Whatever claims to be older than that
# has a wrong time.
_MOST_EARLY = 4096
_EARLY_NS = 10 * _NS_PER_S

# Nominal, for those who read the recording.
_SCENE_RATE_HZ = 30.0
_NEON_GAZE_RATE_HZ = 200.0
_INVISIBLE_GAZE_RATE_HZ = 66.0

_OK = 200
_NO_SERIAL = frozenset({None, "", "unknown", "-1"})


@dataclass(slots=True)
class CaptureCounts:
    """What was recorded so far, in records, and what was not."""

    gaze: int = 0
    imu: int = 0
    scene: int = 0
    eye_events: int = 0
    events: int = 0
    lost_packets: int = 0
    unfit_pictures: int = 0
    """Pictures of the scene that came in another coding than the recording began with."""


class Capture:
    """Records one device; an async context manager.

    Entering it begins the recording, with whatever has come since; leaving it completes it.

    Args:
        device: as it was found; asked for its calibration.
        link: to the same, whose streams of gaze, motion, eye events and the scene are started.
        clock: ours.
        root: where recordings are kept; made where it does not exist.

    Attributes:
        counts: what was recorded so far.

    Raises:
        RecordingError: the folder cannot be written to, or too little space is free.
    """

    def __init__(
        self, device: DiscoveredDeviceInfo, link: DeviceLink, clock: Clock, *, root: Path
    ) -> None:
        self.counts = CaptureCounts()
        self._device = device
        self._link = link
        self._clock = clock
        self._root = root
        self._stack = AsyncExitStack()
        self._recorder: Recorder | None = None
        self._is_over = False
        self._early: list[Recordable] = []
        self._arrival_offset_ns: int | None = None
        self._scene = SceneCoding()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._link.status.add_listener(self._told)
            stack.callback(self._link.status.remove_listener, self._told)
            for name in _SENSORS:
                stream = self._link.feed(name).stream
                stack.callback(stream.listen(_Listener(self, name)))
                stream.start()
                stack.push_async_callback(stream.stop)
            calibration, sets, _ = await asyncio.gather(
                self._fetch_calibration(), self._await_scene(), self._learn_offset()
            )
            recorder = self._make_recorder(calibration, sets)
            await stack.enter_async_context(recorder)
            self._recorder = recorder
            self._put_all(self._early)
            self._early.clear()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over = True
        await self._stack.__aexit__(exc_type, exc, traceback)

    @property
    def folder(self) -> Path:
        """Where the recording is."""
        assert self._recorder is not None
        return self._recorder.folder

    def look(self) -> CaptureCounts:
        """Count, losses included."""
        streams = (self._link.feed(name).stream for name in _SENSORS)
        self.counts.lost_packets = sum(stream.statistics.lost for stream in streams)
        return self.counts

    async def run(self) -> None:
        """Wait until the recording cannot go on, which it may never be.

        Raises:
            RecordingError: why it cannot.
        """
        assert self._recorder is not None
        raise await self._recorder.wait_failed()

    def _make_recorder(self, calibration: bytes | None, sets: ParameterSets | None) -> Recorder:
        device_time = ShiftedClock(self._clock, self._offset_ns)
        start_unix_ns = self._begin(device_time.unix_ns())
        status = self._link.status.status
        glasses = _glasses(status, sets, calibration)
        recording_id = str(uuid.uuid4())

        def open_writer(folder: RecordingFolder) -> NeonRecordingWriter:
            return NeonRecordingWriter(
                folder,
                recording_id=recording_id,
                start_unix_ns=start_unix_ns,
                device=_recording_device(status),
                glasses=glasses,
                scene_parameter_sets=None if sets is None else (sets.sps, sets.pps),
            )

        return Recorder(
            self._root,
            recording_id=recording_id,
            start_unix_ns=start_unix_ns,
            open_writer=open_writer,
            clock=device_time,
        )

    def _begin(self, now_unix_ns: int) -> int:
        """The instant at which the recording begins: that of the first sample that came."""
        oldest_ns = now_unix_ns - _EARLY_NS
        self._early = [item for item in self._early if item.timestamp_unix_ns >= oldest_ns]
        sampled = (
            item.timestamp_unix_ns
            for item in self._early
            if isinstance(item, GazeDatum | ImuDatum | AccessUnit)
        )
        return min(sampled, default=now_unix_ns)

    def _offset_ns(self, ours_ns: int) -> int:
        known = self._link.known_clock_offset
        if known is not None:
            return known.offset_ns_at(ours_ns)
        # Without a time echo, samples tell the time when they come, late by their delay.
        return self._arrival_offset_ns or 0

    async def _learn_offset(self) -> None:
        with suppress(DeviceError):
            await self._link.clock_offset(_CLOCK_S)

    async def _fetch_calibration(self) -> bytes | None:
        session = DeviceSession(self._device.addresses[0], self._device.port)
        session.try_also(self._device.addresses[1:])
        try:
            answer = await session.request("GET", APIPath.CALIBRATION)
        except DeviceError as error:
            logger.warning("the recording goes without a calibration: %s", error)
            return None
        finally:
            await session.close()
        return answer.body if answer.status == _OK else None

    async def _await_scene(self) -> ParameterSets | None:
        sensor = self._link.status.status.direct_world_sensor()
        if sensor is None or not sensor.connected:
            return None
        sets = await self._scene.known(timeout_s=_SCENE_S)
        if sets is None:
            logger.warning("the scene did not come within %g s; recording without it", _SCENE_S)
        return sets

    def _session_began(self, sensor: SensorName, media: MediaDescription) -> None:
        if sensor is SensorName.WORLD:
            self._scene.learn_from(media)

    def _arrived(self, items: list[Any]) -> None:
        newest = items[-1]
        if self._arrival_offset_ns is None and isinstance(newest, GazeDatum | ImuDatum):
            self._arrival_offset_ns = self._clock.unix_ns() - newest.timestamp_unix_ns
        self._put_all(record for item in items if (record := self._recordable(item)) is not None)

    def _told(self, component: Component) -> None:
        if isinstance(component, ToldEvent):
            event = Event(name=component.name, timestamp_unix_ns=component.timestamp)
            self._put_all((event,))

    def _recordable(
        self, item: GazeDatum | ImuDatum | ReceivedEyeEvent | AccessUnit
    ) -> Recordable | None:
        match item:
            case ReceivedEyeEvent():
                return None if isinstance(item.event, UnknownEyeEvent) else item.event
            case AccessUnit() if not self._scene.fits(item):
                self.counts.unfit_pictures += 1
                return None
            case _:
                return item

    def _put_all(self, records: Iterable[Recordable]) -> None:
        if self._recorder is None:
            self._early.extend(records)
            del self._early[:-_MOST_EARLY]
            return
        if self._is_over:
            return
        for record in records:
            self._recorder.put(record)
            self._count(record)

    def _count(self, record: Recordable) -> None:
        counts = self.counts
        match record:
            case GazeDatum():
                counts.gaze += 1
            case ImuDatum():
                counts.imu += 1
            case AccessUnit():
                counts.scene += 1
            case Event():
                counts.events += 1
            case _:
                counts.eye_events += 1


class _Listener:
    """Hands what one stream brings to the recording."""

    def __init__(self, capture: Capture, sensor: SensorName) -> None:
        self._capture = capture
        self._sensor = sensor

    def session_began(self, media: MediaDescription) -> None:
        self._capture._session_began(self._sensor, media)

    def items_arrived(self, items: list[Any]) -> None:
        self._capture._arrived(items)

    def stream_ended(self) -> None:
        pass


def _recording_device(status: Status) -> RecordingDevice:
    hardware = status.hardware
    serials = (hardware.module_serial, hardware.glasses_serial)
    return RecordingDevice(
        device_name=status.phone.device_name,
        device_id=status.phone.device_id,
        module_serial=next((serial for serial in serials if serial not in _NO_SERIAL), None) or "",
    )


def _glasses(status: Status, sets: ParameterSets | None, calibration: bytes | None) -> GlassesInfo:
    is_invisible = (status.hardware.version or "").startswith("1")
    events = status.direct_eye_events_sensor()
    scene = None
    if sets is not None:
        size = sets.sequence
        scene = VideoShape(width=size.width_px, height=size.height_px, rate_hz=_SCENE_RATE_HZ)
    return GlassesInfo(
        description=status.phone.device_name,
        scene=scene,
        gaze_rate_hz=_INVISIBLE_GAZE_RATE_HZ if is_invisible else _NEON_GAZE_RATE_HZ,
        has_eye_events=events is not None and events.connected,
        calibration=calibration,
    )
