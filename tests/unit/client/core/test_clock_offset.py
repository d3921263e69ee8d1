from __future__ import annotations

import math

import pytest

from gazewire.client.core.clock_offset import ClockRound, CoreClockOffset
from gazewire.errors import RemoteProtocolError

ZERO_UNIX_NS = 1_700_000_000_000_000_000
NS_PER_S = 1_000_000_000


def one(sent_ms: int, there_ms: int, back_ms: int, *, zero_unix_ns: int = ZERO_UNIX_NS):
    """A round whose question is so long on its way, and whose answer."""
    sent_unix_ns = ZERO_UNIX_NS + sent_ms * 1_000_000
    read_unix_ns = sent_unix_ns + there_ms * 1_000_000
    core_ns = read_unix_ns - zero_unix_ns
    return ClockRound(sent_unix_ns, core_ns, read_unix_ns + back_ms * 1_000_000)


def test_equal_ways_leave_no_error():
    offset = CoreClockOffset.from_rounds([one(1000, 20, 20)])
    assert offset.zero_unix_ns == ZERO_UNIX_NS
    assert offset.uncertainty_ns == 20_000_000
    assert offset.smallest_roundtrip_ns == 40_000_000
    assert offset.rounds == 1


def test_the_truth_is_within_the_uncertainty_however_unequal_the_ways_are():
    for there_ms, back_ms in [(0, 40), (40, 0), (13, 27)]:
        offset = CoreClockOffset.from_rounds([one(1000, there_ms, back_ms)])
        assert abs(offset.zero_unix_ns - ZERO_UNIX_NS) <= offset.uncertainty_ns


def test_rounds_held_up_on_different_ways_are_better_than_the_best_of_them():
    rounds = [one(1000, 5, 35), one(2000, 35, 5), one(3000, 20, 18)]
    offset = CoreClockOffset.from_rounds(rounds)
    assert offset.zero_unix_ns == ZERO_UNIX_NS
    assert offset.uncertainty_ns == 5_000_000
    assert offset.smallest_roundtrip_ns == 38_000_000


def test_a_round_that_is_held_up_does_no_harm():
    good = [one(second * 1000, 1, 1) for second in range(9)]
    offset = CoreClockOffset.from_rounds([*good, one(10_000, 500, 1)])
    assert abs(offset.zero_unix_ns - ZERO_UNIX_NS) <= 1000


def test_what_was_before_core_time_was_set_does_not_count():
    later = ZERO_UNIX_NS + NS_PER_S
    rounds = [one(1000, 1, 1), one(2000, 1, 1), one(3000, 2, 2, zero_unix_ns=later)]
    offset = CoreClockOffset.from_rounds(rounds)
    assert offset.zero_unix_ns == later
    assert offset.rounds == 1
    assert offset.smallest_roundtrip_ns == 4_000_000


def test_a_round_after_the_clock_was_set_is_not_allowed():
    offset = CoreClockOffset.from_rounds([one(1000, 1, 1)])
    assert offset.allows(one(2000, 3, 500))
    assert not offset.allows(one(2000, 1, 1, zero_unix_ns=ZERO_UNIX_NS + NS_PER_S))


def test_instants_come_back():
    offset = CoreClockOffset.from_rounds([one(1000, 1, 1)])
    for core_s in (0.0, 1.5, -3.25, 534.5628765):
        assert offset.core_s(offset.unix_ns(core_s)) == pytest.approx(core_s, abs=1e-9)
    with pytest.raises(ValueError, match="finite"):
        offset.unix_ns(math.nan)


@pytest.mark.parametrize("reply", [b"Unknown command.", b"nan", b"1e300", b""])
def test_what_is_no_time_is_the_peers_fault(reply):
    with pytest.raises(RemoteProtocolError):
        ClockRound.from_reply(0, reply, 1)


def test_a_reply_is_read_to_the_nanosecond():
    assert ClockRound.from_reply(5, b"1772.805828274", 9) == ClockRound(5, 1_772_805_828_274, 9)
