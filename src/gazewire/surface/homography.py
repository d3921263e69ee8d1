"""Homographies: what one plane becomes in a picture of it.

A homography is a (3, 3) matrix that acts on columns (x, y, 1), known up to a factor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fit_homography", "map_points"]

_Floats = NDArray[np.float64]

_STEPS = 4
# Between the singular values of a system of equations, and of a homography: beyond it points lie so
# nearly on a line that rounding decides.
_WORST_CONDITION = 1e9


def map_points(homography: _Floats, points: _Floats) -> _Floats:
    """Apply a homography to (..., 2) points; NaN beyond the horizon, where no point is seen."""
    across = points @ homography[:, :2].T + homography[:, 2]
    depth = across[..., 2:]
    with np.errstate(divide="ignore", invalid="ignore"):
        mapped: _Floats = np.where(depth > 0, across[..., :2] / depth, np.nan)
    return mapped


def fit_homography(
    source: _Floats, target: _Floats, weights: _Floats | None = None
) -> _Floats | None:
    """Find the homography that maps points onto others with the least squared error in the target.

    The direct linear solution in centred and scaled coordinates is improved by Gauss and Newton.

    Args:
        source: (N, 2), N >= 4.
        target: (N, 2).
        weights: (N,) of the squared errors; all the same by default.

    Returns:
        (3, 3) of unit length, by which all points have a positive depth; or None where the points
        do not determine one, or none sees all of them from the front.

    Source: Hartley and Zisserman 2004, algorithms 4.2 and 4.3.
    """
    if len(source) < 4:
        return None
    weight = np.ones(len(source)) if weights is None else weights
    to_source, to_target = _centring(source), _centring(target)
    if to_source is None or to_target is None:
        return None
    x = source * to_source[0, 0] + to_source[:2, 2]
    y = target * to_target[0, 0] + to_target[:2, 2]
    fitted = _direct(x, y, np.sqrt(weight))
    if fitted is None:
        return None
    fitted = _improved(fitted, x, y, weight)
    values = np.linalg.svd(fitted, compute_uv=False)
    if not values[2] * _WORST_CONDITION > values[0]:
        return None
    found = np.linalg.inv(to_target) @ fitted @ to_source
    depth = source @ found[2, :2] + found[2, 2]
    if depth[0] < 0:
        found, depth = -found, -depth
    length = np.linalg.norm(found)
    if not np.isfinite(length) or (depth <= 0).any():
        return None
    unit: _Floats = found / length
    return unit


def _centring(points: _Floats) -> _Floats | None:
    """The similarity that brings points about the origin, to a distance of about √2."""
    middle = points.mean(axis=0)
    spread = np.sqrt(((points - middle) ** 2).sum(axis=1).mean())
    if not np.isfinite(spread) or spread <= 1e-12:
        return None
    scale = np.sqrt(2) / spread
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1.0]])


def _direct(x: _Floats, y: _Floats, weight: _Floats) -> _Floats | None:
    ones, zeros = np.ones(len(x)), np.zeros((len(x), 3))
    points = np.column_stack([x, ones])
    rows = np.concatenate([
        np.column_stack([points, zeros, -y[:, :1] * points]),
        np.column_stack([zeros, points, -y[:, 1:] * points]),
    ])  # fmt: skip
    # With four points the ninth value, of the solution, is not even told.
    _, values, ways = np.linalg.svd(
        rows * np.tile(weight, 2)[:, None], full_matrices=len(rows) < rows.shape[1]
    )
    if values[7] * _WORST_CONDITION <= values[0]:
        return None
    found: _Floats = ways[8].reshape(3, 3)
    return found


def _improved(homography: _Floats, x: _Floats, y: _Floats, weight: _Floats) -> _Floats:
    points = np.column_stack([x, np.ones(len(x))])
    twice = np.tile(np.sqrt(weight), 2)
    for _ in range(_STEPS):
        mapped = points @ homography.T
        depth = mapped[:, 2:]
        # Points on the horizon, or nearly, tell what no step mends.
        if (np.abs(depth) < 1e-9).any():
            break
        place = mapped[:, :2] / depth
        over = points / depth
        zeros = np.zeros_like(over)
        slope = np.concatenate([
            np.column_stack([over, zeros, -place[:, :1] * over]),
            np.column_stack([zeros, over, -place[:, 1:] * over]),
        ])  # fmt: skip
        error = (y - place).T.ravel()
        # The least step among those that differ by a factor of the whole matrix.
        step, *_ = np.linalg.lstsq(slope * twice[:, None], error * twice, rcond=1e-12)
        homography = homography + step.reshape(3, 3)
        if np.abs(step).max() < 1e-10 * np.abs(homography).max():
            break
    return homography
