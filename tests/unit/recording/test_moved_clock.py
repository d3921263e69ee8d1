from __future__ import annotations

from gazewire.recording import MovedClock
from gazewire.time import ManualClock


def test_it_begins_where_it_is_told_and_goes_on_with_the_other():
    clock = ManualClock(unix_ns=1_000, mono_ns=7)
    moved = MovedClock(clock, 50)
    assert (moved.unix_ns(), moved.mono_ns()) == (50, 7)
    clock.advance(25)
    assert (moved.unix_ns(), moved.mono_ns()) == (75, 32)
