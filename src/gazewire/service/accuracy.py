"""How well gaze meets what the wearer was asked to look at.

Accuracy is the angle whose cosine is the mean of those between gaze and reference: not the mean of
the angles. Precision is the root mean square of the angles between one gaze and the next while the
target stood still.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GazeAccuracy", "evaluate_gaze", "nearest_in_time"]

OUTLIER_DEG = 5.0
"""Gaze further from its reference looked elsewhere."""

# Steps of gaze or target that are larger are no part of looking at one place.
_LARGEST_STEP_DEG = 0.5
# Gaze and reference that belong together are nearer than this.
_LARGEST_SPREAD_NS = 1_000_000_000 // 15


@dataclass(frozen=True, slots=True, kw_only=True)
class GazeAccuracy:
    """What came of a comparison.

    Attributes:
        accuracy_deg: None where no gaze came near its reference.
        precision_deg: None where no gaze followed another.
        used: how many gaze data were near their reference.
        total: how many had one.
    """

    accuracy_deg: float | None
    precision_deg: float | None
    used: int
    total: int


def evaluate_gaze(
    gaze: NDArray[np.float64], references: NDArray[np.float64], outlier_deg: float = OUTLIER_DEG
) -> GazeAccuracy:
    """Compare gaze with its references.

    Args:
        gaze: (N, 3) directions of any length, in order of time.
        references: (N, 3) the directions in which the wearer should have looked, the same frame.
        outlier_deg: gaze that is further away is left out.
    """
    gaze, references = _unit(gaze), _unit(references)
    cosines = np.sum(gaze * references, axis=1)
    used = cosines > np.cos(np.radians(outlier_deg))
    steps = np.sum(gaze[1:] * gaze[:-1], axis=1)
    target_steps = np.sum(references[1:] * references[:-1], axis=1)
    least = np.cos(np.radians(_LARGEST_STEP_DEG))
    kept = steps[(steps > least) & (target_steps > least)]
    return GazeAccuracy(
        accuracy_deg=_degrees(cosines[used].mean()) if used.any() else None,
        precision_deg=_root_mean_square_deg(kept) if len(kept) else None,
        used=int(used.sum()),
        total=len(gaze),
    )


def nearest_in_time(sorted_ns: Sequence[int], wanted_ns: int) -> int | None:
    """Index of the instant that is nearest; None where there is none within 1/15 s.

    Args:
        sorted_ns: instants, rising.
        wanted_ns: instant that is asked for.
    """
    after = bisect_left(sorted_ns, wanted_ns)
    around = range(max(0, after - 1), min(len(sorted_ns), after + 1))
    # Of two that are equally near, the later.
    nearest = min(reversed(around), key=lambda one: abs(sorted_ns[one] - wanted_ns), default=None)
    if nearest is None or abs(sorted_ns[nearest] - wanted_ns) >= _LARGEST_SPREAD_NS:
        return None
    return nearest


def _unit(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    unit: NDArray[np.float64] = directions / lengths
    return unit


def _degrees(cosine: float) -> float:
    return float(np.degrees(np.arccos(min(1.0, cosine))))


def _root_mean_square_deg(cosines: NDArray[np.float64]) -> float:
    angles = np.arccos(np.minimum(1.0, cosines))
    return float(np.degrees(np.sqrt(np.mean(angles**2))))
