from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.binocular import gaze_points_mm
from gazewire.sim.eyes import Eyes
from gazewire.sim.person import Person

PERSON = Person.from_seed(7)
EYES = Eyes(PERSON, seed=7)
T_S = np.arange(0.0, 30.0, 0.005)
TANGENTS = np.stack([0.5 * np.sin(T_S), 0.4 * np.cos(0.7 * T_S)], axis=1)


def test_visual_axes_meet_in_the_gaze_point() -> None:
    left, right = EYES.at(T_S, TANGENTS)
    a, b = np.array(PERSON.left.ball.center_mm), np.array(PERSON.right.ball.center_mm)
    for u, v, point in zip(
        left.visual_axes[::50], right.visual_axes[::50], gaze_points_mm(TANGENTS)[::50], strict=True
    ):
        # Where two lines are nearest to each other, by least squares.
        (s, t), *_ = np.linalg.lstsq(np.stack([u, -v], axis=1), b - a, rcond=None)
        assert np.allclose(a + s * u, point, atol=1e-6)
        assert np.allclose(b + t * v, point, atol=1e-6)


def test_the_eyes_are_where_the_person_has_them_the_left_one_at_negative_x() -> None:
    left, right = EYES.at(T_S[:3], TANGENTS[:3])
    assert [state.eyeball_center_mm for state in left.states()] == [PERSON.left.ball.center_mm] * 3
    assert left.states()[0].eyeball_center_mm[0] < 0 < right.states()[0].eyeball_center_mm[0]


def test_axes_are_unit_vectors_and_point_forward() -> None:
    for course in EYES.at(T_S, TANGENTS):
        axes = np.array([state.optical_axis for state in course.states()])
        assert np.allclose(np.linalg.norm(axes, axis=1), 1.0, atol=1e-12)
        assert axes[:, 2].min() > 0.5


def test_a_blink_closes_both_eyes_and_leaves_the_rest_as_it_is() -> None:
    left, right = EYES.at(T_S, TANGENTS)
    assert np.array_equal(left.lid_openings, right.lid_openings)
    apertures = np.array([lid.aperture_mm for lid in left.eyelids()])
    shut = EYES.blinks.closure(T_S) > 0.999
    assert shut.sum() > 5
    assert apertures[shut].max() < 0.05
    assert np.median(apertures) > 6.0
    assert apertures.min() >= 0.0
    steps = np.linalg.norm(np.diff(left.optical_axes, axis=0), axis=1)
    assert steps.max() < 0.005
    assert np.abs(np.diff(left.pupil_diameters_mm)).max() < 0.01


def test_apertures_are_the_arc_between_the_edges() -> None:
    for course in EYES.at(T_S[:200], TANGENTS[:200]):
        for lid in course.eyelids():
            arc_mm = course.eye.ball.radius_mm * (lid.angle_top_rad - lid.angle_bottom_rad)
            assert lid.aperture_mm == pytest.approx(arc_mm, abs=1e-9)


def test_pupils_stay_within_what_the_person_can() -> None:
    for course in EYES.at(T_S, TANGENTS):
        low, high = PERSON.pupil_diameter_range_mm
        assert low <= course.pupil_diameters_mm.min()
        assert course.pupil_diameters_mm.max() <= high


def test_poses_are_what_the_wire_tells() -> None:
    left, _ = EYES.at(T_S[:50], TANGENTS[:50])
    for pose, state, opening in zip(left.poses(), left.states(), left.lid_openings, strict=True):
        assert pose.optical_axis == state.optical_axis
        assert pose.pupil_diameter_mm == state.pupil_diameter_mm
        assert pose.lid_opening == opening
