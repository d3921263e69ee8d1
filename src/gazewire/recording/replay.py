"""A recording as a source: everything that it holds, at the pace at which it happened."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from itertools import dropwhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazewire.camera import AudioShape, GlassesInfo, Record, Sound, SoundPlayer, VideoShape, Wants
from gazewire.errors import UndecodableSourceError
from gazewire.recording.pace import paced
from gazewire.recording.playable import PlayedStream, PlayedVideo
from gazewire.recording.playing import open_playable

__all__ = ["RecordingTimeline"]

_NS_PER_S = 1_000_000_000
# Of a recording with a single sample.
_DEFAULT_INTERVAL_NS = 5_000_000


class RecordingTimeline:
    """Plays a recording of Neon, Pupil Invisible or Pupil Core, all streams moved by one constant.

    The earliest sample of any stream comes at `start_unix_ns`. Distances between samples, and so
    gaps, are as they were. Where it loops, time does not jump: the next pass begins one typical
    interval of gaze after the last sample.

    Eye events come when they became known, at their end. Sound is without a gap, silent where none
    was recorded. What users marked is not played.

    Attributes:
        first_unix_ns: instant, as recorded, of what comes first.
        length_ns: of one pass, as recorded.
    """

    def __init__(
        self, folder: Path, *, loop: bool = True, from_s: float = 0.0, speed: float = 1.0
    ) -> None:
        """Open a recording.

        Args:
            folder: the recording.
            loop: begin again at the end, for ever.
            from_s: how much of the beginning is left out, of each pass.
            speed: 2 plays twice as fast, 0.5 half as fast; at any other than 1 there is no sound.

        Raises:
            SourceError: it is no recording, a stream of it is broken, it holds no sample, or none
                so late.
        """
        if not (math.isfinite(from_s) and from_s >= 0 and math.isfinite(speed) and speed > 0):
            raise UndecodableSourceError(
                str(folder), "a recording is played from 0 s or later, at a speed above 0"
            )
        recording = open_playable(folder)
        self._loop = loop
        self._speed = speed
        self._data: list[PlayedStream] = [recording.gaze, recording.imu, recording.eye_events]
        self._videos = [v for v in (recording.scene, recording.eyes) if v is not None]
        told = [s.times_unix_ns for s in self._data] + [v.times_unix_ns for v in self._videos]
        streams = [times for times in told if len(times)]
        if not streams:
            raise UndecodableSourceError(
                str(folder), f"{folder} holds no sample of any sensor; use another recording"
            )
        begin_ns = min(int(times.min()) for times in streams) + round(from_s * _NS_PER_S)
        last_ns = max(int(times.max()) for times in streams)
        if begin_ns > last_ns:
            raise UndecodableSourceError(
                str(folder), f"{folder} has nothing after {from_s:g} s; begin earlier"
            )
        self.first_unix_ns = begin_ns
        interval_ns = _typical_interval_ns(streams[0]) or _DEFAULT_INTERVAL_NS
        self.length_ns = last_ns + interval_ns - begin_ns
        self._sound = recording.sound(begin_ns) if speed == 1 else None
        self._info = GlassesInfo(
            description=f"recording {folder.name}",
            scene=_shape(recording.scene, speed),
            eyes=_shape(recording.eyes, speed),
            audio=_audio_shape(self._sound),
            gaze_rate_hz=_rate_hz(recording.gaze.times_unix_ns, speed),
            imu_rate_hz=_rate_hz(recording.imu.times_unix_ns, speed),
            has_eye_events=len(recording.eye_events.times_unix_ns) > 0,
            calibration=recording.calibration,
            serial=recording.serial,
        )

    @property
    def info(self) -> GlassesInfo:
        """What the recording has."""
        return self._info

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        """Make the records, in order of time; see `Timeline`.

        All frames come: each is decoded for the next.
        """
        return paced(self._passes(start_unix_ns), start_unix_ns, self._speed)

    def _passes(self, start_unix_ns: int) -> Iterator[Record]:
        first_indexes = [0 for _ in self._videos]
        sound = SoundPlayer(self._sound, start_unix_ns) if self._sound is not None else None
        while True:
            yield from self._one_pass(start_unix_ns - self.first_unix_ns, first_indexes, sound)
            if not self._loop:
                return
            if sound is not None:
                sound.rewind()
            start_unix_ns += self.length_ns
            first_indexes = [
                first + len(video.times_unix_ns)
                for first, video in zip(first_indexes, self._videos, strict=True)
            ]

    def _one_pass(
        self, shift_ns: int, first_indexes: list[int], sound: SoundPlayer | None
    ) -> Iterator[Record]:
        begin_ns = self.first_unix_ns
        streams: list[Iterator[Record]] = [
            dropwhile(lambda r: r.timestamp_unix_ns < begin_ns + shift_ns, stream.data(shift_ns))
            for stream in self._data
        ]
        for video, first_index in zip(self._videos, first_indexes, strict=True):
            is_late = len(video.times_unix_ns) and video.times_unix_ns[0] < begin_ns
            streams.append(video.frames(shift_ns, first_index, begin_ns if is_late else None))
        if sound is not None:
            streams.append(sound.take_before(shift_ns + begin_ns + self.length_ns))
        return heapq.merge(*streams, key=_instant)


def _instant(record: Record) -> int:
    return record.timestamp_unix_ns


def _shape(video: PlayedVideo | None, speed: float) -> VideoShape | None:
    if video is None:
        return None
    return VideoShape(width=video.width, height=video.height, rate_hz=video.rate_hz * speed)


def _audio_shape(sound: Sound | None) -> AudioShape | None:
    if sound is None:
        return None
    return AudioShape(sample_rate_hz=sound.sample_rate_hz, channels=sound.channels)


def _rate_hz(times_unix_ns: NDArray[np.int64], speed: float) -> float | None:
    interval_ns = _typical_interval_ns(times_unix_ns)
    return _NS_PER_S / interval_ns * speed if interval_ns else None


def _typical_interval_ns(times_unix_ns: NDArray[np.int64]) -> int | None:
    # The median, which gaps do not move.
    steps = np.diff(times_unix_ns)
    steps = steps[steps > 0]
    return int(np.median(steps)) if len(steps) else None
