"""Traces come to the even grid as they were."""

import numpy as np
import pytest

from gazewire.motion.grid import GRID_HZ, resample


def seen(t_s: np.ndarray) -> np.ndarray:
    return np.ones(len(t_s), bool)


@pytest.mark.parametrize("rate_hz", [30, 60, 120, 200, 250, 333, 500, 1000, 2000])
def test_a_straight_way_stays_straight_at_every_rate(rate_hz: float) -> None:
    t_s = 1e6 + np.arange(0, 2, 1 / rate_hz)
    trace = resample(t_s, np.stack((3 * (t_s - 1e6), 40 - (t_s - 1e6))), seen(t_s))
    since_s = np.arange(trace.position_deg.shape[1]) / GRID_HZ
    inside = (since_s > 0.01) & (since_s < t_s[-1] - 1e6 - 0.01)
    assert trace.start_s == t_s[0]
    assert trace.position_deg[0, inside] == pytest.approx(3 * since_s[inside], abs=1e-6)
    assert trace.position_deg[1, inside] == pytest.approx(40 - since_s[inside], abs=1e-6)
    assert not trace.lost.any()


def test_the_grid_covers_the_recording_to_its_last_sample() -> None:
    t_s = np.array([0.0, 0.005, 0.010, 0.0151])
    assert len(resample(t_s, np.zeros((2, 4)), seen(t_s)).lost) == 9


def test_noise_of_a_fast_tracker_is_averaged() -> None:
    noise = np.random.default_rng(1).standard_normal((2, 20_000))
    t_s = np.arange(20_000) / 1000
    assert resample(t_s, noise, seen(t_s)).position_deg.std() < 0.75


def test_gaps_are_bridged_and_told() -> None:
    t_s = np.arange(500) / 500
    there = (t_s < 0.4) | (t_s >= 0.6)
    x = np.where(there, t_s, 99.0)
    trace = resample(t_s, np.stack((x, x)), there)
    since_s = np.arange(len(trace.lost)) / GRID_HZ
    inside = (since_s > 0.01) & (since_s < 0.98)
    assert trace.position_deg[0, inside] == pytest.approx(since_s[inside], abs=1e-6)
    assert trace.lost.sum() / GRID_HZ == pytest.approx(0.2, abs=0.003)
    assert (trace.lost[(since_s > 0.41) & (since_s < 0.59)] == 1).all()


def test_samples_that_were_never_taken_are_lost() -> None:
    t_s = np.concatenate((np.arange(100), np.arange(150, 250))) / 200
    trace = resample(t_s, np.zeros((2, 200)), seen(t_s))
    assert trace.lost.sum() / GRID_HZ == pytest.approx(51 / 200, abs=2 / GRID_HZ)


def test_jitter_is_no_loss() -> None:
    t_s = np.arange(400) / 200 + np.random.default_rng(2).uniform(-0.002, 0.002, 400)
    assert not resample(t_s, np.zeros((2, 400)), seen(t_s)).lost.any()


def test_what_was_never_seen_is_lost_and_stands_still() -> None:
    t_s = np.arange(50) / 200
    trace = resample(t_s, np.full((2, 50), 7.0), np.zeros(50, bool))
    assert (trace.lost == 1).all()
    assert not trace.position_deg.any()


def test_one_sample_is_one_point() -> None:
    trace = resample(np.array([5.0]), np.array([[1.0], [2.0]]), np.array([True]))
    assert trace.position_deg.tolist() == [[1.0], [2.0]]
