"""A recording, opened for reading, whichever program made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Event
from gazewire.optics import Camera
from gazewire.recording.finding import Finding, Findings
from gazewire.recording.time_series import TimeSeries
from gazewire.recording.video_series import VideoSeries

__all__ = ["Layout", "Recording", "RecordingContents", "RecordingFacts"]

Layout = Literal["neon", "invisible", "core"]
"""Who lays recordings out like this: Neon, Pupil Invisible, or Pupil Core (2.x)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFacts:
    """What a recording says of itself; None where it does not.

    Attributes:
        layout: how its folder is laid out.
        recording_id: UUID.
        name: as users call it.
        software: what made it.
        device_serial: of the glasses.
        wearer: name of who wore them.
        start_unix_ns: when it began.
        start_core_s: the same in Core time, of Core alone.
        duration_ns: how long it is; 0 where it was cut off.
        calibration: ``calibration.bin`` as it is.
    """

    layout: Layout
    recording_id: str | None = None
    name: str | None = None
    software: str | None = None
    device_serial: str | None = None
    wearer: str | None = None
    start_unix_ns: int | None = None
    start_core_s: float | None = None
    duration_ns: int | None = None
    calibration: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingContents:
    """How to read what is there, as the layout knows it.

    Attributes:
        series: reads the rows of a series; by name.
        videos: of each camera; by name.
        events: reads the events.
        cameras: reads what is known of the cameras; by name.
    """

    series: Mapping[str, Callable[[], NDArray[np.void]]]
    videos: Mapping[str, VideoSeries]
    events: Callable[[], tuple[Event, ...]]
    cameras: Callable[[], Mapping[str, Camera]]


class Recording:
    """What was recorded; made by `open_recording`. A context manager, which lets go of videos.

    Everything is read when it is asked for, and nothing needs another part, so that a damaged file
    takes no other with it. What can be read of it is given, and `findings` says what cannot.

    ========== ================================================================================
    series     columns besides ``timestamp_unix_ns``
    ========== ================================================================================
    gaze       ``x_px``, ``y_px`` (scene camera, origin top left); Neon and Invisible: ``worn``;
               Core: ``confidence`` and what else Player exports, by the names that it uses
    gaze_left  ``x_px``, ``y_px``, of one eye alone; also ``gaze_right``
    eye_state  pupil, eyeball and lids, by the names of Neon's files (mm, rad)
    pupil      Core: by the names of Player's export
    imu        ``gyro_x`` deg/s, ``accel_x`` g, ``quaternion_w`` and so on
    fixations  ``end_unix_ns`` and measures; the instant is the start; also ``saccades``, ``blinks``
    ========== ================================================================================

    Attributes:
        folder: where it lies.
        facts: what it says of itself.
    """

    def __init__(
        self,
        folder: Path,
        facts: RecordingFacts,
        contents: RecordingContents,
        findings: Findings,
    ) -> None:
        self.folder = folder
        self.facts = facts
        self._contents = contents
        self._findings = findings
        self._series: dict[str, TimeSeries] = {}
        self._events: tuple[Event, ...] | None = None
        self._cameras: Mapping[str, Camera] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def series_names(self) -> tuple[str, ...]:
        """The series whose files are there."""
        return tuple(self._contents.series)

    @property
    def videos(self) -> Mapping[str, VideoSeries]:
        """Videos by camera: ``world``, ``eyes`` (side by side), ``eye0`` (right), ``eye1``."""
        return self._contents.videos

    @property
    def cameras(self) -> Mapping[str, Camera]:
        """Intrinsics by camera, those that are known: ``world``, ``eye0`` (right), ``eye1``."""
        if self._cameras is None:
            self._cameras = self._contents.cameras()
        return self._cameras

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the files that were read so far; see `examine`."""
        return tuple(self._findings)

    @property
    def events(self) -> tuple[Event, ...]:
        """What users marked, in order of time."""
        if self._events is None:
            self._events = self._contents.events()
        return self._events

    def series(self, name: str) -> TimeSeries:
        """Read a series; it is kept.

        Raises:
            KeyError: there is none of this name.
        """
        if name not in self._series:
            self._series[name] = TimeSeries(name, self._contents.series[name]())
        return self._series[name]

    def examine(self) -> tuple[Finding, ...]:
        """Read everything but pictures, and say what is wrong."""
        for name in self.series_names:
            self.series(name)
        for video in self.videos.values():
            len(video)
        _ = self.events
        return self.findings

    def close(self) -> None:
        """Let go of the videos. Harmless when repeated."""
        for video in self.videos.values():
            video.close()
