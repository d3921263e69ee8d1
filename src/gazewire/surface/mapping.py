"""Gaze on a surface between the images in which the surface was found.

Eyes are seen more often than the scene, and a head turns through degrees from one scene image to
the next. So each gaze sample is mapped by where the surface was at the sample's own instant::

    trail = SurfaceTrail()
    trail.add(frame_unix_ns, surface.locate(markers, camera))
    places = trail.places(gaze_unix_ns, gaze_px)

A sample can be mapped when the first image after it has been searched: the delay is at most the
time between two scene images, and that of the search.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.optics import Camera
from gazewire.surface.surface import SurfaceLocation

__all__ = ["SurfaceTrail"]

_Floats = NDArray[np.float64]

_LONGEST_GAP_NS = 250_000_000
_LONGEST_HOLD_NS = 50_000_000
_LOCATIONS_KEPT = 120  # four seconds, longer than anything waits


class SurfaceTrail:
    """Where a surface was, for the last while.

    Between two images the surface moves evenly, and its axes too, which for turns of some degrees
    is as good as a rotation. Where it was not found for a short while the images around count.

    Args:
        longest_gap_ns: over which it is taken to have moved evenly; a head can do much in a quarter
            of a second.
        longest_hold_ns: for so long before the first and after the last image of a run it is taken
            to have been where it was seen.
        locations_kept: so many of the latest ones; None: all, for recordings.
    """

    def __init__(
        self,
        *,
        longest_gap_ns: int = _LONGEST_GAP_NS,
        longest_hold_ns: int = _LONGEST_HOLD_NS,
        locations_kept: int | None = _LOCATIONS_KEPT,
    ) -> None:
        if longest_gap_ns < 0 or longest_hold_ns < 0:
            raise ValueError("times are not negative")
        if locations_kept is not None and locations_kept < 1:
            raise ValueError(f"a trail keeps at least one location, and not {locations_kept}")
        self._longest_gap_ns = longest_gap_ns
        self._longest_hold_ns = longest_hold_ns
        self._times: deque[int] = deque(maxlen=locations_kept)
        self._poses: deque[_Floats] = deque(maxlen=locations_kept)
        self._camera: Camera | None = None

    def add(self, timestamp_unix_ns: int, location: SurfaceLocation) -> None:
        """Take where it is in an image.

        Args:
            timestamp_unix_ns: instant of exposure; one that is not later than the last is passed
                over.
            location: of the surface there. Images of another camera begin a new trail.
        """
        if location.camera != self._camera:
            self._camera = location.camera
            self._times.clear()
            self._poses.clear()
        if self._times and timestamp_unix_ns <= self._times[-1]:
            return
        self._times.append(timestamp_unix_ns)
        self._poses.append(_pose(location))

    def places(self, timestamps_unix_ns: ArrayLike, points_px: ArrayLike) -> _Floats:
        """Where gaze fell on the surface.

        Args:
            timestamps_unix_ns: (N,) int64, in any order.
            points_px: (N, 2) in the scene image as it is.

        Returns:
            (N, 2), outside of 0 to 1 beside the surface; NaN where it is not known, or beyond its
            horizon.

        Raises:
            ValueError: there is not one point for each time.
        """
        times = np.asarray(timestamps_unix_ns, np.int64)
        points = np.asarray(points_px, float)
        if times.ndim != 1 or points.shape != (len(times), 2):
            raise ValueError(
                f"times are (N,) and points (N, 2), not {times.shape} and {points.shape}"
            )
        if self._camera is None or not len(times):
            return np.full(points.shape, np.nan)
        poses, is_known = self._poses_at(times)
        rays = self._camera.undistort(points)
        tangents = (rays - self._camera.middle_px) / self._camera.focal_px
        columns = np.column_stack([tangents, np.ones(len(tangents))])[:, :, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            places = np.linalg.solve(poses, columns)[:, :, 0]
            mapped = places[:, :2] / places[:, 2:]
        mapped[~is_known | (places[:, 2] <= 0)] = np.nan
        return mapped

    def _poses_at(self, times: NDArray[np.int64]) -> tuple[_Floats, NDArray[np.bool_]]:
        known, poses = np.array(self._times), np.stack(self._poses)
        after = np.searchsorted(known, times)
        last = len(known) - 1
        before, after = np.clip(after - 1, 0, last), np.clip(after, 0, last)
        since, until = times - known[before], known[after] - times
        gap = known[after] - known[before]
        is_between = (since >= 0) & (until >= 0) & (gap <= self._longest_gap_ns)
        # Outside of a run the nearer end of it holds.
        part = (np.abs(until) < np.abs(since)).astype(float)
        np.divide(since, gap, out=part, where=is_between & (gap > 0))
        distance = np.minimum(np.abs(since), np.abs(until))
        is_known = is_between | (distance <= self._longest_hold_ns)
        mixed = (1 - part)[:, None, None] * poses[before] + part[:, None, None] * poses[after]
        return mixed, is_known


def _pose(location: SurfaceLocation) -> _Floats:
    """(3, 3): the surface's axes and origin in the camera frame, in units of its own size.

    A homography of a calibrated camera is its matrix times these three columns, up to a factor
    (Zhang 2000, §2.2). Axes keep their length while a head moves, which sets the factor.
    """
    columns = np.linalg.solve(location.camera.matrix, location.image_from_surface)
    pose: _Floats = columns / np.linalg.norm(columns[:, :2])
    return pose
