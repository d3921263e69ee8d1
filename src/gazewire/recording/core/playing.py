"""A Core recording as the records of a pair of glasses, to be played or converted.

What the two families share is gaze in pixels, eyeballs and pupils in millimetres, fixations, blinks
and pictures. What Core alone knows (confidence, 2-D pupils, base data) has no place in them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from gazewire.camera import Sound
from gazewire.model import Blink, EyeEvent, EyeState, Fixation, Frame, GazeDatum
from gazewire.recording.core.archive import open_core
from gazewire.recording.eye_pairs import PairedEyes, pair_eyes
from gazewire.recording.playable import PlayedStream, Sample
from gazewire.recording.recording import Recording
from gazewire.recording.time_series import TimeSeries
from gazewire.recording.video_series import VideoSeries

__all__ = ["CoreRecording"]

_NAN_POINT = (math.nan, math.nan)
# What gaze is told in where nothing says how large the scene is: that of Core's own camera.
_SCENE_SIZE_PX = (1280, 720)
_DEFAULT_RATE_HZ = 30.0
# Pupils belong to gaze that was computed from them, at most one exposure away.
_PUPIL_APART_NS = 20_000_000


class CoreRecording:
    """A recording of Pupil Core; a `gazewire.recording.playable.Playable`.

    Args:
        folder: the recording.

    Attributes:
        calibration: None: Core keeps each camera's in a file of its own.
        serial: None: Core writes none.
    """

    calibration: bytes | None = None
    serial: str | None = None

    def __init__(self, folder: Path) -> None:
        self.recording = open_core(folder)

    @cached_property
    def gaze(self) -> PlayedStream:
        """Gaze of one eye or of both, one at an instant."""
        return _Gaze(self.recording)

    @cached_property
    def imu(self) -> PlayedStream:
        """Nothing: the headset has no inertial sensor."""
        return _Nothing()

    @cached_property
    def eye_events(self) -> PlayedStream:
        """Fixations and blinks; Core finds no saccades."""
        return _EyeEvents(self.recording)

    @cached_property
    def scene(self) -> _Scene | None:
        """What the scene camera saw."""
        world = self.recording.videos.get("world")
        return _Scene(world) if world is not None and len(world) else None

    @cached_property
    def eyes(self) -> PairedEyes | None:
        """Both eyes side by side, paired by nearest instant."""
        return pair_eyes(self.recording.videos)

    def sound(self, begin_unix_ns: int) -> Sound | None:
        """None: Core records no sound any more."""
        return None


class _Nothing:
    times_unix_ns = np.empty(0, np.int64)

    def data(self, shift_ns: int = 0) -> Iterator[Sample]:
        return iter(())


class _Scene:
    """The video of the scene camera, its instants rising."""

    def __init__(self, video: VideoSeries) -> None:
        self._video = video
        self.times_unix_ns = np.unique(video.times_unix_ns)
        self.width, self.height = video.size_px or _SCENE_SIZE_PX
        self.rate_hz = video.rate_hz or _DEFAULT_RATE_HZ

    def frames(
        self, shift_ns: int = 0, first_index: int = 0, from_unix_ns: int | None = None
    ) -> Iterator[Frame]:
        newest_ns = -1 if from_unix_ns is None else from_unix_ns - 1
        late = np.flatnonzero(self._video.times_unix_ns > newest_ns)
        for frame in self._video.frames(int(late[0]) if len(late) else len(self._video)):
            if frame.timestamp_unix_ns <= newest_ns:
                continue
            newest_ns = frame.timestamp_unix_ns
            yield structs.replace(
                frame, index=first_index + frame.index, timestamp_unix_ns=newest_ns + shift_ns
            )


class _Gaze:
    def __init__(self, recording: Recording) -> None:
        rows = _series(recording, "gaze")
        width, height = _SCENE_SIZE_PX
        self.times_unix_ns = np.empty(0, np.int64)
        self._points = np.empty((0, 2))
        self._states: list[tuple[EyeState, EyeState] | None] = []
        if rows is None:
            return
        self.times_unix_ns, first = np.unique(rows.times_unix_ns, return_index=True)
        points = np.stack([rows["x_px"], rows["y_px"]], -1).astype(np.float64)
        if np.isnan(points).all():
            norm_x, norm_y = (rows[name].astype(np.float64) for name in _NORM)
            points = np.stack([norm_x * width, (1 - norm_y) * height], -1)
        self._points = points[first]
        self._states = _eye_states(recording, rows, first)

    def data(self, shift_ns: int = 0) -> Iterator[GazeDatum]:
        columns = zip(self.times_unix_ns.tolist(), self._points.tolist(), self._states, strict=True)
        for time_ns, (x_px, y_px), states in columns:
            left, right = states or (None, None)
            yield GazeDatum(
                timestamp_unix_ns=time_ns + shift_ns,
                x_px=x_px,
                y_px=y_px,
                eye_state_left=left,
                eye_state_right=right,
            )


_NORM = ("norm_pos_x", "norm_pos_y")


def _series(recording: Recording, name: str) -> TimeSeries | None:
    return recording.series(name) if name in recording.series_names else None


def _eye_states(
    recording: Recording, gaze: TimeSeries, at: NDArray[np.intp]
) -> list[tuple[EyeState, EyeState] | None]:
    """Eyeballs and pupils of gaze that both eyes were seen for; None for other gaze."""
    balls = [_columns(gaze, f"eye_center{eye}_3d", at) for eye in (1, 0)]
    axes = [_columns(gaze, f"gaze_normal{eye}", at) for eye in (1, 0)]
    times = gaze.times_unix_ns[at]
    diameters = [_diameters(_series(recording, "pupil"), eye, times) for eye in (1, 0)]
    is_known = np.isfinite(np.concatenate([*balls, *axes], -1)).all(-1)
    return [
        (
            _state(diameters[0][row], balls[0][row], axes[0][row]),
            _state(diameters[1][row], balls[1][row], axes[1][row]),
        )
        if known
        else None
        for row, known in enumerate(is_known.tolist())
    ]


def _columns(rows: TimeSeries, name: str, at: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.stack([rows[f"{name}_{axis}"][at].astype(np.float64) for axis in "xyz"], -1)


def _diameters(
    pupils: TimeSeries | None, eye: int, times_unix_ns: NDArray[np.int64]
) -> NDArray[np.float64]:
    if pupils is None:
        return np.full(len(times_unix_ns), np.nan)
    of_eye = (pupils["eye_id"] == eye) & np.isfinite(pupils["diameter_3d"].astype(np.float64))
    measured = TimeSeries("pupil", pupils.rows[["timestamp_unix_ns", "diameter_3d"]][of_eye])
    sampled = measured.sample(times_unix_ns, tolerance_ns=_PUPIL_APART_NS)
    return sampled["diameter_3d"].astype(np.float64)


def _state(diameter_mm: float, center: NDArray[np.float64], axis: NDArray[np.float64]) -> EyeState:
    (x, y, z), (axis_x, axis_y, axis_z) = center.tolist(), axis.tolist()
    return EyeState(
        pupil_diameter_mm=float(diameter_mm),
        eyeball_center_mm=(x, y, z),
        optical_axis=(axis_x, axis_y, axis_z),
    )


class _EyeEvents:
    def __init__(self, recording: Recording) -> None:
        world = recording.videos.get("world")
        self._size_px = (world.size_px if world is not None else None) or _SCENE_SIZE_PX
        events: list[EyeEvent] = [*self._fixations(recording), *_blinks(recording)]
        self._events = sorted(events, key=lambda event: event.timestamp_unix_ns)
        self.times_unix_ns = np.array([e.timestamp_unix_ns for e in self._events], np.int64)

    def data(self, shift_ns: int = 0) -> Iterator[EyeEvent]:
        for event in self._events:
            assert not hasattr(event, "kind"), "a recording has no onsets"
            yield structs.replace(
                event,
                start_unix_ns=event.start_unix_ns + shift_ns,
                end_unix_ns=event.timestamp_unix_ns + shift_ns,
            )

    def _fixations(self, recording: Recording) -> Iterator[Fixation]:
        rows = _series(recording, "fixations")
        if rows is None:
            return
        width, height = self._size_px
        # Online, a fixation is told again while it grows; the last word counts.
        newest = {int(row["id"]): row for row in rows.rows[np.argsort(rows["end_unix_ns"])]}
        for row in newest.values():
            mean = (float(row["norm_pos_x"]) * width, (1 - float(row["norm_pos_y"])) * height)
            yield Fixation(
                start_unix_ns=int(row["timestamp_unix_ns"]),
                end_unix_ns=int(row["end_unix_ns"]),
                start_gaze_px=_NAN_POINT,
                end_gaze_px=_NAN_POINT,
                mean_gaze_px=mean,
                amplitude_px=math.nan,
                amplitude_deg=float(row["dispersion"]),
                mean_velocity_px_s=math.nan,
                max_velocity_px_s=math.nan,
            )


def _blinks(recording: Recording) -> Iterator[Blink]:
    # From the first response to closing lids to the last one to opening lids.
    rows = _series(recording, "blinks")
    if rows is None:
        return
    start_ns: int | None = None
    end_ns: int | None = None
    for row in rows.rows:
        at = int(row["timestamp_unix_ns"])
        if row["type"] == "offset":
            end_ns = at if start_ns is not None else None
            continue
        if start_ns is not None and end_ns is not None:
            yield Blink(start_unix_ns=start_ns, end_unix_ns=end_ns)
            start_ns, end_ns = None, None
        start_ns = at if start_ns is None else start_ns
    if start_ns is not None and end_ns is not None:
        yield Blink(start_unix_ns=start_ns, end_unix_ns=end_ns)
