"""Where the eyeball is, from pupils seen in several directions.

Every eyeball explains the place of a pupil in the image by a gaze. Then it says how narrow the
pupil has to look and in which direction, which the observed ellipse confirms or not: two residuals
for each pupil, three unknowns. These are the lines of Świrski and Dodgson (2013, section 3.2) and
their ratio of axes, with refraction in the model as Dierkes, Kassner and Bulling (2018) ask, and
Cauchy's weights instead of least squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.model3d.anatomy import EyeAnatomy
from gazewire.eye.model3d.eye_view import EyeView

__all__ = ["NO_PRIOR", "Estimate", "Evidence", "Prior", "fit_eyeball", "robust_costs"]

# Beyond so many deviations a pupil counts less and less.
_OUTLIER = 3.0
# Less is not worth a step: a likelihood that rises by half a per cent.
_SMALLEST_GAIN = 0.01
_STEP_MM = 1e-3
_LONGEST_STEP_MM = 6.0
_NEAREST_MM, _FARTHEST_MM = 15.0, 2000.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Pupils that were seen.

    Attributes:
        duals: (N, 3, 3) dual conics, camera frame.
        variances: (N,) of half axes, over their squares.
    """

    duals: NDArray[np.float64]
    variances: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.variances)

    def thinned(self, most: int) -> Evidence:
        """No more than so many pupils, evenly taken."""
        if len(self) <= most:
            return self
        kept = np.linspace(0, len(self) - 1, most).round().astype(int)
        return Evidence(self.duals[kept], self.variances[kept])


@dataclass(frozen=True, slots=True)
class Prior:
    """What was known before.

    Attributes:
        center_mm: (3,) of the eyeball.
        information: (3, 3) inverse of its covariance, 1 / mm²; zeros where nothing is known.
    """

    center_mm: NDArray[np.float64]
    information: NDArray[np.float64]

    @classmethod
    def within(cls, center_mm: NDArray[np.float64], deviation_mm: float) -> Prior:
        """Near a place, whatever the direction."""
        return cls(center_mm, np.eye(3) / deviation_mm**2)


NO_PRIOR = Prior(np.zeros(3), np.zeros((3, 3)))
"""Nothing is known."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Where an eyeball is.

    Attributes:
        center_mm: (3,) camera frame, for an eye of average size.
        information: (3, 3) inverse of its covariance, 1 / mm².
        cost: robust sum of squares, prior included.
        count: pupils that it was estimated from.
    """

    center_mm: NDArray[np.float64]
    information: NDArray[np.float64]
    cost: float
    count: int

    @property
    def covariance(self) -> NDArray[np.float64]:
        """(3, 3) mm²; huge in directions that are not known."""
        scale = np.trace(self.information) or 1.0
        inverse = np.linalg.inv(self.information + 1e-9 * scale * np.eye(3))
        excess = max(1.0, self.cost / max(2 * self.count - 3, 1))
        return np.asarray(inverse * excess, np.float64)

    @property
    def sideways_deviation_mm(self) -> float:
        """Standard deviation across the direction of the camera, where it is largest."""
        direction = self.center_mm / np.linalg.norm(self.center_mm)
        across = np.eye(3) - np.outer(direction, direction)
        values = np.linalg.eigvalsh(across @ self.covariance @ across)
        return float(np.sqrt(max(values[-1], 0.0)))


def robust_costs(chi_squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cauchy's cost of squares of residuals in deviations."""
    cost: NDArray[np.float64] = _OUTLIER**2 * np.log1p(chi_squares / _OUTLIER**2)
    return cost


def fit_eyeball(
    evidence: Evidence,
    start_mm: NDArray[np.float64],
    anatomy: EyeAnatomy,
    *,
    prior: Prior = NO_PRIOR,
    steps: int = 3,
) -> Estimate | None:
    """Find the eyeball by Levenberg and Marquardt's method, reweighted in each step.

    Args:
        evidence: the pupils.
        start_mm: (3,) where to begin.
        anatomy: of the eye.
        prior: what was known before.
        steps: at most; each costs as much as seeing the pupils four times.

    Returns:
        The best place that was visited; None where there are no pupils, or nothing finite.
    """
    if not len(evidence):
        return None
    best: Estimate | None = None
    center, damping = start_mm, 1e-4
    pull, normal = np.zeros(3), np.eye(3)
    for step in range(steps + 1):
        places = center + np.vstack([np.zeros(3), _STEP_MM * np.eye(3)])
        view = EyeView(places, anatomy)
        residuals = np.concatenate(
            view.whitened(view.see(evidence.duals), evidence.variances), axis=1
        )
        squares = np.square(residuals[0]).reshape(2, -1).sum(axis=0)
        missed = center - prior.center_mm
        cost = float(robust_costs(squares).sum() + missed @ prior.information @ missed)
        gain = np.inf if best is None else best.cost - cost
        if best is None or gain > 0:
            slopes = (residuals[1:] - residuals[0]) / _STEP_MM
            weights = np.tile(1 / (1 + squares / _OUTLIER**2), 2)
            information = (slopes * weights) @ slopes.T + prior.information
            if not (np.isfinite(cost) and np.isfinite(information).all()):
                return best
            pull = (slopes * weights) @ residuals[0] + prior.information @ missed
            normal = information
            best = Estimate(center, information, cost, len(evidence))
            damping = max(damping / 10, 1e-7)
            if gain < _SMALLEST_GAIN:
                break
        else:
            damping = min(damping * 30, 1e4)
        if step < steps:
            center = _moved(best.center_mm, normal, pull, damping)
    return best


def _moved(
    center: NDArray[np.float64],
    normal: NDArray[np.float64],
    pull: NDArray[np.float64],
    damping: float,
) -> NDArray[np.float64]:
    floor = 1e-9 * (np.trace(normal) or 1.0)
    move = -np.linalg.solve(normal + np.diag(damping * np.diag(normal) + floor), pull)
    distance = float(np.linalg.norm(center))
    longest = max(_LONGEST_STEP_MM, distance / 5)
    length = float(np.linalg.norm(move))
    moved: NDArray[np.float64] = center + move * min(1.0, longest / max(length, 1e-12))
    # Before the camera, and not in it.
    moved[2] = max(moved[2], _NEAREST_MM / 2)
    distance = float(np.linalg.norm(moved))
    return moved * (min(max(distance, _NEAREST_MM), _FARTHEST_MM) / distance)
