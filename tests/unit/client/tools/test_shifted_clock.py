from __future__ import annotations

from gazewire.client.tools.shifted_clock import ShiftedClock
from gazewire.time import ManualClock

T = 1_700_000_000_000_000_000


def test_it_reads_as_the_other_clock_does() -> None:
    ours = ManualClock(T, mono_ns=7)
    clock = ShiftedClock(ours, lambda now_ns: 250)
    assert clock.unix_ns() == T - 250
    assert clock.mono_ns() == 7


def test_the_offset_is_asked_for_at_the_instant_of_ours() -> None:
    ours = ManualClock(T)
    clock = ShiftedClock(ours, lambda now_ns: (now_ns - T) // 10)
    ours.advance(1_000)
    assert clock.unix_ns() == T + 900


def test_a_better_offset_does_not_turn_it_back() -> None:
    offsets = iter([0, 5_000, 5_000])
    ours = ManualClock(T)
    clock = ShiftedClock(ours, lambda now_ns: next(offsets))
    assert clock.unix_ns() == T
    ours.advance(1_000)
    assert clock.unix_ns() == T
    ours.advance(10_000)
    assert clock.unix_ns() == T + 6_000
