from __future__ import annotations

import numpy as np

from gazewire.sim.eyelids import Eyelids
from gazewire.sim.person import Person

PERSON = Person.from_seed(6)
LIDS = Eyelids(PERSON)


def test_eyes_are_open_as_this_person_has_them_and_blinks_close_them() -> None:
    openings = LIDS.openings(np.array([0.0, 0.5, 1.0]))
    assert np.allclose(openings, PERSON.rest_lid_opening * np.array([1.0, 0.5, 0.0]))


def test_closed_lids_meet() -> None:
    for elevation in (-20.0, 0.0, 20.0):
        top, bottom = LIDS.angles(np.zeros(1), np.array([elevation]))
        assert np.allclose(top, bottom, atol=1e-12)


def test_lids_follow_the_eye_and_the_upper_one_further() -> None:
    elevations = np.linspace(-25.0, 25.0, 21)
    top, bottom = LIDS.angles(np.full(21, PERSON.rest_lid_opening), elevations)
    rises, lower_rises = np.diff(np.degrees(top)), np.diff(np.degrees(bottom))
    assert np.all(rises > lower_rises)
    assert np.all(lower_rises > 0)
    assert np.all(rises < 2.5)


def test_a_resting_eye_is_as_far_open_as_those_of_people() -> None:
    for seed in range(30):
        person = Person.from_seed(seed)
        lids = Eyelids(person)
        top, bottom = lids.angles(lids.openings(np.zeros(1)), np.zeros(1))
        aperture_mm = person.left.ball.radius_mm * (top - bottom)[0]
        assert 6.0 < aperture_mm < 12.0
        assert bottom[0] < 0 < top[0]


def test_no_instants_give_no_angles() -> None:
    top, bottom = LIDS.angles(np.empty(0), np.empty(0))
    assert top.shape == bottom.shape == (0,)
