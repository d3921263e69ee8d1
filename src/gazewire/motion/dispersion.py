"""Fixations by dispersion (I-DT): gaze that stays within an angle for long enough.

Online as Pupil Capture finds them while they last, and in whole recordings as Pupil Player does,
equal to the digit; what a fixation is worth found so is told in
``docs/explanation/online-eye-movements.md``.

Source: Salvucci & Goldberg 2000, Identifying fixations and saccades in eye-tracking protocols,
ETRA, 71-78 (I-DT), with the largest angle between two gaze data as the measure of dispersion.
"""

from __future__ import annotations

import bisect
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.model import DatumReference, DispersionFixation, MappedGaze, Point2, Vector3
from gazewire.motion.diameter import AngularDiameter
from gazewire.optics import Camera

__all__ = ["DispersionFixations", "DispersionSettings", "dispersion_fixations"]

_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DispersionSettings:
    """What a fixation is to `DispersionFixations`. The defaults are Pupil Capture's.

    Attributes:
        max_dispersion_deg: largest angle between two gaze data stays below this.
        min_duration_ms: for at least so long; also how far the window reaches back.
        min_confidence: gaze below it is passed over.

    Raises:
        ValueError: an angle or duration that is not positive, or anything that is not finite.
    """

    max_dispersion_deg: float = 3.0
    min_duration_ms: float = 300.0
    min_confidence: float = 0.6

    def __post_init__(self) -> None:
        for name in ("max_dispersion_deg", "min_duration_ms"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} is positive and finite, not {getattr(self, name)}")
        if not math.isfinite(self.min_confidence):
            raise ValueError(f"min_confidence is finite, not {self.min_confidence}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One gaze datum of the window."""

    timestamp_unix_ns: int
    norm_pos: Point2
    point_mm: Vector3 | None
    confidence: float
    reference: DatumReference


class DispersionFixations:
    """Finds fixations while they last: a detector for the service's bus.

        detector = DispersionFixations(lambda: camera)
        for gaze in mapped:
            for fixation in detector.fixations(gaze, "gaze.3d.01."):
                print(fixation.id, fixation.norm_pos)

    A window slides over gaze. As long as all of it lies within the angle a fixation is told for
    every datum, whose start slides on and whose duration stays a little above the shortest; whoever
    wants its true extent joins what has the same id. There is no delay beyond the shortest
    duration. Each datum costs one pass over the window.

    Gaze is 3-D where all of the window has points, and then angles are those between the points as
    seen from the origin; otherwise they are those between the pixels' rays.

    Gaze may come a little out of order. Gaze that is older than all of the window by more than the
    window's length means that a clock was set back, and begins anew; the incumbent would be silent
    until the clock has caught up. Data that are not finite are passed over.

    Args:
        camera: tells the scene camera, whose pixels `norm_pos` belongs to; asked when it is needed.
        settings: what a fixation is.
    """

    def __init__(
        self, camera: Callable[[], Camera], settings: DispersionSettings | None = None
    ) -> None:
        self._camera = camera
        self._settings = settings or DispersionSettings()
        self._min_duration_ns = round(self._settings.min_duration_ms * _NS_PER_MS)
        self._window: deque[_Entry] = deque()
        self._diameter = AngularDiameter()
        self._is_3d = True
        # How many of the window's data have no point.
        self._flat = 0
        self._next_id = 0
        self._is_fixating = False

    def fixations(self, gaze: MappedGaze, topic: str) -> Sequence[DispersionFixation]:
        """Take gaze that was published under a topic, and tell the fixation that goes on."""
        entry = self._entry(gaze, topic)
        if entry is not None:
            self._insert(entry)
        if not self._spans_enough():
            self._end()
            return ()
        dispersion_deg = self._diameter.angle_deg
        if not dispersion_deg < self._settings.max_dispersion_deg:
            self._end()
            return ()
        self._is_fixating = True
        return [self._fixation(dispersion_deg)]

    def _entry(self, gaze: MappedGaze, topic: str) -> _Entry | None:
        """What is to be kept of gaze; None where it is worth nothing."""
        if not gaze.confidence >= self._settings.min_confidence:
            return None
        point = gaze.point_mm
        if point is not None and not (all(map(math.isfinite, point)) and any(point)):
            point = None
        norm_pos = gaze.norm_pos
        if norm_pos is None and point is not None:
            norm_pos = _norm_pos(point, self._camera())
        if norm_pos is None or not all(map(math.isfinite, norm_pos)):
            return None
        reference = DatumReference(topic=topic, timestamp_unix_ns=gaze.timestamp_unix_ns)
        return _Entry(gaze.timestamp_unix_ns, norm_pos, point, gaze.confidence, reference)

    def _insert(self, entry: _Entry) -> None:
        window = self._window
        if window and entry.timestamp_unix_ns < window[0].timestamp_unix_ns - self._min_duration_ns:
            window.clear()
            self._diameter.clear()
            self._flat = 0
        index = bisect.bisect_right(
            window, entry.timestamp_unix_ns, key=attrgetter("timestamp_unix_ns")
        )
        window.insert(index, entry)
        self._flat += entry.point_mm is None
        since_ns = window[-1].timestamp_unix_ns - self._min_duration_ns
        dropped = 0
        # One datum older than the window stays, so that what is left spans it.
        while len(window) > 1 and window[1].timestamp_unix_ns < since_ns:
            self._flat -= window.popleft().point_mm is None
            dropped += 1
        self._measure(entry, index, dropped)

    def _measure(self, entry: _Entry, index: int, dropped: int) -> None:
        """Let the angles follow what has happened to the window."""
        is_3d = self._flat == 0
        if is_3d == self._is_3d:
            self._diameter.insert(index, self._directions([entry])[0])
            for _ in range(dropped):
                self._diameter.drop_first()
            return
        self._is_3d = is_3d
        self._diameter.clear()
        for number, direction in enumerate(self._directions(self._window)):
            self._diameter.insert(number, direction)

    def _directions(self, entries: Sequence[_Entry]) -> NDArray[np.float64]:
        """(N, 3) as all of the window is looked at now."""
        if self._is_3d:
            return np.array([entry.point_mm for entry in entries], np.float64)
        camera = self._camera()
        norm_pos = np.array([entry.norm_pos for entry in entries])
        x_px, y_px = norm_pos[:, 0] * camera.width, (1.0 - norm_pos[:, 1]) * camera.height
        return camera.unproject(np.column_stack([x_px, y_px]))

    def _spans_enough(self) -> bool:
        window = self._window
        if len(window) <= 2:
            return False
        span_ns = window[-1].timestamp_unix_ns - window[0].timestamp_unix_ns
        return span_ns >= self._min_duration_ns

    def _end(self) -> None:
        self._next_id += self._is_fixating
        self._is_fixating = False

    def _fixation(self, dispersion_deg: float) -> DispersionFixation:
        window = self._window
        norm_pos = _mean([entry.norm_pos for entry in window])
        points = [entry.point_mm for entry in window if entry.point_mm is not None]
        start_ns = window[0].timestamp_unix_ns
        return DispersionFixation(
            id=self._next_id,
            start_unix_ns=start_ns,
            duration_ns=window[-1].timestamp_unix_ns - start_ns,
            norm_pos=(norm_pos[0], norm_pos[1]),
            dispersion_deg=dispersion_deg,
            confidence=sum(entry.confidence for entry in window) / len(window),
            base=tuple(entry.reference for entry in window),
            point_mm=_vector(_mean(points)) if self._is_3d else None,
        )


def dispersion_fixations(
    t_s: ArrayLike,
    directions: ArrayLike,
    *,
    max_dispersion_deg: float = 1.5,
    min_duration_ms: float = 80.0,
    max_duration_ms: float = 220.0,
) -> list[slice]:
    """Find the fixations of a recording as Pupil Player does; they do not overlap.

    A fixation grows from the shortest to the longest duration; where gaze leaves the angle before,
    it is the longest beginning that does not, and what is left over may begin the next one.

    Args:
        t_s: (N,) seconds in order, of gaze that is worth looking at (Player takes confidence above
            0.6).
        directions: (N, 3) of any length but none.
        max_dispersion_deg: largest angle between two directions of a fixation.
        min_duration_ms: a fixation spans at least so much.
        max_duration_ms: and at most so much: longer ones come as several.

    Returns:
        The samples of each fixation, in order.

    Raises:
        ValueError: shapes that do not fit, times out of order, or directions that are none.
    """
    times, rows = np.asarray(t_s, np.float64), np.asarray(directions, np.float64)
    if times.ndim != 1 or rows.shape != (len(times), 3):
        raise ValueError(f"times are (N,) and directions (N, 3), not {times.shape}, {rows.shape}")
    if not np.isfinite(times).all() or (np.diff(times) < 0).any():
        raise ValueError("times are finite and in order")
    found: list[slice] = []
    window = AngularDiameter()
    start = end = 0
    while True:
        # Grow until it spans the shortest duration.
        while end < len(times) and not _spans(times, start, end, min_duration_ms):
            window.insert(len(window), rows[end])
            end += 1
        if not _spans(times, start, end, min_duration_ms):
            return found
        if window.angle_deg > max_dispersion_deg:
            window.drop_first()
            start += 1
            continue
        # From here on the angle only grows, so that the longest beginning that fits is the last
        # one that did: the incumbent searches for it in halves, with the same result.
        while end < len(times) and (times[end] - times[start]) * 1e3 <= max_duration_ms:
            window.insert(len(window), rows[end])
            if window.angle_deg > max_dispersion_deg:
                break
            end += 1
        found.append(slice(start, end))
        window.clear()
        start = end


def _spans(times: NDArray[np.float64], start: int, end: int, duration_ms: float) -> bool:
    return end > start and bool((times[end - 1] - times[start]) * 1e3 >= duration_ms)


def _norm_pos(point_mm: Vector3, camera: Camera) -> Point2 | None:
    x_px, y_px = camera.project([point_mm])[0].tolist()
    return x_px / camera.width, 1.0 - y_px / camera.height


def _mean(rows: Sequence[Sequence[float]]) -> list[float]:
    """Of each column; for some dozens of rows quicker than by way of an array."""
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]


def _vector(values: Sequence[float]) -> Vector3:
    x, y, z = values
    return x, y, z
