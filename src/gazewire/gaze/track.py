"""One eye's pupil as a function of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FURTHEST_NORM", "PupilTrack"]

# Further from the nearest pupil nobody knows where it was: a saccade takes 30 ms.
_LONGEST_GAP_S = 0.025
# Two pupils this far apart may be interpolated: a blink takes 100 ms.
_LONGEST_BRIDGE_S = 0.060
FURTHEST_NORM = 3.0
"""A pupil of which the eye image shows the edge has its centre nearer, in parts of the image."""


@dataclass(frozen=True)
class PupilTrack:
    """Where one eye's pupil was, while it was seen well.

    Attributes:
        times_s: (N,) rising.
        points_norm: (N, 2) at those times.
    """

    times_s: NDArray[np.float64]
    points_norm: NDArray[np.float64]

    @classmethod
    def of(cls, times_s: NDArray[np.float64], points_norm: NDArray[np.float64]) -> PupilTrack:
        """Make a track of samples in any order; such as are repeated or far outside are left out.

        A sample that jumps away from both its neighbours is replaced by their median: no eye does.

        Args:
            times_s: (N,).
            points_norm: (N, 2).
        """
        in_reach = np.isfinite(times_s) & (np.abs(points_norm) < FURTHEST_NORM).all(axis=1)
        times, first = np.unique(times_s[in_reach], return_index=True)
        points = points_norm[in_reach][first]
        if len(points) > 2:
            windows = np.stack([points[:-2], points[1:-1], points[2:]])
            points = np.concatenate([points[:1], np.median(windows, axis=0), points[-1:]])
        return cls(times, points)

    def at(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places at any instants.

        Args:
            times_s: (N,).

        Returns:
            (N, 2), between neighbours by linear interpolation; NaN where no sample is near.
        """
        if not len(self.times_s):
            return np.full((len(times_s), 2), np.nan)
        last = len(self.times_s) - 1
        after = np.clip(np.searchsorted(self.times_s, times_s), 0, last)
        before = np.clip(after - 1, 0, last)
        to_before, to_after = times_s - self.times_s[before], self.times_s[after] - times_s
        # Where only one neighbour is near enough, it stands for both.
        use_before = (to_before >= 0) & (to_before <= _LONGEST_BRIDGE_S)
        use_after = (to_after >= 0) & (to_after <= _LONGEST_BRIDGE_S)
        bridge = use_before & use_after & (to_before + to_after <= _LONGEST_BRIDGE_S)
        nearest = np.where(np.abs(to_before) < np.abs(to_after), before, after)
        found = self.points_norm[nearest].copy()
        far = np.abs(self.times_s[nearest] - times_s) > _LONGEST_GAP_S
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(bridge, to_before / (to_before + to_after), 0.0)
        part = np.nan_to_num(part)
        between = self.points_norm[before] * (1 - part[:, None])
        between += self.points_norm[after] * part[:, None]
        found[bridge] = between[bridge]
        found[~bridge & (far | ~np.isfinite(times_s))] = np.nan
        return found
