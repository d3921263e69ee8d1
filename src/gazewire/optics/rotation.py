"""The shortest turn that takes one direction to another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["rotation_to_axis"]


def rotation_to_axis(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shortest turns that take directions to the z axis, (0, 0, 1).

    Args:
        directions: (..., 3) unit vectors.

    Returns:
        (..., 3, 3). ``rotation @ point`` tells the point as a camera sees it that looks along the
        direction; the direction is the last row. Straight backward, where every turn is as
        short, it is the one about the x axis.

    Source: Rodrigues' formula, written without angles.
    """
    x, y, z = directions[..., 0], directions[..., 1], directions[..., 2]
    is_backward = z <= -1.0 + 1e-12
    share = 1.0 / (1.0 + np.where(is_backward, 0.0, z))
    rows = [
        np.stack([1 - x * x * share, -x * y * share, -x], axis=-1),
        np.stack([-x * y * share, 1 - y * y * share, -y], axis=-1),
        np.stack([x, y, z], axis=-1),
    ]
    rotation: NDArray[np.float64] = np.stack(rows, axis=-2)
    rotation[is_backward] = np.diag([1.0, -1.0, -1.0])
    return rotation
