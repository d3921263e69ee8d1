"""A recording as a source: everything that it holds, at the pace at which it happened."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazewire.camera import AudioShape, GlassesInfo, Record, SoundPlayer, VideoShape, Wants
from gazewire.errors import UndecodableSourceError
from gazewire.recording.neon import layout
from gazewire.recording.neon.reader import NeonRecording
from gazewire.recording.neon.recorded_sound import RecordedSound
from gazewire.recording.neon.recorded_video import RecordedVideo

__all__ = ["RecordingTimeline"]

_NS_PER_S = 1_000_000_000
# Of a recording with a single sample.
_DEFAULT_INTERVAL_NS = 5_000_000


class RecordingTimeline:
    """Plays a recording, all streams moved by one constant.

    The earliest sample of any stream comes at `start_unix_ns`. Distances between samples, and so
    gaps, are as they were. Where it loops, time does not jump: the next pass begins one typical
    interval of gaze after the last sample.

    Eye events come when they became known, at their end. Sound is without a gap, silent where none
    was recorded. What users marked is not played.
    """

    def __init__(self, folder: Path, *, loop: bool = True) -> None:
        """Open a recording of Neon or Pupil Invisible.

        Args:
            folder: the recording.
            loop: begin again at the end, for ever.

        Raises:
            SourceError: it is no recording, a stream of it is broken, or it holds no sample.
        """
        self._recording = NeonRecording(folder)
        self._loop = loop
        gaze, imu, eye_events = (
            self._recording.gaze,
            self._recording.imu,
            self._recording.eye_events,
        )
        self._videos = [v for v in (self._recording.scene, self._recording.eyes) if v is not None]
        streams = [
            times
            for times in (
                gaze.times_unix_ns,
                imu.times_unix_ns,
                eye_events.times_unix_ns,
                *(video.times_unix_ns for video in self._videos),
            )
            if len(times)
        ]
        if not streams:
            raise UndecodableSourceError(
                str(folder), f"{folder} holds no sample of any sensor; use another recording"
            )
        self._first_ns = min(int(times.min()) for times in streams)
        interval_ns = _typical_interval_ns(streams[0]) or _DEFAULT_INTERVAL_NS
        self._length_ns = max(int(times.max()) for times in streams) + interval_ns - self._first_ns
        self._sound = RecordedSound.look_into(
            folder,
            layout.INVISIBLE_SCENE_VIDEO if self._recording.is_invisible else layout.SCENE_VIDEO,
            self._first_ns,
        )
        self._info = GlassesInfo(
            description=f"recording {folder.name}",
            scene=_shape(self._recording.scene),
            eyes=_shape(self._recording.eyes),
            audio=_audio_shape(self._sound),
            gaze_rate_hz=_rate_hz(gaze.times_unix_ns),
            imu_rate_hz=_rate_hz(imu.times_unix_ns),
            has_eye_events=len(eye_events.times_unix_ns) > 0,
            calibration=self._recording.calibration,
            serial=self._recording.serial,
        )

    @property
    def info(self) -> GlassesInfo:
        """What the recording has."""
        return self._info

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        """Make the records, in order of time; see `Timeline`.

        All frames come: each is decoded for the next.
        """
        first_indexes = [0 for _ in self._videos]
        sound = SoundPlayer(self._sound, start_unix_ns) if self._sound is not None else None
        while True:
            yield from self._one_pass(start_unix_ns - self._first_ns, first_indexes, sound)
            if not self._loop:
                return
            if sound is not None:
                sound.rewind()
            start_unix_ns += self._length_ns
            first_indexes = [
                first + len(video.times_unix_ns)
                for first, video in zip(first_indexes, self._videos, strict=True)
            ]

    def _one_pass(
        self, shift_ns: int, first_indexes: list[int], sound: SoundPlayer | None
    ) -> Iterator[Record]:
        streams: list[Iterator[Record]] = [
            self._recording.gaze.data(shift_ns),
            self._recording.imu.data(shift_ns),
            self._recording.eye_events.data(shift_ns),
        ]
        for video, first_index in zip(self._videos, first_indexes, strict=True):
            streams.append(video.frames(shift_ns, first_index))
        if sound is not None:
            streams.append(sound.take_before(shift_ns + self._first_ns + self._length_ns))
        return heapq.merge(*streams, key=_instant)


def _instant(record: Record) -> int:
    return record.timestamp_unix_ns


def _shape(video: RecordedVideo | None) -> VideoShape | None:
    if video is None:
        return None
    return VideoShape(width=video.width, height=video.height, rate_hz=video.rate_hz)


def _audio_shape(sound: RecordedSound | None) -> AudioShape | None:
    if sound is None:
        return None
    return AudioShape(sample_rate_hz=sound.sample_rate_hz, channels=sound.channels)


def _rate_hz(times_unix_ns: NDArray[np.int64]) -> float | None:
    interval_ns = _typical_interval_ns(times_unix_ns)
    return _NS_PER_S / interval_ns if interval_ns else None


def _typical_interval_ns(times_unix_ns: NDArray[np.int64]) -> int | None:
    # The median, which gaps do not move.
    steps = np.diff(times_unix_ns)
    steps = steps[steps > 0]
    return int(np.median(steps)) if len(steps) else None
