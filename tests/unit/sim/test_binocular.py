from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.binocular import (
    VIEWING_DISTANCE_MM,
    gaze_points_mm,
    optical_axes,
    visual_axes,
)
from gazewire.sim.person import Person, Side

TANGENTS = np.random.default_rng(1).uniform([-0.9, -0.7], [0.9, 0.7], (50, 2))


def test_all_of_the_room_is_at_one_distance() -> None:
    points = gaze_points_mm(TANGENTS)
    assert np.allclose(points[:, 2], VIEWING_DISTANCE_MM)
    assert np.allclose(points[:, :2] / points[:, 2:], TANGENTS)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_visual_axis_goes_through_what_is_looked_at(side: Side) -> None:
    eye, points = Person.from_seed(3).eye(side), gaze_points_mm(TANGENTS)
    axes = visual_axes(eye, points)
    assert np.allclose(np.linalg.norm(axes, axis=1), 1.0)
    to_points = points - np.array(eye.ball.center_mm)
    assert np.allclose(np.cross(axes, to_points), 0.0, atol=1e-9)
    assert np.all((axes * to_points).sum(axis=1) > 0)


@pytest.mark.parametrize("side", ["left", "right"])
def test_many_optical_axes_are_those_that_the_eye_gives_singly(side: Side) -> None:
    eye = Person.from_seed(4).eye(side)
    visual = visual_axes(eye, gaze_points_mm(TANGENTS))
    singly = [eye.optical_axis((x, y, z)) for x, y, z in visual.tolist()]
    assert np.allclose(optical_axes(eye, visual), singly, atol=1e-7)


def test_optical_axes_are_turned_outward_by_kappa() -> None:
    person = Person.from_seed(5)
    for eye, outward in ((person.left, -1), (person.right, 1)):
        visual = visual_axes(eye, gaze_points_mm(np.zeros((1, 2))))
        optical = optical_axes(eye, visual)
        apart_deg = np.degrees(np.arccos((visual * optical).sum()))
        assert apart_deg == pytest.approx(np.hypot(*eye.kappa_deg), rel=0.01)
        assert outward * (optical - visual)[0, 0] > 0


def test_no_instants_give_no_axes() -> None:
    eye = Person.from_seed(5).left
    assert optical_axes(eye, np.empty((0, 3))).shape == (0, 3)
