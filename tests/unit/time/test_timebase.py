from __future__ import annotations

import math

import pytest

from gazewire.time import ManualClock, TimeBase

NOW = 1_700_000_000_000_000_000
BOOTED_NS = 1_772_805_828_274


def running() -> tuple[ManualClock, TimeBase]:
    clock = ManualClock(NOW, mono_ns=BOOTED_NS)
    return clock, TimeBase.from_boot(clock)


def test_core_time_is_the_monotonic_counter_at_first() -> None:
    clock, timebase = running()
    assert timebase.core_s(clock.unix_ns()) == 1772.805828274
    assert timebase.zero_unix_ns == NOW - BOOTED_NS


@pytest.mark.parametrize("core_s", [0.0, 12.5, 2.5, -3.25, 1e9, 1234.56])
def test_core_time_reads_what_it_was_set_to(core_s: float) -> None:
    clock, timebase = running()
    timebase.set_now(core_s, clock.unix_ns())
    assert timebase.core_s(clock.unix_ns()) == core_s
    clock.advance(500_000_000)
    assert timebase.core_s(clock.unix_ns()) == core_s + 0.5


def test_setting_the_time_moves_no_instant() -> None:
    clock, timebase = running()
    stored = clock.unix_ns()
    clock.advance(1_000_000_000)
    timebase.set_now(0.0, clock.unix_ns())
    # The instant is told in the new seconds, and read back as itself.
    assert timebase.core_s(stored) == -1.0
    assert timebase.unix_ns(-1.0) == stored


@pytest.mark.parametrize("core_s", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_and_changes_nothing(core_s: float) -> None:
    clock, timebase = running()
    with pytest.raises(ValueError, match="finite"):
        timebase.set_now(core_s, clock.unix_ns())
    with pytest.raises(ValueError, match="finite"):
        timebase.unix_ns(core_s)
    assert timebase.zero_unix_ns == NOW - BOOTED_NS


def test_an_instant_centuries_away_is_refused() -> None:
    _, timebase = running()
    with pytest.raises(ValueError, match="centuries"):
        timebase.unix_ns(1e300)


@pytest.mark.parametrize("core_s", [1e300, 1.7976931348623157e308, -1.7976931348623157e308])
def test_any_finite_time_can_be_set(core_s: float) -> None:
    clock, timebase = running()
    timebase.set_now(core_s, clock.unix_ns())
    clock.advance(10**15)
    assert timebase.core_s(clock.unix_ns()) == core_s
    assert timebase.unix_ns(core_s) == NOW


@pytest.mark.parametrize("ns", [0, 1, -1, 999_999_999, -1_000_000_001, 2**52 - 1, 1 - 2**52])
def test_a_nanosecond_within_52_days_of_zero_comes_back(ns: int) -> None:
    timebase = TimeBase(NOW)
    assert timebase.unix_ns(timebase.core_s(NOW + ns)) == NOW + ns


def test_turning_back_makes_core_time_read_less() -> None:
    clock, timebase = running()
    timebase.turn_back(500_000)
    assert timebase.core_s(clock.unix_ns()) == 1772.805328274
    timebase.turn_back(-500_000)
    assert timebase.core_s(clock.unix_ns()) == 1772.805828274
