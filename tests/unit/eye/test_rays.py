from __future__ import annotations

import numpy as np
import pytest

from gazewire.eye.ellipses import Ellipses
from gazewire.eye.picture import GLINT
from gazewire.eye.rays import Rays, clean_along, quantile, sampled, with_neighbours

CIRCLE = Ellipses.of_axes((20.0, 15.0), (10.0, 10.0), 0.0)


def test_values_are_looked_up_between_pixels():
    ramp = np.tile(np.arange(40, dtype=np.float32), (30, 1))
    along = sampled(ramp, CIRCLE, Rays(4), np.array([0.0, 1.0, 1.25], np.float32))
    assert along[0, 0] == pytest.approx([20, 25, 26.25], abs=0.05)
    assert along[0, 2] == pytest.approx([20, 15, 13.75], abs=0.05)


def test_beyond_the_border_the_image_goes_on():
    along = sampled(np.full((30, 40), 7, np.float32), CIRCLE, Rays(8), np.array([9.0], np.float32))
    assert along == pytest.approx(7)


def test_no_place_that_touches_a_glint_is_clean():
    image = np.full((30, 40), 50, np.float32)
    image[15, 30] = GLINT
    steps = np.array([0.0, 1.0, 1.81, 2.0, 2.19, 3.0], np.float32)
    clean = clean_along(sampled(image, CIRCLE, Rays(4), steps), 1)
    assert clean[0, 0].tolist() == [False, False, False, False]
    assert clean[0, 1:].all()


def test_neighbours_count_half_and_the_first_is_beside_the_last():
    values = np.array([[[1.0], [0.0], [0.0], [4.0]]], np.float32)
    assert with_neighbours(values)[0, :, 0].tolist() == [3.0, 0.5, 2.0, 4.5]


def test_the_quantile_is_that_of_each_row():
    rows = np.array([[[3.0, 1.0], [2.0, 5.0]], [[9.0, 9.0], [0.0, 9.0]]])
    assert quantile(rows).tolist() == [3.0, 9.0]
    assert quantile(rows, 0.0).tolist() == [1.0, 0.0]
