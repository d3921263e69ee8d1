"""One eye as an actor on the bus: exposures come in, frames and pupils go out.

It is the same whether it has a process of its own or is a task of the service. All that it hears
and says is on the bus:

    notify.eye_process.should_stop    ends it
    notify.start_eye_plugin           another source, a detector on
    notify.pupil_detector.…           settings
    notify.frame_publishing.…         images
    pupil.<eye>.2d, pupil.<eye>.3d    for every exposure, in this order
    frame.eye.<eye>                   before them, where somebody listens
    eye_image.<eye>                   after them, where a part of our own program listens
    notify.eye_process.rehearsed      what came of a rehearsal, where the eye has one
    notify.eye_process.slowed         where the machine does not keep up with the camera
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.flow import Topic, unwrapped
from gazewire.model import EyeId, Notification, PupilDatum
from gazewire.service.bus_outlet import BusAddresses, connect_outlet
from gazewire.service.calibration import Reference
from gazewire.service.camera_slot import CameraSlot
from gazewire.service.core_time import follow_core_time
from gazewire.service.detector_settings import DETECTOR_2D, DETECTOR_3D, DetectorControl
from gazewire.service.exposure import Camera, Exposure, PupilSource
from gazewire.service.eye_pace import EyePace
from gazewire.service.frames import FrameFeed, frame_message
from gazewire.service.hmd_source import HMD_SOURCE, HmdCamera, HmdSourceArgs
from gazewire.service.large_notifications import is_for_others
from gazewire.service.logs import logs_published
from gazewire.service.outlet import Outlet
from gazewire.time import Clock, TimeBase
from gazewire.wire.ipc import (
    FrameFormat,
    Message,
    eye_frame_topic,
    notification_from_map,
    parse_notification,
    wire_pupil,
)

__all__ = [
    "REHEARSED_SUBJECT",
    "RESUME_SUBJECT",
    "SLOWED_SUBJECT",
    "EyeParts",
    "Rehearsal",
    "eye_image_topic",
    "run_eye",
]

_LOG = logging.getLogger(__name__)

RESUME_SUBJECT = "eye_process.should_resume"
"""What the service says to an eye that has just started: all that was meant for it before."""

SLOWED_SUBJECT = "eye_process.slowed"
"""Ours: an eye looks at fewer images from now on, ``rate_hz`` a second and not ``before_hz``."""

REHEARSED_SUBJECT = "eye_process.rehearsed"
"""Ours: before its first image an eye has looked at known places. ``ref_list`` and ``pupil_list``
are as in ``calib_data``, and the references of both eyes correspond one by one."""

Rehearsal = Callable[[int], Iterator[tuple[Reference, Sequence[PupilDatum]]]]
"""Looks at known places, before the Unix time it is told; drawn from in a worker thread."""

# Notifications are few, and none may be missed.
_NOTIFICATIONS_WAITING = 10_000
# Half a second of exposures that no worker has come to yet.
_EXPOSURES_WAITING = 100

_DETECTORS = {DETECTOR_2D: "2d", DETECTOR_3D: "3d"}
_NOTHING_TO_DO = {"Roi"}

_DOC = (
    "Takes images of one eye, finds the pupil, publishes both. Understands "
    "eye_process.should_stop, start_eye_plugin, stop_eye_plugin, frame_publishing.started, "
    "frame_publishing.stopped, and pupil_detector.set_enabled, set_roi, set_properties, "
    "broadcast_properties, 3d.reset_model."
)


def eye_image_topic(eye_id: EyeId) -> str:
    """Under which images of an eye come as they are, in gray, whatever format clients ask for."""
    return f"eye_image.{eye_id}"


@dataclass(frozen=True, slots=True)
class EyeParts:
    """What an eye is made of.

    Attributes:
        camera: that looks at it.
        pupils: finds the pupil in the camera's images.
        foreign_pupils: finds it in images of any other source that is started over the bus.
        rehearse: what is done once before the camera's first image; None: nothing.
        hears: is told of each notification on the bus; None where nothing of the eye's listens.
    """

    camera: Camera
    pupils: PupilSource
    foreign_pupils: PupilSource
    rehearse: Rehearsal | None = None
    hears: Callable[[Notification], None] | None = None


async def run_eye(
    eye_id: EyeId,
    parts: EyeParts,
    bus: BusAddresses,
    clock: Clock,
    timebase: TimeBase,
    *,
    capacity: int = 1000,
    bus_level: int | None = None,
) -> None:
    """Be an eye until the bus says that it should stop.

    Args:
        eye_id: which; 0 is the right one.
        parts: what it is made of.
        bus: where to live.
        clock: the program's.
        timebase: by which times are told; its own, moved when the bus says so.
        capacity: how many data wait where the bus is behind.
        bus_level: the least severe log records that go onto the bus; None where this process is the
            service's, which publishes them all.

    Raises:
        NetworkError: there is no bus.
    """
    with unwrapped():
        async with AsyncExitStack() as stack:
            outlet = await connect_outlet(stack, bus, capacity=capacity)
            if bus_level is not None:
                stack.enter_context(logs_published(outlet.pusher.push, f"eye{eye_id}", bus_level))
            notifications = await stack.enter_async_context(
                bus.subscribe(["notify."], _NOTIFICATIONS_WAITING)
            )
            worker = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix=f"eye{eye_id}"))
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            eye = _Eye(eye_id, parts, bus, outlet, clock, timebase, worker, tasks)
            try:
                await eye.live(notifications)
            finally:
                eye.close()


class _Eye:
    def __init__(
        self,
        eye_id: EyeId,
        parts: EyeParts,
        bus: BusAddresses,
        outlet: Outlet,
        clock: Clock,
        timebase: TimeBase,
        worker: ThreadPoolExecutor,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._eye_id = eye_id
        self._name = f"eye{eye_id}"
        self._parts = parts
        self._bus = bus
        self._outlet = outlet
        self._timebase = timebase
        self._clock = clock
        self._worker = worker
        self._tasks = tasks
        self._detectors = DetectorControl(eye_id, _LOG.error)
        self._feed = FrameFeed(eye_frame_topic(eye_id), outlet.wants)
        # With the reading of the clock at which each came.
        self._exposures = Topic[tuple[int, Exposure]]("exposures")
        self._pupils = parts.pupils
        self._pace = EyePace(clock, self._tell_slowed)
        self._size = parts.camera.width, parts.camera.height
        self._is_ready = False
        self._rehearsing: asyncio.Task[None] | None = None
        self._working = tasks.create_task(self._work(), name="exposures")
        self._slot = CameraSlot(self._name, self._take, clock, tasks)

    async def live(self, notifications: AsyncIterator[Message]) -> None:
        self._outlet.notify(self._about("eye_process.started"))
        _LOG.warning("Process started.")
        try:
            async for message in notifications:
                if is_for_others(message):
                    continue
                try:
                    notification = parse_notification(message)
                except RemoteProtocolError as error:
                    _LOG.warning("a notification is dropped: %s", error)
                    continue
                if self._is_stop(notification):
                    break
                self._handle(notification)
        finally:
            _LOG.info("Process shutting down.")
            self._outlet.notify(self._about("eye_process.stopped"))

    def close(self) -> None:
        self._working.cancel()
        if self._rehearsing is not None:
            self._rehearsing.cancel()
        self._slot.close()

    @property
    def _is_rehearsing(self) -> bool:
        return self._rehearsing is not None and not self._rehearsing.done()

    def _about(self, subject: str) -> Notification:
        return Notification(subject=subject, fields={"eye_id": self._eye_id})

    def _is_mine(self, notification: Notification) -> bool:
        eye_id = notification.fields.get("eye_id")
        return eye_id == self._eye_id and not isinstance(eye_id, bool)

    def _is_stop(self, notification: Notification) -> bool:
        subjects = {"eye_process.should_stop", f"eye_process.should_stop.{self._eye_id}"}
        return notification.subject in subjects and self._is_mine(notification)

    def _handle(self, notification: Notification) -> None:
        follow_core_time(self._timebase, notification)
        self._feed.handle(notification)
        if self._parts.hears is not None:
            self._parts.hears(notification)
        match notification.subject:
            case "eye_process.started" if self._is_mine(notification):
                self._begin()
            case subject if subject == RESUME_SUBJECT and self._is_mine(notification):
                self._resume(notification.fields)
            case "start_eye_plugin" | "stop_eye_plugin" if self._is_ready:
                self._change_plugin(notification)
            case "pupil_detector.3d.reset_model":
                if notification.fields.get("id", self._eye_id) == self._eye_id:
                    self._pupils.reset_model()
            case "meta.should_doc":
                fields = {"actor": self._name, "doc": _DOC}
                self._outlet.notify(Notification(subject="meta.doc", fields=fields))
            case _:
                for answer in self._detectors.handle(notification, self._size):
                    self._outlet.notify(answer)

    def _begin(self) -> None:
        # What was meant for this eye before it said that it is there, the service says again. So
        # each is heard once: here from now on, and there until now.
        if not self._is_ready:
            self._is_ready = True
            if self._parts.rehearse is not None:
                rehearsing = self._rehearse(self._parts.rehearse)
                self._rehearsing = self._tasks.create_task(rehearsing, name="rehearsal")
            if self._slot.is_empty:
                self._take_from(self._parts.camera, self._parts.pupils)

    async def _rehearse(self, rehearse: Rehearsal) -> None:
        # One by one, so that an eye that is told to end does so.
        loop = asyncio.get_running_loop()
        rehearsed = []
        try:
            seen = rehearse(self._clock.unix_ns())
            while (one := await loop.run_in_executor(self._worker, next, seen, None)) is not None:
                rehearsed.append(one)
        except Exception:
            _LOG.exception("%s cannot rehearse", self._name)
            return
        timebase = self._timebase
        fields = {
            "eye_id": self._eye_id,
            "ref_list": [
                {
                    **reference.fields(),
                    "timestamp": timebase.core_s(reference.timestamp_unix_ns),
                }
                for reference, _ in rehearsed
            ],
            "pupil_list": [
                msgspec.to_builtins(wire_pupil(pupil, timebase))
                for _, pupils in rehearsed
                for pupil in pupils
            ],
        }
        self._outlet.notify(Notification(subject=REHEARSED_SUBJECT, fields=fields))

    def _resume(self, fields: Mapping[str, object]) -> None:
        waiting = fields.get("notifications")
        for entry in waiting if isinstance(waiting, list) else ():
            try:
                self._handle(notification_from_map(entry if isinstance(entry, dict) else {}))
            except RemoteProtocolError as error:
                _LOG.warning("a notification is dropped: %s", error)

    def _change_plugin(self, notification: Notification) -> None:
        fields = notification.fields
        target, name = fields.get("target"), fields.get("name")
        if target != self._name:
            return
        starts = notification.subject == "start_eye_plugin"
        match name:
            case str() if name in _DETECTORS:
                switch = {"value": starts, "detector_plugin_class_name": name}
                self._handle(Notification(subject="pupil_detector.set_enabled", fields=switch))
            case str() if name == HMD_SOURCE and starts:
                self._start_hmd_source(fields.get("args"))
            case str() if name == HMD_SOURCE:
                self._take_from(self._parts.camera, self._parts.pupils)
            case str() if name in _NOTHING_TO_DO:
                pass
            case str():
                _LOG.error("Attempt to load unknown plugin: '%.80s'", name)
            case _:
                _LOG.error("%s has no name of a plugin", notification.subject)

    def _start_hmd_source(self, args: object) -> None:
        try:
            checked = msgspec.convert({} if args is None else args, HmdSourceArgs)
        except ValueError as error:
            _LOG.error("Plugin '%s' cannot be started: %s", HMD_SOURCE, error)
            return
        camera = HmdCamera(checked, self._bus.subscribe, self._timebase, self._name)
        self._take_from(camera, self._parts.foreign_pupils)

    def _take_from(self, camera: Camera, pupils: PupilSource) -> None:
        """Let this be the camera; the one before ends."""
        self._pace = EyePace(self._clock, self._tell_slowed)
        self._pupils = pupils
        self._slot.put(camera)

    def _take(self, exposure: Exposure) -> None:
        self._exposures.publish((self._clock.mono_ns(), exposure))

    async def _work(self) -> None:
        """Look for the pupil in each exposure, off the loop, and publish what is found."""
        loop = asyncio.get_running_loop()
        with self._exposures.subscribe(capacity=_EXPOSURES_WAITING) as exposures:
            async for arrived_ns, exposure in exposures:
                # What is seen during a rehearsal is in the way of what is rehearsed.
                if self._is_rehearsing or not self._pace.admits(exposure, arrived_ns):
                    continue
                self._follow_size(exposure)
                format, pupils = self._feed.format, self._pupils
                try:
                    messages = await loop.run_in_executor(
                        self._worker, self._messages, exposure, pupils, format
                    )
                except Exception:
                    # One image must not end the eye, whatever is wrong with it.
                    _LOG.exception("image %d of %s is passed over", exposure.index, self._name)
                    continue
                for message in messages:
                    self._outlet.publish(message)
                self._pace.note_done(arrived_ns)

    def _follow_size(self, exposure: Exposure) -> None:
        size = exposure.width, exposure.height
        if size != self._size:
            control = self._detectors
            control.settings = control.settings.scaled(self._size, size)
            self._size = size

    def _messages(
        self, exposure: Exposure, pupils: PupilSource, format: FrameFormat | None
    ) -> Sequence[Message]:
        settings = self._detectors.settings
        messages = []
        if format is not None:
            messages.append(frame_message(exposure, self._feed.topic, format, self._timebase))
        enabled = {_DETECTORS[name] for name in settings.enabled}
        for datum in pupils.pupils(exposure, settings):
            if datum.detector in enabled:
                wire = wire_pupil(datum, self._timebase)
                messages.append(Message.from_struct(wire.topic, wire))
        image_topic = eye_image_topic(self._eye_id)
        if self._outlet.wants(image_topic):
            messages.append(frame_message(exposure, image_topic, "gray", self._timebase))
        return messages

    def _tell_slowed(self, rate_hz: float, before_hz: float) -> None:
        _LOG.warning(
            "this machine does not keep up: pupils of eye %d come at %.4g Hz from now on, not at "
            "%.4g Hz",
            self._eye_id,
            rate_hz,
            before_hz,
        )
        fields = {"eye_id": self._eye_id, "rate_hz": rate_hz, "before_hz": before_hz}
        self._outlet.notify(Notification(subject=SLOWED_SUBJECT, fields=fields))
