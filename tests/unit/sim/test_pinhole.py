from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim import Pinhole, scene_camera

CAMERA = Pinhole(width=1600, height=1200, focal_px=896.0)


def test_the_optical_axis_meets_the_middle_of_the_picture() -> None:
    assert CAMERA.project(np.zeros((1, 2))).tolist() == [[799.5, 599.5]]


def test_a_direction_to_the_right_and_down_has_larger_coordinates() -> None:
    assert CAMERA.project(np.array([[0.5, 0.25]])).tolist() == [[799.5 + 448.0, 599.5 + 224.0]]


def test_unproject_undoes_project() -> None:
    tangents = np.array([[0.3, -0.2], [-0.8, 0.6]])
    assert np.allclose(CAMERA.unproject(CAMERA.project(tangents)), tangents, atol=1e-15)


@pytest.mark.parametrize("angle_deg", [1e-6, 0.5, 10.0, 40.0])
def test_the_angle_between_two_pixels_is_that_between_their_directions(angle_deg: float) -> None:
    middle = np.array([799.5, 599.5])
    away = np.array([799.5, 599.5 + 896.0 * np.tan(np.radians(angle_deg))])
    assert CAMERA.angle_deg(middle, away) == pytest.approx(angle_deg, rel=1e-6)


def test_products_have_the_pictures_of_their_scene_cameras() -> None:
    neon, invisible = scene_camera("neon"), scene_camera("invisible")
    assert (neon.width, neon.height) == (1600, 1200)
    assert (invisible.width, invisible.height) == (1088, 1080)
