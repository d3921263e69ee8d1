"""Ellipses alone say where the eyeball is, if the eye has looked about."""

from collections.abc import Callable

import numpy as np
import pytest

from gazewire.eye.model3d import EyeAnatomy
from gazewire.eye.model3d.first_guess import guess_eyeball
from gazewire.eye.model3d.sphere import Evidence

AVERAGE = EyeAnatomy()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_eyeball_is_found_from_nothing(seed: int, looked: Callable) -> None:
    looks = looked(seed=seed)
    found = guess_eyeball(looks.evidence(noise=0.01), AVERAGE)
    assert found is not None
    assert found.center_mm[:2] == pytest.approx(looks.center_mm[:2], abs=0.3)


def test_a_stare_leaves_two_eyeballs_and_none_is_chosen(stare) -> None:
    assert guess_eyeball(stare.evidence(noise=0.01), AVERAGE) is None


def test_nothing_seen_is_no_guess() -> None:
    assert guess_eyeball(Evidence(np.zeros((0, 3, 3)), np.zeros(0)), AVERAGE) is None
