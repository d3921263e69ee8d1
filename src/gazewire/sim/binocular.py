"""How two eyes look at one point: vergence, and the angle between two axes of each eye.

The visual axis goes from the eyeball to what is looked at; the optical axis is what one can see of
an eye from outside. They differ by the angle kappa. Visual axes meet in the gaze point, optical
axes do not.

All of the room is `VIEWING_DISTANCE_MM` before the scene camera, on one plane, as far as a monitor
is from somebody who sits at a desk: the room slides through the picture as one piece, so nothing in
it may be nearer than the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.person import Eye

__all__ = ["VIEWING_DISTANCE_MM", "gaze_points_mm", "optical_axes", "visual_axes"]

VIEWING_DISTANCE_MM = 750.0
"""From the scene camera to the plane of the room, along the camera's optical axis."""

# Each step leaves a hundredth of the error, and kappa is a tenth of a radian.
_STEPS = 6


def gaze_points_mm(tangents: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is looked at, (N, 3) scene camera frame, in the directions (N, 2)."""
    return VIEWING_DISTANCE_MM * np.column_stack([tangents, np.ones(len(tangents))])


def visual_axes(eye: Eye, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors, (N, 3), from the centre of the eyeball to the points, (N, 3)."""
    rays = points_mm - np.array(eye.ball.center_mm)
    axes: NDArray[np.float64] = rays / np.linalg.norm(rays, axis=1)[:, None]
    return axes


def optical_axes(eye: Eye, visual: NDArray[np.float64]) -> NDArray[np.float64]:
    """The optical axes, (N, 3), of an eye whose visual axes are (N, 3).

    The same as `Eye.optical_axis`, for many at a time.
    """
    inward, upward = np.radians(eye.kappa_deg)
    across, down = np.sin(-inward if eye.side == "right" else inward), -np.sin(upward)
    ahead = np.sqrt(1.0 - across**2 - down**2)
    axes = visual
    for _ in range(_STEPS):
        x, y, z = axes.T
        # The eye has turned the shortest way (Listing's law) from straight ahead to its axis.
        bent = (across * x + down * y) / (1.0 + z)
        seen = np.stack(
            [
                across - bent * x + ahead * x,
                down - bent * y + ahead * y,
                ahead * z - bent * (1 + z),
            ],
            axis=1,
        )
        axes = axes + visual - seen
        axes = axes / np.linalg.norm(axes, axis=1)[:, None]
    return axes
