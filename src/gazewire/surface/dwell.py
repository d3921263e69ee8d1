"""How long, how often and how soon areas of a surface were looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Dwell", "dwell"]

Box = tuple[float, float, float, float]
"""Left, bottom, right and top on a surface."""

_LONGEST_SAMPLE_NS = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwell:
    """What became of one area.

    Attributes:
        duration_ns: for so long it was looked at, in all.
        visits: so often gaze came to it from outside of it.
        first_unix_ns: when it was first looked at; None if never.
        samples: gaze samples on it.
    """

    duration_ns: int
    visits: int
    first_unix_ns: int | None
    samples: int


def dwell(
    timestamps_unix_ns: ArrayLike,
    places: ArrayLike,
    areas: Mapping[str, Box],
    *,
    longest_sample_ns: int = _LONGEST_SAMPLE_NS,
) -> dict[str, Dwell]:
    """Count gaze on areas of a surface.

    A sample lasts until the next one. Areas may overlap.

    Args:
        timestamps_unix_ns: (N,) int64, rising.
        places: (N, 2) on the surface; NaN is on no area.
        areas: by any names; edges belong to them.
        longest_sample_ns: what lasts longer, because samples are missing, counts so much; so does
            the last sample.

    Raises:
        ValueError: shapes do not fit, or times do not rise.
    """
    times, points = np.asarray(timestamps_unix_ns, np.int64), np.asarray(places, float)
    if times.ndim != 1 or points.shape != (len(times), 2):
        raise ValueError(f"times are (N,) and places (N, 2), not {times.shape} and {points.shape}")
    steps = np.diff(times)
    if (steps < 0).any():
        raise ValueError("times of gaze rise")
    lasting = np.append(steps, longest_sample_ns).clip(max=longest_sample_ns)[: len(times)]
    return {name: _of_area(times, lasting, points, box) for name, box in areas.items()}


def _of_area(
    times: NDArray[np.int64], lasting: NDArray[np.int64], points: NDArray[np.float64], box: Box
) -> Dwell:
    left, bottom, right, top = box
    x, y = points.T
    with np.errstate(invalid="ignore"):
        is_on = (left <= x) & (x <= right) & (bottom <= y) & (y <= top)
    comes = is_on & ~np.append(False, is_on[:-1])[: len(is_on)]
    first = np.flatnonzero(is_on)[:1].tolist()
    return Dwell(
        duration_ns=int(lasting[is_on].sum()),
        visits=int(comes.sum()),
        first_unix_ns=int(times[first[0]]) if first else None,
        samples=int(is_on.sum()),
    )
