"""Fits polynomials from 2-D pupils to the scene image: ``Gazer2D``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gazewire.gaze.binocular_polynomial import BinocularPolynomial, fit_binocular_polynomial
from gazewire.gaze.failure import NOT_SUFFICIENT_DATA, GazeFitError
from gazewire.gaze.matching import Matches
from gazewire.gaze.moments import moments_together, pupils_of_targets
from gazewire.gaze.parameters import FEATURES, Polynomial2d, Polynomials
from gazewire.gaze.polynomial_model import features
from gazewire.gaze.targets import split_targets
from gazewire.gaze.track import PupilTrack
from gazewire.model import EyeId, PupilDatum
from gazewire.optics import Camera

__all__ = ["fit_incumbent_polynomials", "fit_polynomials"]

_OUTLIER_PX = 70.0
_FURTHEST_NORM = 1e3
_NS_PER_S = 1e9


def fit_polynomials(
    matches: Matches, pupils: Sequence[PupilDatum], scene_camera: Camera
) -> Polynomials:
    """Fit smooth polynomials, which few targets suffice for.

    The maps are those of `fit_binocular_polynomial`, of second order, written as the incumbent's
    polynomials: whoever reads those can use them. An eye that few targets were seen by learns from
    the other. The binocular polynomial is the mean of both eyes', with weights by their errors.

    Args:
        matches: references with `norm_pos`, and their pupils.
        pupils: selected, of both eyes.
        scene_camera: gives pixels their angle; one about right will do.

    Raises:
        GazeFitError: there is nothing to fit to.
    """
    known = [match for match in matches.all if match.reference.norm_pos is not None]
    places = np.array([match.reference.norm_pos for match in known], float).reshape(-1, 2)
    places[~_usable(places)] = np.nan
    # Angles in units of the focal length: near the middle those are what the prior speaks of.
    scale = np.array([scene_camera.width, scene_camera.height]) / scene_camera.focal_px
    tangents = (places - 0.5) * scale
    rays = np.column_stack([tangents, np.ones(len(tangents))])
    runs = split_targets(rays / np.linalg.norm(rays, axis=1, keepdims=True))
    seen = np.array(
        [
            [(np.nan, np.nan) if pupil is None else pupil.norm_pos for pupil in match.eyes]
            for match in known
        ],
        float,
    ).reshape(-1, 2, 2)
    points, _ = pupils_of_targets(seen, rays, runs)
    goals = np.array([np.median(tangents[run], axis=0) for run in runs]).reshape(-1, 2)
    tracks = (_track(pupils, 0), _track(pupils, 1))
    fit = fit_binocular_polynomial(points, goals, moments_together(*tracks), degree=2)
    if fit is None:
        raise GazeFitError(NOT_SUFFICIENT_DATA)
    monocular = [_written_out(fit, eye_id, scale) for eye_id in (0, 1)]
    right, left = monocular
    binocular = None
    if right is not None and left is not None:
        share = _share_of_left(fit, points)
        binocular = Polynomial2d.of(
            np.hstack([share * left[0], (1 - share) * right[0]]),
            share * left[1] + (1 - share) * right[1],
        )
    return Polynomials(
        right=None if right is None else Polynomial2d.of(*right),
        left=None if left is None else Polynomial2d.of(*left),
        binocular=binocular,
    )


def fit_incumbent_polynomials(matches: Matches, scene_camera: Camera) -> Polynomials:
    """Fit as the incumbent does: least squares of all samples, outliers dropped once.

    With both eyes all models are fitted; with one eye alone its own. Of both eyes that never saw a
    reference together, the right one is taken.

    Args:
        matches: references with `norm_pos`, and their pupils.
        scene_camera: in whose pixels outliers are told.

    Raises:
        GazeFitError: there is nothing to fit to.
    """
    size = np.array([scene_camera.width, scene_camera.height], float)

    def of_eye(eye_id: EyeId) -> Polynomial2d | None:
        return _least_squares(
            [
                (reference.norm_pos, features(pupil.norm_pos))
                for reference, pupil in matches.monocular(eye_id)
                if reference.norm_pos is not None
            ],
            size,
        )

    binocular = _least_squares(
        [
            (reference.norm_pos, (*features(left.norm_pos), *features(right.norm_pos)))
            for reference, right, left in matches.binocular
            if reference.norm_pos is not None
        ],
        size,
    )
    right = of_eye(0)
    left = of_eye(1) if binocular is not None or right is None else None
    if right is None and left is None:
        raise GazeFitError(NOT_SUFFICIENT_DATA)
    return Polynomials(right=right, left=left, binocular=binocular)


def _least_squares(
    rows: Sequence[tuple[tuple[float, float], tuple[float, ...]]], size_px: NDArray[np.float64]
) -> Polynomial2d | None:
    goals = np.array([goal for goal, _ in rows], float)
    terms = np.array([row for _, row in rows], float)
    if not len(rows) or not (usable := _usable(goals) & _usable(terms)).any():
        return None
    goals, terms = goals[usable], terms[usable]
    fit = _minimum_norm(terms, goals)
    coefficients, intercept = fit
    error_px = np.linalg.norm((terms @ coefficients.T + intercept - goals) * size_px, axis=1)
    kept = error_px < _OUTLIER_PX
    if kept.any() and not kept.all():
        fit = _minimum_norm(terms[kept], goals[kept])
    return Polynomial2d.of(*fit)


def _usable(rows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows hold numbers that some image could have given."""
    return np.asarray((np.abs(rows) < _FURTHEST_NORM).all(axis=1), np.bool_)


