"""Ellipses survive being conics, and turn with the camera as points do."""

import math

import numpy as np
import pytest

from gazewire.optics import (
    axes_of_shape,
    dual_conic,
    ellipse_of_dual,
    rotation_to_axis,
    shape_of_axes,
)


def outline(center: np.ndarray, shape: np.ndarray) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return center + np.column_stack([np.cos(angle), np.sin(angle)]) @ np.linalg.cholesky(shape).T


def square(xx: float, xy: float, yy: float) -> np.ndarray:
    return np.array([[xx, xy], [xy, yy]])


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 90.0, 103.3, 179.0])
def test_axes_survive_the_way_there_and_back(angle_deg: float) -> None:
    axes, angle = axes_of_shape(*shape_of_axes((3.0, 7.0), angle_deg))
    assert axes == pytest.approx((3.0, 7.0))
    assert angle == pytest.approx(angle_deg)


def test_the_smaller_axis_comes_first() -> None:
    axes, angle = axes_of_shape(*shape_of_axes((7.0, 3.0), 20.0))
    assert axes == pytest.approx((3.0, 7.0))
    assert angle == pytest.approx(110.0)


def test_a_circle_has_equal_axes() -> None:
    axes, angle = axes_of_shape(*shape_of_axes((5.0, 5.0), 77.0))
    assert axes == pytest.approx((5.0, 5.0))
    assert 0 <= angle < 180


@pytest.mark.parametrize("shape", [(0.0, 0.0, 0.0), (1.0, 2.0, 1.0), (-1.0, 0.0, -1.0)])
def test_what_is_no_ellipse_has_no_axes(shape: tuple[float, float, float]) -> None:
    axes, angle = axes_of_shape(*shape)
    assert all(map(math.isnan, (*axes, angle)))


def test_an_ellipse_survives_being_a_conic_of_any_factor() -> None:
    center, shape = np.array([0.3, -0.2]), square(0.02, 0.004, 0.01)
    for factor in (1.0, -3.0):
        again, its_shape = ellipse_of_dual(factor * dual_conic(center, shape))
        assert again == pytest.approx(center)
        assert its_shape == pytest.approx(shape)


def test_an_ellipse_turns_with_the_camera_as_its_outline_does() -> None:
    center, shape = np.array([0.3, -0.2]), square(0.02, 0.004, 0.01)
    turn = rotation_to_axis(np.array([0.2, -0.3, math.sqrt(1 - 0.13)]))
    turned = ellipse_of_dual(turn @ dual_conic(center, shape) @ turn.T)
    points = np.column_stack([outline(center, shape), np.ones(40)]) @ turn.T
    off = points[:, :2] / points[:, 2:] - turned[0]
    assert np.einsum("ni,ij,nj->n", off, np.linalg.inv(turned[1]), off) == pytest.approx(1.0)
