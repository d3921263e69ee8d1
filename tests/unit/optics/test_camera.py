"""Cameras agree with OpenCV's models, both ways."""

import cv2
import numpy as np
import pytest

from gazewire.optics import Camera, known_camera, nominal_camera

SCENES = [known_camera("Pupil Cam1 ID2", *size) for size in [(640, 480), (1280, 720), (1920, 1080)]]
IDS = ["480", "720", "1080"]


def grid(camera: Camera) -> np.ndarray:
    x, y = np.meshgrid(np.linspace(0, camera.width, 13), np.linspace(0, camera.height, 9))
    return np.column_stack([x.ravel(), y.ravel()])


@pytest.mark.parametrize("camera", SCENES, ids=IDS)
def test_pixels_survive_the_way_there_and_back(camera: Camera) -> None:
    points = grid(camera)
    # The corners of the largest lie beyond what its model can tell apart.
    points = points[np.hypot(*(points - camera.middle_px).T) < 0.9 * camera.focal_px[0]]
    assert len(points) > 60
    assert camera.project(camera.unproject(points)) == pytest.approx(points, abs=1e-6)
    assert camera.distort(camera.undistort(points)) == pytest.approx(points, abs=1e-6)


@pytest.mark.parametrize("camera", SCENES, ids=IDS)
def test_points_fall_where_opencv_puts_them(camera: Camera) -> None:
    rng = np.random.default_rng(7)
    points = np.column_stack([rng.uniform(-400, 400, (50, 2)), rng.uniform(600, 900, 50)])
    nothing = np.zeros(3)
    if camera.lens == "fisheye":
        expected = cv2.fisheye.projectPoints(
            points[:, None], nothing, nothing, camera.matrix, np.array(camera.distortion)
        )[0]
    else:
        expected = cv2.projectPoints(
            points, nothing, nothing, camera.matrix, np.array(camera.distortion)
        )[0]
    assert camera.project(points) == pytest.approx(expected.reshape(-1, 2), abs=1e-6)


def test_a_direction_is_a_unit_vector_and_the_middle_looks_along_the_axis() -> None:
    camera = SCENES[1]
    assert camera is not None
    rays = camera.unproject(grid(camera))
    assert np.linalg.norm(rays, axis=1) == pytest.approx(1)
    assert camera.unproject([camera.middle_px]) == pytest.approx(np.array([[0, 0, 1.0]]), abs=1e-9)


def test_what_is_behind_a_camera_and_what_is_unknown_have_no_pixel() -> None:
    camera = nominal_camera(640, 480)
    seen = camera.project([[0, 0, -1.0], [0, 0, 0], [np.nan, 0, 1], [0, 0, 2]])
    assert np.isnan(seen[:2]).all()
    assert np.isnan(seen[2]).any()
    assert seen[3].tolist() == [320, 240]
    assert np.isnan(camera.unproject([[np.nan, 3.0]])).any()


@pytest.mark.parametrize("camera", SCENES, ids=IDS)
def test_far_outside_the_image_directions_stay_finite(camera: Camera) -> None:
    rays = camera.unproject([[1e6, -1e6], [-1e5, 0], [camera.width * 3, camera.height * 3]])
    assert np.isfinite(rays).all()
    assert (rays[:, 2] > 0).all()


def test_points_of_another_shape_are_refused_with_their_shape() -> None:
    with pytest.raises(ValueError, match=r"\(3,\)"):
        nominal_camera(10, 10).project([1, 2, 3])


def test_intrinsics_of_the_core_programs_are_read() -> None:
    camera = Camera.from_core(
        {
            "resolution": [1280, 720],
            "camera_matrix": [[800, 0, 640], [0, 810, 360], [0, 0, 1]],
            "dist_coefs": [[0.1], [0], [0], [0]],
            "cam_type": "fisheye",
        }
    )
    assert camera == Camera(1280, 720, (800, 810), (640, 360), (0.1, 0, 0, 0), "fisheye")


@pytest.mark.parametrize(
    "damage",
    [
        {"cam_type": "mirror"},
        {"camera_matrix": [1, 2]},
        {"resolution": None},
        {"dist_coefs": [1, 2]},
        {"dist_coefs": [float("nan")] * 4},
    ],
)
def test_intrinsics_that_are_none_are_refused(damage: dict[str, object]) -> None:
    intrinsics = {
        "resolution": [1280, 720],
        "camera_matrix": np.eye(3),
        "dist_coefs": [],
        "cam_type": "radial",
    }
    with pytest.raises(ValueError, match=r"camera|coefficients|finite"):
        Camera.from_core(intrinsics | damage)


def test_cameras_of_the_headset_are_known_by_name() -> None:
    eye = known_camera("Pupil Cam2 ID1", 192, 192)
    assert eye is not None
    assert eye.focal_px == (282.976877, 283.561467)
    assert eye.middle_px == (96, 96)
    assert known_camera("Pupil Cam2 ID1", 100, 100) is None
    assert known_camera("USB Camera", 192, 192) is None