def _minimum_norm(
    terms: NDArray[np.float64], goals: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least squares with intercept, of least norm where columns depend on one another."""
    middle, goal = terms.mean(axis=0), goals.mean(axis=0)
    solution, _, _, _ = np.linalg.lstsq(terms - middle, goals - goal, rcond=None)
    return solution.T, goal - middle @ solution


def _written_out(
    fit: BinocularPolynomial, eye_id: int, scale: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Coefficients (2, 6) and intercept (2,) of the same map, from and to `norm_pos`.

    A polynomial of second order is known by its values at six places that lie on no conic.
    """
    polynomial = fit.eyes[eye_id]
    if polynomial is None:
        return None
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0], [0, 0.5]])
    values = polynomial.terms(corners) @ fit.weights[fit.columns(eye_id)] / scale + 0.5
    x, y = corners.T
    monomials = np.column_stack([x, y, x * y, x * x, y * y, np.ones(len(x))])
    solved = np.linalg.solve(monomials, values)
    coefficients = np.zeros((2, FEATURES))
    coefficients[:, :5] = solved[:5].T
    return coefficients, solved[5]


def _share_of_left(fit: BinocularPolynomial, points_norm: NDArray[np.float64]) -> float:
    """The one weight of the left eye that is best over all targets that both eyes saw."""
    _, covariance = fit.predict_eyes(points_norm)
    both = np.isfinite(covariance).all(axis=(1, 2))
    if not both.any():
        # They never looked at the same: each by its own noise.
        right, left = fit.noise_variance
        return right / (right + left)
    mean = covariance[both].mean(axis=0)
    spread = float(mean[0, 0] + mean[1, 1] - 2 * mean[0, 1])
    share = float(mean[0, 0] - mean[0, 1]) / spread if spread > 0 else 0.5
    return min(max(share, 0.0), 1.0)


def _track(pupils: Sequence[PupilDatum], eye_id: EyeId) -> PupilTrack:
    mine = [pupil for pupil in pupils if pupil.eye_id == eye_id]
    first_ns = min((pupil.timestamp_unix_ns for pupil in pupils), default=0)
    times_s = np.array([(pupil.timestamp_unix_ns - first_ns) / _NS_PER_S for pupil in mine], float)
    points = np.array([pupil.norm_pos for pupil in mine], float).reshape(-1, 2)
    return PupilTrack.of(times_s, points)
