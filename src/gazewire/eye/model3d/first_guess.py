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
from gazewire.eye.model3d.sphere import Estimate, Evidence, Prior, fit_eyeball, robust_costs
from gazewire.optics import unproject_circle

__all__ = ["guess_eyeball"]

_RADII_MM = (1.2, 1.7, 2.4, 3.4)
_MAKERS = 6
_FOLLOWED = 3
_STEPS = 8
# More pupils would make it slow.
_MOST = 48
# Eyeballs that explain a pupil by gazes so near each other are one idea: cosine of 15 degrees.
_SAME = 0.966
# By so much the best idea has to beat any other: a likelihood of e to the tenth.
_CLEARLY = 20.0
# A share of its distance within which each idea is followed, lest one escape along its ray.
_LOOSELY = 0.3


def guess_eyeball(evidence: Evidence, anatomy: EyeAnatomy) -> Estimate | None:
    """Find the eyeball without knowing where to begin.

    Args:
        evidence: pupils, best of many directions.
        anatomy: of the eye.

    Returns:
        The eyeball, or None where another one explains the pupils nearly as well, as it is while
        an eye looks in one direction.
    """
    evidence = evidence.thinned(_MOST)
    candidates = _candidates(evidence, anatomy)
    if not len(candidates):
        return None
    squares = EyeView(candidates, anatomy).chi_squares(evidence.duals, evidence.variances)
    order = np.argsort(robust_costs(squares).sum(axis=1))
    middle = evidence.duals[len(evidence) // 2]
    found: list[Estimate] = []
    for number in _distinct(_gazes(candidates[order], middle, anatomy))[:_FOLLOWED]:
        start_mm = candidates[order[number]]
        prior = Prior.within(start_mm, _LOOSELY * float(np.linalg.norm(start_mm)))
        estimate = fit_eyeball(evidence, start_mm, anatomy, prior=prior, steps=_STEPS)
        if estimate is not None:
            found.append(estimate)
    if not found:
        return None
    found.sort(key=lambda estimate: estimate.cost)
    gazes = _gazes(np.array([estimate.center_mm for estimate in found]), middle, anatomy)
    for number in _distinct(gazes)[1:]:
        if found[number].cost < found[0].cost + _CLEARLY:
            return None
    return found[0]


def _candidates(evidence: Evidence, anatomy: EyeAnatomy) -> NDArray[np.float64]:
    makers = np.linspace(0, len(evidence) - 1, min(_MAKERS, len(evidence))).round().astype(int)
    # The narrowest ellipses tell best where they look.
    narrow = np.argsort(_aspects(evidence.duals))
    candidates: list[NDArray[np.float64]] = []
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


def _gazes(
    centers_mm: NDArray[np.float64], dual: NDArray[np.float64], anatomy: EyeAnatomy
) -> NDArray[np.float64]:
    """(M, 3) unit vectors: where a pupil looks if it belongs to each of (M, 3) eyeballs."""
    view = EyeView(centers_mm, anatomy)
    return view.gazes(view.see(dual[None]))[:, 0]


def _distinct(gazes: NDArray[np.float64]) -> list[int]:
    """Which of (M, 3) directions none before is near to."""
    kept: list[int] = []
    for number, gaze in enumerate(gazes):
        if not kept or (gazes[kept] @ gaze).max() < _SAME:
            kept.append(number)
    return kept
