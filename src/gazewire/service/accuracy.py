"""How well gaze meets what the wearer was asked to look at.

Accuracy is the angle whose cosine is the mean of those between gaze and reference: not the mean of
the angles. Precision is the root mean square of the angles between one gaze and the next while the
target stood still.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Point2

__all__ = ["GazeAccuracy", "TargetAccuracy", "evaluate_gaze", "nearest_in_time"]

OUTLIER_DEG = 5.0
"""Gaze further from its reference looked elsewhere."""

# Steps of gaze or target that are larger are no part of looking at one place.
_LARGEST_STEP_DEG = 0.5
# Gaze and reference that belong together are nearer than this.
_LARGEST_SPREAD_NS = 1_000_000_000 // 15


# So many gaze data of a target are told one by one.
_RESIDUALS_TOLD = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAccuracy:
    """What came of the comparison at one target.

    Attributes:
        target: its number.
        accuracy_deg: None where no gaze came near it.
        precision_deg: None where no gaze followed another.
        used: how many gaze data were near it.
        total: how many there were.
        offset_deg: where gaze was seen from the target in the middle of all data, outliers too: to
            the right and up.
        residuals_deg: the same of single gaze data, evenly chosen where there are many.
    """

    target: int
    accuracy_deg: float | None
    precision_deg: float | None
    used: int
    total: int
    offset_deg: Point2
    residuals_deg: tuple[Point2, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GazeAccuracy:
    """What came of a comparison.

    Attributes:
        accuracy_deg: None where no gaze came near its reference.
        precision_deg: None where no gaze followed another.
        used: how many gaze data were near their reference.
        total: how many had one.
        targets: the same for each target, where it is known which reference belongs to which.
    """

    accuracy_deg: float | None
    precision_deg: float | None
    used: int
    total: int
    targets: tuple[TargetAccuracy, ...] = ()


def evaluate_gaze(
    gaze: NDArray[np.float64],
    references: NDArray[np.float64],
    outlier_deg: float = OUTLIER_DEG,
    *,
    targets: Sequence[int | None] | None = None,
) -> GazeAccuracy:
    """Compare gaze with its references.

    Args:
        gaze: (N, 3) directions of any length, in order of time; x to the right, y down, z ahead.
        references: (N, 3) the directions in which the wearer should have looked, the same frame.
        outlier_deg: gaze that is further away is left out.
        targets: N numbers: of which target each reference is a sample; None where it is of none.

    Raises:
        ValueError: there are not as many of one as of the other.
    """
    if gaze.shape != references.shape or gaze.ndim != 2 or gaze.shape[1] != 3:
        raise ValueError(
            f"gaze and references are (N, 3) both, not {gaze.shape} and {references.shape}"
        )
    gaze, references = _unit(gaze), _unit(references)
    whole = _compared(gaze, references, outlier_deg)
    if targets is None:
        return whole
    if len(targets) != len(gaze):
        raise ValueError(f"{len(gaze)} gaze data cannot be of {len(targets)} targets")
    numbers = np.array([-1 if target is None else target for target in targets])
    return replace(
        whole,
        targets=tuple(
            _at_target(
                int(number), gaze[numbers == number], references[numbers == number], outlier_deg
            )
            for number in np.unique(numbers[numbers >= 0])
        ),
    )


def _at_target(
    number: int,
    gaze: NDArray[np.float64],
    references: NDArray[np.float64],
    outlier_deg: float,
) -> TargetAccuracy:
    found = _compared(gaze, references, outlier_deg)
    offsets = _right_and_up_deg(gaze) - _right_and_up_deg(references)
    chosen = np.unique(np.linspace(0, len(offsets) - 1, _RESIDUALS_TOLD).round().astype(int))
    right, up = np.median(offsets, axis=0).tolist()
    return TargetAccuracy(
        target=number,
        accuracy_deg=found.accuracy_deg,
        precision_deg=found.precision_deg,
        used=found.used,
        total=found.total,
        offset_deg=(right, up),
        residuals_deg=tuple((x, y) for x, y in offsets[chosen].tolist()),
    )


def _right_and_up_deg(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2) azimuth and elevation."""
    x, y, z = directions.T
    elevation = np.arcsin(np.clip(-y, -1.0, 1.0))
    angles: NDArray[np.float64] = np.degrees(np.column_stack([np.arctan2(x, z), elevation]))
    return angles


def _compared(
    gaze: NDArray[np.float64], references: NDArray[np.float64], outlier_deg: float
) -> GazeAccuracy:
    """Compare unit vectors."""
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
