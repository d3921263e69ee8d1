"""What every source of a pair of glasses looks like to the programs that use it.

Most are a `Timeline`: an iterator of records in order of time, told once at which instant it
begins. It sleeps for nothing and asks no clock; `gazewire.flow.play` draws it in a worker
thread and releases each record when it is due. So it can be tested as a plain list.

A camera that is there now cannot be drawn ahead (`gazewire.camera.LiveCamera`). What programs take
is therefore a `Source`, which publishes its records itself: a live one is one, and a timeline is
made one by `gazewire.device.Playback`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from gazewire.camera.truth import StreamTruth
from gazewire.model import AudioChunk, EyeEvent, Frame, GazeDatum, ImuDatum
from gazewire.time import Clock

__all__ = [
    "AudioShape",
    "GlassesInfo",
    "Presence",
    "Published",
    "Record",
    "Source",
    "Timeline",
    "VideoShape",
    "Wants",
]

Record = Frame | AudioChunk | GazeDatum | ImuDatum | EyeEvent
"""What a pair of glasses gives. Frames are of the cameras ``world`` and ``eyes``."""

Wants = Callable[[str, int], bool]
"""Whether a frame is worth making now, by the name of its camera and its index."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A camera of the source was pulled out, or is back.

    Attributes:
        camera: as its frames name it.
        connected: it gives pictures from now on.
    """

    camera: Literal["world", "eyes"]
    connected: bool


Published = Record | StreamTruth | Presence
"""What a source publishes."""


class VideoShape(msgspec.Struct, frozen=True, kw_only=True):
    """Size and nominal rate of a video stream.

    Attributes:
        width: pixels in a row.
        height: rows.
        rate_hz: frames a second; nominal, the frames' own timestamps are the truth.
    """

    width: int
    height: int
    rate_hz: float


class AudioShape(msgspec.Struct, frozen=True, kw_only=True):
    """What all chunks of a sound have in common.

    Attributes:
        sample_rate_hz: samples a second in each channel.
        channels: 1 is mono, 2 stereo.
    """

    sample_rate_hz: int
    channels: int


class GlassesInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a source has, known before its first record.

    Attributes:
        description: what it is, in a few words for the log.
        scene: the scene camera, or None.
        eyes: the eye cameras side by side, or None.
        audio: the microphone at the scene camera, or None.
        gaze_rate_hz: nominal; None where there is no gaze.
        imu_rate_hz: nominal; None where there is no inertial sensor.
        has_eye_events: fixations, saccades or blinks come too.
        calibration: the glasses' calibration file, 803 bytes for Neon, or None.
        serial: serial number of the glasses or module, or None.
    """

    description: str
    scene: VideoShape | None = None
    eyes: VideoShape | None = None
    audio: AudioShape | None = None
    gaze_rate_hz: float | None = None
    imu_rate_hz: float | None = None
    has_eye_events: bool = False
    calibration: bytes | None = None
    serial: str | None = None


class Timeline(Protocol):
    """A source of records."""

    @property
    def info(self) -> GlassesInfo:
        """What the source has."""

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        """Make the records, from the beginning.

        Timestamps rise within each stream; across streams they are in order to within one frame
        interval of the scene camera. The iterator may be endless.

        Frames can be dear. Those that are not wanted may be left out, and so may the first ones
        that are, while the source gets ready to make them. This changes nothing else: the indexes
        of frames count on, and what else comes is the same. A source leaves out frames only where
        other records go on coming, so that drawing it never takes long.

        Args:
            start_unix_ns: the instant at which the source's own time begins.
            wants: asked before a frame is made, in the thread that draws from the iterator. None:
                every frame is made, whatever it costs.

        Raises:
            SourceError: from the iterator, where the source turns out to be broken on the way.
        """


class Source(Protocol):
    """Something that publishes records when their time is."""

    @property
    def info(self) -> GlassesInfo:
        """What the source has."""

    @property
    def dropped(self) -> int:
        """Scene frames lost so far because nobody took them in time."""

    async def publish_to(
        self,
        publish: Callable[[Published], None],
        clock: Clock,
        wants: Wants | None = None,
        *,
        with_truth: bool = False,
    ) -> None:
        """Publish records from now on, until there are no more.

        Timestamps rise within each stream. In the beginning, whatever `info` names is there; where
        a part of it goes, a `Presence` says so.

        Args:
            publish: takes each record on the event loop's thread; must not block.
            clock: the program's: stamps what is taken now, and decides when what is stored is due.
            wants: as a `Timeline` asks it, in any thread.
            with_truth: publish the truth too, where the source is `gazewire.camera.Truthful`.

        Raises:
            SourceError: the source turns out to be broken on the way.
        """
