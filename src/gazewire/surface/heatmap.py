"""Where on a surface people looked, as a picture of numbers."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["heat_map"]

_Floats = NDArray[np.float64]

_WIDEST_CELLS = 4096


def heat_map(
    places: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    size: tuple[float, float] = (1.0, 1.0),
    columns: int = 256,
    spread: float = 0.03,
) -> _Floats:
    """Smooth the density of gaze over a surface.

    Args:
        places: (N, 2) on the surface; what is beside it, and NaN, does not count.
        weights: (N,) of each, such as a confidence or a duration; 1 by default.
        size: width and height of the surface in any one unit.
        columns: cells across; there are as many down as make cells square.
        spread: standard deviation of the Gaussian, as a part of the surface's width: of the gaze's
            error, at least.

    Returns:
        (rows, columns) from 0 to 1, which is where most was looked; the top row is the top of the
        surface. All 0 if nothing was looked at.

    Raises:
        ValueError: shapes do not fit, or a number makes no sense.
    """
    points = np.asarray(places, float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"places are (N, 2), not {points.shape}")
    each = np.ones(len(points)) if weights is None else np.asarray(weights, float)
    if each.shape != (len(points),):
        raise ValueError(f"weights are ({len(points)},), not {each.shape}")
    width, height = size
    if not (min(size) > 0 and math.isfinite(width / height) and width / height > 0):
        raise ValueError(f"the size of a surface is positive, not {size}")
    if not 1 <= columns <= _WIDEST_CELLS or not 0 < spread <= 1:
        raise ValueError(f"{columns} columns and a spread of {spread} make no map")
    rows = min(max(round(columns * height / width), 1), _WIDEST_CELLS)

    with np.errstate(invalid="ignore"):
        is_on = ((points >= 0) & (points <= 1)).all(axis=1) & (each > 0) & np.isfinite(each)
    x, y = points[is_on].T
    # From the top down.
    counted, _, _ = np.histogram2d(
        1 - y, x, bins=(rows, columns), range=((0, 1), (0, 1)), weights=each[is_on]
    )
    sigma = spread * columns
    smooth = np.asarray(
        cv2.GaussianBlur(counted, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT), float
    )
    most = float(smooth.max())
    return smooth / most if most > 0 else smooth
