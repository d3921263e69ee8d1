"""Points fall where the camera puts them, and far ones stay outside."""

from __future__ import annotations

import numpy as np
import pytest

from gazewire.gaze.scene_projection import SceneProjection
from gazewire.optics import known_camera

CAMERAS = [
    known_camera("Pupil Cam1 ID2", *size) for size in [(640, 480), (1280, 720), (1920, 1080)]
]


@pytest.mark.parametrize("camera", CAMERAS)
def test_it_agrees_with_the_camera(camera) -> None:
    projection = SceneProjection(camera)
    rng = np.random.default_rng(0)
    for point in rng.normal((0, 0, 900), 200, (50, 3)).tolist():
        ((x, y),) = camera.project([point])
        expected = (x / camera.width, 1 - y / camera.height)
        assert projection.norm_pos(tuple(point), is_held=False) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("camera", CAMERAS)
def test_what_is_far_outside_never_folds_back(camera) -> None:
    projection = SceneProjection(camera)
    for tangent in np.linspace(2.0, 1000.0, 500):
        x, _ = projection.norm_pos((tangent, 0.0, 1.0))
        # The largest camera's model ends inside its image, which is 1.0 wide.
        assert 0.85 < x <= 100.0


def test_what_is_behind_has_no_place() -> None:
    projection = SceneProjection(CAMERAS[0])
    assert projection.norm_pos((0.0, 0.0, -1.0)) is None
    assert projection.norm_pos((0.0, 0.0, 0.0)) is None
    assert projection.norm_pos((float("nan"), 0.0, 1.0)) is None
    assert projection.norm_pos((0.0, 0.0, 1.0)) == pytest.approx(
        (CAMERAS[0].middle_px[0] / 640, 1 - CAMERAS[0].middle_px[1] / 480)
    )
