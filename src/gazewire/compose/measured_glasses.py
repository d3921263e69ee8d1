"""Glasses whose eyes are measured by a service: a source for a device."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from gazewire.camera import GlassesInfo, Presence, Published, Source, StreamTruth, VideoShape, Wants
from gazewire.flow import play, unwrapped
from gazewire.model import AudioChunk, EyeEvent, Frame, GazeDatum, ImuDatum
from gazewire.service import Exposure, FrameExposure
from gazewire.time import Clock

__all__ = ["GlassesTruth", "MeasuredGlasses", "SceneRelay"]

EyeImages = Callable[[Callable[[Frame], None], Callable[[int], bool]], Awaitable[None]]
"""Publishes pictures of the eyes while they are wanted, until cancelled."""


class SceneRelay:
    """The device's scene camera as the service's: a `gazewire.service.Camera`.

    A camera can be opened once, and its pictures be drawn once: the service looks at those that the
    device has got.

    Args:
        shape: of the pictures.
    """

    def __init__(self, shape: VideoShape) -> None:
        self.width, self.height = shape.width, shape.height
        self._publish: Callable[[Exposure], None] | None = None

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish each picture that is put, until cancelled."""
        self._publish = publish
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._publish = None

    def put(self, frame: Frame) -> None:
        """Hand on a picture, on the event loop's thread."""
        if self._publish is not None:
            self._publish(FrameExposure(frame))


@dataclass(frozen=True, slots=True)
class GlassesTruth:
    """What is true of glasses whose wearer is made up.

    Attributes:
        of_gaze: tells it of the gaze of an instant; None where that is not known.
        of_pupils: tells it of the pupils in each picture from an instant on, in order of time.
    """

    of_gaze: Callable[[int], StreamTruth | None]
    of_pupils: Callable[[int], Iterator[StreamTruth]]


class MeasuredGlasses:
    """Puts together what a source gives of the scene and what is measured of the eyes.

    A `gazewire.camera.Source`. What its base tells of gaze, eyes and their movements is left out:
    here they are measured.

    Args:
        base: gives the scene, sound and inertial data; None where there is no scene.
        relay: is handed each picture of the scene; None where nobody needs it.
        eyes: size and rate of the eyes' pictures side by side; None where there are no eyes.
        eye_images: publishes these; None where there are none.
        truth: of what is measured; None where nobody knows it.
        gaze_rate_hz: nominal.
        description: in a few words for the log.
    """

    def __init__(
        self,
        base: Source | None,
        relay: SceneRelay | None,
        *,
        eyes: VideoShape | None,
        eye_images: EyeImages | None,
        truth: GlassesTruth | None = None,
        gaze_rate_hz: float,
        description: str,
    ) -> None:
        self._base = base
        self._relay = relay
        self._eye_images = eye_images
        self._publish: Callable[[Published], None] | None = None
        self._truth = truth
        self._tells_truth = False
        info = GlassesInfo(description=description) if base is None else base.info
        self.info = msgspec.structs.replace(
            info,
            description=description,
            eyes=eyes,
            gaze_rate_hz=gaze_rate_hz,
            has_eye_events=True,
        )

    @property
    def dropped(self) -> int:
        """Scene frames lost so far because nobody took them in time."""
        return 0 if self._base is None else self._base.dropped

    def put(self, measured: Sequence[GazeDatum | EyeEvent]) -> None:
        """Publish what has been measured, on the event loop's thread; nothing waits for a device.

        Args:
            measured: in order of time within each stream.
        """
        if self._publish is None:
            return
        for record in measured:
            if isinstance(record, GazeDatum):
                self._tell_truth(record, self._publish)
            self._publish(record)

    async def publish_to(
        self,
        publish: Callable[[Published], None],
        clock: Clock,
        wants: Wants | None = None,
        *,
        with_truth: bool = False,
    ) -> None:
        """Publish records from now on, until cancelled; see `gazewire.camera.Source`."""
        self._publish, self._tells_truth = publish, with_truth

        def take(item: Published) -> None:
            match item:
                case Frame(camera="world"):
                    if self._relay is not None:
                        self._relay.put(item)
                    publish(item)
                case AudioChunk() | ImuDatum() | Presence():
                    publish(item)
                case _:
                    pass

        def wants_eyes(index: int) -> bool:
            return wants is None or wants("eyes", index)

        try:
            with unwrapped():
                async with asyncio.TaskGroup() as tasks:
                    if self._base is not None:
                        base = self._base.publish_to(take, clock, wants)
                        tasks.create_task(base, name="scene source")
                    if self._eye_images is not None:
                        tasks.create_task(_run(self._eye_images(publish, wants_eyes)), name="eyes")
                    if self._truth is not None and with_truth:
                        truths = self._truth.of_pupils(clock.unix_ns())
                        tasks.create_task(play(truths, clock, publish), name="truth of pupils")
                    # Gaze may come for as long as anybody listens, whatever else has ended.
                    await asyncio.get_running_loop().create_future()
        finally:
            self._publish = None

    def _tell_truth(self, datum: GazeDatum, publish: Callable[[Published], None]) -> None:
        if self._truth is None or not self._tells_truth:
            return
        truth = self._truth.of_gaze(datum.timestamp_unix_ns)
        if truth is not None:
            publish(truth)


async def _run(work: Awaitable[None]) -> None:
    await work
