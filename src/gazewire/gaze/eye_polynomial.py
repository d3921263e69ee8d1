"""A smooth map from one eye's pupil to the scene, from a handful of targets.

The pupil's place in the eye image is a projection of a point on a turning sphere, and direction
cosines of gaze are those of the same turning, seen from a scene camera that is turned against the
eye camera. Let u and v be the pupil's displacement in radii of that sphere. Then a direction cosine
is

    a u + b v + c sqrt(1 - u² - v²)  =  c + a u + b v - c/2 (u² + v²) - ...

so it is linear but for one bend, of known shape: a bowl, whose depth is the sine of the angle
between the cameras. Perspective, refraction, and axes of eye and gaze that are not the same add
bends of all shapes, but small ones. That is all that a calibration of few targets need not tell,
and it stands here as the prior of a Bayesian linear regression: nothing is known of the linear
terms, much of the rest.

How noisy the targets are, and how strange the bends of this eye, the evidence decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["EyeFit", "EyePolynomial", "fit_eye", "outlying_target"]

# Direction cosines for a pupil that moves by one radius of its sphere: any rotation will do.
_SLOPE_SD = 3.0
# Half the sine of the angle between the cameras, which may be 45 degrees.
_BOWL_SD = 0.35
# Second order of other shapes; and third order, of the shape that perspective has, and of others.
_BEND_SD = 0.06
_BEND_LOG_SD = 0.7
_BENDS = (0.03, 0.06, 0.12, 0.25)
_THIRD_BOWL_SD = 0.02
_THIRD_SD = 0.01
# People look, and heads and headsets stay, within 0.7 degrees of where they should, with a factor
# of 2 either way.
_NOISE_SD = 0.012
_NOISE_LOG_SD = 0.7
_NOISES = (0.002, 0.003, 0.005, 0.008, 0.012, 0.02, 0.03, 0.05)
# Radii of eyes, as a part of the image's width: from far cameras and near ones.
_SMALLEST_RADIUS, _USUAL_RADIUS, _LARGEST_RADIUS = 0.15, 0.4, 1.0
_LEAST_TARGETS_FOR_RADIUS = 4
_SUSPECTS = 3


@dataclass(frozen=True)
class EyePolynomial:
    """The terms of the map: polynomials of a pupil's place, in radii of the sphere it turns on.

    Attributes:
        center_norm: place of no displacement.
        radius_norm: length of one, as a part of the image.
        degree: highest order, 1 to 3.
    """

    center_norm: tuple[float, float]
    radius_norm: float
    degree: int

    @property
    def size(self) -> int:
        """How many terms there are."""
        return (self.degree + 1) * (self.degree + 2) // 2

    def terms(self, points_norm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Terms (N, K) at places (N, 2); NaN in gives NaN out, but for the constant.

        With the displacement u, v they are 1; u, v; u² + v², u² - v², 2 u v; u (u² + v²), v (u² +
        v²), u³ - 3 u v², 3 u² v - v³: within each order they turn into one another as the camera is
        turned, so that the prior is the same for all cameras (they are the Zernike family).
        """
        u, v = ((points_norm - self.center_norm) / self.radius_norm).T
        square, other = u * u + v * v, u * u - v * v
        columns = [np.ones_like(u), u, v, square, other, 2 * u * v]
        columns += [u * square, v * square, u * (other - 2 * v * v), v * (other + 2 * u * u)]
        return np.column_stack(columns[: self.size])

    def prior_variance(self, bend_sd: float) -> NDArray[np.float64]:
        """(K,) prior variances of the terms' weights."""
        third = [_THIRD_BOWL_SD, _THIRD_BOWL_SD, _THIRD_SD, _THIRD_SD]
        deviations = [_SLOPE_SD, _SLOPE_SD, _SLOPE_SD, _BOWL_SD, bend_sd, bend_sd, *third]
        return np.square(deviations[: self.size])


