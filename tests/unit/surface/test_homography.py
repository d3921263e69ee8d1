from __future__ import annotations

import numpy as np
import pytest

from gazewire.surface.homography import fit_homography, map_points

HOMOGRAPHY = np.array([[120.0, 14.0, 300.0], [-8.0, -95.0, 420.0], [0.2, -0.1, 1.0]])
SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


def test_four_points_determine_it() -> None:
    found = fit_homography(SQUARE, map_points(HOMOGRAPHY, SQUARE))
    assert found is not None
    np.testing.assert_allclose(found / found[2, 2], HOMOGRAPHY, rtol=1e-9)


def test_more_points_than_needed_are_fitted_in_the_target() -> None:
    rng = np.random.default_rng(2)
    source = rng.uniform(0, 1, (60, 2))
    target = map_points(HOMOGRAPHY, source) + rng.normal(0, 1.0, (60, 2))

    found = fit_homography(source, target)

    assert found is not None
    error = np.sum((map_points(found, source) - target) ** 2)
    for row, column in np.ndindex(3, 3):
        for sign in (-1, 1):
            other = found.copy()
            other[row, column] *= 1 + sign * 1e-4
            assert np.sum((map_points(other, source) - target) ** 2) >= error * (1 - 1e-9)


def test_what_weighs_nothing_does_not_count() -> None:
    source = np.vstack([SQUARE, [[0.5, 0.5]]])
    target = map_points(HOMOGRAPHY, source)
    target[4] += 50.0
    found = fit_homography(source, target, np.array([1.0, 1.0, 1.0, 1.0, 0.0]))
    assert found is not None
    np.testing.assert_allclose(found / found[2, 2], HOMOGRAPHY, rtol=1e-6)


@pytest.mark.parametrize(
    "source",
    [
        SQUARE[:3],
        np.zeros((4, 2)),
        np.column_stack([np.arange(6.0), 2 * np.arange(6.0)]),
        np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 1.0]]),
    ],
    ids=["three", "all one", "a line", "three on a line"],
)
def test_points_that_do_not_determine_it_are_told(source: np.ndarray) -> None:
    target = map_points(HOMOGRAPHY, SQUARE)
    assert fit_homography(source, np.resize(target, source.shape)) is None


def test_points_seen_from_both_sides_have_none() -> None:
    crossed = SQUARE[[0, 2, 1, 3]]
    assert fit_homography(SQUARE, crossed) is None


def test_beyond_the_horizon_is_nowhere() -> None:
    assert np.isnan(map_points(HOMOGRAPHY, np.array([[-6.0, 0.0]]))).all()
