"""What pupils mean if the eyeball is here: gaze, size, and how well the ellipses agree."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.model3d.anatomy import EyeAnatomy
from gazewire.eye.model3d.appearance import Appearance
from gazewire.optics import ellipse_of_dual, rotation_to_axis

__all__ = ["EyeView", "SeenPupils"]

# Squares of radii in distances from the eyeball's centre: pupils are not wider than 9 mm.
_WIDEST_RADIUS = 0.23
_NARROWEST = 1e-6
# How much too narrow a pupil counts that is too far aside to be this eye's, for the whole way from
# the eyeball's centre to its outline.
_BEYOND_COST = 2.0


@dataclass(frozen=True, slots=True)
class SeenPupils:
    """Pupils as M eyeballs explain them; all arrays are (M, N) but for the vectors.

    Attributes:
        lean: between the gaze and the ray from the pupil, radians.
        turn: between the gaze and the direction from the eyeball to the camera, radians.
        toward_x: of the gaze's direction in the image of a view along the eyeball, a unit vector.
        toward_y: the same.
        off: how far the ellipses are off the middle of that view, tangents.
        half_axis: larger half axis that fits the observed ellipse best, tangents.
        aspect: ratio of the axes that the lean implies.
        radius_mm: of the pupils.
        narrow: by how much the observed ratio of axes is larger than that.
        skew: by how much the ellipse leans aside, as a share of the half axis.
    """

    lean: NDArray[np.float64]
    turn: NDArray[np.float64]
    toward_x: NDArray[np.float64]
    toward_y: NDArray[np.float64]
    off: NDArray[np.float64]
    half_axis: NDArray[np.float64]
    aspect: NDArray[np.float64]
    radius_mm: NDArray[np.float64]
    narrow: NDArray[np.float64]
    skew: NDArray[np.float64]


class EyeView:
    """Cameras turned to the centres of M possible eyeballs.

    Attributes:
        centers_mm: (M, 3) of the eyeballs, camera frame, for an eye of average size.
        rotation: (M, 3, 3) from the camera frame to that of the view.

    Args:
        centers_mm: (M, 3), before the camera.
        anatomy: of all of them.
    """

    def __init__(self, centers_mm: NDArray[np.float64], anatomy: EyeAnatomy) -> None:
        self.centers_mm = centers_mm
        distance_mm = np.sqrt((centers_mm * centers_mm).sum(axis=1))
        self.rotation = rotation_to_axis(centers_mm / distance_mm[:, None])
        self._pupil_mm = anatomy.pupil_distance_mm
        self._appearance = Appearance.of(anatomy)
        # An eyeball that reaches the pinhole is nowhere; let the polynomials stay what they are.
        self._nearness = np.minimum(self._pupil_mm / distance_mm, 0.55)[:, None]
        polynomials = self._appearance.at(self._nearness[:, 0])
        # By quantity, power of place and power of radius, each (M, 1) to meet (M, N).
        self._polynomials = np.moveaxis(polynomials, 0, -1)[..., None]

    def see(self, duals: NDArray[np.float64]) -> SeenPupils:
        """Explain pupils.

        Args:
            duals: (N, 3, 3) dual conics of their outlines, camera frame.
        """
        turned = self.rotation[:, None] @ duals @ self.rotation.transpose(0, 2, 1)[:, None]
        centers, shapes = ellipse_of_dual(turned)
        x, y = centers[..., 0], centers[..., 1]
        square = x * x + y * y
        off = np.sqrt(square)
        is_middle = off < 1e-12
        toward_x = np.where(is_middle, 1.0, x / np.maximum(off, 1e-12))
        toward_y = y / np.maximum(off, 1e-12)
        xx, xy, yy = shapes[..., 0, 0], shapes[..., 0, 1], shapes[..., 1, 1]
        mixed = 2 * xy * toward_x * toward_y
        along = np.maximum(toward_x**2 * xx + mixed + toward_y**2 * yy, _NARROWEST**2)
        across = np.maximum(toward_y**2 * xx - mixed + toward_x**2 * yy, _NARROWEST**2)
        skew = (toward_x**2 - toward_y**2) * xy + toward_x * toward_y * (yy - xx)
        along_half, across_half = np.sqrt(along), np.sqrt(across)

        cos_alpha = 1 / np.sqrt(1 + square)
        sin_alpha = off * cos_alpha
        wanted = (sin_alpha / self._nearness) ** 2
        place = np.minimum(wanted, self._appearance.widest_place)
        by_place = self._by_place(place)
        # The radius matters so little that knowing it without its own effect suffices.
        radius, _ = self._radius(by_place, place, 0.0, cos_alpha, sin_alpha, across_half)
        thick = np.minimum(radius * radius, _WIDEST_RADIUS)
        aspect = np.sqrt(np.minimum(np.maximum(_by_radius(by_place[2], thick), 1e-4), 1.0))
        # Of least squares, the error of a half axis being as large along as across.
        half_axis = (across_half + aspect * along_half) / (1 + aspect * aspect)
        radius, lean = self._radius(by_place, place, thick, cos_alpha, sin_alpha, half_axis)
        beyond = _BEYOND_COST * (np.sqrt(np.maximum(wanted, place)) - np.sqrt(place))
        return SeenPupils(
            lean=lean,
            turn=lean - np.arctan(off),
            toward_x=toward_x,
            toward_y=toward_y,
            off=off,
            half_axis=half_axis,
            aspect=aspect,
            radius_mm=radius * self._pupil_mm,
            narrow=along_half / across_half - aspect + beyond,
            skew=skew / (across * (1 + aspect)),
        )

    def gazes(self, seen: SeenPupils) -> NDArray[np.float64]:
        """Where the pupils look: (M, N, 3) unit vectors out of the eye, camera frame."""
        sin = np.sin(seen.turn)
        # The z axis of a view points from the camera to the eyeball, so that -z is back.
        local = np.stack([sin * seen.toward_x, sin * seen.toward_y, -np.cos(seen.turn)], axis=-1)
        gazes: NDArray[np.float64] = local @ self.rotation
        return gazes

    def chi_squares(
        self, duals: NDArray[np.float64], variances: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """How badly the shapes of ellipses agree.

        Args:
            duals: (N, 3, 3), camera frame.
            variances: (N,) of half axes, over their squares.

        Returns:
            (M, N); about 2 for each pupil where the eyeball is right.
        """
        narrow, skew = self.whitened(self.see(duals), variances)
        squares: NDArray[np.float64] = narrow * narrow + skew * skew
        return squares

    def whitened(
        self, seen: SeenPupils, variances: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both residuals, (M, N), in standard deviations; of pupils with (N,) variances."""
        deviations = np.sqrt(variances)
        # The error of a half axis is as large along as across.
        narrow = seen.narrow / (np.sqrt(1 + seen.aspect**2) * deviations)
        return narrow, seen.skew / (math.sqrt(0.5) * deviations)

    def _by_place(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """(quantity, power of radius, M, N) polynomials of the radius alone."""
        total = self._polynomials[:, -1] * np.ones_like(place)
        for power in range(self._polynomials.shape[1] - 2, -1, -1):
            total = total * place + self._polynomials[:, power]
        return total

    def _radius(
        self,
        by_place: NDArray[np.float64],
        place: NDArray[np.float64],
        thick: NDArray[np.float64] | float,
        cos_alpha: NDArray[np.float64],
        sin_alpha: NDArray[np.float64],
        half_axis: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The pupil's radius over its distance from the eyeball's centre, and its lean."""
        sine = np.minimum(np.maximum(place * _by_radius(by_place[0], thick), 0.0), 1.0)
        cosine, sine = np.sqrt(1 - sine), np.sqrt(sine)
        # The eye turns by the lean less the angle at the camera, which brings the pupil nearer.
        depth = 1 / self._nearness - (cosine * cos_alpha + sine * sin_alpha)
        radius = half_axis * depth / _by_radius(by_place[1], thick)
        return radius, np.arctan2(sine, cosine)


def _by_radius(
    polynomials: NDArray[np.float64], thick: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    result: NDArray[np.float64] = polynomials[0] + thick * (polynomials[1] + thick * polynomials[2])
    return result
