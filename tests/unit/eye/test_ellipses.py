from __future__ import annotations

import numpy as np
import pytest

from gazewire.eye.ellipses import Ellipses

ONE = ((50.0, 60.0), (20.0, 44.0), 30.0)


def test_axes_come_back_with_the_smaller_first():
    center, axes, angle_deg = Ellipses.of_axes(*ONE).outline(0)
    assert (*center, *axes, angle_deg) == pytest.approx((50, 60, 20, 44, 30))
    _, axes, angle_deg = Ellipses.of_axes((0, 0), (44.0, 20.0), 30.0).outline(0)
    assert (*axes, angle_deg) == pytest.approx((20, 44, 120))


def test_moments_of_a_filled_ellipse_give_it_back():
    # The variance along a half axis is a quarter of its square.
    covariances = np.array([[100.0, 0.0, 25.0]])
    _, axes, angle_deg = Ellipses.of_covariances(np.zeros((1, 2)), covariances).outline(0)
    assert axes == pytest.approx((20, 40), rel=1e-3)
    assert angle_deg == pytest.approx(90)


def test_modes_move_and_stretch():
    circle = Ellipses.of_axes((10.0, 10.0), (20.0, 20.0), 0.0)
    center, axes, _ = circle.moved(np.array([[0.1, 0.2, -0.1, 0.0, 0.0]])).outline(0)
    assert (*center, *axes) == pytest.approx((12, 9, 22, 22))
    _, axes, angle_deg = circle.moved(np.array([[0.0, 0.0, 0.0, 0.1, 0.0]])).outline(0)
    assert (*axes, angle_deg) == pytest.approx((18, 22, 90))


def test_the_modes_of_flatness_make_a_circle():
    ellipse = Ellipses.of_axes((0.0, 0.0), (38.0, 42.0), 70.0)
    modes = np.zeros((1, 5), np.float32)
    modes[:, 3:] = ellipse.flatness
    assert ellipse.moved(modes).roundness[0] == pytest.approx(1, abs=0.005)
    assert ellipse.roundness[0] == pytest.approx(38 / 42)


def test_scaling_keeps_pixel_centres_at_whole_numbers():
    # The middle of the first pixel of an image of half the size is between the first two.
    center, axes, _ = Ellipses.of_axes((0.0, 0.0), (4.0, 6.0), 0.0).scaled(2).outline(0)
    assert (*center, *axes) == pytest.approx((0.5, 0.5, 8, 12))


def test_growing_adds_to_half_axes():
    assert Ellipses.of_axes((0, 0), (20.0, 20.0), 0.0).grown(0.5).radii[0] == pytest.approx(10.5)


def test_some_and_more_of_them():
    ellipses = Ellipses.of_axes(*ONE).joined(Ellipses.of_axes((1.0, 2.0), (5.0, 5.0), 0.0))
    assert len(ellipses) == 2
    assert ellipses[np.array([1])].outline(0)[0] == pytest.approx((1, 2))
