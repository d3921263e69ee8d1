"""How well gaze meets what the wearer was asked to look at, as the service tells it.

What is measured is `gazewire.gaze.evaluate_gaze`'s to say. Here it is sorted by the targets that a
choreography has shown, with the gaze around each for people to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire import gaze as floor
from gazewire.gaze import OUTLIER_DEG, nearest_in_time
from gazewire.model import Point2

__all__ = ["OUTLIER_DEG", "GazeAccuracy", "TargetAccuracy", "evaluate_gaze", "nearest_in_time"]

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
        median_deg: of all angles, outliers too; None where nobody told.
        targets: the same for each target, where it is known which reference belongs to which.
    """

    accuracy_deg: float | None
    precision_deg: float | None
    used: int
    total: int
    median_deg: float | None = None
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
            NaN is left out.
        references: (N, 3) the directions in which the wearer should have looked, the same frame.
        outlier_deg: gaze that is further away is left out.
        targets: N numbers: of which target each reference is a sample; None where it is of none.

    Raises:
        ValueError: there are not as many of one as of the other.
    """
    whole = floor.evaluate_gaze(gaze, references, outlier_deg)
    if targets is not None and len(targets) != len(gaze):
        raise ValueError(f"{len(gaze)} gaze data cannot be of {len(targets)} targets")
    numbers = np.array([-1 if target is None else target for target in targets or ()], int)
    known = np.isfinite(gaze).all(axis=1) & np.isfinite(references).all(axis=1)
    chosen = [known & (numbers == number) for number in np.unique(numbers[numbers >= 0])]
    return GazeAccuracy(
        accuracy_deg=whole.accuracy_deg,
        precision_deg=whole.precision_deg,
        used=whole.used,
        total=whole.total,
        median_deg=whole.median_deg,
        targets=tuple(
            _at_target(int(numbers[these][0]), gaze[these], references[these], outlier_deg)
            for these in chosen
            if these.any()
        ),
    )


def _at_target(
    number: int,
    gaze: NDArray[np.float64],
    references: NDArray[np.float64],
    outlier_deg: float,
) -> TargetAccuracy:
    found = floor.evaluate_gaze(gaze, references, outlier_deg)
    offsets = _offsets_deg(gaze, references)
    told = np.unique(np.linspace(0, len(offsets) - 1, _RESIDUALS_TOLD).round().astype(int))
    right, up = np.median(offsets, axis=0).tolist()
    return TargetAccuracy(
        target=number,
        accuracy_deg=found.accuracy_deg,
        precision_deg=found.precision_deg,
        used=found.used,
        total=found.total,
        offset_deg=(right, up),
        residuals_deg=tuple((x, y) for x, y in offsets[told].tolist()),
    )


def _offsets_deg(gaze: NDArray[np.float64], references: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2) where gaze is seen from its reference, to the right and up."""
    azimuth, elevation = _azimuth_and_elevation(references)
    gaze_azimuth, gaze_elevation = _azimuth_and_elevation(gaze)
    turned = np.angle(np.exp(1j * (gaze_azimuth - azimuth)))
    offsets: NDArray[np.float64] = np.degrees(
        np.column_stack([turned * np.cos(elevation), gaze_elevation - elevation])
    )
    return offsets


def _azimuth_and_elevation(
    directions: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y, z = directions.T
    return np.arctan2(x, z), np.arctan2(-y, np.hypot(x, z))
