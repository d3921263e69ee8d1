"""A Core program, with an event loop: what it publishes as typed records, what it can be told.

::

    async with CoreDevice("127.0.0.1") as core, core.gaze() as gaze:
        folder = await core.start_recording("pilot")
        async for datum in gaze:
            ...

`gazewire.client.core.BlockingCoreDevice` is the same for programs without an event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from gazewire.client.core.clock_offset import CoreClockOffset
from gazewire.client.core.core_subscription import CoreSubscription
from gazewire.client.core.frame import CoreFrame
from gazewire.client.core.hmd_camera import HmdCamera
from gazewire.client.core.link import CoreLink
from gazewire.client.core.records import (
    CoreRecord,
    decode_blinks,
    decode_fixations,
    decode_frames,
    decode_gazes,
    decode_logs,
    decode_maps,
    decode_notifications,
    decode_pupils,
    decode_records,
    decode_surfaces,
)
from gazewire.client.core.subscription import Message as CoreMap
from gazewire.errors import ConnectionLostError, DeviceRefusedError, RecordingError
from gazewire.model import (
    Annotation,
    BlinkResponse,
    DispersionFixation,
    EyeId,
    MappedGaze,
    Notification,
    PupilDatum,
    SurfaceDatum,
)
from gazewire.net.bus_client import BusPublisher
from gazewire.net.bus_security import BusKeys
from gazewire.net.remote import DEFAULT_REMOTE_PORT, Request
from gazewire.time import SystemClock, TimeBase
from gazewire.wire.ipc import (
    ANNOTATION_TOPIC,
    BLINKS_TOPIC,
    FIXATIONS_TOPIC,
    Family,
    FrameFormat,
    Message,
    WireLogRecord,
    annotation_map,
    notification_message,
)
from gazewire.wire.remote import (
    TIME_SET,
    UNKNOWN_COMMAND,
    AskTime,
    AskVersion,
    Forward,
    SetTime,
    StartCalibration,
    StartRecording,
    StopCalibration,
    StopRecording,
    parse_time_reply,
)

__all__ = ["CoreDevice"]

T = TypeVar("T")

_NOTHING: Mapping[str, object] = MappingProxyType({})
_BAD_REQUEST = 400


class CoreDevice:
    """A Core program on the network: an async context manager.

    Entered means connected, with the clock offset measured. When the program starts again, its
    ports and its clock are learnt anew, and subscriptions go on; until then calls fail. All
    instants are Unix nanoseconds of our clock.

    Args:
        address: of the program's machine.
        port: of Pupil Remote.
        keys: where the program wants them.
        timeout_s: how long each call may take, unless it says otherwise.
        clock_rounds: how often the time is asked for to learn the offset.
        check_interval_s: pause between looks whether the program is still the same and nobody has
            set its clock.

    Raises:
        ConnectionLostError: on entering, where no program answers.
        RemoteProtocolError: on entering, where what answers is no such program.
    """

    def __init__(
        self,
        address: str = "127.0.0.1",
        port: int = DEFAULT_REMOTE_PORT,
        *,
        keys: BusKeys | None = None,
        timeout_s: float = 5.0,
        clock_rounds: int = 10,
        check_interval_s: float = 1.0,
    ) -> None:
        self._clock = SystemClock()
        self._timeout_s = timeout_s
        self._link = CoreLink(
            address,
            port,
            keys=keys,
            timeout_s=timeout_s,
            clock_rounds=clock_rounds,
            check_interval_s=check_interval_s,
            clock=self._clock,
        )
        self._publishing = asyncio.Lock()
        self._publisher: BusPublisher | None = None
        self._publisher_generation = -1

    async def __aenter__(self) -> Self:
        await self._link.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._stop_publishing()
        finally:
            await self._link.__aexit__(exc_type, exc, traceback)

    # What is known of it.

    @property
    def remote_url(self) -> str:
        """Where Pupil Remote is."""
        return self._link.url

    @property
    def is_connected(self) -> bool:
        """The program has answered when it was last looked at."""
        return self._link.answers

    @property
    def clock_offset(self) -> CoreClockOffset:
        """How Core time is related to our clock, by the latest measurement."""
        return self._link.offset

    def now_unix_ns(self) -> int:
        """What our clock says, by which all instants here are told."""
        return self._clock.unix_ns()

    async def measure_clock(self, rounds: int | None = None) -> CoreClockOffset:
        """Measure the clock offset anew; it is done by itself where somebody has set a clock.

        Args:
            rounds: how often to ask for the time; None asks as often as on connecting.
        """
        return await self._link.measure_clock(rounds)

    async def version(self) -> str:
        """Ask for the version of the program, three numbers."""
        return await self._ask(AskVersion())

    async def core_time(self) -> float:
        """Ask for Core time: seconds, as they were somewhere on the way."""
        return parse_time_reply(await self._link.request(AskTime()))

    async def set_core_time(self, core_s: float) -> CoreClockOffset:
        """Set Core time, for everybody, and measure the clock offset anew.

        Raises:
            DeviceRefusedError: the program does not set it.
            LocalProtocolError: the time is not finite.
        """
        reply = await self._link.request(SetTime(core_s))
        if reply != TIME_SET:
            raise DeviceRefusedError(_BAD_REQUEST, reply.decode(errors="replace"))
        return await self._link.measure_clock()

    # What it publishes.

    def records(self, *prefixes: str, capacity: int = 1000) -> CoreSubscription[CoreRecord]:
        """Subscribe to topics that begin so, as typed records; raw maps where there is no type.

        Args:
            *prefixes: such as ``gaze.``, ``notify.recording.``; an empty one wants all.
            capacity: how many wait to be read.
        """
        return self._subscription(prefixes, decode_records, capacity)

    def maps(self, *prefixes: str, capacity: int = 1000) -> CoreSubscription[CoreMap]:
        """Subscribe to topics that begin so, as raw maps with times in Core seconds."""
        return self._subscription(prefixes, decode_maps, capacity)

    def pupils(self, prefix: str = Family.PUPIL.value) -> CoreSubscription[PupilDatum]:
        """Subscribe to pupils, such as those under ``pupil.0.3d``."""
        return self._subscription((prefix,), decode_pupils)

    def gaze(self, prefix: str = Family.GAZE.value) -> CoreSubscription[MappedGaze]:
        """Subscribe to gaze, such as that under ``gaze.3d.``."""
        return self._subscription((prefix,), decode_gazes)

    def fixations(self) -> CoreSubscription[DispersionFixation]:
        """Subscribe to fixations; one that grows comes again and again under the same `id`."""
        return self._subscription((FIXATIONS_TOPIC,), decode_fixations)

    def blinks(self) -> CoreSubscription[BlinkResponse]:
        """Subscribe to responses of the filter for blinks; one blink gives trains of them."""
        return self._subscription((BLINKS_TOPIC,), decode_blinks)

    def surfaces(self, name: str = "") -> CoreSubscription[SurfaceDatum]:
        """Subscribe to surfaces, all or those whose names begin so."""
        return self._subscription((f"{Family.SURFACE.value}{name}",), decode_surfaces)

    def frames(self, prefix: str = Family.FRAME.value) -> CoreSubscription[CoreFrame]:
        """Subscribe to images, such as those under ``frame.eye.0``. Few wait to be read."""
        return self._subscription((prefix,), decode_frames, capacity=30)

    def notifications(self, subject: str = "") -> CoreSubscription[Notification]:
        """Subscribe to notifications, all or those whose subjects begin so."""
        return self._subscription((f"{Family.NOTIFY.value}{subject}",), decode_notifications)

    def logs(self, level: str = "") -> CoreSubscription[WireLogRecord]:
        """Subscribe to the log, all of it or one level, such as ``warning``."""
        return self._subscription((f"{Family.LOGGING.value}{level}",), decode_logs)

    # What it can be told.

    async def notify(self, subject: str, fields: Mapping[str, object] = _NOTHING) -> None:
        """Send a notification; done when the program has confirmed that it is on its bus.

        Args:
            subject: such as ``eye_process.should_start.0``.
            fields: what there is to say; with ``delay`` it is released later, with
                ``remote_notify`` it goes to the group of machines.

        Raises:
            LocalProtocolError: it cannot travel.
            DeviceRefusedError: the program does not take it.
        """
        await self._forward(notification_message(Notification(subject=subject, fields=fields)))

    async def ask(
        self,
        subject: str,
        fields: Mapping[str, object] = _NOTHING,
        *,
        answers: Sequence[str],
        timeout_s: float | None = None,
    ) -> Notification:
        """Send a notification and wait for the one that answers it.

        Args:
            subject: of the one that is sent.
            fields: what there is to say in it.
            answers: subjects, or beginnings of subjects, any of which is an answer.
            timeout_s: how long to wait for it; None waits as long as any call.

        Raises:
            ConnectionLostError: no answer in time.
        """
        message = notification_message(Notification(subject=subject, fields=fields))
        return await self._answer(Forward(_frames(message)), answers, timeout_s)

    async def annotate(
        self,
        label: str,
        *,
        timestamp_unix_ns: int | None = None,
        duration_s: float = 0.0,
        fields: Mapping[str, object] = _NOTHING,
    ) -> Annotation:
        """Send an annotation; done when the program has confirmed it.

        Args:
            label: what happened.
            timestamp_unix_ns: when it began; None is now.
            duration_s: how long it lasted.
            fields: columns of your own.
        """
        annotation = Annotation(
            label=label,
            timestamp_unix_ns=self.now_unix_ns()
            if timestamp_unix_ns is None
            else timestamp_unix_ns,
            duration_s=duration_s,
            fields=fields,
        )
        await self._forward(
            Message.from_map(ANNOTATION_TOPIC, annotation_map(annotation, self._link.timebase))
        )
        return annotation

    async def start_recording(
        self, session_name: str = "", *, timeout_s: float | None = None
    ) -> str:
        """Start a recording; done when it has begun.

        Args:
            session_name: empty for a name by date.
            timeout_s: how long to wait for it to begin.

        Returns:
            Its folder, on the program's machine.

        Raises:
            RecordingError: the program says why it does not record.
            ConnectionLostError: it says nothing, as programs of others do where they fail, or where
                they record already.
        """
        return await self._record(StartRecording(session_name), "recording.started", timeout_s)

    async def stop_recording(self, *, timeout_s: float | None = None) -> str:
        """Stop the recording; done when it is closed.

        Returns:
            Its folder, on the program's machine.

        Raises:
            RecordingError: the program says what went wrong.
            ConnectionLostError: it says nothing; perhaps there is no recording.
        """
        return await self._record(StopRecording(), "recording.stopped", timeout_s)

    async def start_calibration(self) -> None:
        """Start the calibration that is selected. What comes of it, notifications tell."""
        await self._ask(StartCalibration())

    async def stop_calibration(self) -> None:
        """Stop the calibration, which then is computed. What comes of it, notifications tell."""
        await self._ask(StopCalibration())

    async def start_eye(self, eye_id: EyeId) -> None:
        """Start the process of an eye: 0 is the right one. It is harmless if that runs."""
        await self.notify(f"eye_process.should_start.{eye_id}", {"eye_id": eye_id, "args": {}})

    async def stop_eye(self, eye_id: EyeId) -> None:
        """Stop the process of an eye."""
        await self.notify(f"eye_process.should_stop.{eye_id}", {"eye_id": eye_id})

    async def start_plugin(self, name: str, args: Mapping[str, object] = _NOTHING) -> None:
        """Start a plugin of the program. Whether it could be started, the log tells."""
        await self.notify("start_plugin", {"name": name, "args": dict(args)})

    async def stop_plugin(self, name: str) -> None:
        """Stop a plugin of the program."""
        await self.notify("stop_plugin", {"name": name})

    async def start_eye_plugin(
        self, eye_id: EyeId, name: str, args: Mapping[str, object] = _NOTHING
    ) -> None:
        """Start a plugin of an eye. Whether it could be started, the log tells."""
        target = f"eye{eye_id}"
        await self.notify("start_eye_plugin", {"target": target, "name": name, "args": dict(args)})

    async def stop_eye_plugin(self, eye_id: EyeId, name: str) -> None:
        """Stop a plugin of an eye."""
        await self.notify("stop_eye_plugin", {"target": f"eye{eye_id}", "name": name})

    async def set_frame_format(self, format: FrameFormat) -> None:
        """Choose the format of images, for all who receive them."""
        await self.notify("frame_publishing.set_format", {"format": format})

    async def publish(self, topic: str, fields: Mapping[str, object]) -> None:
        """Publish anything, unconfirmed; the first time waits until the bus is there.

        Args:
            topic: of your choice.
            fields: a map; buffers under ``__raw_data__`` become raw frames.

        Raises:
            NetworkError: there is no bus.
            LocalProtocolError: it cannot travel.
        """
        message = Message.from_map(topic, fields)
        (await self._bus_publisher()).publish(message)

    async def send_image(
        self, camera: HmdCamera, image: NDArray[np.uint8], timestamp_unix_ns: int | None = None
    ) -> None:
        """Send an image into the program, unconfirmed.

        Args:
            camera: whose image it is.
            image: (H, W) uint8 brightness, or (H, W, 3) uint8 colours, blue first. It is not kept.
            timestamp_unix_ns: instant of exposure; None is now.

        Raises:
            NetworkError: there is no bus.
            LocalProtocolError: the array has another shape or type.
        """
        when = self.now_unix_ns() if timestamp_unix_ns is None else timestamp_unix_ns
        message = camera.frame(image, when).message(self._link.timebase)
        (await self._bus_publisher()).publish(message)

    def _subscription(
        self,
        prefixes: tuple[str, ...],
        decode: Callable[[Message, TimeBase], T],
        capacity: int = 1000,
    ) -> CoreSubscription[T]:
        return CoreSubscription(self._link, prefixes, decode, capacity=capacity)

    async def _ask(self, request: Request) -> str:
        """Ask Pupil Remote what it must know.

        Raises:
            DeviceRefusedError: it does not.
        """
        reply = await self._link.request(request)
        if reply == UNKNOWN_COMMAND:
            raise DeviceRefusedError(_BAD_REQUEST, reply.decode())
        return reply.decode(errors="replace")

    async def _forward(self, message: Message) -> None:
        await self._ask(Forward(_frames(message)))

    async def _answer(
        self, request: Request, answers: Sequence[str], timeout_s: float | None
    ) -> Notification:
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        prefixes = tuple(f"{Family.NOTIFY.value}{subject}" for subject in answers)
        try:
            async with (
                asyncio.timeout(limit_s),
                self._subscription(prefixes, decode_notifications) as notifications,
            ):
                await self._ask(request)
                return await anext(notifications)
        except TimeoutError as error:
            expected = " or ".join(answers)
            raise ConnectionLostError(f"no {expected} within {limit_s:g} s") from error

    async def _record(self, request: Request, answer: str, timeout_s: float | None) -> str:
        notification = await self._answer(request, (answer, "recording.failed"), timeout_s)
        if notification.subject != answer:
            raise RecordingError(str(notification.fields.get("reason", "no reason is told")))
        return str(notification.fields.get("rec_path", ""))

    async def _bus_publisher(self) -> BusPublisher:
        async with self._publishing:
            if self._publisher is None or self._publisher_generation != self._link.generation:
                await self._stop_publishing()
                generation = self._link.generation
                publisher = BusPublisher(
                    self._link.bus.pub, keys=self._link.keys, timeout_s=self._timeout_s
                )
                self._publisher = await publisher.__aenter__()
                self._publisher_generation = generation
            return self._publisher

    async def _stop_publishing(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await publisher.__aexit__(None, None, None)


def _frames(message: Message) -> tuple[bytes, ...]:
    return tuple(bytes(frame) for frame in message.serialize())
