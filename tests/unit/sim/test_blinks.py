from __future__ import annotations

from itertools import pairwise

import numpy as np

from gazewire.sim.blinks import Blinks
from gazewire.sim.ticks import TICKS_PER_S

HOUR_S = 3600.0


def test_people_blink_as_often_as_people_do() -> None:
    rates = []
    for seed in range(40):
        blinks = Blinks(seed)
        counted = len(blinks.between(0.0, 600.0)) / 10
        assert abs(counted - 60 * blinks.rate_hz) < 4.5
        rates.append(counted)
    # Bentivoglio et al. 1997: 17 a minute at rest, from person to person quite different.
    assert 14 < np.mean(rates) < 19
    assert min(rates) > 7
    assert max(rates) < 32
    assert np.std(rates) > 2


def test_times_between_blinks_are_skewed_and_never_too_short() -> None:
    starts_s = [blink.start_tick / TICKS_PER_S for blink in Blinks(3).between(0.0, HOUR_S)]
    between_s = np.diff(starts_s)
    assert between_s.min() > 0.5
    assert np.median(between_s) < 0.9 * between_s.mean()
    assert between_s.max() < 40


def test_closing_is_fast_and_opening_slower() -> None:
    blinks = Blinks(1).between(0.0, HOUR_S)
    begins = np.array([[b.start_tick, b.closed_tick, b.opening_tick, b.end_tick] for b in blinks])
    closing_s, closed_s, opening_s = np.diff(begins, axis=1).T / TICKS_PER_S
    assert closing_s.min() >= 0.0749
    assert closing_s.max() <= 0.1001
    assert closed_s.max() <= 0.0501
    assert np.all(opening_s > 1.5 * closing_s)
    whole_s = closing_s + closed_s + opening_s
    assert 0.25 < whole_s.mean() < 0.36  # VanderWerf et al. 2003
    assert whole_s.max() < 0.4


def test_lids_close_go_all_the_way_and_open_again_without_turning_back() -> None:
    for blink in Blinks(2).between(0.0, 120.0):
        t_s = np.linspace(blink.start_tick, blink.end_tick, 800) / TICKS_PER_S
        closure = blink.closure(t_s)
        top = int(closure.argmax())
        assert np.allclose(closure[[0, -1]], 0.0, atol=1e-12)
        assert np.isclose(closure.max(), blink.depth)
        assert np.all(np.diff(closure[: top + 1]) >= 0)
        assert np.all(np.diff(closure[top:]) <= 1e-12)
        fastest_down, fastest_up = np.diff(closure).max(), -np.diff(closure).min()
        assert 1.5 < fastest_down / fastest_up < 4.0


def test_partial_blinks_are_rare() -> None:
    blinks = [blink for seed in range(5) for blink in Blinks(seed).between(0.0, HOUR_S)]
    partial = [blink for blink in blinks if not blink.is_complete]
    assert 0.04 < len(partial) / len(blinks) < 0.10
    assert all(0.3 < blink.depth < 0.8 for blink in partial)


def test_blinks_follow_one_another_and_the_lids_are_open_in_between() -> None:
    blinks = Blinks(4)
    course = blinks.between(0.0, 600.0)
    for before, after in pairwise(course):
        assert after.start_tick > before.end_tick
        middle_s = (before.end_tick + after.start_tick) / 2 / TICKS_PER_S
        assert blinks.closure(np.array([middle_s])) == [0.0]


def test_any_instant_may_be_asked_for_alone() -> None:
    t_s = np.arange(55.0, 130.0, 0.01)
    together = Blinks(5).closure(t_s)
    alone = Blinks(5)
    assert [float(alone.closure(t_s[i : i + 1])[0]) for i in range(0, len(t_s), 7)] == [
        float(value) for value in together[::7]
    ]
    assert together.max() == 1.0
    assert Blinks(5).closure(np.empty(0)).size == 0
    assert not np.array_equal(together, Blinks(6).closure(t_s))
