"""What a fit sees of pupils: one place for each target, and moments when both eyes were seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gazewire.gaze.track import FURTHEST_NORM, PupilTrack

__all__ = ["moments_together", "pupils_of_targets"]

# An eye that saw less than this of a target saw something else: glints pass for pupils now and
# then.
_LEAST_SHARE_SEEN = 0.2
# Places that count as one, as a part of the image: 3 degrees.
_CELL_NORM = 0.03
_LEAST_IN_CELL = 3
# An eye that moves faster than this, in images a second (100 deg/s), may not be where it seems.
_FASTEST_NORM_PER_S = 1.0


def pupils_of_targets(
    seen_norm: NDArray[np.float64],
    directions: NDArray[np.float64],
    runs: Sequence[NDArray[np.intp]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Reduce each run of references to one observation.

    Args:
        seen_norm: (N, 2, 2) pupils by reference, eye, and x and y; NaN where an eye was not seen.
        directions: (N, 3) unit vectors to the references.
        runs: indices of each target's references.

    Returns:
        (T, 2, 2) medians by target, eye, and x and y; NaN where an eye saw less than a fifth. (T,
        3) unit vectors.
    """
    points = np.full((len(runs), 2, 2), np.nan)
    places = np.full((len(runs), 3), np.nan)
    for number, run in enumerate(runs):
        # The median, as the gaze is still on its way when a target shows.
        place = np.median(directions[run], axis=0)
        places[number] = place / np.linalg.norm(place)
        for eye_id in (0, 1):
            of_eye = seen_norm[run, eye_id]
            of_eye = of_eye[(np.abs(of_eye) < FURTHEST_NORM).all(axis=1)]
            if len(of_eye) and len(of_eye) >= _LEAST_SHARE_SEEN * len(run):
                points[number, eye_id] = np.median(of_eye, axis=0)
    return points, places


def moments_together(right: PupilTrack, left: PupilTrack) -> NDArray[np.float64]:
    """Where both pupils were when both were seen and slow: one moment for each pair of places.

    Args:
        right: of eye 0.
        left: of eye 1.

    Returns:
        (M, 2, 2) by pair of places, eye, and x and y.
    """
    both = np.stack([right.points_norm, left.at(right.times_s)], axis=1)
    steps = np.linalg.norm(np.diff(both, axis=0), axis=2).max(axis=1)
    is_slow = np.zeros(len(both), bool)
    is_slow[1:] = steps < _FASTEST_NORM_PER_S * np.diff(right.times_s)
    both = both[is_slow & np.isfinite(both).all(axis=(1, 2))]
    if not len(both):
        return both
    cells = np.round(both.reshape(-1, 4) / _CELL_NORM).astype(np.int64)
    _, cell, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    of_cells = [
        np.median(both[cell.reshape(-1) == number], axis=0)
        for number in np.flatnonzero(counts >= _LEAST_IN_CELL)
    ]
    return np.array(of_cells).reshape(-1, 2, 2)
