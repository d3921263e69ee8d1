"""The camera that looks at one eye, and the two lamps beside it.

Two frames meet here, both in millimetres, right-handed, x to the right, y down, z forward. The
*scene camera frame* looks where the wearer looks; the left eye has negative x in it. The *eye
camera frame* has its origin in the pinhole of the eye camera and looks at the eye, so that the
right of its picture is the wearer's left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Vector3

__all__ = ["EYE_IMAGE_SIZE_PX", "EyeCamera", "Rows", "Side"]

Side = Literal["left", "right"]
"""An eye of the wearer, named as the wearer would."""

Rows = tuple[Vector3, Vector3, Vector3]
"""Rows of a 3 x 3 matrix."""

EYE_IMAGE_SIZE_PX = 192
"""Width and height of the picture of one eye."""

# Where Neon has its cameras, from the two factory calibrations that are published with
# pl-neon-recording (MIT), made symmetrical and rounded: in the bridge of the frame, nasal to the
# eye, a little below it and some 30 mm before the centre of the eyeball.
_POSITION_MM = (16.6, 19.6, -7.6)
_FORWARD = (0.526, -0.189, -0.829)
_ACROSS = (-0.838, 0.052, -0.543)
# Two lamps, level with each other, below the lens. Their places are not published: these put two
# separate glints on the lower half of an iris, as seen in pictures of such glasses.
_LAMPS_MM = ((-6.0, 4.5, 0.5), (6.0, 4.5, 0.5))


@dataclass(frozen=True, slots=True)
class EyeCamera:
    """An ideal camera of 192 x 192 pixels, its optical axis through the middle of the picture.

    Attributes:
        focal_px: focal length in pixels.
        position_mm: the pinhole, scene camera frame.
        rotation: 3 x 3, takes directions of the eye camera frame to the scene camera frame: its
            columns are the axes of this camera.
        lamps_mm: the infrared lamps, eye camera frame.
    """

    focal_px: float
    position_mm: Vector3
    rotation: Rows
    lamps_mm: tuple[Vector3, Vector3] = _LAMPS_MM

    @classmethod
    def of_neon(
        cls,
        side: Side,
        *,
        focal_px: float = 140.0,
        moved_mm: Vector3 = (0.0, 0.0, 0.0),
        turned_rad: Vector3 = (0.0, 0.0, 0.0),
    ) -> EyeCamera:
        """The camera of one eye, where Neon has it, but for the given tolerances of making it.

        Args:
            side: which eye it looks at.
            focal_px: focal length.
            moved_mm: how far it is out of place, scene camera frame.
            turned_rad: a small turn about its own x, y and z axis.
        """
        mirror = np.array([1.0 if side == "right" else -1.0, 1.0, 1.0])
        forward = mirror * _FORWARD
        forward /= np.linalg.norm(forward)
        # A mirrored camera would look at a mirrored world; only its place and its view are.
        across = np.array(_ACROSS) * [1.0, mirror[0], mirror[0]]
        across -= forward * (forward @ across)
        across /= np.linalg.norm(across)
        axes = np.stack([across, np.cross(forward, across), forward], axis=1)
        x, y, z = turned_rad
        turn = np.array([[1.0, -z, y], [z, 1.0, -x], [-y, x, 1.0]])
        # The nearest rotation to a small turn.
        left, _, right = np.linalg.svd(axes @ turn)
        rotation = (left @ right).tolist()
        position = (mirror * _POSITION_MM + moved_mm).tolist()
        rows = (_triple(rotation[0]), _triple(rotation[1]), _triple(rotation[2]))
        return cls(focal_px, _triple(position), rows)

    @property
    def camera_matrix(self) -> NDArray[np.float64]:
        """The pinhole's matrix, (3, 3) float64, pixels; pixel centres are whole numbers."""
        middle = (EYE_IMAGE_SIZE_PX - 1) / 2
        return np.array([[self.focal_px, 0, middle], [0, self.focal_px, middle], [0, 0, 1.0]])

    @property
    def to_scene(self) -> NDArray[np.float64]:
        """(4, 4) float64, takes points of the eye camera frame to the scene camera frame, mm."""
        affine = np.eye(4)
        affine[:3, :3], affine[:3, 3] = self.rotation, self.position_mm
        return affine

    def from_scene(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the scene camera frame in the eye camera frame, both (..., 3) mm."""
        return self.turn_from_scene(points_mm - np.array(self.position_mm))

    def turn_from_scene(self, directions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Directions of the scene camera frame in the eye camera frame, both (..., 3)."""
        turned: NDArray[np.float64] = directions @ np.array(self.rotation)
        return turned

    def project(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels, (..., 2), of points of the eye camera frame, (..., 3), that lie before it."""
        middle = (EYE_IMAGE_SIZE_PX - 1) / 2
        tangents: NDArray[np.float64] = points_mm[..., :2] / points_mm[..., 2:]
        return middle + self.focal_px * tangents

    def rays(self, points_px: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unit vectors, (..., 3), eye camera frame, along which pixels, (..., 2), look."""
        middle = (EYE_IMAGE_SIZE_PX - 1) / 2
        tangents = (points_px - middle) / self.focal_px
        rays = np.concatenate([tangents, np.ones_like(tangents[..., :1])], axis=-1)
        unit: NDArray[np.float64] = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
        return unit


def _triple(values: list[float]) -> Vector3:
    x, y, z = values
    return x, y, z
