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
_COEFFICIENTS = 8


class SceneProjection:
    """Projects points into a scene image, also such as lie far outside.

    A distortion model is fitted inside the image. Far outside, its polynomial may turn back and put
    what is behind the wearer's shoulder in the middle; so points are held at the widest angle at
    which the image still grows.

    It computes what `Camera.project` does, with plain numbers: for one point arrays take twenty
    times as long, and gaze comes hundreds of times a second on an event loop.

    Args:
        camera: whose image.
    """

    def __init__(self, camera: Camera) -> None:
        self._size = (float(camera.width), float(camera.height))
        self._focal = camera.focal_px
        self._middle = camera.middle_px
        self._is_fisheye = camera.lens == "fisheye"
        given = camera.distortion
        self._distortion = given + (0.0,) * (_COEFFICIENTS - len(given))
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
        x, y = x / z, y / z
        tangent = math.hypot(x, y)
        if is_held and tangent > self._widest:
            x, y = x * self._widest / tangent, y * self._widest / tangent
        try:
            x, y = self._fisheye(x, y) if self._is_fisheye else self._radial(x, y)
        except (OverflowError, ZeroDivisionError):
            return None
        x_px, y_px = x * self._focal[0] + self._middle[0], y * self._focal[1] + self._middle[1]
        if not (math.isfinite(x_px) and math.isfinite(y_px)):
            return None
        width, height = self._size
        return _clamped(x_px / width), _clamped(1.0 - y_px / height)

    def _radial(self, x: float, y: float) -> Point2:
        k1, k2, p1, p2, k3, k4, k5, k6 = self._distortion
        square = x * x + y * y
        above = 1 + square * (k1 + square * (k2 + square * k3))
        gain = above / (1 + square * (k4 + square * (k5 + square * k6)))
        return (
            x * gain + 2 * p1 * x * y + p2 * (square + 2 * x * x),
            y * gain + 2 * p2 * x * y + p1 * (square + 2 * y * y),
        )

    def _fisheye(self, x: float, y: float) -> Point2:
        radius = math.hypot(x, y)
        if radius == 0:
            return x, y
        k1, k2, k3, k4, *_ = self._distortion
        theta = math.atan(radius)
        square = theta * theta
        bent = theta * (1 + square * (k1 + square * (k2 + square * (k3 + square * k4))))
        return x * bent / radius, y * bent / radius


def _clamped(part: float) -> float:
    return min(max(part, -_FURTHEST_NORM), _FURTHEST_NORM)


def _widest_tangent(camera: Camera) -> float:
    tangents = np.linspace(0.0, _WIDEST_TANGENT, _TABLE_SIZE)
    points = np.column_stack([tangents, np.zeros(_TABLE_SIZE), np.ones(_TABLE_SIZE)])
    falling = np.flatnonzero(np.diff(camera.project(points)[:, 0]) <= 0)
    return float(tangents[falling[0]]) if len(falling) else math.inf
