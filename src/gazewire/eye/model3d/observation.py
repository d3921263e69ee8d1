"""What a 2-D detector tells of one pupil, and the mean of what it tells while an eye rests."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Point2
from gazewire.optics import Camera, axes_of_shape, dual_conic, shape_of_axes

__all__ = ["LASTING_VARIANCE", "Glimpse", "GlimpseMaker", "IdealCamera", "Observation", "duals_of"]

# Standard deviation of a half axis: a share of it, and what a hundredth of the outline's pixels
# out of place makes.
_AXIS_SHARE, _AXIS_PX = 0.007, 0.1
LASTING_VARIANCE = 0.006**2
"""Of a half axis over its square: what averaging does not reduce, as lashes and shadows do not."""

# What is in doubt is off for as long as the eye stays where it is, as a lid's edge is: a deviation
# for each part of the confidence that is missing.
_DOUBTED = 0.3

_LEAST_PX = 1e-3
_LONGEST_NS = 100_000_000
_MOST_MOVED_PX = 2.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One ellipse in an ideal camera of focal length 1.

    Attributes:
        timestamp_unix_ns: instant of exposure.
        center: tangents across and down.
        shape: xx, xy and yy of `gazewire.optics.shape_of_axes`, tangents squared.
        variance: of a half axis, over its square.
        confidence: 0 to 1.
    """

    timestamp_unix_ns: int
    center: Point2
    shape: tuple[float, float, float]
    variance: float
    confidence: float

    @property
    def ellipse(self) -> tuple[float, ...]:
        """Centre and shape, five numbers."""
        return *self.center, *self.shape


class IdealCamera:
    """Takes ellipses from the pixels of a camera to an ideal one of focal length 1, and back.

    Args:
        camera: with or without distortion.
    """

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._is_distorting = any(camera.distortion) or camera.lens == "fisheye"
        self._focal_px = math.sqrt(camera.focal_px[0] * camera.focal_px[1])

    @property
    def focal_px(self) -> float:
        """Mean focal length."""
        return self._focal_px

    def observe(
        self,
        timestamp_unix_ns: int,
        center_px: Point2,
        axes_px: Point2,
        angle_deg: float,
        confidence: float,
    ) -> Observation | None:
        """See an ellipse; None where it is none, or a number is not finite."""
        numbers = (*center_px, *axes_px, angle_deg, confidence)
        smallest, largest = min(axes_px), max(axes_px)
        size_px = math.hypot(self._camera.width, self._camera.height)
        if not all(map(math.isfinite, numbers)) or smallest <= 0 or confidence <= 0:
            return None
        # A line or a speck is no pupil, nor is what is larger, or further out, than the image.
        if not _LEAST_PX < largest <= size_px or smallest < 1e-3 * largest:
            return None
        if max(map(abs, center_px)) > 2 * size_px:
            return None
        x, y, xx, xy, yy = self._straight(center_px, shape_of_axes(axes_px, angle_deg))
        variance = _AXIS_SHARE**2 + (_AXIS_PX / (largest / 2)) ** 2
        if not all(map(math.isfinite, (x, y, xx, xy, yy))):
            return None
        return Observation(timestamp_unix_ns, (x, y), (xx, xy, yy), variance, min(confidence, 1.0))

    def ellipse_px(
        self, center: NDArray[np.float64], shape: NDArray[np.float64]
    ) -> tuple[Point2, Point2, float]:
        """The way back: centre, full axes with the smaller one first, and its angle in degrees."""
        camera = self._camera
        (fx, fy), (cx, cy) = camera.focal_px, camera.middle_px
        if self._is_distorting:
            ends = _ends(center, shape) * camera.focal_px + camera.middle_px
            middle_px, shape_px = _of_ends(camera.distort(ends))
            (x, y), ((xx, xy), (_, yy)) = middle_px.tolist(), shape_px.tolist()
        else:
            (x, y), ((xx, xy), (_, yy)) = center.tolist(), shape.tolist()
            x, y = cx + fx * x, cy + fy * y
            xx, xy, yy = fx * fx * xx, fx * fy * xy, fy * fy * yy
        axes_px, angle_deg = axes_of_shape(xx, xy, yy)
        return (x, y), axes_px, angle_deg

    def _straight(
        self, center_px: Point2, shape_px: tuple[float, float, float]
    ) -> tuple[float, ...]:
        """Centre and shape without the lens, in tangents."""
        camera = self._camera
        (fx, fy), (cx, cy) = camera.focal_px, camera.middle_px
        (x, y), (xx, xy, yy) = center_px, shape_px
        if self._is_distorting:
            ends = camera.undistort(_ends(np.array(center_px), np.array([[xx, xy], [xy, yy]])))
            center, shape = _of_ends(ends)
            (x, y), ((xx, xy), (_, yy)) = center.tolist(), shape.tolist()
        return (x - cx) / fx, (y - cy) / fy, xx / (fx * fx), xy / (fx * fy), yy / (fy * fy)


