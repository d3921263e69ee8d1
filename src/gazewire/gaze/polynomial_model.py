"""Maps 2-D pupils by polynomials, one pair at a time."""

from __future__ import annotations

import math

from gazewire.gaze.matching import PupilMode
from gazewire.gaze.parameters import Polynomial2d, Polynomials
from gazewire.model import MappedGaze, Point2, PupilDatum

__all__ = ["PolynomialModel", "features"]


class PolynomialModel:
    """A `GazeModel` of 2-D pupils.

    Where both eyes are given and nobody has fitted a binocular model, each eye is mapped alone;
    the incumbent then maps neither.

    Attributes:
        mode: takes pupils of 2-D detectors.

    Args:
        polynomials: what was fitted.
        is_incumbent: whether to map as the incumbent does: pupils that were not found are mapped
            too, to a place that means nothing.
    """

    mode: PupilMode = "2d"

    def __init__(self, polynomials: Polynomials, *, is_incumbent: bool = False) -> None:
        self._monocular = (polynomials.right, polynomials.left)
        self._binocular = polynomials.binocular
        self._is_incumbent = is_incumbent

    def gaze(self, base: tuple[PupilDatum, ...]) -> tuple[MappedGaze, ...]:
        """Map one pupil, or the right and the left."""
        if not self._is_incumbent:
            base = tuple(pupil for pupil in base if pupil.confidence > 0)
        if len(base) == 2 and self._binocular is not None:
            right, left = base
            terms = (*features(left.norm_pos), *features(right.norm_pos))
            return _told(self._binocular, terms, base)
        if len(base) == 2 and self._is_incumbent:
            return ()
        known: tuple[MappedGaze, ...] = ()
        for pupil in sorted(base, key=lambda pupil: pupil.timestamp_unix_ns):
            polynomial = self._monocular[pupil.eye_id]
            if polynomial is not None:
                known += _told(polynomial, features(pupil.norm_pos), (pupil,))
        return known


def features(norm_pos: Point2) -> tuple[float, float, float, float, float, float]:
    """Of one eye: x, y, x y, x², y², x² y²."""
    x, y = norm_pos
    return x, y, x * y, x * x, y * y, x * x * y * y


def _told(
    polynomial: Polynomial2d, terms: tuple[float, ...], base: tuple[PupilDatum, ...]
) -> tuple[MappedGaze, ...]:
    across, down = polynomial.coefficients
    x, y = polynomial.intercept
    for term, along_x, along_y in zip(terms, across, down, strict=True):
        x += term * along_x
        y += term * along_y
    if not (math.isfinite(x) and math.isfinite(y)):
        return ()
    return (
        MappedGaze(
            timestamp_unix_ns=sum(pupil.timestamp_unix_ns for pupil in base) // len(base),
            confidence=sum(pupil.confidence for pupil in base) / len(base),
            base=base,
            norm_pos=(x, y),
        ),
    )
