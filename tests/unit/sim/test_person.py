from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.eye_camera import Side
from gazewire.sim.person import Person

CROWD = [Person.from_seed(seed) for seed in range(200)]


def test_a_seed_makes_one_person() -> None:
    assert Person.from_seed(5) == Person.from_seed(5)


def test_persons_differ_by_seed() -> None:
    assert len(set(CROWD)) == len(CROWD)
    assert len({person.right.ball.cornea_radius_mm for person in CROWD}) == len(CROWD)


def test_measures_are_spread_as_they_are_among_people() -> None:
    between = [p.right.ball.center_mm[0] - p.left.ball.center_mm[0] for p in CROWD]
    assert np.mean(between) == pytest.approx(63.4, abs=1.0)
    assert np.std(between) == pytest.approx(3.6, abs=0.7)
    assert all(50 < mm < 76 for mm in between)
    cornea = [p.left.ball.cornea_radius_mm for p in CROWD]
    assert np.mean(cornea) == pytest.approx(7.8, abs=0.06)
    limbus = [2 * p.left.ball.limbus_radius_mm for p in CROWD]
    assert np.mean(limbus) == pytest.approx(11.71, abs=0.1)


def test_every_eye_can_be_built() -> None:
    for person in CROWD:
        for eye in (person.left, person.right):
            ball = eye.ball
            assert 12.0 < ball.cornea_offset_mm + ball.cornea_radius_mm < 14.5
            # The iris lies behind the limbus, not before it.
            assert ball.pupil_height_mm < ball.limbus_height_mm


def test_pupils_and_lids_have_sensible_ranges() -> None:
    for person in CROWD:
        narrow, wide = person.pupil_diameter_range_mm
        assert 1.5 < narrow < 3.0 < 5.0 < wide < 8.5
        assert 0.5 < person.rest_lid_opening <= 1.0


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_optical_axis_points_outward_and_below_the_visual_axis(side: Side) -> None:
    eye = Person.from_seed(3).eye(side)
    x, y, z = eye.optical_axis((0.0, 0.0, 1.0))
    inward_deg, upward_deg = eye.kappa_deg
    outward = x if side == "right" else -x
    assert np.degrees(np.arcsin(outward)) == pytest.approx(inward_deg, abs=0.05)
    assert np.degrees(np.arcsin(y)) == pytest.approx(upward_deg, abs=0.05)
    assert x * x + y * y + z * z == pytest.approx(1.0)


def test_kappa_keeps_its_size_wherever_the_eye_looks() -> None:
    eye = Person.from_seed(8).right
    angles = []
    for yaw_deg, pitch_deg in [(0, 0), (20, 0), (-20, 10), (5, -18)]:
        yaw, pitch = np.radians([yaw_deg, pitch_deg])
        visual = np.array(
            [np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)]
        )
        optical = np.array(eye.optical_axis((visual[0], visual[1], visual[2])))
        angles.append(np.degrees(np.arccos(visual @ optical)))
    assert np.ptp(angles) < 1e-4


def test_slipping_glasses_moves_both_eyes_the_other_way() -> None:
    person = Person.from_seed(1)
    slipped = person.slipped((0.5, -1.0, 0.25))
    for before, after in ((person.left, slipped.left), (person.right, slipped.right)):
        moved = np.subtract(after.ball.center_mm, before.ball.center_mm)
        assert np.allclose(moved, [-0.5, 1.0, -0.25])
        assert after.camera == before.camera