def _ends(center: NDArray[np.float64], shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 2) ends of two conjugate diameters."""
    # A Cholesky factor takes the unit circle to the ellipse, so its columns are conjugate.
    (xx, xy), (_, yy) = shape.tolist()
    first = math.sqrt(max(xx, 0.0))
    lean = xy / first if first else 0.0
    second = math.sqrt(max(yy - lean * lean, 0.0))
    ends: NDArray[np.float64] = center + np.array(
        [[first, lean], [-first, -lean], [0.0, second], [0.0, -second]]
    )
    return ends


def _of_ends(ends: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Undo `_ends`, also where a lens has moved them apart."""
    halves = (ends[::2] - ends[1::2]) / 2
    shape: NDArray[np.float64] = halves.T @ halves
    center: NDArray[np.float64] = ends.mean(axis=0)
    return center, shape


def duals_of(ellipses: Iterable[tuple[float, ...]]) -> NDArray[np.float64]:
    """(N, 3, 3) dual conics of ellipses, five numbers each: x, y of the centre, xx, xy, yy."""
    rows = np.array(list(ellipses), float).reshape(-1, 5)
    return dual_conic(rows[:, :2], rows[:, [2, 3, 3, 4]].reshape(-1, 2, 2))


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The mean of what was observed while the pupil stayed in one place, 0.1 s at most.

    Attributes:
        timestamp_unix_ns: of the last observation.
        ellipse: tangents of its centre across and down, and xx, xy and yy of its shape.
        variance: of a half axis, over its square; `lasting_variance` included.
        confidence: mean.
        count: observations.
    """

    timestamp_unix_ns: int
    ellipse: tuple[float, ...]
    variance: float
    confidence: float
    count: int

    @property
    def lasting_variance(self) -> float:
        """What of its variance is the same in glimpses of the same place."""
        return _lasting(self.confidence)


def _lasting(confidence: float) -> float:
    return LASTING_VARIANCE + (_DOUBTED * (1 - confidence)) ** 2


class GlimpseMaker:
    """Puts observations together that belong to one place and time.

    Args:
        focal_px: of the camera.
    """

    def __init__(self, focal_px: float) -> None:
        self._most_moved = _MOST_MOVED_PX / focal_px
        self._members: list[Observation] = []

    def add(self, observation: Observation) -> Glimpse | None:
        """Add an observation; a glimpse that it does not belong to any more is given out."""
        done = None
        if self._members and not self._belongs(observation):
            done = self._made()
            self._members = []
        self._members.append(observation)
        return done

    def clear(self) -> None:
        """Forget what is not given out yet."""
        self._members = []

    def _belongs(self, observation: Observation) -> bool:
        first = self._members[0]
        moved = math.dist(observation.center, first.center)
        passed_ns = observation.timestamp_unix_ns - first.timestamp_unix_ns
        return moved <= self._most_moved and 0 <= passed_ns < _LONGEST_NS

    def _made(self) -> Glimpse:
        members = self._members
        count = len(members)
        x, y, xx, xy, yy, variance, confidence = (
            sum(column) / count
            for column in zip(
                *((*one.center, *one.shape, one.variance, one.confidence) for one in members),
                strict=True,
            )
        )
        return Glimpse(
            members[-1].timestamp_unix_ns,
            (x, y, xx, xy, yy),
            variance / count + _lasting(confidence),
            confidence,
            count,
        )
