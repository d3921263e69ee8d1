from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.eye_lids import LidCurves
from gazewire.sim.person import Person

PERSON = Person.from_seed(4)
LIDS = LidCurves(PERSON.lids)
AZIMUTH_DEG = np.linspace(-80.0, 80.0, 161)


def gap_deg(opening: float, gaze_deg: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    rise = LIDS.rise(opening, gaze_deg)
    upper = LIDS.upper(AZIMUTH_DEG).elevation_deg(rise.upper)
    gap: np.ndarray[tuple[int], np.dtype[np.float64]] = upper - LIDS.lower(
        AZIMUTH_DEG
    ).elevation_deg(rise.lower)
    return gap


@pytest.mark.parametrize("gaze_deg", [-30.0, 0.0, 30.0])
def test_closed_lids_leave_no_gap_wherever_the_eye_looks(gaze_deg: float) -> None:
    assert np.all(gap_deg(0.0, gaze_deg) <= 0)


def test_lids_open_smoothly_and_everywhere_at_once() -> None:
    middle = np.abs(AZIMUTH_DEG) < 30
    gaps = np.array([gap_deg(opening)[middle] for opening in np.linspace(0.1, 1, 10)])
    assert np.all(np.diff(gaps, axis=0) > 0)


def test_lids_meet_in_the_corners_and_beyond() -> None:
    inner, outer = PERSON.lids.nasal_deg[0], PERSON.lids.temporal_deg[0]
    beyond = (inner > AZIMUTH_DEG) | (outer < AZIMUTH_DEG)
    assert np.all(gap_deg(1.0)[beyond] <= 0)
    assert np.all(gap_deg(1.0)[(inner + 10 < AZIMUTH_DEG) & (outer - 10 > AZIMUTH_DEG)] > 5)


def test_an_edge_has_no_corners_between_the_corners_of_the_eye() -> None:
    edge = LIDS.upper(AZIMUTH_DEG).elevation_deg(0.8)
    middle = np.abs(AZIMUTH_DEG) < 40
    assert np.abs(np.diff(edge[middle], n=2)).max() < 0.1


def test_the_upper_lid_follows_the_eye_further_than_the_lower() -> None:
    ahead = np.zeros(1)
    up, down = LIDS.rise(0.8, 15.0), LIDS.rise(0.8, -15.0)
    upper = LIDS.upper(ahead)
    lower = LIDS.lower(ahead)
    upper_moved = upper.elevation_deg(up.upper) - upper.elevation_deg(down.upper)
    lower_moved = lower.elevation_deg(up.lower) - lower.elevation_deg(down.lower)
    assert upper_moved > lower_moved > 0
    assert 15 < upper_moved < 30


def test_rises_stay_within_their_announced_range() -> None:
    for opening in (0.0, 0.3, 1.0):
        for gaze_deg in (-90.0, -30.0, 0.0, 12.0, 90.0):
            rise = LIDS.rise(opening, gaze_deg)
            assert LIDS.least.upper <= rise.upper <= LIDS.most.upper
            assert LIDS.least.lower <= rise.lower <= LIDS.most.lower
