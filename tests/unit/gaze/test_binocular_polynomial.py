"""Both eyes' maps together."""

from __future__ import annotations

import numpy as np
import pytest

from gazewire.gaze.binocular_polynomial import fit_binocular_polynomial

GRID = np.array([(x, y) for y in (-0.3, 0.0, 0.3) for x in (-0.4, 0.0, 0.4)])


def pupils_of(cosines: np.ndarray) -> np.ndarray:
    """Of both eyes, bent differently."""
    x, y = cosines.T
    square = x * x + y * y
    right = np.column_stack([0.5 - 0.35 * x + 0.06 * square, 0.4 + 0.35 * y - 0.04 * square])
    left = np.column_stack([0.4 - 0.33 * x - 0.06 * square, 0.6 + 0.34 * y + 0.05 * square])
    return np.stack([right, left], axis=1)


def errors_deg(fit, cosines, points) -> np.ndarray:
    found, _ = fit.predict(points)
    return np.degrees(np.linalg.norm(found - cosines, axis=1))


@pytest.fixture
def elsewhere() -> np.ndarray:
    return np.random.default_rng(4).uniform((-0.4, -0.3), (0.4, 0.3), (40, 2))


def test_both_eyes_answer_everywhere_between(elsewhere) -> None:
    fit = fit_binocular_polynomial(pupils_of(GRID), GRID)
    assert errors_deg(fit, elsewhere, pupils_of(elsewhere)).max() < 0.5


def test_an_eye_that_missed_targets_learns_from_the_other(elsewhere) -> None:
    points = pupils_of(GRID)
    points[GRID[:, 0] > 0.1, 1] = np.nan
    alone = fit_binocular_polynomial(points, GRID)
    taught = fit_binocular_polynomial(points, GRID, pupils_of(elsewhere))
    seen = pupils_of(elsewhere)
    seen[:, 0] = np.nan
    right_side = elsewhere[:, 0] > 0.2
    before = errors_deg(alone, elsewhere, seen)[right_side]
    after = errors_deg(taught, elsewhere, seen)[right_side]
    assert after.max() < 1.0
    assert after.mean() < 0.5 * before.mean()
    # What it has learned, it does not take for knowledge of its own.
    _, covariance = taught.predict_eyes(pupils_of(elsewhere))
    assert (covariance[right_side, 0, 1] > 0).all()


def test_moments_of_a_glint_teach_nothing(elsewhere) -> None:
    points = pupils_of(GRID)
    points[GRID[:, 0] > 0.1, 1] = np.nan
    glints = pupils_of(elsewhere)[:10]
    glints[:, 1] = (0.95, 0.7)
    together = np.concatenate([pupils_of(elsewhere), glints])
    clean = fit_binocular_polynomial(points, GRID, pupils_of(elsewhere))
    fit = fit_binocular_polynomial(points, GRID, together)
    np.testing.assert_allclose(fit.weights, clean.weights, atol=1e-9)


def test_an_eye_that_disagrees_is_not_averaged(elsewhere) -> None:
    points = pupils_of(GRID)
    fit = fit_binocular_polynomial(points, GRID)
    seen = pupils_of(elsewhere)
    seen[:, 1] = (0.95, 0.1)
    assert errors_deg(fit, elsewhere, seen).max() < 0.5


def test_without_eyes_there_is_no_answer() -> None:
    assert fit_binocular_polynomial(np.full((3, 2, 2), np.nan), np.zeros((3, 2))) is None
    fit = fit_binocular_polynomial(pupils_of(GRID), GRID)
    found, deviation = fit.predict(np.full((2, 2, 2), np.nan))
    assert np.isnan(found).all()
    assert np.isnan(deviation).all()


def test_shapes_are_told() -> None:
    with pytest.raises(ValueError, match=r"\(3, 4\)"):
        fit_binocular_polynomial(np.zeros((3, 4)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"\(2, 2\)"):
        fit_binocular_polynomial(np.zeros((3, 2, 2)), np.zeros((2, 2)))
