"""Where a point in space falls in the scene image, one point at a time."""

from __future__ import annotations

import math

import numpy as np

from gazewire.model import Point2, Vector3
from gazewire.optics import Camera

__all__ = ["SceneProjection"]

_FURTHEST_NORM = 100.0
_TABLE_SIZE = 1000
_WIDEST_TANGENT = 10.0


class SceneProjection:
    """Projects points into a scene image, also such as lie far outside.

    A distortion model is fitted inside the image. Far outside, its polynomial may turn back and put
    what is behind the wearer's shoulder in the middle; so points are held at the widest angle at
    which the image still grows.

    Args:
        camera: whose image.
    """

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._size = (float(camera.width), float(camera.height))
        self._widest = _widest_tangent(camera)

    def norm_pos(self, point_mm: Vector3, *, is_held: bool = True) -> Point2 | None:
        """Place in the image as a part of its size, origin bottom left.

        Args:
            point_mm: scene camera frame.
            is_held: whether points beyond the widest angle are held there; if not, they fall where
                the polynomial says.

        Returns:
            Each part within ±100; None of a point that is not in front of the camera.
        """
        x, y, z = point_mm
        if not z > 0:
            return None
        tangent = math.hypot(x, y) / z
        if is_held and tangent > self._widest:
            x, y = x * self._widest / tangent, y * self._widest / tangent
        ((x_px, y_px),) = self._camera.project(((x, y, z),)).tolist()
        width, height = self._size
        norm = _clamped(x_px / width), _clamped(1.0 - y_px / height)
        return norm if math.isfinite(norm[0]) and math.isfinite(norm[1]) else None


def _clamped(part: float) -> float:
    return min(max(part, -_FURTHEST_NORM), _FURTHEST_NORM)


def _widest_tangent(camera: Camera) -> float:
    tangents = np.linspace(0.0, _WIDEST_TANGENT, _TABLE_SIZE)
    ones = np.ones_like(tangents)
    points_px = camera.project(np.column_stack([tangents, 0 * tangents, ones]))
    falling = np.flatnonzero(np.diff(points_px[:, 0]) <= 0)
    return float(tangents[falling[0]]) if len(falling) else math.inf
