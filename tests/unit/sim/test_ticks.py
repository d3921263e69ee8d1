from __future__ import annotations

from fractions import Fraction

import pytest

from gazewire.sim.ticks import TICKS_PER_S, tick_at_or_after, unix_ns_of_tick

TODAY = 1_760_000_000 * TICKS_PER_S


@pytest.mark.parametrize("tick", [0, 1, 2, 4, 5, 9, TODAY, TODAY + 1, TODAY + 8, 2**63])
def test_a_tick_is_the_nearest_nanosecond_of_its_exact_instant(tick: int) -> None:
    assert unix_ns_of_tick(tick) == round(Fraction(tick * 100_000, 9))


def test_a_second_is_ninety_thousand_ticks() -> None:
    assert unix_ns_of_tick(TICKS_PER_S) == 1_000_000_000


@pytest.mark.parametrize("base", [0, TODAY])
def test_every_instant_belongs_to_the_first_tick_that_is_not_before_it(base: int) -> None:
    for tick in range(base + 1, base + 20):
        instant = unix_ns_of_tick(tick)
        assert tick_at_or_after(instant) == tick
        assert tick_at_or_after(instant - 1) == tick
        assert tick_at_or_after(instant + 1) == tick + 1


def test_an_instant_on_the_grid_survives_a_32_bit_rtp_timestamp() -> None:
    # A sender report names one instant and its RTP timestamp; the receiver adds the difference.
    report = TODAY
    for tick in range(report - 4000, report + 4000, 37):
        difference = ((tick - report + 2**31) % 2**32) - 2**31
        exact = Fraction(report + difference, TICKS_PER_S) * 1_000_000_000
        assert round(exact) == unix_ns_of_tick(tick)