@dataclass(frozen=True)
class EyeFit:
    """What one eye's targets tell.

    Attributes:
        polynomial: its terms.
        noise_variance: of one target, in direction cosines.
        bend_sd: how bent the map may be.
        weights: (K, 2) posterior mean.
        covariance: (K, K) posterior, of either column of `weights`.
    """

    polynomial: EyePolynomial
    noise_variance: float
    bend_sd: float
    weights: NDArray[np.float64]
    covariance: NDArray[np.float64]

    def predict(
        self, points_norm: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Directions of gaze.

        Args:
            points_norm: (N, 2).

        Returns:
            (N, 2) direction cosines, and (N,) the variance of a target's about each.
        """
        terms = self.polynomial.terms(points_norm)
        variance = np.einsum("nk,kl,nl->n", terms, self.covariance, terms)
        return terms @ self.weights, variance + self.noise_variance


def fit_eye(
    points_norm: NDArray[np.float64],
    cosines: NDArray[np.float64],
    counts: NDArray[np.float64] | None = None,
    degree: int = 3,
) -> EyeFit:
    """Fit the map of one eye.

    Args:
        points_norm: (N, 2) places of the pupil, one a target, N >= 1, finite.
        cosines: (N, 2) x and y of the unit vector to the target, scene camera frame.
        counts: (N,) how much each target tells, 1 for one that is like others; None for all alike.
        degree: of the polynomial.

    Source: Bishop 2006, Pattern Recognition and Machine Learning, eqs. 3.53, 3.54 and 3.86.
    """
    polynomial = _polynomial(points_norm, cosines, degree)
    terms = polynomial.terms(points_norm)
    precision = np.ones(len(terms)) if counts is None else counts
    gram = (terms.T * precision) @ terms
    moments = (terms.T * precision) @ cosines
    power = float(np.sum(precision[:, None] * cosines**2))
    log_evidences, noises, bends = [], [], []
    for bend_sd in _BENDS:
        prior = polynomial.prior_variance(bend_sd)
        for noise_sd in _NOISES:
            variance = noise_sd**2
            posterior = gram / variance + np.diag(1 / prior)  # eq. 3.54
            _, log_determinant = np.linalg.slogdet(posterior)
            explained = float(np.sum(moments * np.linalg.solve(posterior, moments))) / variance
            misfit = (power - explained) / variance
            # eq. 3.86 for two columns, and the priors of what it is maximised over.
            log_evidence = (
                -0.5 * misfit
                - log_determinant
                - float(np.sum(np.log(prior)))
                - len(terms) * math.log(variance)
                - 0.5 * (math.log(noise_sd / _NOISE_SD) / _NOISE_LOG_SD) ** 2
                - 0.5 * (math.log(bend_sd / _BEND_SD) / _BEND_LOG_SD) ** 2
            )
            log_evidences.append(log_evidence)
            noises.append(variance)
            bends.append(bend_sd)
    likelihood = np.exp(np.array(log_evidences) - max(log_evidences))
    likelihood /= likelihood.sum()
    noise_variance, bend_sd = float(likelihood @ noises), float(likelihood @ bends)
    posterior = gram / noise_variance + np.diag(1 / polynomial.prior_variance(bend_sd))
    covariance = np.linalg.inv(posterior).astype(np.float64)
    weights = covariance @ moments / noise_variance  # eq. 3.53
    return EyeFit(polynomial, noise_variance, bend_sd, weights, covariance)


def outlying_target(
    points_norm: NDArray[np.float64], cosines: NDArray[np.float64], largest_z: float = 4.0
) -> int | None:
    """Find the target that the others do not believe.

    Each suspect is judged by a fit without it, so that it cannot excuse itself by the noise that it
    brings.

    Args:
        points_norm: (N, 2) places of the pupil.
        cosines: (N, 2) directions of the targets.
        largest_z: distance from where the others expect it, in standard deviations, from which on a
            target is an outlier.

    Returns:
        Its index; None where there is no outlier, or too few targets to tell.
    """
    if len(points_norm) <= _LEAST_TARGETS_FOR_RADIUS:
        return None
    fit = fit_eye(points_norm, cosines)
    terms = fit.polynomial.terms(points_norm)
    leverage = np.einsum("nk,kl,nl->n", terms, fit.covariance, terms) / fit.noise_variance
    distance = np.linalg.norm(cosines - terms @ fit.weights, axis=1)
    suspicion = distance / np.maximum(1 - leverage, 1e-6)
    worst, worst_z = None, largest_z
    for index in np.argsort(suspicion)[::-1][:_SUSPECTS].tolist():
        others = np.arange(len(terms)) != index
        expected, variance = fit_eye(points_norm[others], cosines[others]).predict(
            points_norm[index : index + 1]
        )
        z = float(np.linalg.norm(cosines[index] - expected[0])) / math.sqrt(2 * variance[0])
        if z > worst_z:
            worst, worst_z = index, z
    return worst


def _polynomial(
    points_norm: NDArray[np.float64], cosines: NDArray[np.float64], degree: int
) -> EyePolynomial:
    center = points_norm.mean(axis=0)
    radius = _USUAL_RADIUS
    if len(points_norm) >= _LEAST_TARGETS_FOR_RADIUS:
        # A linear map of displacements to direction cosines has the inverse radius as its scale.
        slopes, _, rank, _ = np.linalg.lstsq(
            points_norm - center, cosines - cosines.mean(axis=0), rcond=1e-3
        )
        determinant = abs(float(np.linalg.det(slopes)))
        if rank == 2 and determinant > 0:
            radius = min(max(determinant**-0.5, _SMALLEST_RADIUS), _LARGEST_RADIUS)
    return EyePolynomial((float(center[0]), float(center[1])), radius, degree)
