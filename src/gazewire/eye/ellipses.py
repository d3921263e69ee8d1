"""Many ellipses at once, in the form in which rays from their centres are easily cast.

An ellipse is the image of the unit circle: a point of it is ``center + shape @ (cos t, sin t)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ellipses", "Floats"]

Floats = NDArray[np.floating]
"""Of any precision."""


@dataclass(frozen=True, slots=True)
class Ellipses:
    """K ellipses.

    Attributes:
        centers: (K, 2), x and y in pixels.
        shapes: (K, 2, 2), takes the unit circle to the outline about the centre.
    """

    centers: Floats
    shapes: Floats

    @classmethod
    def of_covariances(cls, centers: Floats, covariances: Floats) -> Ellipses:
        """The ellipses that are filled evenly with these moments.

        Args:
            centers: (K, 2).
            covariances: (K, 3): xx, xy and yy.
        """
        # The square root of a symmetric matrix of two rows, by Cayley and Hamilton. An ellipse
        # that is filled evenly has a variance of a quarter of its squared half axis.
        xx, xy, yy = covariances.T
        root = np.sqrt(np.maximum(xx * yy - xy * xy, 1e-3))
        scale = 2 / np.sqrt(xx + yy + 2 * root)
        shapes = np.empty((len(centers), 2, 2), np.float32)
        shapes[:, 0, 0] = (xx + root) * scale
        shapes[:, 1, 1] = (yy + root) * scale
        shapes[:, 0, 1] = shapes[:, 1, 0] = xy * scale
        return cls(np.asarray(centers, np.float32), shapes)

    @classmethod
    def of_axes(
        cls, center: tuple[float, float], axes: tuple[float, float], angle_deg: float
    ) -> Ellipses:
        """A single one from full axes and the direction of the first."""
        cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
        first, second = axes[0] / 2, axes[1] / 2
        shape = [[first * cos, -second * sin], [first * sin, second * cos]]
        return cls(np.array([center], np.float32), np.array([shape], np.float32))

    def __len__(self) -> int:
        """How many."""
        return len(self.centers)

    def __getitem__(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> Ellipses:
        """Some of them."""
        return Ellipses(self.centers[chosen], self.shapes[chosen])

    def joined(self, others: Ellipses) -> Ellipses:
        """These and others."""
        return Ellipses(
            np.concatenate([self.centers, others.centers]),
            np.concatenate([self.shapes, others.shapes]),
        )

    def grown(self, by_px: float) -> Ellipses:
        """The same with half axes longer by about so much."""
        return Ellipses(self.centers, self.shapes * (1 + by_px / self.radii)[:, None, None])

    def scaled(self, factor: float) -> Ellipses:
        """The same in an image of so many times the width, pixel centres at whole numbers."""
        return Ellipses(self.centers * factor + (factor - 1) / 2, self.shapes * factor)

    def moved(self, modes: Floats) -> Ellipses:
        """Each changed a little, in its own coordinates: (K, 5), see `gazewire.eye.rays.Rays`."""
        grow, stretch, shear = modes[:, 0], modes[:, 3], modes[:, 4]
        change = np.empty_like(self.shapes)
        change[:, 0, 0] = 1 + grow + stretch
        change[:, 1, 1] = 1 + grow - stretch
        change[:, 0, 1] = change[:, 1, 0] = shear
        step = self.shapes @ modes[:, 1:3, None]
        return Ellipses(self.centers + step[:, :, 0], self.shapes @ change)

    @property
    def radii(self) -> Floats:
        """(K,) geometric mean of the half axes."""
        (a, b), (c, d) = self.shapes.transpose(1, 2, 0)
        radii: Floats = np.sqrt(np.maximum(np.abs(a * d - b * c), 1e-6))
        return radii

    @property
    def roundness(self) -> Floats:
        """(K,) smaller axis by larger one."""
        (a, b), (c, d) = self.shapes.transpose(1, 2, 0)
        # The singular values of a 2 x 2 matrix: half the sum and the difference of two lengths.
        sums, differences = np.hypot(a + d, c - b), np.hypot(a - d, b + c)
        roundness: Floats = np.abs(sums - differences) / np.maximum(sums + differences, 1e-6)
        return roundness

    @property
    def flatness(self) -> Floats:
        """(K, 2), the modes *stretch* and *shear* that make each a circle, to first order."""
        squares = self.shapes.transpose(0, 2, 1) @ self.shapes
        xx, yy = squares[:, 0, 0], squares[:, 1, 1]
        flatness = np.empty((len(squares), 2), np.float32)
        flatness[:, 0] = yy - xx
        flatness[:, 1] = -2 * squares[:, 0, 1]
        flatness /= 2 * (xx + yy)[:, None]
        return flatness

    def outline(self, index: int) -> tuple[tuple[float, float], tuple[float, float], float]:
        """Centre, full axes, the smaller one first, and its direction in degrees, 0 to 180."""
        x, y = self.centers[index].tolist()
        (a, b), (c, d) = self.shapes[index].tolist()
        # Singular values and left singular vectors of a 2 x 2 matrix in closed form.
        sums, differences = math.hypot(a + d, c - b), math.hypot(a - d, b + c)
        turn = (math.atan2(c - b, a + d) + math.atan2(b + c, a - d)) / 2
        larger, smaller = sums + differences, abs(sums - differences)
        return (x, y), (smaller, larger), (math.degrees(turn) + 90.0) % 180.0
