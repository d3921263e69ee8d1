"""Where a point behind the cornea appears to a camera before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["apparent_points"]

# Twice as many as Newton's method takes where nothing has to be halved.
_STEPS = 10


def apparent_points(
    points: NDArray[np.float64],
    cornea_centers: NDArray[np.float64],
    cornea_radius: float,
    index: float,
) -> NDArray[np.float64]:
    """Where on the cornea the light leaves that reaches the pinhole from points in the eye.

    Each path lies in the plane of the pinhole, the point and the cornea's centre. There one angle
    is sought, at the cornea's centre from the pinhole to the surface, for which Snell's law holds.

    Args:
        points: (..., 3) inside the cornea's sphere, camera frame.
        cornea_centers: (..., 3) of the sphere, camera frame.
        cornea_radius: of the sphere.
        index: refractive index within.

    Returns:
        (..., 3) on the sphere. NaN of a point whose light does not come out towards the pinhole:
        it would have to graze the cornea.
    """
    far = np.linalg.norm(cornea_centers, axis=-1)
    forward = -cornea_centers / far[..., None]
    inside = points - cornea_centers
    along = np.einsum("...i,...i", inside, forward)
    beside = inside - along[..., None] * forward
    aside = np.linalg.norm(beside, axis=-1)
    beside /= np.maximum(aside, 1e-12)[..., None]
    far, along, aside = far / cornea_radius, along / cornea_radius, aside / cornea_radius
    # Newton's method, kept between bounds, as it would leave the cornea where light grazes it. No
    # place further round than where a tangent goes through the pinhole can be seen.
    low, high = np.zeros_like(aside), np.broadcast_to(np.arccos(1 / far), aside.shape).copy()
    is_visible = _excess(high, far, along, aside, index)[0] >= 0
    angle = high / 2
    for _ in range(_STEPS):
        excess, slope = _excess(angle, far, along, aside, index)
        low, high = np.where(excess < 0, angle, low), np.where(excess < 0, high, angle)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = angle - excess / slope
        is_within = (newton >= low) & (newton <= high)
        angle = np.where(is_within, newton, (low + high) / 2)
    cos, sin = np.cos(angle)[..., None], np.sin(angle)[..., None]
    surface = cornea_centers + cornea_radius * (cos * forward + sin * beside)
    return np.where(is_visible[..., None], surface, np.nan)


def _excess(
    angle: NDArray[np.float64],
    far: NDArray[np.float64],
    along: NDArray[np.float64],
    aside: NDArray[np.float64],
    index: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By how much Snell's law is missed, and how that changes with the angle.

    The radius is 1 here, so that the sine of the angle of a ray with the surface's normal is the
    distance at which it passes the centre of the sphere.
    """
    cos, sin = np.cos(angle), np.sin(angle)
    out = np.sqrt(far * far - 2 * far * cos + 1)
    toward, across = cos - along, sin - aside
    within = np.sqrt(toward * toward + across * across)
    sine_out = far * sin / out
    sine_in = (cos * aside - sin * along) / within
    slope_out = (far * cos - sine_out * sine_out) / out
    slope_in = (
        -(cos * along + sin * aside + sine_in * (sin * along - cos * aside) / within) / within
    )
    return sine_out - index * sine_in, slope_out - index * slope_in
