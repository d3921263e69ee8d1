"""A Core program, for programs without an event loop: `CoreDevice` on a thread of its own.

::

    with BlockingCoreDevice("127.0.0.1") as core, core.gaze() as gaze:
        folder = core.start_recording("pilot")
        for datum in gaze:
            ...

All calls are those of `gazewire.client.core.CoreDevice`, which tells what they do and raise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Any, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from gazewire.client._engine.mailbox import Delivery, Mailbox, MailboxClosedError
from gazewire.client.core.clock_offset import CoreClockOffset
from gazewire.client.core.core_device import CoreDevice
from gazewire.client.core.core_subscription import CoreSubscription
from gazewire.client.core.frame import CoreFrame
from gazewire.client.core.hmd_camera import HmdCamera
from gazewire.client.core.records import CoreRecord
from gazewire.client.core.subscription import Message as CoreMap
from gazewire.client.simple._portal import Portal
from gazewire.errors import LocalProtocolError
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
from gazewire.net.bus_security import BusKeys
from gazewire.net.remote import DEFAULT_REMOTE_PORT
from gazewire.time import SystemClock
from gazewire.wire.ipc import Family, FrameFormat, WireLogRecord

__all__ = ["BlockingCoreDevice", "BlockingCoreSubscription"]

T = TypeVar("T")

_NOTHING: Mapping[str, object] = MappingProxyType({})
_LEFT = "the subscription has been left"


class BlockingCoreSubscription(Generic[T]):
    """`CoreSubscription` for programs without an event loop: a context manager and iterator.

    Any thread may read from it. What is not read in time is dropped, the oldest first, and counted.

    Args:
        portal: where the event loop is.
        subscription: not entered yet.
    """

    def __init__(self, portal: Portal, subscription: CoreSubscription[T]) -> None:
        self._portal = portal
        self._subscription = subscription
        self._mailbox = Mailbox[T](subscription.capacity, Delivery.LOSSLESS, clock=SystemClock())

    def __enter__(self) -> Self:
        self._portal.call(self._open)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._mailbox.close(_LEFT)
        self._portal.call(self._close)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """The next record; waits for ever, and ends when the context is left."""
        try:
            (record,) = self._mailbox.get_many(1)
        except MailboxClosedError:
            raise StopIteration from None
        return record

    def receive(self, timeout_s: float | None = None) -> T | None:
        """Receive the next record.

        Args:
            timeout_s: how long to wait for one; None waits for ever, 0 not at all.

        Returns:
            None where none came in time.

        Raises:
            LocalProtocolError: the context has been left.
        """
        try:
            return next(iter(self._mailbox.get_many(1, timeout_s)), None)
        except MailboxClosedError as error:
            raise LocalProtocolError(error.reason) from error

    @property
    def malformed(self) -> int:
        """Messages that could not be read."""
        return self._subscription.malformed

    @property
    def missing(self) -> int:
        """Images that never came, by the numbers of those that did; other data has no numbers."""
        return self._subscription.missing

    @property
    def dropped(self) -> int:
        """Records that nobody read in time."""
        return self._mailbox.dropped

    @property
    def reconnections(self) -> int:
        """How often the program has started again; there is a gap in the data each time."""
        return self._subscription.reconnections

    async def _open(self) -> None:
        await self._subscription.__aenter__()
        self._pumping = asyncio.create_task(self._pump(), name="Core records")

    async def _pump(self) -> None:
        async for record in self._subscription:
            self._mailbox.put_many((record,))

    async def _close(self) -> None:
        await self._subscription.__aexit__(None, None, None)
        await self._pumping


class BlockingCoreDevice:
    """`CoreDevice` for programs without an event loop: a context manager. Any thread may call it.

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
        self._core = CoreDevice(
            address,
            port,
            keys=keys,
            timeout_s=timeout_s,
            clock_rounds=clock_rounds,
            check_interval_s=check_interval_s,
        )
        self._portal: Portal | None = None

    def __enter__(self) -> Self:
        portal = Portal.enter()
        try:
            portal.call(self._core.__aenter__)
        except BaseException:
            portal.leave()
            raise
        self._portal = portal
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        portal, self._portal = self._portal, None
        if portal is not None:
            try:
                portal.call(self._core.__aexit__, exc_type, exc, traceback)
            finally:
                portal.leave()

    @property
    def remote_url(self) -> str:
        """Where Pupil Remote is."""
        return self._core.remote_url

    @property
    def is_connected(self) -> bool:
        """The program has answered when it was last looked at."""
        return self._core.is_connected

    @property
    def clock_offset(self) -> CoreClockOffset:
        """How Core time is related to our clock, by the latest measurement."""
        return self._core.clock_offset

    def now_unix_ns(self) -> int:
        """What our clock says, by which all instants here are told."""
        return self._core.now_unix_ns()

    def measure_clock(self, rounds: int | None = None) -> CoreClockOffset:
        """Measure the clock offset anew."""
        return self._call(self._core.measure_clock, rounds)

    def version(self) -> str:
        """Ask for the version of the program, three numbers."""
        return self._call(self._core.version)

    def core_time(self) -> float:
        """Ask for Core time: seconds, as they were somewhere on the way."""
        return self._call(self._core.core_time)

    def set_core_time(self, core_s: float) -> CoreClockOffset:
        """Set Core time, for everybody, and measure the clock offset anew."""
        return self._call(self._core.set_core_time, core_s)

    def records(self, *prefixes: str, capacity: int = 1000) -> BlockingCoreSubscription[CoreRecord]:
        """Subscribe to topics that begin so, as typed records; raw maps where there is no type."""
        return self._subscribed(self._core.records(*prefixes, capacity=capacity))

    def maps(self, *prefixes: str, capacity: int = 1000) -> BlockingCoreSubscription[CoreMap]:
        """Subscribe to topics that begin so, as raw maps with times in Core seconds."""
        return self._subscribed(self._core.maps(*prefixes, capacity=capacity))

    def pupils(self, prefix: str = Family.PUPIL.value) -> BlockingCoreSubscription[PupilDatum]:
        """Subscribe to pupils, such as those under ``pupil.0.3d``."""
        return self._subscribed(self._core.pupils(prefix))

    def gaze(self, prefix: str = Family.GAZE.value) -> BlockingCoreSubscription[MappedGaze]:
        """Subscribe to gaze, such as that under ``gaze.3d.``."""
        return self._subscribed(self._core.gaze(prefix))

    def fixations(self) -> BlockingCoreSubscription[DispersionFixation]:
        """Subscribe to fixations; one that grows comes again and again under the same `id`."""
        return self._subscribed(self._core.fixations())

    def blinks(self) -> BlockingCoreSubscription[BlinkResponse]:
        """Subscribe to responses of the filter for blinks; one blink gives trains of them."""
        return self._subscribed(self._core.blinks())

    def surfaces(self, name: str = "") -> BlockingCoreSubscription[SurfaceDatum]:
        """Subscribe to surfaces, all or those whose names begin so."""
        return self._subscribed(self._core.surfaces(name))

    def frames(self, prefix: str = Family.FRAME.value) -> BlockingCoreSubscription[CoreFrame]:
        """Subscribe to images, such as those under ``frame.eye.0``."""
        return self._subscribed(self._core.frames(prefix))

    def notifications(self, subject: str = "") -> BlockingCoreSubscription[Notification]:
        """Subscribe to notifications, all or those whose subjects begin so."""
        return self._subscribed(self._core.notifications(subject))

    def logs(self, level: str = "") -> BlockingCoreSubscription[WireLogRecord]:
        """Subscribe to the log, all of it or one level, such as ``warning``."""
        return self._subscribed(self._core.logs(level))

    def notify(self, subject: str, fields: Mapping[str, object] = _NOTHING) -> None:
        """Send a notification; done when the program has confirmed that it is on its bus."""
        self._call(self._core.notify, subject, fields)

    def ask(
        self,
        subject: str,
        fields: Mapping[str, object] = _NOTHING,
        *,
        answers: Sequence[str],
        timeout_s: float | None = None,
    ) -> Notification:
        """Send a notification and wait for the one that answers it."""

        async def ask() -> Notification:
            return await self._core.ask(subject, fields, answers=answers, timeout_s=timeout_s)

        return self._call(ask)

    def annotate(
        self,
        label: str,
        *,
        timestamp_unix_ns: int | None = None,
        duration_s: float = 0.0,
        fields: Mapping[str, object] = _NOTHING,
    ) -> Annotation:
        """Send an annotation; done when the program has confirmed it."""

        async def annotate() -> Annotation:
            return await self._core.annotate(
                label, timestamp_unix_ns=timestamp_unix_ns, duration_s=duration_s, fields=fields
            )

        return self._call(annotate)

    def start_recording(self, session_name: str = "", *, timeout_s: float | None = None) -> str:
        """Start a recording; done when it has begun. Returns its folder on the machine there."""

        async def start() -> str:
            return await self._core.start_recording(session_name, timeout_s=timeout_s)

        return self._call(start)

    def stop_recording(self, *, timeout_s: float | None = None) -> str:
        """Stop the recording; done when it is closed. Returns its folder on the machine there."""

        async def stop() -> str:
            return await self._core.stop_recording(timeout_s=timeout_s)

        return self._call(stop)

    def start_calibration(self) -> None:
        """Start the calibration that is selected. What comes of it, notifications tell."""
        self._call(self._core.start_calibration)

    def stop_calibration(self) -> None:
        """Stop the calibration, which then is computed. What comes of it, notifications tell."""
        self._call(self._core.stop_calibration)

    def start_eye(self, eye_id: EyeId) -> None:
        """Start the process of an eye: 0 is the right one. It is harmless if that runs."""
        self._call(self._core.start_eye, eye_id)

    def stop_eye(self, eye_id: EyeId) -> None:
        """Stop the process of an eye."""
        self._call(self._core.stop_eye, eye_id)

    def start_plugin(self, name: str, args: Mapping[str, object] = _NOTHING) -> None:
        """Start a plugin of the program. Whether it could be started, the log tells."""
        self._call(self._core.start_plugin, name, args)

    def stop_plugin(self, name: str) -> None:
        """Stop a plugin of the program."""
        self._call(self._core.stop_plugin, name)

    def start_eye_plugin(
        self, eye_id: EyeId, name: str, args: Mapping[str, object] = _NOTHING
    ) -> None:
        """Start a plugin of an eye. Whether it could be started, the log tells."""
        self._call(self._core.start_eye_plugin, eye_id, name, args)

    def stop_eye_plugin(self, eye_id: EyeId, name: str) -> None:
        """Stop a plugin of an eye."""
        self._call(self._core.stop_eye_plugin, eye_id, name)

    def set_frame_format(self, format: FrameFormat) -> None:
        """Choose the format of images, for all who receive them."""
        self._call(self._core.set_frame_format, format)

    def publish(self, topic: str, fields: Mapping[str, object]) -> None:
        """Publish anything, unconfirmed; the first time waits until the bus is there."""
        self._call(self._core.publish, topic, fields)

    def send_image(
        self, camera: HmdCamera, image: NDArray[np.uint8], timestamp_unix_ns: int | None = None
    ) -> None:
        """Send an image into the program, unconfirmed."""
        self._call(self._core.send_image, camera, image, timestamp_unix_ns)

    def _subscribed(self, subscription: CoreSubscription[T]) -> BlockingCoreSubscription[T]:
        return BlockingCoreSubscription(self._entered(), subscription)

    # Any: what a coroutine yields and is sent is asyncio's own affair.
    def _call(self, function: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
        return self._entered().call(function, *args)

    def _entered(self) -> Portal:
        if self._portal is None:
            raise LocalProtocolError("a BlockingCoreDevice is used inside of its `with`")
        return self._portal
