"""Ellipses as dual conics, which turn with a camera by two matrix products.

An ellipse is written here as its centre ``c`` and its shape ``Q``, the symmetric 2 x 2 matrix for
which the outline is all ``c + x`` with ``xᵀ Q⁻¹ x = 1``: the square of a half axis is an eigenvalue
of ``Q``. Unlike an angle, a shape has no jump and knows no special case in a circle, and shapes of
noisy ellipses may be averaged.

The dual conic of the ellipse is the 3 x 3 matrix of all lines that touch it::

    ⎡ c cᵀ - Q   c ⎤
    ⎣ cᵀ         1 ⎦

up to a factor. With tangents (X / Z, Y / Z) for image coordinates it is also the cone of planes
through the pinhole that touch whatever has this outline, so that a turn ``R`` of the camera takes
``D`` to ``R D Rᵀ`` exactly.

Source: Hartley and Zisserman 2004, Multiple View Geometry, 2.2.3 and 8.3.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["axes_of_shape", "dual_conic", "ellipse_of_dual", "shape_of_axes"]


def shape_of_axes(axes: tuple[float, float], angle_deg: float) -> tuple[float, float, float]:
    """The shape of an ellipse from its axes.

    Args:
        axes: full lengths.
        angle_deg: of the first axis, from +x towards +y.

    Returns:
        Its elements xx, xy and yy, in the square of the unit of the axes.
    """
    first, second = (axes[0] / 2) ** 2, (axes[1] / 2) ** 2
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    xx, yy = first * cos * cos + second * sin * sin, first * sin * sin + second * cos * cos
    return xx, (first - second) * cos * sin, yy


def axes_of_shape(xx: float, xy: float, yy: float) -> tuple[tuple[float, float], float]:
    """Undo `shape_of_axes`.

    Args:
        xx: the shape's first element.
        xy: the one beside it.
        yy: its last one.

    Returns:
        Full lengths of the smaller and of the larger axis, and the angle of the smaller one in
        degrees from +x towards +y, 0 to 180. NaN where it is no ellipse's shape.
    """
    middle, half = (xx + yy) / 2, math.hypot((xx - yy) / 2, xy)
    # The product of the eigenvalues is better known than their difference.
    larger = middle + half
    smaller = (xx * yy - xy * xy) / larger if larger else math.nan
    if not (smaller > 0 and math.isfinite(larger)):
        return (math.nan, math.nan), math.nan
    angle_deg = math.degrees(math.atan2(-2 * xy, yy - xx)) / 2 % 180.0
    return (2 * math.sqrt(smaller), 2 * math.sqrt(larger)), angle_deg


def dual_conic(centers: NDArray[np.float64], shapes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Dual conics of ellipses.

    Args:
        centers: (..., 2).
        shapes: (..., 2, 2), in the square of the unit of the centres.

    Returns:
        (..., 3, 3), symmetric, the last element 1.
    """
    dual = np.ones((*centers.shape[:-1], 3, 3))
    dual[..., :2, :2] = centers[..., :, None] * centers[..., None, :] - shapes
    dual[..., :2, 2] = dual[..., 2, :2] = centers
    return dual


def ellipse_of_dual(
    dual: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Undo `dual_conic`, whatever the factor.

    Args:
        dual: (..., 3, 3), symmetric.

    Returns:
        Centres (..., 2) and shapes (..., 2, 2). A shape has a negative eigenvalue where the conic
        is no ellipse.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = dual / dual[..., 2:, 2:]
    centers = unit[..., :2, 2]
    shapes = centers[..., :, None] * centers[..., None, :] - unit[..., :2, :2]
    return centers, shapes
