"""What is kept of a whole recording for its eye movements: a few numbers for each sample."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.offline.eye_in_space import SeenPupil
from gazewire.model import EyeId, MappedGaze
from gazewire.motion.angle import gaze_angles_deg
from gazewire.optics import Camera, nominal_camera

__all__ = ["MIN_CONFIDENCE", "GazeLog", "GazeTrack", "PupilLog", "PupilTrack"]

MIN_CONFIDENCE = 0.6
"""What is seen worse is not looked at."""

_UNKNOWN = (math.nan, math.nan, math.nan)
_UNKNOWN_PLACE = (math.nan, math.nan)
# What Core takes for a scene camera of which nothing is known.
_SOME_CAMERA = nominal_camera(1280, 720)


@dataclass(frozen=True, slots=True, eq=False)
class PupilTrack:
    """What was seen of one eye.

    Attributes:
        times_unix_ns: (N,) rising.
        confidence: (N,) of the pupil.
        angles_deg: (N, 2) how far the eye is turned, to the right and down as its camera sees it;
            NaN where that is not known.
    """

    times_unix_ns: NDArray[np.int64]
    confidence: NDArray[np.float64]
    angles_deg: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GazeTrack:
    """Gaze of both eyes, or of the one that has more.

    Attributes:
        topic: under which it goes on the bus.
        times_unix_ns: (N,) rising.
        confidence: (N,).
        norm_pos: (N, 2) in the scene image, origin bottom left; NaN where unknown.
        points_mm: (N, 3) in the scene camera's frame; NaN where gaze is 2-D.
        angles_deg: (N, 2) to the right and down of the scene camera's axis; NaN where unknown.
    """

    topic: str
    times_unix_ns: NDArray[np.int64]
    confidence: NDArray[np.float64]
    norm_pos: NDArray[np.float64]
    points_mm: NDArray[np.float64]
    angles_deg: NDArray[np.float64]


@dataclass(slots=True)
class _Rows:
    """Rows of numbers that belong to instants."""

    width: int
    times: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[float] = field(default_factory=lambda: array("d"))

    def add(self, timestamp_unix_ns: int, *numbers: float) -> None:
        self.times.append(timestamp_unix_ns)
        self.numbers.extend(numbers)

    def rising(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """In order of time, of several rows of one instant the first."""
        times, first = np.unique(np.array(self.times, np.int64), return_index=True)
        return times, np.array(self.numbers, np.float64).reshape(-1, self.width)[first]


class PupilLog:
    """Keeps what was seen of one eye."""

    def __init__(self) -> None:
        self._rows = _Rows(4)

    def add(self, seen: SeenPupil) -> None:
        """Keep what was seen in a picture."""
        self._rows.add(seen.timestamp_unix_ns, seen.confidence, *(seen.normal or _UNKNOWN))

    def track(self) -> PupilTrack:
        """Tell all of it."""
        times, rows = self._rows.rising()
        # The eye looks towards its camera, whose axis points at the eye.
        return PupilTrack(times, rows[:, 0], gaze_angles_deg(-rows[:, 1:]))


class GazeLog:
    """Keeps gaze, of each eye and of both."""

    def __init__(self) -> None:
        self._rows: dict[tuple[EyeId, ...], _Rows] = {}
        self._topics: dict[tuple[EyeId, ...], str] = {}

    def add(self, gaze: MappedGaze, topic: str) -> None:
        """Keep gaze that goes on the bus under a topic."""
        eyes = tuple(pupil.eye_id for pupil in gaze.base)
        rows = self._rows.setdefault(eyes, _Rows(6))
        place, point = gaze.norm_pos or _UNKNOWN_PLACE, gaze.point_mm or _UNKNOWN
        rows.add(gaze.timestamp_unix_ns, gaze.confidence, *place, *point)
        self._topics[eyes] = topic

    def track(self, scene_camera: Camera | None) -> GazeTrack | None:
        """Tell the gaze in which movements are looked for; None where there is none.

        From one eye to the other gaze jumps, which it did not: only one series is taken, that with
        the most gaze that can be trusted.
        """
        if not self._rows:
            return None
        eyes = max(self._rows, key=self._worth)
        times, rows = self._rows[eyes].rising()
        confidence, places, points = rows[:, 0], rows[:, 1:3], rows[:, 3:6]
        angles = gaze_angles_deg(points)
        is_flat = ~np.isfinite(points).all(axis=1) & np.isfinite(places).all(axis=1)
        if is_flat.any():
            camera = scene_camera or _SOME_CAMERA
            across, down = places[is_flat, 0], 1 - places[is_flat, 1]
            pixels = np.column_stack([across * camera.width, down * camera.height])
            angles[is_flat] = gaze_angles_deg(camera.unproject(pixels))
        return GazeTrack(self._topics[eyes], times, confidence, places, points, angles)

    def _worth(self, eyes: tuple[EyeId, ...]) -> tuple[int, int]:
        confidence = np.array(self._rows[eyes].numbers, np.float64).reshape(-1, 6)[:, 0]
        return int(np.count_nonzero(confidence >= MIN_CONFIDENCE)), len(eyes)
