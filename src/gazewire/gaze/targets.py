"""Runs of references that stood still: the places a wearer was asked to look at.

All samples of one run share what is wrong with it: a wearer who looked beside the target, a head
that moved. A thousand samples on five targets are five observations, not a thousand, and fits here
count them so.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["TARGET_RADIUS_DEG", "split_targets"]

TARGET_RADIUS_DEG = 1.5
"""References further than this from the mean of a run begin the next one.

Hands and heads that hold still move a target by a degree; targets are at least five apart. One that
moves on continuously falls into runs of about this size.
"""


def split_targets(
    directions: NDArray[np.float64], radius_deg: float = TARGET_RADIUS_DEG
) -> list[NDArray[np.intp]]:
    """Cut references into runs that stay on one place.

    Args:
        directions: (N, 3) unit vectors in order of time; NaN belongs nowhere.
        radius_deg: how far a run reaches from its mean.

    Returns:
        Rising indices of each run, in order of time.
    """
    if directions.ndim != 2 or directions.shape[1] != 3:
        raise ValueError(f"directions are (N, 3), not {directions.shape}")
    least = math.cos(math.radians(radius_deg))
    runs: list[list[int]] = []
    sum_x = sum_y = sum_z = 0.0
    # Plain numbers: each step needs the one before, and three products are no work for arrays.
    for index, (x, y, z) in enumerate(directions.tolist()):
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)):
            continue
        length = math.sqrt(sum_x * sum_x + sum_y * sum_y + sum_z * sum_z)
        if not runs or sum_x * x + sum_y * y + sum_z * z < least * length:
            runs.append([])
            sum_x = sum_y = sum_z = 0.0
        runs[-1].append(index)
        sum_x, sum_y, sum_z = sum_x + x, sum_y + y, sum_z + z
    return [np.array(run, np.intp) for run in runs]
