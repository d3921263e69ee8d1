"""Both eyes' smooth maps, of which the worse learns from the better.

An eye that some targets were hidden from has still moved all the time beside one that saw them.
Where both are seen they look at the same place, whatever that is. Those moments cost the wearer
nothing: at each, the eye whose map is known better tells the other where it was looking. The better
one learns nothing from the worse, whose errors are mostly what no noise model knows: a lid or the
image's edge on the pupil.

What an eye has learned from the other it cannot confirm. The covariance of both eyes' errors
follows from the same equations, and the two answers are joined as the best linear unbiased
estimator joins them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from gazewire.gaze.eye_polynomial import EyeFit, EyePolynomial, fit_eye, outlying_target

__all__ = ["BinocularPolynomial", "fit_binocular_polynomial"]

# Eyes that look nearer or further than the targets do not meet at their distance: 1.4 degrees.
_VERGENCE_SD = 0.025
# Moments are taken in from where the maps are known outwards, or a glint that passes for a pupil
# far out would bend a map that does not know better yet: standard deviations up to 3, 6, and 12
# degrees.
_TRUST_GROWS = (0.05, 0.1, 0.2)
_LARGEST_TIE = 3.0
# Eyes that disagree by more than this, in standard deviations, are not both right.
_LARGEST_DISAGREEMENT = 4.0
# One target in five may be an outlier.
_LARGEST_OUTLYING_SHARE = 0.2
# Eyes whose answers could be anywhere within 12 degrees have none.
_LARGEST_SD = 0.2


@dataclass(frozen=True)
class BinocularPolynomial:
    """Maps of both eyes, with what is known of their errors.

    Attributes:
        eyes: of the right eye and the left; None of an eye that cannot be mapped.
        weights: (K, 2) of all terms, those of the right eye first.
        covariance: (K, K) posterior of either column of `weights`.
        noise_variance: of a target, by eye.
        targets: by eye, indices of the targets that were believed.
    """

    eyes: tuple[EyePolynomial | None, EyePolynomial | None]
    weights: NDArray[np.float64]
    covariance: NDArray[np.float64]
    noise_variance: tuple[float, float]
    targets: tuple[tuple[int, ...], tuple[int, ...]]

    def columns(self, eye_id: int) -> slice:
        """Which rows of `weights` belong to an eye."""
        right, left = (0 if eye is None else eye.size for eye in self.eyes)
        return slice(0, right) if eye_id == 0 else slice(right, right + left)

    def predict_eyes(
        self, points_norm: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What each eye says by itself.

        Args:
            points_norm: (N, 2, 2) pupils by row, eye, and x and y; NaN where an eye is not seen.

        Returns:
            (N, 2, 2) direction cosines by row, eye, and x and y; and (N, 2, 2) the covariance of
            the eyes' errors. NaN where an eye says nothing.
        """
        rows = len(points_norm)
        means = np.full((rows, 2, 2), np.nan)
        terms = np.zeros((rows, 2, len(self.weights)))
        for eye_id, polynomial in enumerate(self.eyes):
            if polynomial is not None:
                columns = self.columns(eye_id)
                terms[:, eye_id, columns] = polynomial.terms(points_norm[:, eye_id])
                means[:, eye_id] = terms[:, eye_id, columns] @ self.weights[columns]
        seen = np.isfinite(means).all(axis=2)
        terms[~seen] = 0.0
        covariance = terms @ self.covariance @ terms.transpose(0, 2, 1)
        covariance[:, [0, 1], [0, 1]] += np.where(seen, self.noise_variance, np.nan)
        return means, covariance

    def predict(
        self, points_norm: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the eyes say together.

        Args:
            points_norm: (N, 2, 2) pupils by row, eye, and x and y; NaN where an eye is not seen.

        Returns:
            (N, 2) direction cosines, and (N,) their standard deviation. NaN where neither eye is
            seen, and where the answer could be anywhere.
        """
        means, covariance = self.predict_eyes(points_norm)
        right, left = covariance[:, 0, 0], covariance[:, 1, 1]
        share = _share_of_left(right, left, covariance[:, 0, 1])
        share = np.where(np.isnan(left), 0.0, np.where(np.isnan(right), 1.0, share))
        difference = np.linalg.norm(means[:, 0] - means[:, 1], axis=1)
        expected = np.sqrt(2 * np.maximum(right + left - 2 * covariance[:, 0, 1], 0))
        disagree = difference > _LARGEST_DISAGREEMENT * expected
        share = np.where(disagree, np.where(left < right, 1.0, 0.0), share)
        known = np.nan_to_num(means)
        joined = known[:, 0] * (1 - share[:, None]) + known[:, 1] * share[:, None]
        variance = (
            (1 - share) ** 2 * np.nan_to_num(right)
            + share**2 * np.nan_to_num(left)
            + 2 * share * (1 - share) * covariance[:, 0, 1]
        )
        unknown = (np.isnan(right) & np.isnan(left)) | (variance > _LARGEST_SD**2)
        joined[unknown] = np.nan
        return joined, np.where(unknown, np.nan, np.sqrt(np.maximum(variance, 0)))


def _share_of_left(
    right: NDArray[np.float64], left: NDArray[np.float64], common: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weight of the left eye in the best linear unbiased estimator, not beyond either eye."""
    spread = right + left - 2 * common
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.where(spread > 0, (right - common) / spread, 0.5), 0.0, 1.0)


