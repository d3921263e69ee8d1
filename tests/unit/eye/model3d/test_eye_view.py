"""From where the eyeball is, pupils of the simulator look as they should."""

from collections.abc import Callable

import numpy as np
import pytest

from gazewire.eye.model3d import EyeAnatomy
from gazewire.eye.model3d.eye_view import EyeView

AVERAGE = EyeAnatomy()


def test_the_true_eyeball_explains_what_is_seen(looked: Callable) -> None:
    looks = looked()
    view = EyeView(looks.center_mm[None], AVERAGE)
    seen = view.see(looks.evidence().duals)
    assert np.abs(seen.narrow).max() < 0.004
    assert np.abs(seen.skew).max() < 0.002
    assert 2 * seen.radius_mm[0] == pytest.approx(looks.diameters_mm, rel=0.004)
    cosines = (view.gazes(seen)[0] * looks.normals).sum(axis=1)
    assert np.degrees(np.arccos(cosines.min())) < 0.15


def test_another_eyeball_does_not(looked: Callable) -> None:
    evidence = looked().evidence()
    places = looked().center_mm + np.array([[0, 0, 0], [1.0, 0, 0], [0, 1.0, 0], [0, 0, 5.0]])
    costs = EyeView(places, AVERAGE).chi_squares(evidence.duals, evidence.variances).sum(axis=1)
    assert (costs[1:] > 50 * costs[0]).all()


def test_all_eyeballs_at_once_see_what_each_one_sees(looked: Callable) -> None:
    evidence = looked().evidence()
    places = looked().center_mm + np.array([[0, 0, 0], [1.0, 2.0, 0]])
    together = EyeView(places, AVERAGE).chi_squares(evidence.duals, evidence.variances)
    for place, squares in zip(places, together, strict=True):
        alone = EyeView(place[None], AVERAGE).chi_squares(evidence.duals, evidence.variances)
        assert alone[0] == pytest.approx(squares)


@pytest.mark.parametrize("place", [(200.0, 0, 20.0), (0, 0, 12.0), (0, 0, 2000.0)])
def test_absurd_eyeballs_give_numbers(place: tuple[float, ...], looked: Callable) -> None:
    evidence = looked().evidence()
    view = EyeView(np.array([place]), AVERAGE)
    assert np.isfinite(view.chi_squares(evidence.duals, evidence.variances)).all()
