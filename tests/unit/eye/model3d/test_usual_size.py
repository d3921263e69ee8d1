"""Pupils change, but not in a moment."""

import math

import pytest

from gazewire.eye.model3d.usual_size import UsualSize

TENTH_NS = 100_000_000


def shown(*radii_mm: float) -> UsualSize:
    size = UsualSize()
    for number, radius_mm in enumerate(radii_mm):
        size.add(number * TENTH_NS, radius_mm)
    return size


def test_everything_is_allowed_before_anything_was_seen() -> None:
    assert UsualSize().allows(4.0)
    assert UsualSize().change(4.0) == 0.0


def test_an_iris_is_not_allowed_however_often_it_is_seen_in_half_a_second() -> None:
    size = shown(*[2.0] * 10, *[5.0] * 5)
    assert size.allows(2.0)
    assert not size.allows(5.0)


def test_what_is_seen_for_long_is_allowed() -> None:
    assert shown(2.0, *[3.5] * 15).allows(3.5)


def test_a_slow_change_is_followed() -> None:
    size = shown(*[2.0 * math.exp(0.03 * number) for number in range(20)])
    assert size.change(2.0 * math.exp(0.57)) == pytest.approx(0.0, abs=1e-9)


def test_neither_a_pause_nor_time_that_goes_back_makes_it_jump() -> None:
    for later_ns in (3600 * 10**9, -3600 * 10**9):
        size = shown(2.0, 2.0)
        size.add(later_ns, 6.0)
        assert size.allows(2.0)


@pytest.mark.parametrize("radius_mm", [0.0, -1.0])
def test_no_pupil_is_no_pupil(radius_mm: float) -> None:
    assert not UsualSize().allows(radius_mm)
