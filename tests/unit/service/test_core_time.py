from __future__ import annotations

from gazewire.model import Notification
from gazewire.service.core_time import AnchoredClock, AnnouncedTimeBase, follow_core_time
from gazewire.time import ManualClock, TimeBase

S = 1_000_000_000


def test_core_time_begins_as_the_monotonic_counter() -> None:
    clock = ManualClock(unix_ns=1_000 * S, mono_ns=7 * S)
    assert AnnouncedTimeBase(clock).core_s(clock.unix_ns()) == 7.0


def test_whoever_moves_it_everybody_learns_and_recordings_keep() -> None:
    clock, told = ManualClock(unix_ns=1_000 * S), []
    timebase = AnnouncedTimeBase(clock, told.append)
    follower = TimeBase(0)
    timebase.set_now(100.0, clock.unix_ns())
    timebase.turn_back(5 * S)
    for notification in told:
        follow_core_time(follower, notification)
        assert notification.subject == "core_time.changed"
        assert notification.fields["record"] is True
    assert [notification.fields["timestamp"] for notification in told] == [100.0, 95.0]
    assert follower.zero_unix_ns == timebase.zero_unix_ns


def test_what_is_no_zero_is_passed_over() -> None:
    follower = TimeBase(5)
    for zero in (None, "0", 1.5, 1 << 70):
        fields = {"zero_unix_ns": zero}
        follow_core_time(follower, Notification(subject="core_time.changed", fields=fields))
    follow_core_time(follower, Notification(subject="other", fields={"zero_unix_ns": 9}))
    assert follower.zero_unix_ns == 5


def test_two_processes_with_one_anchor_tell_the_same_instant() -> None:
    counter = ManualClock(unix_ns=1_000 * S, mono_ns=7 * S)
    clock = AnchoredClock(counter, 500 * S)
    counter.advance(S)
    assert (clock.unix_ns(), clock.mono_ns()) == (508 * S, 8 * S)
