"""What a classifier of eye movements looks at: speed, straightness and scatter, at several scales.

All features are the same for a trace that is moved, turned or mirrored, so that nothing is learned
of where people looked. Speeds and distances are logarithms: a wrong scale of the tracker (an eye
camera without calibration, say) is then a constant shift.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from gazewire.motion.grid import GRID_HZ, GridTrace

__all__ = ["FEATURES", "features"]

# Half widths of the windows, in steps of the grid (2 ms).
_SPEED_HALVES = (1, 2, 4, 10, 24, 64, 160)
_SCATTER_HALVES = (2, 4, 14, 50)
_STRAIGHT_HALVES = (14, 64, 160)
_TURN_STEPS = (6, 10, 18)
_LOST_HALVES = (0, 24, 100)
_NOISE_HALF = 1000
# What is added before logarithms are taken, so that a trace without noise has features too.
_LEAST_DEG_S = 0.3
_LEAST_DEG = 0.003

FEATURES = (
    len(_SPEED_HALVES)
    + len(_SCATTER_HALVES)
    + len(_STRAIGHT_HALVES)
    + 2 * len(_TURN_STEPS)
    + len(_LOST_HALVES)
    + 1
)


def features(trace: GridTrace) -> NDArray[np.float32]:
    """The features of each point of a trace.

    Returns:
        (FEATURES, M) float32, each of the order of one.
    """
    points = len(trace.lost)
    position = trace.position_deg - trace.position_deg.mean(axis=1, keepdims=True)
    rows: list[NDArray[np.float64]] = []
    slopes = {half: _slope(position, half) for half in _SPEED_HALVES}
    rows += [
        np.log(np.hypot(*slopes[half]) + _LEAST_DEG_S / np.sqrt(half)) - 2 for half in _SPEED_HALVES
    ]
    rows += [np.log(_scatter(position, half) + _LEAST_DEG) + 3 for half in _SCATTER_HALVES]
    velocity = slopes[4]
    speed = np.hypot(*velocity)
    for half in _STRAIGHT_HALVES:
        way = np.hypot(*_mean(velocity, half))
        rows.append(2 * way / (_mean(speed, half) + _LEAST_DEG_S))
    for steps in _TURN_STEPS:
        # The same products tell of the velocity so long after, and of that so long before.
        dot = (velocity[:, :-steps] * velocity[:, steps:]).sum(axis=0)
        turn = dot / (speed[:-steps] * speed[steps:] + _LEAST_DEG_S)
        rows += [np.pad(turn, (0, steps))[:points], np.pad(turn, (steps, 0))[-points:]]
    rows += [2 * _mean(trace.lost, half) for half in _LOST_HALVES]
    rows.append(_mean(rows[len(_SPEED_HALVES)], _NOISE_HALF))
    return np.stack(rows).astype(np.float32)


def _mean(values: NDArray[np.float64], half: int) -> NDArray[np.float64]:
    """Means over windows of 2 half + 1 points; what stands at the ends goes on beyond them."""
    if half == 0:
        return values
    mean: NDArray[np.float64] = uniform_filter1d(values, 2 * half + 1, axis=-1, mode="nearest")
    return mean


def _slope(position: NDArray[np.float64], half: int) -> NDArray[np.float64]:
    """Slopes, deg/s, of the straight line fitted to each window of 2 half + 1 points."""
    # Sums of x and of n x over a window are differences of running sums, whatever its width.
    points = 2 * half + 1
    padded = np.pad(position, ((0, 0), (half, half)), mode="edge")
    index = np.arange(padded.shape[1], dtype=float)
    first = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1)
    second = np.cumsum(np.pad(padded * index, ((0, 0), (1, 0))), axis=1)
    total = first[:, points:] - first[:, :-points]
    moment = second[:, points:] - second[:, :-points]
    centre = index[half : half + total.shape[1]]
    slope: NDArray[np.float64] = (moment - centre * total) * (
        3 * GRID_HZ / (half * (half + 1) * points)
    )
    return slope


def _scatter(position: NDArray[np.float64], half: int) -> NDArray[np.float64]:
    """Root mean square distance, degrees, from the straight line fitted to each window."""
    mean = _mean(position, half)
    square = _mean((position**2).sum(axis=0), half) - (mean**2).sum(axis=0)
    explained = (_slope(position, half) ** 2).sum(axis=0) * (half * (half + 1) / 3 / GRID_HZ**2)
    scatter: NDArray[np.float64] = np.sqrt(np.maximum(square - explained, 0))
    return scatter
