from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.measurement import GazeMeasurement

GAZE = np.random.default_rng(2).uniform(0, 1600, (4000, 2))


def measurement(noise_deg: float = 0.0, seed: int = 1) -> GazeMeasurement:
    return GazeMeasurement(px_per_deg=15.0, noise_deg=noise_deg, seed=seed)


def test_without_noise_the_estimate_of_both_eyes_is_the_truth() -> None:
    assert np.array_equal(measurement().estimate(GAZE, 0).both, GAZE)


def test_noise_has_the_deviation_asked_for() -> None:
    both, left, right = measurement(noise_deg=0.5).estimate(GAZE, 0)
    assert np.allclose((both - GAZE).std(axis=0), 7.5, rtol=0.05)
    assert np.allclose((both - GAZE).mean(axis=0), 0.0, atol=0.5)
    assert np.allclose((left + right) / 2, both)


def test_each_eye_alone_is_a_little_off_and_both_together_in_between() -> None:
    both, left, right = measurement().estimate(GAZE, 0)
    assert np.allclose((left + right) / 2, both)
    off_deg = (left - both) / 15.0
    assert np.all(np.abs(off_deg.mean(axis=0)) < 1.6)
    assert np.allclose(off_deg.std(axis=0), 0.08, rtol=0.1)


def test_errors_are_decided_by_seed_and_number() -> None:
    one = measurement(0.2).estimate(GAZE[:5], 17)
    assert all(map(np.array_equal, one, measurement(0.2).estimate(GAZE[:5], 17)))
    assert not np.allclose(one.both, measurement(0.2).estimate(GAZE[:5], 18).both)
    assert not np.allclose(one.both, measurement(0.2, seed=2).estimate(GAZE[:5], 17).both)


def test_negative_noise_is_refused() -> None:
    with pytest.raises(ValueError, match="0 degrees or more, not -1"):
        measurement(-1.0)
