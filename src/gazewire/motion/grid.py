"""Traces at whatever rate, brought to one: an even grid of 500 Hz, straight lines over gaps.

Trackers run at 30 to 2000 Hz. What looks at time in windows wants one rate, and no holes. Each
point of the grid is the mean of the trace over one step of the grid, so that a fast tracker's noise
goes down rather than folds, and a slow tracker's samples are joined by straight lines. How much of
that step the eye was lost is kept beside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GRID_HZ", "GridTrace", "resample"]

GRID_HZ = 500.0
# Frames that a tracker has skipped are a gap once there are as many as this.
_SKIPPED_STEPS = 2.5


@dataclass(frozen=True, slots=True)
class GridTrace:
    """A trace on the even grid.

    Attributes:
        start_s: the instant of the first point.
        position_deg: (2, M) float64, finite.
        lost: (M,) float64, the share of each step in which the eye was lost, 0 to 1.
    """

    start_s: float
    position_deg: NDArray[np.float64]
    lost: NDArray[np.float64]


def resample(
    t_s: NDArray[np.float64], position_deg: NDArray[np.float64], seen: NDArray[np.bool_]
) -> GridTrace:
    """Bring a trace to the even grid.

    Args:
        t_s: (N,) instants, increasing, N >= 1.
        position_deg: (2, N) positions, which may be anything where not seen.
        seen: (N,) whether the tracker had the eye.

    Returns:
        The trace from the first instant to the last. Where the eye was never seen it stands at 0.
    """
    start_s = float(t_s[0])
    step_s = 1 / GRID_HZ
    points = int(np.ceil((t_s[-1] - start_s) * GRID_HZ - 1e-9)) + 1
    since_s = t_s - start_s
    edges_s = (np.arange(points + 1, dtype=np.float64) - 0.5) * step_s
    lost = _means(since_s, (~seen).astype(float), edges_s)
    usual_s = float(np.median(np.diff(since_s))) if len(t_s) > 1 else step_s
    holes = np.flatnonzero(np.diff(since_s) > max(_SKIPPED_STEPS * usual_s, step_s))
    for hole in holes:
        first, last = np.searchsorted(edges_s, since_s[[hole, hole + 1]]) - 1
        lost[first + 1 : last] = 1
    position = np.zeros((2, points))
    if seen.any():
        for axis in range(2):
            position[axis] = _means(since_s[seen], position_deg[axis, seen], edges_s)
    return GridTrace(start_s, position, lost)


def _means(
    t_s: NDArray[np.float64], values: NDArray[np.float64], edges_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Means between successive edges of what runs straight from sample to sample."""
    level = values[0]
    values = values - level
    slopes = np.diff(values, append=values[-1:]) / np.diff(t_s, append=t_s[-1] + 1)
    areas = np.concatenate(([0.0], np.cumsum(np.diff(t_s) * (values[1:] + values[:-1]) / 2)))
    # Before the first sample and after the last the trace stands still.
    inside_s = np.clip(edges_s, t_s[0], t_s[-1])
    at = np.clip(np.searchsorted(t_s, inside_s, side="right") - 1, 0, len(t_s) - 1)
    past_s = inside_s - t_s[at]
    area = areas[at] + past_s * (values[at] + slopes[at] * past_s / 2)
    area += np.minimum(edges_s - t_s[0], 0) * values[0]
    area += np.maximum(edges_s - t_s[-1], 0) * values[-1]
    means: NDArray[np.float64] = np.diff(area) / np.diff(edges_s) + level
    return means
