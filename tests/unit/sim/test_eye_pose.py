from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.eye_pose import EyePose, PosedEye
from gazewire.sim.person import Person


def test_the_cornea_lies_before_the_centre_along_the_axis() -> None:
    eye = Person.from_seed(2).left
    pose = EyePose(optical_axis=(0.6, 0.0, 0.8), pupil_diameter_mm=3.0, lid_opening=1.0)
    posed = PosedEye.of(eye, pose)
    offset = posed.cornea_mm - posed.center_mm
    assert np.linalg.norm(offset) == pytest.approx(eye.ball.cornea_offset_mm)
    in_scene = np.array(eye.camera.rotation) @ offset / eye.ball.cornea_offset_mm
    assert np.allclose(in_scene, pose.optical_axis)


def test_looking_up_is_a_positive_elevation() -> None:
    pose = EyePose(optical_axis=(0.0, -0.6, 0.8), pupil_diameter_mm=3.0, lid_opening=1.0)
    assert pose.elevation_deg == pytest.approx(36.87, abs=0.01)


@pytest.mark.parametrize(
    ("axis", "diameter_mm", "opening"),
    [
        ((0.0, 0.0, 1.0), 0.0, 0.5),
        ((0.0, 0.0, 1.0), 11.0, 0.5),
        ((0.0, 0.0, 1.0), float("nan"), 0.5),
        ((0.0, 0.0, 1.0), 3.0, 1.1),
        ((0.0, 0.0, 1.0), 3.0, -0.1),
        ((0.0, 0.0, 2.0), 3.0, 0.5),
        ((0.0, 0.0, -1.0), 3.0, 0.5),
        ((float("nan"), 0.0, 1.0), 3.0, 0.5),
    ],
)
def test_a_pose_that_no_eye_can_have_is_refused(
    axis: tuple[float, float, float], diameter_mm: float, opening: float
) -> None:
    with pytest.raises(ValueError, match="not"):
        EyePose(optical_axis=axis, pupil_diameter_mm=diameter_mm, lid_opening=opening)
