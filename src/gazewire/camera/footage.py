"""A video of a scene camera, with its sound and the gaze that was measured, as a source."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from operator import attrgetter
from typing import Protocol

from gazewire.camera.sound import Sound, SoundPlayer
from gazewire.camera.source import AudioShape, GlassesInfo, Record, VideoShape, Wants
from gazewire.model import Frame, GazeDatum

__all__ = ["FootageTimeline", "GazeTrack", "Video"]

_NS_PER_S = 1_000_000_000


class Video(Protocol):
    """A video that can be read again and again; `gazewire.media.VideoFile` is one."""

    @property
    def width(self) -> int:
        """Pixels in a row."""

    @property
    def height(self) -> int:
        """Rows."""

    @property
    def rate_hz(self) -> float:
        """Mean frames a second."""

    @property
    def sound(self) -> Sound | None:
        """What was recorded with the pictures, or None."""

    def frames(self, start_unix_ns: int, first_index: int) -> Iterator[Frame]:
        """Give the frames from the beginning, at least one, with rising timestamps.

        Args:
            start_unix_ns: instant of the first frame.
            first_index: its index.
        """


class GazeTrack(Protocol):
    """Gaze on the time of a video; `gazewire.recording.GazeTable` is one."""

    @property
    def rate_hz(self) -> float:
        """Nominal samples a second."""

    def data(self, start_unix_ns: int) -> Iterator[GazeDatum]:
        """Give the samples in order of time.

        Args:
            start_unix_ns: instant of the video's first frame.
        """


class FootageTimeline:
    """Plays a video, its sound and its gaze on one timeline.

    Each frame comes at `start_unix_ns` plus its distance from the video's first frame. Where it
    loops, time does not jump: a pass begins one mean frame interval after the last frame of the
    pass before, and frames count on. Gaze before the first frame, or later than one interval after
    the last, is left out, since no picture belongs to it. Sound lasts as long as the pictures and
    goes on without a gap from one pass to the next.

    Frames and sound are decoded as the iterator is drawn, and nothing is kept.
    """

    def __init__(
        self,
        video: Video,
        gaze: GazeTrack | None = None,
        *,
        description: str = "footage",
        loop: bool = True,
    ) -> None:
        """Join a video and its gaze.

        Args:
            video: of the scene camera.
            gaze: None where there is none.
            description: what it is, in a few words for the log.
            loop: begin again at the end, for ever.
        """
        self._video = video
        self._gaze = gaze
        self._loop = loop
        self._info = GlassesInfo(
            description=description,
            scene=VideoShape(width=video.width, height=video.height, rate_hz=video.rate_hz),
            audio=_shape(video.sound),
            gaze_rate_hz=gaze.rate_hz if gaze is not None else None,
        )

    @property
    def info(self) -> GlassesInfo:
        """What the source has."""
        return self._info

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        """Make the records; see `Timeline`. All frames come: each is decoded for the next."""
        index = 0
        sound = SoundPlayer(self._video.sound, start_unix_ns) if self._video.sound else None
        while True:
            gaze = _Lookahead(self._gaze.data(start_unix_ns) if self._gaze else iter(()))
            gaze.skip_before(start_unix_ns)
            last_ns, last_index = start_unix_ns, index
            count = 0
            for frame in self._video.frames(start_unix_ns, index):
                yield from _between_frames(gaze, sound, frame.timestamp_unix_ns)
                yield frame
                last_ns, last_index = frame.timestamp_unix_ns, frame.index
                count += 1
            if count > 1:
                interval_ns = (last_ns - start_unix_ns) // (count - 1)
            else:
                interval_ns = round(_NS_PER_S / self._video.rate_hz)
            end_ns = last_ns + interval_ns
            yield from _between_frames(gaze, sound, end_ns)
            if not self._loop:
                return
            if sound is not None:
                sound.rewind()
            start_unix_ns = end_ns
            index = last_index + 1


def _between_frames(
    gaze: _Lookahead, sound: SoundPlayer | None, instant_ns: int
) -> Iterator[Record]:
    streams: list[Iterator[Record]] = [gaze.take_before(instant_ns)]
    if sound is not None:
        streams.insert(0, sound.take_before(instant_ns))
    return heapq.merge(*streams, key=attrgetter("timestamp_unix_ns"))


def _shape(sound: Sound | None) -> AudioShape | None:
    if sound is None:
        return None
    return AudioShape(sample_rate_hz=sound.sample_rate_hz, channels=sound.channels)


class _Lookahead:
    # The samples of one pass, taken up to an instant.
    def __init__(self, data: Iterator[GazeDatum]) -> None:
        self._data = data
        self._next = next(data, None)

    def take_before(self, instant_ns: int) -> Iterator[GazeDatum]:
        while self._next is not None and self._next.timestamp_unix_ns < instant_ns:
            yield self._next
            self._next = next(self._data, None)

    def skip_before(self, instant_ns: int) -> None:
        for _ in self.take_before(instant_ns):
            pass
