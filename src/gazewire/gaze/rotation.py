"""The rotation that turns one set of directions into another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["align_directions", "align_directions_robustly", "is_determined"]

# An eye and its model agree within 2 degrees; what disagrees by more loses weight.
_SOFT_LIMIT = 0.035
_ROUNDS = 20
# Directions within about 2 degrees leave a turn about them open.
_LEAST_SPREAD = 0.035


def align_directions(
    turned: NDArray[np.float64],
    fixed: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Find the rotation R of least squares of R a - b.

    Args:
        turned: (N, 3) vectors a.
        fixed: (N, 3) vectors b.
        weights: (N,); None for ones.

    Returns:
        (3, 3) rotation, never a reflection.

    Source: Kabsch 1976, with the sign as in 1978.
    """
    weighted = fixed if weights is None else fixed * weights[:, None]
    left, _, right = np.linalg.svd(weighted.T @ turned)
    sign = np.sign(np.linalg.det(left @ right))
    rotation: NDArray[np.float64] = left @ np.diag([1.0, 1.0, sign]) @ right
    return rotation


def align_directions_robustly(
    turned: NDArray[np.float64], fixed: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Find the rotation R for which R a - b is small for most.

    Args:
        turned: (N, 3) unit vectors a.
        fixed: (N, 3) unit vectors b.

    Returns:
        (3, 3) rotation, and the Cauchy loss in units of 2 degrees squared.
    """
    rotation = align_directions(turned, fixed)
    loss = _cauchy_loss(rotation, turned, fixed)
    for _ in range(_ROUNDS):
        square = np.sum((turned @ rotation.T - fixed) ** 2, axis=1) / _SOFT_LIMIT**2
        better = align_directions(turned, fixed, 1 / (1 + square))
        better_loss = _cauchy_loss(better, turned, fixed)
        if better_loss > loss - 1e-12 * (1 + loss):
            break
        rotation, loss = better, better_loss
    return rotation, loss


def is_determined(directions: NDArray[np.float64]) -> bool:
    """Whether directions (N, 3) lie far enough apart to tell a rotation."""
    if len(directions) < 2:
        return False
    # The largest singular value is of the mean; the next tells how far they spread about it.
    spread = np.linalg.svd(directions, compute_uv=False)[1] / np.sqrt(len(directions))
    return bool(spread > _LEAST_SPREAD)


def _cauchy_loss(
    rotation: NDArray[np.float64], turned: NDArray[np.float64], fixed: NDArray[np.float64]
) -> float:
    square = np.sum((turned @ rotation.T - fixed) ** 2, axis=1) / _SOFT_LIMIT**2
    return float(np.sum(np.log1p(square)))
