from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.eye_camera import Side
from gazewire.sim.eye_face import Face
from gazewire.sim.eye_lids import LidCurves
from gazewire.sim.eye_pose import EyePose, PosedEye
from gazewire.sim.eye_truth import PupilTruth, pupil_outline_px, pupil_truth
from gazewire.sim.person import Eye, Person

PERSON = Person.from_seed(4)
LIDS = LidCurves(PERSON.lids)
FACES = {side: Face.of(PERSON.eye(side)) for side in ("left", "right")}


def truth_of(pose: EyePose, side: Side = "right") -> PupilTruth:
    return pupil_truth(PERSON.eye(side), FACES[side], LIDS, pose)


def looking_at_its_camera(eye: Eye, pupil_mm: float) -> EyePose:
    way = np.subtract(eye.camera.position_mm, eye.ball.center_mm)
    x, y, z = (way / np.linalg.norm(way)).tolist()
    return EyePose(optical_axis=(x, y, z), pupil_diameter_mm=pupil_mm, lid_opening=1.0)


def test_an_eye_that_looks_at_its_camera_has_a_round_pupil_of_known_size() -> None:
    eye = PERSON.right
    truth = truth_of(looking_at_its_camera(eye, 4.0))
    small, large = truth.axes_px
    # Round but for perspective, which stretches what is not in the middle of the picture.
    assert small == pytest.approx(large, rel=0.015)
    # Without refraction it would be so large. The cornea magnifies it, and brings it nearer, which
    # makes it larger still from so near.
    bare_px = 4.0 * eye.camera.focal_px / truth.pupil_center_mm[2]
    assert 1.13 < large / bare_px < 1.19
    middle_px = eye.camera.project(np.array(truth.eyeball_center_mm))
    assert truth.center_px == pytest.approx(middle_px.tolist(), abs=0.25)
    center = np.array(truth.eyeball_center_mm)
    assert np.allclose(truth.gaze_normal, -center / np.linalg.norm(center))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("pupil_mm", [2.0, 4.0])
def test_the_ellipse_fits_the_outline(side: Side, pupil_mm: float) -> None:
    pose = EyePose(optical_axis=(0.28, -0.1, 0.9548), pupil_diameter_mm=pupil_mm, lid_opening=1.0)
    truth, outline = truth_of(pose, side), pupil_outline_px(PERSON.eye(side), pose)
    angle = np.radians(truth.angle_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    along = (outline - truth.center_px) @ turn / (np.array(truth.axes_px) / 2)
    # The first axis, that of the angle, is the smaller one.
    assert truth.axes_px[0] < truth.axes_px[1]
    assert np.hypot(along[:, 0], along[:, 1]) == pytest.approx(1.0, abs=0.02)
    assert 0.0 <= truth.angle_deg < 180.0


def test_values_in_space_agree_with_the_pose() -> None:
    eye = PERSON.left
    pose = EyePose(optical_axis=(-0.2, 0.1, 0.9747), pupil_diameter_mm=3.0, lid_opening=0.7)
    truth, posed = truth_of(pose, "left"), PosedEye.of(eye, pose)
    assert truth.diameter_mm == 3.0
    assert truth.lid_opening == 0.7
    center = np.array(truth.eyeball_center_mm)
    in_scene = eye.camera.to_scene @ np.append(center, 1.0)
    assert np.allclose(in_scene[:3], eye.ball.center_mm)
    way = np.subtract(truth.pupil_center_mm, center)
    assert np.allclose(way, eye.ball.pupil_offset_mm * np.array(truth.gaze_normal))
    assert np.allclose(truth.gaze_normal, posed.axes[2])
    # Out of the eye, towards the camera.
    assert truth.gaze_normal[2] < 0


def test_the_aperture_is_the_arc_between_the_lids() -> None:
    ahead = (0.0, 0.0, 1.0)
    for opening in (0.3, 0.8, 1.0):
        truth = truth_of(EyePose(ahead, 3.0, opening))
        arc_mm = PERSON.right.ball.radius_mm * (truth.lid_top_rad - truth.lid_bottom_rad)
        assert truth.lid_aperture_mm == pytest.approx(arc_mm)
        assert arc_mm > 0
    assert truth_of(EyePose(ahead, 3.0, 0.0)).lid_aperture_mm == 0.0
    assert 7.0 < truth_of(EyePose(ahead, 3.0, PERSON.rest_lid_opening)).lid_aperture_mm < 11.0


def test_half_closed_lids_hide_part_of_a_wide_pupil() -> None:
    ahead = (0.0, 0.0, 1.0)
    wide, half = truth_of(EyePose(ahead, 6.0, 1.0)), truth_of(EyePose(ahead, 6.0, 0.42))
    assert wide.visible_fraction == 1.0
    assert 0.1 < half.visible_fraction < 0.9
    # Lids hide the pupil; they do not move it.
    assert half.center_px == wide.center_px


def test_glints_leave_the_cornea_before_they_vanish() -> None:
    shown = []
    for yaw_deg in range(-10, 50, 5):
        yaw = np.radians(yaw_deg)
        axis = (float(np.sin(yaw)), 0.0, float(np.cos(yaw)))
        shown.append(sum(glint.visible for glint in truth_of(EyePose(axis, 3.0, 1.0)).glints))
    # Away from the camera in the bridge of the nose: first both, then one, then none.
    assert shown[0] == 2
    assert shown[-1] == 0
    assert shown == sorted(shown, reverse=True)