def fit_binocular_polynomial(
    points_norm: NDArray[np.float64],
    cosines: NDArray[np.float64],
    together_norm: NDArray[np.float64] | None = None,
    degree: int = 3,
) -> BinocularPolynomial | None:
    """Fit both eyes' maps.

    Args:
        points_norm: (N, 2, 2) pupils by target, eye, and x and y; NaN where an eye did not see one.
        cosines: (N, 2) x and y of the unit vectors to the targets, scene camera frame.
        together_norm: (M, 2, 2) pupils of moments when both eyes were seen, whatever they looked
            at.
        degree: of the polynomials.

    Returns:
        The maps; None where no eye saw a target.
    """
    if points_norm.ndim != 3 or points_norm.shape[1:] != (2, 2):
        raise ValueError(f"pupils are (N, 2, 2), not {points_norm.shape}")
    if cosines.shape != (len(points_norm), 2):
        raise ValueError(f"of {len(points_norm)} targets the cosines are {cosines.shape}")
    fits: list[EyeFit | None] = []
    believed: list[tuple[int, ...]] = []
    for eye_id in (0, 1):
        targets = _believed(points_norm[:, eye_id], cosines)
        believed.append(tuple(targets))
        if targets:
            fits.append(fit_eye(points_norm[targets, eye_id], cosines[targets], degree=degree))
        else:
            fits.append(None)
    if not any(believed):
        return None
    alone = _side_by_side(fits[0], fits[1], (believed[0], believed[1]))
    if fits[0] is None or fits[1] is None or together_norm is None:
        return alone
    leader = _leader(fits[0], fits[1], points_norm)
    fit = alone
    for largest_sd in _TRUST_GROWS:
        taken = _agreeing(fit, together_norm, largest_sd)
        fit = _led(alone, leader, taken)
    return fit


def _side_by_side(
    right: EyeFit | None, left: EyeFit | None, targets: tuple[tuple[int, ...], tuple[int, ...]]
) -> BinocularPolynomial:
    """Both eyes as they are, knowing nothing of one another."""
    fits = [fit for fit in (right, left) if fit is not None]
    return BinocularPolynomial(
        eyes=(
            None if right is None else right.polynomial,
            None if left is None else left.polynomial,
        ),
        weights=np.concatenate([fit.weights for fit in fits]),
        covariance=block_diag(*[fit.covariance for fit in fits]),
        noise_variance=(
            np.nan if right is None else right.noise_variance,
            np.nan if left is None else left.noise_variance,
        ),
        targets=targets,
    )


def _leader(right: EyeFit, left: EyeFit, points_norm: NDArray[np.float64]) -> int:
    """Which eye's map is known better, over all places where targets were."""
    variances = []
    for eye_id, fit in enumerate((right, left)):
        points = points_norm[:, eye_id]
        _, variance = fit.predict(points[np.isfinite(points).all(axis=1)])
        # Nobody knows what an eye would have said of the targets that it did not see.
        unseen = [_LARGEST_SD**2] * (len(points) - len(variance))
        variances.append(float(np.mean([*variance, *unseen])))
    return int(variances[1] < variances[0])


def _led(
    alone: BinocularPolynomial, leader: int, together_norm: NDArray[np.float64]
) -> BinocularPolynomial:
    """Let the other eye learn from the leader's answers, and tell how far it repeats its errors.

    With the leader's weights w, those of the other are S (P m + B' A w / t²): S is the posterior
    covariance, P and m are precision and mean before, A and B the terms of leader and other where
    both are seen, and t the deviation of one moment. They are linear in w, so the covariance of
    both follows.
    """
    other = 1 - leader
    first, second = alone.columns(leader), alone.columns(other)
    lead, learn = alone.eyes[leader], alone.eyes[other]
    assert lead is not None
    assert learn is not None
    tie_variance = sum(alone.noise_variance) + _VERGENCE_SD**2
    of_leader = lead.terms(together_norm[:, leader])
    of_other = learn.terms(together_norm[:, other])
    before = np.linalg.inv(alone.covariance[second, second])
    after = np.linalg.inv(before + of_other.T @ of_other / tie_variance)
    repeats = after @ (of_other.T @ of_leader) / tie_variance
    weights, covariance = alone.weights.copy(), alone.covariance.copy()
    weights[second] = after @ (before @ alone.weights[second]) + repeats @ alone.weights[first]
    covariance[second, first] = repeats @ covariance[first, first]
    covariance[first, second] = covariance[second, first].T
    covariance[second, second] = after + repeats @ covariance[first, first] @ repeats.T
    return replace(alone, weights=weights, covariance=covariance)


def _agreeing(
    fit: BinocularPolynomial, together_norm: NDArray[np.float64], largest_sd: float
) -> NDArray[np.float64]:
    """The moments (M, 2, 2) that a fit can judge, to `largest_sd`, and does not doubt."""
    means, covariance = fit.predict_eyes(together_norm)
    variance = covariance[:, 0, 0] + covariance[:, 1, 1] - 2 * covariance[:, 0, 1]
    variance += _VERGENCE_SD**2
    difference = np.sum((means[:, 0] - means[:, 1]) ** 2, axis=1)
    taken = (variance < largest_sd**2) & (difference < 2 * _LARGEST_TIE**2 * variance)
    agreeing: NDArray[np.float64] = together_norm[taken]
    return agreeing


def _believed(points_norm: NDArray[np.float64], cosines: NDArray[np.float64]) -> list[int]:
    targets = np.flatnonzero(np.isfinite(points_norm).all(axis=1)).tolist()
    for _ in range(int(_LARGEST_OUTLYING_SHARE * len(targets))):
        outlier = outlying_target(points_norm[targets], cosines[targets])
        if outlier is None:
            break
        del targets[outlier]
    return targets
