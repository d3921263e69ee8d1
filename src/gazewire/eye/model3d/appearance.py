"""How a pupil looks through the cornea, as polynomials fitted to traced light.

Seen by a camera that looks at the eyeball's centre, everything is symmetrical about the plane of
the camera, that centre and the gaze. So a few functions of one angle say all: how far the gaze
leans away from the camera, how large the pupil looks, and how narrow. They depend a little on how
near the camera and how wide the pupil is. Lengths count in distances of the pupil from the
eyeball's centre, so that they hold for any size of eye.

Dierkes, Kassner and Bulling (2019, ETRA) correct a model that was fitted without refraction by
polynomials; here refraction is in the model that is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.model3d.anatomy import EyeAnatomy
from gazewire.eye.model3d.refraction import apparent_points

__all__ = ["Appearance"]

# Further aside the iris hides behind the cornea's edge.
_WIDEST_LEAN_DEG = 83.0
# Powers of the place, of the nearness and of the pupil's radius, which is squared.
_DEGREES = (5, 3, 2)
# From a camera that all but touches the lashes to one infinitely far.
_NEARNESSES = (0.02, 0.12, 0.22, 0.3, 0.38, 0.44, 0.5)
_RADII_MM = (0.5, 2.0, 3.5)
_LEANS = 20
_RIM_POINTS = 16


@dataclass(frozen=True, slots=True)
class Appearance:
    """What an anatomy makes of a pupil's image.

    With D the distance of the eyeball's centre from the pinhole, d that of the pupil from the
    eyeball's centre, and alpha the angle between the two as the camera sees them:

    - place s = (D sin alpha / d)², what a camera observes;
    - lean theta, between the gaze and the ray from the pupil: sin² theta is s times ``lean``;
    - size: ``size`` is the larger half axis over what it would be of a disc at the pupil's depth;
    - aspect: ``aspect`` is the square of the ratio of the axes.

    All is good to 0.002 for leans to 70 degrees.

    Attributes:
        coefficients: (3, 6, 4, 3) of lean, size and aspect, by powers of s, of d / D, and of the
            square of the pupil's radius over d.
        widest_place: s beyond which nothing is known.
    """

    coefficients: NDArray[np.float64]
    widest_place: float

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, anatomy: EyeAnatomy) -> Appearance:
        """Trace the light of an anatomy, which takes some tens of milliseconds, once."""
        leans = np.radians(np.linspace(1.0, _WIDEST_LEAN_DEG + 2, _LEANS))
        lean, nearness, radius_mm = np.meshgrid(leans, _NEARNESSES, _RADII_MM, indexing="ij")
        pupil_mm = anatomy.pupil_distance_mm
        # Without refraction the lean would be this; with it, it is a little less.
        turn = lean - np.arcsin(nearness * np.sin(lean))
        offset, narrow, wide = _traced(anatomy, turn, pupil_mm / nearness, radius_mm)
        alpha = np.arctan(offset)
        place = (np.sin(alpha) / nearness) ** 2
        depth_mm = pupil_mm / nearness - pupil_mm * np.cos(turn)
        seen = np.stack(
            [
                np.sin(turn + alpha) ** 2 / place,
                wide * depth_mm / radius_mm,
                (narrow / wide) ** 2,
            ]
        ).reshape(3, -1)
        powers = [
            np.power.outer(values.ravel(), np.arange(degree + 1))
            for values, degree in zip(
                (place, nearness, (radius_mm / pupil_mm) ** 2), _DEGREES, strict=True
            )
        ]
        terms = np.einsum("ni,nj,nk->nijk", *powers).reshape(place.size, -1)
        known = np.isfinite(seen).all(axis=0)
        coefficients, *_ = np.linalg.lstsq(terms[known], seen[:, known].T, rcond=None)
        shape = (3, *(degree + 1 for degree in _DEGREES))
        is_seen = np.degrees(turn + alpha) <= _WIDEST_LEAN_DEG
        return cls(coefficients.T.reshape(shape), float(place[is_seen].max()))

    def at(self, nearness: NDArray[np.float64]) -> NDArray[np.float64]:
        """The polynomials of eyes at known distances.

        Args:
            nearness: (M,) d / D.

        Returns:
            (M, 3, 6, 3) by powers of s and of the square of the pupil's radius over d.
        """
        powers = np.power.outer(nearness, np.arange(self.coefficients.shape[2]))
        at: NDArray[np.float64] = np.einsum("qsnr,mn->mqsr", self.coefficients, powers)
        return at


def _traced(
    anatomy: EyeAnatomy,
    turn: NDArray[np.float64],
    distance_mm: NDArray[np.float64],
    radius_mm: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The ellipse of a pupil for a camera that looks at the eyeball's centre, in tangents.

    Returns:
        How far off the middle it is, and its half axes: in this direction, and across.
    """
    # The other half of the rim is its mirror image.
    angle = (np.arange(_RIM_POINTS) + 0.5) * np.pi / _RIM_POINTS
    turn, distance_mm, radius_mm = turn[..., None], distance_mm[..., None], radius_mm[..., None]
    cos, sin = np.cos(turn), np.sin(turn)
    off = radius_mm * np.cos(angle)
    pupil_mm, cornea_mm = anatomy.pupil_distance_mm, anatomy.cornea_distance_mm
    rim = np.stack(
        [
            pupil_mm * sin + off * cos,
            radius_mm * np.sin(angle) + 0 * turn,
            distance_mm - pupil_mm * cos + off * sin,
        ],
        axis=-1,
    )
    cornea = np.stack(
        [cornea_mm * sin, 0 * sin, distance_mm - cornea_mm * cos], axis=-1
    ) + np.zeros_like(rim)
    seen = apparent_points(rim, cornea, anatomy.cornea_radius_mm, anatomy.refractive_index)
    across, down = seen[..., 0] / seen[..., 2], seen[..., 1] / seen[..., 2]
    return _upright_ellipse(across, down)


def _upright_ellipse(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Fit a x² + b x + c y² = 1 to outlines (..., K), of least algebraic distance."""
    middle = x.mean(axis=-1, keepdims=True)
    unit = y.max(axis=-1, keepdims=True)
    x, y = (x - middle) / unit, y / unit
    terms = np.stack([x * x, x, y * y], axis=-1)
    normal = np.einsum("...ki,...kj->...ij", terms, terms)
    # An outline that is not seen whole is no ellipse; any numbers do that are not singular.
    normal = np.where(np.isfinite(normal), normal, np.eye(3))
    right = terms.sum(axis=-2)
    a, b, c = np.moveaxis(np.linalg.solve(normal, right[..., None])[..., 0], -1, 0)
    level = 1 + b * b / (4 * a)
    unit = unit[..., 0]
    return (
        middle[..., 0] - b / (2 * a) * unit,
        np.sqrt(level / a) * unit,
        np.sqrt(level / c) * unit,
    )
