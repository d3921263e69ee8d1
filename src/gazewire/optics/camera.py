"""A calibrated camera: where a direction falls in its image, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Camera", "Lens"]

Lens = Literal["radial", "fisheye"]
"""Which of OpenCV's two models the distortion coefficients belong to."""

_TABLE_SIZE = 4096
# No lens of the radial model shows more than this tangent, about 84 degrees off the axis.
_WIDEST_TANGENT = 10.0
_NEWTON_STEPS = 8
_COEFFICIENTS: dict[Lens, tuple[int, ...]] = {"radial": (0, 4, 5, 8), "fisheye": (0, 4)}
_UNDISTORTED: dict[Lens, tuple[float, ...]] = {"radial": (0.0,) * 5, "fisheye": (0.0,) * 4}


@dataclass(frozen=True)
class Camera:
    """A pinhole with the distortion of a lens.

    The radial model has OpenCV's coefficients k1, k2, p1, p2[, k3[, k4, k5, k6]]; with tangents
    x = X / Z and y = Y / Z, and s = x² + y², a point falls on

        x (1 + k1 s + k2 s² + k3 s³) / (1 + k4 s + k5 s² + k6 s³) + 2 p1 x y + p2 (s + 2 x²)

    across, and likewise down (Heikkilä and Silvén 1997). The fisheye model has k1 to k4; a point
    at an angle θ from the axis falls θ (1 + k1 θ² + k2 θ⁴ + k3 θ⁶ + k4 θ⁸) from the middle (Kannala
    and Brandt 2006). Beyond the widest angle that a model can tell apart, directions are those of
    the widest one.

    Attributes:
        width: pixels in a row.
        height: rows.
        focal_px: focal length across and down.
        middle_px: where the optical axis meets the image.
        distortion: coefficients; empty or zeros of a camera without distortion.
        lens: which model they belong to.

    Raises:
        ValueError: this is no camera.
    """

    width: int
    height: int
    focal_px: tuple[float, float]
    middle_px: tuple[float, float]
    distortion: tuple[float, ...] = ()
    lens: Lens = "radial"

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"an image of {self.width} x {self.height} px has no pixels")
        numbers = (*self.focal_px, *self.middle_px, *self.distortion)
        if not all(map(math.isfinite, numbers)) or min(self.focal_px) <= 0:
            raise ValueError(f"focal lengths are positive and all numbers finite, not {numbers}")
        if self.lens not in _COEFFICIENTS:
            raise ValueError(f"a lens is radial or fisheye, not {self.lens!r:.80}")
        if len(self.distortion) not in _COEFFICIENTS[self.lens]:
            raise ValueError(f"a {self.lens} lens has not {len(self.distortion)} coefficients")

    @classmethod
    def from_core(cls, intrinsics: Mapping[str, object]) -> Camera:
        """Read the intrinsics of the Core programs.

        Args:
            intrinsics: ``resolution`` [width, height], ``camera_matrix`` 3 x 3, ``dist_coefs`` of
                any nesting, and ``cam_type`` (``radial``, ``fisheye``; ``dummy`` is one without
                distortion).

        Raises:
            ValueError: something is missing or is not what it should be.
        """
        try:
            width, height = np.ravel(np.asarray(intrinsics["resolution"])).tolist()
            matrix = np.asarray(intrinsics["camera_matrix"], float).reshape(3, 3)
            coefficients = np.ravel(np.asarray(intrinsics.get("dist_coefs", ()), float)).tolist()
            kind = intrinsics.get("cam_type", "radial")
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"these are no camera intrinsics: {error}") from error
        if kind == "dummy":
            coefficients, kind = [], "radial"
        if kind not in {"radial", "fisheye"}:
            raise ValueError(f"a camera is radial, fisheye or dummy, not {kind!r:.80}")
        return cls(
            width=int(width),
            height=int(height),
            focal_px=(float(matrix[0, 0]), float(matrix[1, 1])),
            middle_px=(float(matrix[0, 2]), float(matrix[1, 2])),
            distortion=tuple(coefficients),
            lens="fisheye" if kind == "fisheye" else "radial",
        )

    def to_core(self) -> dict[str, object]:
        """Write the intrinsics as the Core programs do; see `from_core`.

        Coefficients of a lens without distortion are zeros.
        """
        return {
            "camera_matrix": self.matrix.tolist(),
            "dist_coefs": [list(self.distortion or _UNDISTORTED[self.lens])],
            "resolution": [self.width, self.height],
            "cam_type": self.lens,
        }

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """(3, 3) camera matrix; not to be written to."""
        (fx, fy), (cx, cy) = self.focal_px, self.middle_px
        matrix = np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])
        matrix.flags.writeable = False
        return matrix

    def project(self, points: ArrayLike) -> NDArray[np.float64]:
        """Pixels of points in space.

        Args:
            points: (N, 3) in any unit, camera frame.

        Returns:
            (N, 2); NaN of a point that is not in front of the camera.
        """
        xyz = _rows(points, 3)
        with np.errstate(divide="ignore", invalid="ignore"):
            tangents = np.where(xyz[:, 2:] > 0, xyz[:, :2] / xyz[:, 2:], np.nan)
        return self._distorted(tangents) * self.focal_px + self.middle_px

    def unproject(self, points_px: ArrayLike) -> NDArray[np.float64]:
        """Directions of pixels.

        Args:
            points_px: (N, 2), inside the image or not.

        Returns:
            (N, 3) unit vectors, camera frame; NaN in gives NaN out.
        """
        rays = np.column_stack([tangents := self._tangents(points_px), np.ones(len(tangents))])
        unit: NDArray[np.float64] = rays / np.linalg.norm(rays, axis=1, keepdims=True)
        return unit

    def undistort(self, points_px: ArrayLike) -> NDArray[np.float64]:
        """Where pixels would be without distortion, for the same focal lengths and middle.

        Args:
            points_px: (N, 2).

        Returns:
            (N, 2).
        """
        return self._tangents(points_px) * self.focal_px + self.middle_px

    def distort(self, points_px: ArrayLike) -> NDArray[np.float64]:
        """Undo `undistort`; both (N, 2)."""
        ideal = (_rows(points_px, 2) - self.middle_px) / self.focal_px
        return self._distorted(ideal) * self.focal_px + self.middle_px

    def _tangents(self, points_px: ArrayLike) -> NDArray[np.float64]:
        image = (_rows(points_px, 2) - self.middle_px) / self.focal_px
        if not any(self.distortion):
            return image
        wanted = np.hypot(image[:, 0], image[:, 1])
        ideal, seen = self._table
        radius = np.interp(wanted, seen, ideal)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(wanted > 0, radius / wanted, 1.0)
        tangents: NDArray[np.float64] = image * scale[:, None]
        return self._refined(tangents, image, wanted < seen[-1])

    def _refined(
        self, start: NDArray[np.float64], image: NDArray[np.float64], is_inside: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Newton's method in two dimensions: the table is coarse and knows no tangential terms."""
        tangents = start.copy()
        step = 1e-7
        aside, below = np.array([step, 0.0]), np.array([0.0, step])
        for _ in range(_NEWTON_STEPS):
            # All three at once: of a few points the calls are what takes time.
            beside = np.concatenate([tangents, tangents + aside, tangents + below])
            here, right, under = self._distorted(beside).reshape(3, -1, 2)
            error, across, down = here - image, (right - here) / step, (under - here) / step
            determinant = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
            with np.errstate(divide="ignore", invalid="ignore"):
                move = np.column_stack(
                    [
                        (error[:, 0] * down[:, 1] - error[:, 1] * down[:, 0]) / determinant,
                        (error[:, 1] * across[:, 0] - error[:, 0] * across[:, 1]) / determinant,
                    ]
                )
            # At the edge of what the model can tell apart the first guess is as good as any.
            is_good = is_inside & (np.abs(move) < 0.1).all(axis=1)
            tangents[is_good] -= move[is_good]
            if not is_good.any() or np.abs(move[is_good]).max() < 1e-12:
                break
        return tangents

    @cached_property
    def _table(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Radii before and after distortion, as far as they rise together."""
        if self.lens == "fisheye":
            ideal = np.tan(np.linspace(0.0, math.atan(_WIDEST_TANGENT), _TABLE_SIZE))
        else:
            ideal = np.linspace(0.0, _WIDEST_TANGENT, _TABLE_SIZE)
        seen = ideal * self._radial_gain(ideal)
        falling = np.flatnonzero(np.diff(seen) <= 0)
        end = int(falling[0]) + 1 if len(falling) else _TABLE_SIZE
        return ideal[:end], seen[:end]

    def _radial_gain(self, radius: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.lens == "fisheye":
            k1, k2, k3, k4 = _padded(self.distortion, 4)
            theta = np.arctan(radius)
            square = theta * theta
            bent = theta * (1 + square * (k1 + square * (k2 + square * (k3 + square * k4))))
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.where(radius > 0, bent / radius, 1.0)
        k1, k2, _, _, k3, k4, k5, k6 = _padded(self.distortion, 8)
        square = radius * radius
        above = 1 + square * (k1 + square * (k2 + square * k3))
        below = 1 + square * (k4 + square * (k5 + square * k6))
        gain: NDArray[np.float64] = above / below
        return gain

    def _distorted(self, tangents: NDArray[np.float64]) -> NDArray[np.float64]:
        if not any(self.distortion):
            return tangents
        x, y = tangents.T
        radius = np.hypot(x, y)
        image: NDArray[np.float64] = tangents * self._radial_gain(radius)[:, None]
        if self.lens == "radial":
            _, _, p1, p2, *_ = _padded(self.distortion, 8)
            square = radius * radius
            image[:, 0] += 2 * p1 * x * y + p2 * (square + 2 * x * x)
            image[:, 1] += 2 * p2 * x * y + p1 * (square + 2 * y * y)
        return image


def _padded(coefficients: tuple[float, ...], count: int) -> tuple[float, ...]:
    return coefficients + (0.0,) * (count - len(coefficients))


def _rows(points: ArrayLike, columns: int) -> NDArray[np.float64]:
    array = np.asarray(points, float)
    if array.ndim != 2 or array.shape[1] != columns:
        raise ValueError(f"points are (N, {columns}), not {array.shape}")
    return array
