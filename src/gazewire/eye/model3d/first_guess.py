"""The first idea of where an eyeball is, from nothing but ellipses.

A single ellipse is the image of two circles for each size of the pupil, and behind each there may
be an eyeball (Świrski and Dodgson 2013, section 3.1). So a few ellipses make some dozens of
eyeballs, and all ellipses together vote: the true one explains them all, the mirrored one only the
ellipse that it was made from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.model3d.anatomy import EyeAnatomy
from gazewire.eye.model3d.eye_view import EyeView
from gazewire.eye.model3d.sphere import Estimate, Evidence, fit_eyeball, robust_costs
from gazewire.optics import unproject_circle

__all__ = ["guess_eyeball"]

_RADII_MM = (1.2, 1.7, 2.4, 3.4)
_MAKERS = 6
_FOLLOWED = 4
_STEPS = 10
# Eyeballs so near each other, in distances of pupils from their centres, are one idea.
_SAME = 0.35
# By so much the best idea has to beat any other: a likelihood of e to the tenth.
_CLEARLY = 20.0


def guess_eyeball(evidence: Evidence, anatomy: EyeAnatomy) -> Estimate | None:
    """Find the eyeball without knowing where to begin.

    Args:
        evidence: pupils, best of many directions.
        anatomy: of the eye.

    Returns:
        The eyeball, or None where another one explains the pupils nearly as well, as it is while
        an eye looks in one direction.
    """
    candidates = _candidates(evidence, anatomy)
    if not len(candidates):
        return None
    squares = EyeView(candidates, anatomy).chi_squares(evidence.duals, evidence.variances)
    costs = robust_costs(squares).sum(axis=1)
    ideas: list[NDArray[np.float64]] = []
    found: list[Estimate] = []
    for number in np.argsort(costs):
        if any(_are_same(candidates[number], idea, anatomy) for idea in ideas):
            continue
        ideas.append(candidates[number])
        estimate = fit_eyeball(evidence, candidates[number], anatomy, steps=_STEPS)
        if estimate is not None:
            found.append(estimate)
        if len(ideas) == _FOLLOWED:
            break
    found.sort(key=lambda estimate: estimate.cost)
    for other in found[1:]:
        is_other = not _are_same(found[0].center_mm, other.center_mm, anatomy)
        if is_other and other.cost < found[0].cost + _CLEARLY:
            return None
    return found[0] if found else None


def _candidates(evidence: Evidence, anatomy: EyeAnatomy) -> NDArray[np.float64]:
    makers = np.linspace(0, len(evidence) - 1, min(_MAKERS, len(evidence))).round().astype(int)
    # The narrowest ellipses tell best where they look.
    narrow = np.argsort(_aspects(evidence.duals))
    candidates = []
    for maker in {*makers.tolist(), *narrow[:2].tolist()}:
        circles = unproject_circle(evidence.duals[maker])
        if circles is None:
            continue
        centers, normals = circles
        # Refraction makes the pupil 1.13 times as large.
        pupils = np.multiply.outer(np.multiply(_RADII_MM, 1.13), centers)
        candidates.extend((pupils - anatomy.pupil_distance_mm * normals).reshape(-1, 3))
    return np.array(candidates).reshape(-1, 3)


def _aspects(duals: NDArray[np.float64]) -> NDArray[np.float64]:
    shapes = duals[:, :2, 2, None] * duals[:, None, :2, 2] - duals[:, :2, :2]
    values = np.linalg.eigvalsh(shapes)
    aspects: NDArray[np.float64] = values[:, 0] / values[:, 1]
    return aspects


def _are_same(one: NDArray[np.float64], other: NDArray[np.float64], anatomy: EyeAnatomy) -> bool:
    # The distance is known last: what lies on one ray is one idea.
    far, near = max(np.linalg.norm(one), np.linalg.norm(other)), anatomy.pupil_distance_mm
    between = one / np.linalg.norm(one) - other / np.linalg.norm(other)
    return bool(np.linalg.norm(between) * far < _SAME * near)
