from __future__ import annotations

import numpy as np
import pytest

from gazewire.surface import heat_map


def test_it_is_hottest_where_most_was_looked() -> None:
    rng = np.random.default_rng(1)
    often = rng.normal([0.75, 0.25], 0.02, (300, 2))
    seldom = rng.normal([0.2, 0.8], 0.02, (100, 2))

    heat = heat_map(np.concatenate([often, seldom]), columns=100)

    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert heat.max() == 1.0
    # The origin of a surface is bottom left, that of an array is top left.
    assert abs(row - 75) <= 2
    assert abs(column - 75) <= 2
    assert heat[20, 20] == pytest.approx(1 / 3, abs=0.1)
    assert heat[20, 80] < 0.01


def test_one_look_is_a_gaussian_of_the_spread() -> None:
    heat = heat_map([[0.5, 0.5]], columns=201, spread=0.05)
    sigma = 0.05 * 201
    assert heat[100, 100 + round(sigma)] == pytest.approx(np.exp(-0.5), abs=0.03)
    assert heat[100 - round(2 * sigma), 100] == pytest.approx(np.exp(-2.0), abs=0.03)


def test_cells_are_square_on_the_surface() -> None:
    assert heat_map([[0.5, 0.5]], size=(40.0, 30.0), columns=80).shape == (60, 80)
    assert heat_map([[0.5, 0.5]], size=(1.0, 1e-6), columns=8).shape == (1, 8)


def test_weights_count() -> None:
    heat = heat_map([[0.2, 0.5], [0.8, 0.5]], weights=[1.0, 4.0], columns=50)
    assert heat[25, 10] == pytest.approx(0.25, abs=0.01)


def test_what_is_beside_the_surface_or_unknown_does_not_count() -> None:
    places = [[1.5, 0.5], [np.nan, np.nan], [0.5, -0.1]]
    assert not heat_map(places, columns=20).any()
    assert not heat_map(np.empty((0, 2)), columns=20).any()
    assert not heat_map([[0.5, 0.5]], weights=[np.nan], columns=20).any()


def test_edges_belong_to_the_surface() -> None:
    assert heat_map([[1.0, 1.0]], columns=20)[0, -1] == 1.0
    assert heat_map([[0.0, 0.0]], columns=20)[-1, 0] == 1.0


@pytest.mark.parametrize(
    ("places", "options"),
    [
        (np.zeros(2), {}),
        (np.zeros((3, 2)), {"weights": np.ones(2)}),
        (np.zeros((3, 2)), {"size": (0.0, 1.0)}),
        (np.zeros((3, 2)), {"columns": 0}),
        (np.zeros((3, 2)), {"spread": 0.0}),
    ],
)
def test_what_makes_no_map_is_refused(places: np.ndarray, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\(N, 2\)|weights|positive|no map"):
        heat_map(places, **options)  # type: ignore[arg-type]
