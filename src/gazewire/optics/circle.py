"""Circles and spheres before a pinhole: the ellipses they project to, and the way back.

Everything is in tangents (X / Z, Y / Z) and in one unit of length, camera frame. Ellipses are dual
conics, see `gazewire.optics.conic`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["circle_outline", "sphere_outline", "unproject_circle"]


def circle_outline(
    center: NDArray[np.float64], normal: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """The dual conic of a circle's image.

    A plane through the pinhole with the normal l touches the circle where
    (l · c)² = r² (|l|² - (l · n)²).

    Args:
        center: (3,) of the circle.
        normal: (3,) unit vector, of either sign.
        radius: of the circle.

    Returns:
        (3, 3), symmetric.
    """
    square = radius * radius
    dual: NDArray[np.float64] = np.outer(center, center) - square * np.eye(3)
    return dual + square * np.outer(normal, normal)


def sphere_outline(center: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """The dual conic of a sphere's outline, which is an ellipse longer towards the image's edge.

    Args:
        center: (3,) of the sphere.
        radius: of the sphere.

    Returns:
        (3, 3), symmetric; no ellipse where the sphere reaches the plane of the pinhole.
    """
    dual: NDArray[np.float64] = np.outer(center, center) - radius * radius * np.eye(3)
    return dual


def unproject_circle(
    dual: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The two circles of radius 1 that have an ellipse for an image.

    Of a circle of another radius the centres are that many times as far away; which of the two
    normals is the right one the ellipse alone does not tell.

    Args:
        dual: (3, 3) dual conic of the ellipse.

    Returns:
        Centres (2, 3), before the camera, and normals (2, 3), unit vectors towards the camera; or
        None where the conic is no ellipse.

    Source: Safaee-Rad, Tchoukanov, Smith and Benhabib 1992, IEEE Trans. Robotics and Automation
    8(5), 624-640; as used by Świrski and Dodgson 2013, section 3.1.
    """
    if not np.isfinite(dual).all():
        return None
    # In the frame of its eigenvectors the cone of points is x² / p² + y² / q² = z², p >= q, and the
    # dual one has the eigenvalues -p², -q² and 1, in rising order and up to a factor.
    values, vectors = np.linalg.eigh(dual / dual[2, 2])
    if not (values[2] > 0 > values[1] and np.isfinite(values).all()):
        return None
    wide, narrow = -values[0] / values[2], -values[1] / values[2]
    axis = vectors[:, 2] if vectors[2, 2] > 0 else -vectors[:, 2]
    # The circle leans about the wide direction, so that the narrow one is foreshortened: either
    # way by as much.
    lean = np.sqrt(max(wide - narrow, 0.0) / (wide * (1 + narrow)))
    upright = np.sqrt(narrow * (1 + wide) / (wide * (1 + narrow)))
    across = np.array([[1.0], [-1.0]]) * lean * vectors[:, 1]
    normals = across - upright * axis
    centers = np.sqrt(narrow) * across + upright / np.sqrt(narrow) * axis
    return centers, normals
