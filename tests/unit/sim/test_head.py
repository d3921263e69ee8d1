from __future__ import annotations

import numpy as np

from gazewire.sim import HeadMotion
from gazewire.sim.head import MAX_PITCH_DEG, MAX_YAW_DEG

MINUTES = np.arange(0.0, 600.0, 0.05)


def test_the_head_stays_within_its_bounds_and_uses_most_of_them() -> None:
    furthest_deg = np.degrees(np.abs(HeadMotion(3).angles_rad(MINUTES)).max(axis=0))
    assert np.all(furthest_deg <= [MAX_YAW_DEG, MAX_PITCH_DEG])
    assert np.all(furthest_deg >= [0.7 * MAX_YAW_DEG, 0.7 * MAX_PITCH_DEG])


def test_between_turns_the_head_only_sways() -> None:
    for seed in range(5):
        head = HeadMotion(seed)
        turns = [head.next_turn(t_s) for t_s in np.arange(0.0, 600.0, 4.0)]
        turning = np.zeros(len(MINUTES), bool)
        for turn in turns:
            turning |= (turn.start_s - 1e-9 < MINUTES) & (turn.end_s + 1e-9 > MINUTES)
        rates_deg_s = np.abs(np.degrees(head.rates_rad_s(MINUTES)))
        assert rates_deg_s[~turning].max() < 2.0
        # Zangemeister, Jones & Stark 1981: some 100 deg/s for turns of 20 degrees.
        assert 15.0 < rates_deg_s[turning].max() < 60.0


def test_rates_are_the_derivative_of_angles() -> None:
    head, fine = HeadMotion(6), np.arange(0.0, 40.0, 1e-3)
    differences = np.diff(head.angles_rad(fine), axis=0) / 1e-3
    assert np.abs(differences - head.rates_rad_s(fine[:-1] + 5e-4)).max() < 1e-4


def test_the_larger_a_turn_the_faster_and_the_longer_it_is() -> None:
    turns = [HeadMotion(2).next_turn(t_s) for t_s in np.arange(0.0, 400.0, 4.0)]
    sizes = np.array([turn.angle_rad for turn in turns])
    durations_s = np.array([turn.end_s - turn.start_s for turn in turns])
    assert durations_s.min() > 0.3
    assert durations_s.max() < 0.7
    order = np.argsort(sizes)
    assert np.all(np.diff(durations_s[order]) >= 0)
    assert np.all(np.diff((sizes / durations_s)[order]) >= 0)


def test_turns_follow_one_another_and_each_begins_where_the_last_one_ended() -> None:
    head, t_s = HeadMotion(8), 0.0
    before = None
    for _ in range(50):
        turn = head.next_turn(t_s)
        if before is not None:
            assert turn.start_s > before.end_s
            assert turn.start_rad == before.end_rad
        before, t_s = turn, turn.start_s


def test_any_instant_may_be_asked_for_in_any_order() -> None:
    head = HeadMotion(9)
    late = head.angles_rad(np.array([5000.0]))
    assert np.array_equal(HeadMotion(9).angles_rad(np.array([0.0, 5000.0, 3.0]))[1:2], late)


def test_the_way_of_the_head_is_decided_by_the_seed() -> None:
    assert np.array_equal(HeadMotion(1).angles_rad(MINUTES), HeadMotion(1).angles_rad(MINUTES))
    assert not np.allclose(HeadMotion(1).angles_rad(MINUTES), HeadMotion(2).angles_rad(MINUTES))


def test_the_room_never_slides_further_than_it_says() -> None:
    slide = np.abs(HeadMotion(4).tangents(MINUTES)).max(axis=0)
    assert np.all(slide <= HeadMotion.furthest_tangents())
