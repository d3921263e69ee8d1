from __future__ import annotations

import time

import pytest

from gazewire.time import Clock, ManualClock, SystemClock


def test_a_manual_clock_stands_still_until_it_is_turned() -> None:
    clock = ManualClock(unix_ns=1000, mono_ns=7)
    assert (clock.unix_ns(), clock.mono_ns()) == (1000, 7)
    clock.advance(0)
    assert (clock.unix_ns(), clock.mono_ns()) == (1000, 7)
    clock.advance(5)
    assert (clock.unix_ns(), clock.mono_ns()) == (1005, 12)


def test_a_manual_clock_cannot_be_turned_back() -> None:
    clock = ManualClock(unix_ns=1000)
    with pytest.raises(ValueError, match="turned back: -1 ns"):
        clock.advance(-1)
    assert clock.unix_ns() == 1000


def test_the_system_clock_begins_at_the_time_of_the_machine() -> None:
    before = time.time_ns()
    clock = SystemClock()
    # Generous: the machine may have paused the test between two lines.
    assert abs(clock.unix_ns() - before) < 5_000_000_000


def test_the_system_clock_never_runs_backwards() -> None:
    clock = SystemClock()
    unix = [clock.unix_ns() for _ in range(1000)]
    assert unix == sorted(unix)


def test_both_readings_of_the_system_clock_advance_together() -> None:
    clock = SystemClock()
    before = clock.mono_ns()
    offset = clock.unix_ns() - clock.mono_ns()
    slack = clock.mono_ns() - before
    assert abs((clock.unix_ns() - clock.mono_ns()) - offset) <= slack + 1_000_000_000


def test_a_step_of_the_wall_clock_does_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    before = clock.unix_ns()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert clock.unix_ns() >= before


@pytest.mark.parametrize("clock", [ManualClock(), SystemClock()])
def test_clocks_tell_whole_nanoseconds(clock: Clock) -> None:
    assert isinstance(clock.unix_ns(), int)
    assert isinstance(clock.mono_ns(), int)
