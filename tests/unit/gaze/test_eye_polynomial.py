"""One eye's smooth map."""

from __future__ import annotations

import numpy as np

from gazewire.gaze.eye_polynomial import EyePolynomial, fit_eye, outlying_target

GRID = np.array([(x, y) for y in (-0.3, 0.0, 0.3) for x in (-0.4, 0.0, 0.4)])


def pupils_of(cosines: np.ndarray, bowl=(0.5, 0.3), radius=0.35) -> np.ndarray:
    """An eye seen by a camera that is turned by so much: the exact sphere."""
    x, y = cosines.T
    depth = np.sqrt(1 - x * x - y * y)
    u = np.sqrt(1 - bowl[0] ** 2) * x - bowl[0] * depth
    v = np.sqrt(1 - bowl[1] ** 2) * y + bowl[1] * (depth * np.sqrt(1 - bowl[0] ** 2) + bowl[0] * x)
    return 0.5 + radius * np.column_stack([u, v])


def test_an_eye_that_is_a_sphere_is_found_from_nine_targets() -> None:
    fit = fit_eye(pupils_of(GRID), GRID)
    between = np.array([(0.2, 0.15), (-0.2, 0.1), (0.1, -0.2)])
    found, variance = fit.predict(pupils_of(between))
    assert np.degrees(np.abs(found - between)).max() < 0.6
    assert (np.degrees(np.sqrt(variance)) < 1).all()


def test_uncertainty_grows_away_from_the_targets() -> None:
    fit = fit_eye(pupils_of(GRID), GRID)
    _, variance = fit.predict(np.array([[0.5, 0.5], [0.9, 0.5], [1.3, 0.5]]))
    assert variance[0] < variance[1] < variance[2]


def test_a_single_target_is_answered_where_it_is() -> None:
    fit = fit_eye(np.array([[0.4, 0.6]]), np.array([[0.1, -0.2]]))
    found, _ = fit.predict(np.array([[0.4, 0.6]]))
    assert np.abs(found - (0.1, -0.2)).max() < 0.01


def test_a_target_that_the_others_do_not_believe_is_found() -> None:
    points = pupils_of(GRID)
    assert outlying_target(points, GRID) is None
    points[5] = (0.9, 0.9)
    assert outlying_target(points, GRID) == 5


def test_the_prior_is_the_same_however_the_camera_is_turned() -> None:
    """Terms of an order turn into one another, so what is likely does not depend on axes."""
    polynomial = EyePolynomial((0.0, 0.0), 1.0, 3)
    rng = np.random.default_rng(2)
    points = rng.uniform(-1, 1, (10, 2))
    c, s = np.cos(0.7), np.sin(0.7)
    prior = polynomial.prior_variance(0.06)
    kernels = []
    for turned in (points, points @ np.array([[c, -s], [s, c]])):
        terms = polynomial.terms(turned)
        kernels.append((terms * prior) @ terms.T)
    np.testing.assert_allclose(kernels[0], kernels[1], atol=1e-12)
