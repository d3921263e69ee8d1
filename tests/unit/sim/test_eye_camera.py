from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX, EyeCamera, Side

SIDES: tuple[Side, ...] = ("left", "right")
POINTS_MM = np.array([[-4.0, 2.0, 25.0], [3.0, -7.0, 31.0]])


@pytest.mark.parametrize("side", SIDES)
def test_the_axes_are_right_handed(side: Side) -> None:
    rotation = np.array(EyeCamera.of_neon(side, turned_rad=(0.01, -0.02, 0.005)).rotation)
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)


@pytest.mark.parametrize("side", SIDES)
def test_to_scene_undoes_from_scene(side: Side) -> None:
    camera = EyeCamera.of_neon(side)
    homogeneous = np.column_stack([POINTS_MM, np.ones(2)])
    in_scene = (homogeneous @ camera.to_scene.T)[:, :3]
    assert np.allclose(camera.from_scene(in_scene), POINTS_MM, atol=1e-12)


def test_the_camera_is_nasal_of_an_eye_and_below_it_and_looks_back_at_it() -> None:
    eye_mm = np.array([31.0, 14.5, -36.0])
    camera = EyeCamera.of_neon("right")
    x, y, z = camera.position_mm
    assert 0 < x < eye_mm[0]
    assert y > eye_mm[1]
    assert z > eye_mm[2]
    seen_mm = camera.from_scene(eye_mm)
    assert 28 < seen_mm[2] < 36
    assert np.abs(camera.project(seen_mm) - (EYE_IMAGE_SIZE_PX - 1) / 2).max() < 25


def test_the_cameras_of_both_sides_mirror_each_other() -> None:
    right, left = EyeCamera.of_neon("right"), EyeCamera.of_neon("left")
    point_mm = np.array([28.0, 11.0, -25.0])
    right_px = right.project(right.from_scene(point_mm))
    left_px = left.project(left.from_scene(point_mm * [-1, 1, 1]))
    assert left_px == pytest.approx([EYE_IMAGE_SIZE_PX - 1 - right_px[0], right_px[1]])


def test_the_right_of_the_picture_is_the_left_of_the_wearer() -> None:
    camera = EyeCamera.of_neon("right")
    places_mm = np.array([[31.0, 14.5, -24.0], [27.0, 14.5, -24.0], [31.0, 18.5, -24.0]])
    middle, leftward, downward = camera.project(camera.from_scene(places_mm))
    assert leftward[0] > middle[0]
    assert downward[1] > middle[1]


def test_rays_and_project_agree() -> None:
    camera = EyeCamera.of_neon("left")
    pixels = np.array([[0.0, 0.0], [191.0, 20.5], [95.5, 95.5]])
    rays = camera.rays(pixels)
    assert np.allclose(np.linalg.norm(rays, axis=1), 1.0)
    assert np.allclose(camera.project(7.0 * rays), pixels)
    assert np.allclose(rays[2], [0.0, 0.0, 1.0])
    assert camera.camera_matrix.tolist() == [[140.0, 0, 95.5], [0, 140.0, 95.5], [0, 0, 1]]
