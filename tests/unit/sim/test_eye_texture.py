from __future__ import annotations

import numpy as np

from gazewire.sim.eye_texture import (
    IRIS_COLUMNS,
    IRIS_ROWS,
    SCLERA_SIZE,
    iris_texture,
    sclera_texture,
)
from gazewire.sim.person import Person

LOOKS = Person.from_seed(6).looks


def test_an_iris_has_no_seam() -> None:
    iris = iris_texture(LOOKS, np.random.default_rng(1))
    assert iris.shape == (IRIS_ROWS, IRIS_COLUMNS + 1)
    assert np.array_equal(iris[:, 0], iris[:, -1])
    steps = np.abs(np.diff(iris, axis=1))
    assert steps[:, -1].mean() < 2 * steps.mean()


def test_an_iris_is_brighter_than_the_pupil_everywhere() -> None:
    for seed in range(20):
        looks = Person.from_seed(seed).looks
        iris = iris_texture(looks, np.random.default_rng(seed))
        assert iris.min() > looks.pupil_level
        assert abs(np.median(iris) - looks.iris_level) < 0.2 * looks.iris_level


def test_vessels_are_faint() -> None:
    sclera = sclera_texture(LOOKS, np.random.default_rng(2))
    assert sclera.shape == (SCLERA_SIZE, SCLERA_SIZE)
    assert 0.75 < sclera.min() < sclera.mean() < 1.02
