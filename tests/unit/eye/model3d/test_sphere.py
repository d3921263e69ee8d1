"""The eyeball is found, with an honest deviation."""

from collections.abc import Callable

import numpy as np
import pytest

from gazewire.eye.model3d import EyeAnatomy
from gazewire.eye.model3d.sphere import Evidence, Prior, fit_eyeball

AVERAGE = EyeAnatomy()


def test_the_eyeball_is_found_without_noise(looked: Callable) -> None:
    looks = looked()
    start_mm = looks.center_mm + np.array([2.0, -2.0, 5.0])
    found = fit_eyeball(looks.evidence(), start_mm, AVERAGE, steps=8)
    assert found is not None
    assert found.center_mm[:2] == pytest.approx(looks.center_mm[:2], abs=0.05)
    assert found.center_mm[2] == pytest.approx(looks.center_mm[2], abs=0.15)


def test_errors_are_as_large_as_their_deviations_say(looked: Callable) -> None:
    looks = looked()
    squares = []
    for seed in range(20):
        evidence = looks.evidence(noise=0.01, seed=seed)
        found = fit_eyeball(evidence, looks.center_mm, AVERAGE, steps=5)
        assert found is not None
        missed = found.center_mm - looks.center_mm
        squares.append(missed @ np.linalg.inv(found.covariance) @ missed)
    assert 1.0 < np.mean(squares) < 6.0  # 3 on average, of three directions


def test_a_tenth_of_nonsense_does_no_harm(looked: Callable) -> None:
    looks = looked()
    evidence = looks.evidence(noise=0.01)
    duals = evidence.duals.copy()
    duals[::10, :2, :2] -= np.diag([0.003, -0.001])
    found = fit_eyeball(Evidence(duals, evidence.variances), looks.center_mm, AVERAGE, steps=8)
    assert found is not None
    assert np.linalg.norm(found.center_mm[:2] - looks.center_mm[:2]) < 0.2


def test_a_prior_holds_the_eyeball(looked: Callable) -> None:
    looks = looked()
    held_mm = looks.center_mm + np.array([0.5, 0, 0])
    prior = Prior.within(held_mm, 1e-4)
    found = fit_eyeball(looks.evidence(), held_mm, AVERAGE, prior=prior, steps=5)
    assert found is not None
    assert found.center_mm == pytest.approx(held_mm, abs=0.01)


def test_nothing_seen_is_nothing_found() -> None:
    nothing = Evidence(np.zeros((0, 3, 3)), np.zeros(0))
    assert fit_eyeball(nothing, np.array([0, 0, 35.0]), AVERAGE) is None


def test_one_pupil_leaves_the_eyeball_uncertain(looked: Callable) -> None:
    one = looked().evidence(noise=0.01)
    one = Evidence(one.duals[:1], one.variances[:1])
    found = fit_eyeball(one, looked().center_mm, AVERAGE)
    assert found is not None
    assert np.isfinite(found.center_mm).all()
    assert np.sqrt(np.diag(found.covariance)).max() > 5.0
