"""How well gaze meets what the wearer was asked to look at, over all and for each target.

Accuracy is the angle whose cosine is the mean of those between gaze and reference: not the mean of
the angles. Precision is the root mean square of the angles between one gaze and the next while the
target stood still. Both are reported by the Core programs under these names. The median beside them
is of the angles themselves, outliers and all: it cannot be made good by leaving out what is bad.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gazewire.gaze.reference import Reference, reference_directions, scene_directions
from gazewire.gaze.targets import split_targets
from gazewire.model import MappedGaze
from gazewire.optics import Camera

__all__ = [
    "OUTLIER_DEG",
    "GazeAccuracy",
    "TargetAccuracy",
    "evaluate_gaze",
    "evaluate_mapping",
    "nearest_in_time",
]

OUTLIER_DEG = 5.0
"""Gaze further from its reference looked elsewhere."""

# Steps of gaze or target that are larger are no part of looking at one place.
_LARGEST_STEP_DEG = 0.5
_NS_PER_S = 1_000_000_000
# Gaze and reference that belong together are nearer than 1/15 s.
_SPREADS_PER_S = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAccuracy:
    """How well gaze met one target.

    Attributes:
        azimuth_deg: where it was, to the right of straight ahead.
        elevation_deg: where it was, up from straight ahead.
        accuracy_deg: as of `GazeAccuracy`.
        precision_deg: as of `GazeAccuracy`.
        offset_deg: from the target to the median gaze, to the right and up; None without gaze.
        used: how many gaze data were near it.
        total: how many belong to it.
    """

    azimuth_deg: float
    elevation_deg: float
    accuracy_deg: float | None
    precision_deg: float | None
    offset_deg: tuple[float, float] | None
    used: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GazeAccuracy:
    """What came of a comparison.

    Attributes:
        accuracy_deg: None where no gaze came near its reference.
        precision_deg: None where no gaze followed another.
        used: how many gaze data were near their reference.
        total: how many had one.
        median_deg: of all angles, outliers and all; None where there was no gaze.
        targets: the same for each run of references that stayed in one place, in order of time.
    """

    accuracy_deg: float | None
    precision_deg: float | None
    used: int
    total: int
    median_deg: float | None = None
    targets: tuple[TargetAccuracy, ...] = field(default=())


def evaluate_gaze(
    gaze: NDArray[np.float64], references: NDArray[np.float64], outlier_deg: float = OUTLIER_DEG
) -> GazeAccuracy:
    """Compare gaze with its references.

    Args:
        gaze: (N, 3) directions of any length, in order of time; NaN is left out.
        references: (N, 3) the directions in which the wearer should have looked, the same frame.
        outlier_deg: gaze that is further away is left out of accuracy.
    """
    if gaze.ndim != 2 or gaze.shape[1] != 3 or gaze.shape != references.shape:
        raise ValueError(
            f"gaze and references are both (N, 3), not {gaze.shape} and {references.shape}"
        )
    gaze, references = _unit(gaze), _unit(references)
    known = np.isfinite(gaze).all(axis=1) & np.isfinite(references).all(axis=1)
    gaze, references = gaze[known], references[known]
    overall = _overall(gaze, references, outlier_deg)
    angles = _angles_deg(gaze, references)
    return GazeAccuracy(
        accuracy_deg=overall[0],
        precision_deg=overall[1],
        used=overall[2],
        total=len(gaze),
        median_deg=float(np.median(angles)) if len(angles) else None,
        targets=tuple(
            _of_target(gaze[run], references[run], outlier_deg) for run in split_targets(references)
        ),
    )


def evaluate_mapping(
    gazes: Sequence[MappedGaze],
    references: Sequence[Reference],
    scene_camera: Camera | None,
    *,
    outlier_deg: float = OUTLIER_DEG,
    min_confidence: float = 0.6,
) -> GazeAccuracy | None:
    """Compare what a mapper told with references.

    Each gaze is compared with the reference that is nearest in time, within 1/15 s.

    Args:
        gazes: in any order.
        references: in any order.
        scene_camera: turns places into directions; None of a headset without one.
        outlier_deg: gaze that is further away is left out of accuracy.
        min_confidence: gaze below is not compared.

    Returns:
        None where no gaze belongs to a reference.
    """
    ordered = sorted(references, key=lambda reference: reference.timestamp_unix_ns)
    times = [reference.timestamp_unix_ns for reference in ordered]
    compared = [
        (gaze, nearest)
        for gaze in sorted(gazes, key=lambda gaze: gaze.timestamp_unix_ns)
        if gaze.confidence >= min_confidence
        and (nearest := nearest_in_time(times, gaze.timestamp_unix_ns)) is not None
    ]
    found = gaze_directions([gaze for gaze, _ in compared], scene_camera)
    wanted = reference_directions(ordered, scene_camera)[[nearest for _, nearest in compared]]
    result = evaluate_gaze(found, wanted, outlier_deg)
    return result if result.total else None


def gaze_directions(
    gazes: Sequence[MappedGaze], scene_camera: Camera | None
) -> NDArray[np.float64]:
    """Which way gaze goes.

    Args:
        gazes: such as have no place in the image are told by their point in space.
        scene_camera: whose image; None where it is not known.

    Returns:
        (N, 3) of any length, in the scene camera's frame or a headset's; NaN where unknown.
    """
    directions = scene_directions([gaze.norm_pos for gaze in gazes], scene_camera)
    for index, gaze in enumerate(gazes):
        if gaze.point_mm is not None and (gaze.norm_pos is None or scene_camera is None):
            directions[index] = gaze.point_mm
    return directions


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
    if nearest is None or abs(sorted_ns[nearest] - wanted_ns) * _SPREADS_PER_S >= _NS_PER_S:
        return None
    return nearest


def _overall(
    gaze: NDArray[np.float64], references: NDArray[np.float64], outlier_deg: float
) -> tuple[float | None, float | None, int]:
    """Accuracy, precision, and how many were used, of unit vectors."""
    cosines = np.sum(gaze * references, axis=1)
    used = cosines > math.cos(math.radians(outlier_deg))
    steps = np.sum(gaze[1:] * gaze[:-1], axis=1)
    target_steps = np.sum(references[1:] * references[:-1], axis=1)
    least = math.cos(math.radians(_LARGEST_STEP_DEG))
    kept = steps[(steps > least) & (target_steps > least)]
    accuracy = _degrees(float(cosines[used].mean())) if used.any() else None
    return accuracy, _root_mean_square_deg(kept) if len(kept) else None, int(used.sum())


def _of_target(
    gaze: NDArray[np.float64], references: NDArray[np.float64], outlier_deg: float
) -> TargetAccuracy:
    accuracy, precision, used = _overall(gaze, references, outlier_deg)
    azimuth, elevation = _azimuth_elevation_deg(references)
    gaze_azimuth, gaze_elevation = _azimuth_elevation_deg(gaze)
    return TargetAccuracy(
        azimuth_deg=azimuth,
        elevation_deg=elevation,
        accuracy_deg=accuracy,
        precision_deg=precision,
        offset_deg=(
            (gaze_azimuth - azimuth) * math.cos(math.radians(elevation)),
            gaze_elevation - elevation,
        ),
        used=used,
        total=len(gaze),
    )


def _azimuth_elevation_deg(directions: NDArray[np.float64]) -> tuple[float, float]:
    x, y, z = np.median(directions, axis=0)
    return math.degrees(math.atan2(x, z)), math.degrees(math.atan2(-y, math.hypot(x, z)))


def _unit(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    largest = np.max(np.abs(directions), axis=1, keepdims=True, initial=0.0)
    # Twice: the square of what is very long or very short is no number.
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = directions / largest
        unit: NDArray[np.float64] = scaled / np.linalg.norm(scaled, axis=1, keepdims=True)
    return unit


def _angles_deg(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    half = np.linalg.norm(first - second, axis=1) / 2
    angles: NDArray[np.float64] = np.degrees(2 * np.arcsin(np.minimum(half, 1.0)))
    return angles


def _degrees(cosine: float) -> float:
    return math.degrees(math.acos(min(1.0, cosine)))


def _root_mean_square_deg(cosines: NDArray[np.float64]) -> float:
    angles = np.arccos(np.minimum(1.0, cosines))
    return float(np.degrees(np.sqrt(np.mean(angles**2))))
