from __future__ import annotations

import numpy as np

from gazewire.sim import HeadSway
from gazewire.sim.head import MAX_PITCH_DEG, MAX_YAW_DEG

MINUTES = np.arange(0.0, 600.0, 0.05)


def test_the_head_stays_within_its_bounds_and_uses_most_of_them() -> None:
    furthest_deg = np.degrees(np.abs(HeadSway(3).angles_rad(MINUTES)).max(axis=0))
    assert np.all(furthest_deg <= [MAX_YAW_DEG, MAX_PITCH_DEG])
    assert np.all(furthest_deg >= [0.7 * MAX_YAW_DEG, 0.7 * MAX_PITCH_DEG])


def test_the_head_never_turns_faster_than_somebody_who_sits() -> None:
    for seed in range(5):
        rates_deg_s = np.degrees(np.diff(HeadSway(seed).angles_rad(MINUTES), axis=0)) / 0.05
        assert np.abs(rates_deg_s).max() < 4.0


def test_the_way_of_the_head_is_decided_by_the_seed() -> None:
    assert np.array_equal(HeadSway(1).angles_rad(MINUTES), HeadSway(1).angles_rad(MINUTES))
    assert not np.allclose(HeadSway(1).angles_rad(MINUTES), HeadSway(2).angles_rad(MINUTES))


def test_the_room_never_slides_further_than_it_says() -> None:
    slide = np.abs(HeadSway(4).tangents(MINUTES)).max(axis=0)
    assert np.all(slide <= HeadSway.furthest_tangents())
