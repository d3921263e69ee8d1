"""Gaze as two angles, and back: what eye movements are measured in.

The angles of a direction are how far it is turned to the right of the frame's axis, and then down
from there: those of a globe whose equator is level. Near the axis they are as good as flat.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.model import MappedGaze, Point2
from gazewire.optics import Camera

__all__ = ["angle_between_deg", "gaze_angles_deg", "mapped_angles_deg"]


def gaze_angles_deg(directions: ArrayLike) -> NDArray[np.float64]:
    """Angles of directions.

    Args:
        directions: (N, 3) of any length, x to the right, y down, z forward.

    Returns:
        (N, 2) degrees to the right, -180 to 180, and down, -90 to 90; NaN of no direction.

    Raises:
        ValueError: the shape is another.
    """
    rows = np.asarray(directions, np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(f"directions are (N, 3), not {rows.shape}")
    x, y, z = rows.T
    angles: NDArray[np.float64] = np.degrees(
        np.column_stack([np.arctan2(x, z), np.arctan2(y, np.hypot(x, z))])
    )
    angles[~rows.any(axis=1)] = np.nan
    return angles


def mapped_angles_deg(gaze: MappedGaze, camera: Camera) -> Point2:
    """Angles of gaze as a mapper gives it, as seen from the frame's origin; NaN where unknown.

    Args:
        gaze: whose point in space is taken where it has one.
        camera: the scene camera, for gaze that has none.
    """
    if gaze.point_mm is not None:
        x, y = gaze_angles_deg([gaze.point_mm])[0].tolist()
        return x, y
    if gaze.norm_pos is None:
        return math.nan, math.nan
    across, up = gaze.norm_pos
    ray = camera.unproject([(across * camera.width, (1.0 - up) * camera.height)])
    x, y = gaze_angles_deg(ray)[0].tolist()
    return x, y


def angle_between_deg(first_deg: Point2, second_deg: Point2) -> float:
    """Angle between two directions that are given by their angles.

    Args:
        first_deg: to the right and down.
        second_deg: the same of the other.
    """
    ax, ay = map(math.radians, first_deg)
    bx, by = map(math.radians, second_deg)
    # The haversine, which is exact for small angles.
    half = math.sin((by - ay) / 2) ** 2 + math.cos(ay) * math.cos(by) * math.sin((bx - ax) / 2) ** 2
    return math.degrees(2.0 * math.asin(math.sqrt(min(1.0, half))))
