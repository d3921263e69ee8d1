"""The long-term model keeps a little of every direction."""

from dataclasses import replace

import pytest

from gazewire.eye.model3d.long_term import LongTermModel
from gazewire.eye.model3d.observation import LASTING_VARIANCE, Glimpse
from gazewire.optics import ellipse_of_dual

SECOND_NS = 1_000_000_000


def glimpse(x: float, size: float = 0.01, *, at_s: float = 0.0, count: int = 10) -> Glimpse:
    variance = 1e-4 / count + LASTING_VARIANCE
    return Glimpse(round(at_s * SECOND_NS), (x, 0.0, size, 0.0, size), variance, 1.0, count)


def test_one_place_is_one_mean() -> None:
    model = LongTermModel(1.37)
    model.add(glimpse(0.001, 0.010, count=10))
    model.add(glimpse(0.005, 0.013, count=20))
    evidence = model.evidence(0)
    assert len(evidence) == 1
    _, shapes = ellipse_of_dual(evidence.duals)
    assert shapes[0, 0, 0] == pytest.approx(0.012)
    assert evidence.variances[0] == pytest.approx(1e-4 / 30 + LASTING_VARIANCE)


def test_a_doubtful_glimpse_says_little_and_goes_on_saying_little() -> None:
    model = LongTermModel(1.37)
    doubtful = replace(glimpse(0.001, 0.013, count=1000), confidence=0.8)
    doubtful = replace(doubtful, variance=1e-4 / 1000 + doubtful.lasting_variance)
    model.add(doubtful)
    assert model.evidence(0).variances[0] > 50 * LASTING_VARIANCE
    for _ in range(3):
        model.add(glimpse(0.001, 0.010, count=100))
    evidence = model.evidence(0)
    _, shapes = ellipse_of_dual(evidence.duals)
    assert shapes[0, 0, 0] == pytest.approx(0.010, rel=0.02)
    assert evidence.variances[0] < 5 * LASTING_VARIANCE


def test_other_places_are_kept_apart() -> None:
    model = LongTermModel(1.37)
    for number in range(5):
        model.add(glimpse(0.1 * number))
    assert len(model) == 5


def test_memory_is_bounded_and_the_longest_unseen_goes_first() -> None:
    model = LongTermModel(1.37)
    model.add(glimpse(-5.0, at_s=0))
    model.add(glimpse(-4.0, at_s=0))
    model.add(glimpse(-5.0, at_s=1))
    for number in range(299):
        model.add(glimpse(0.1 * number, at_s=2))
    assert len(model) == 300
    centers, _ = ellipse_of_dual(model.evidence(0).duals)
    assert -5.0 in centers[:, 0]
    assert -4.0 not in centers[:, 0]


def test_what_is_old_is_less_certain() -> None:
    model = LongTermModel(1.37)
    model.add(glimpse(0.0))
    now, later = (model.evidence(second * SECOND_NS).variances[0] for second in (0, 60))
    assert later > 2 * now
    # Nor does a clock that goes back make it more certain.
    assert model.evidence(-60 * SECOND_NS).variances[0] == now


def test_a_place_follows_what_is_new() -> None:
    model = LongTermModel(1.37)
    for number in range(400):
        model.add(glimpse(0.001, 0.010 if number < 200 else 0.014))
    _, shapes = ellipse_of_dual(model.evidence(0).duals)
    assert shapes[0, 0, 0] == pytest.approx(0.014, rel=0.01)


def test_it_forgets() -> None:
    model = LongTermModel(1.37)
    model.add(glimpse(0.0))
    model.clear()
    assert len(model.evidence(0)) == 0
