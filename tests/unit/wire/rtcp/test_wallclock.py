import dataclasses
from pathlib import Path

import pytest

from gazewire.testing.vectors import load_vector
from gazewire.time import ntp_from_unix_ns
from gazewire.wire.rtcp import SenderReport, WallClock, parse_compound
from gazewire.wire.rtp import RtpPacket, TickClock

VECTORS = Path(__file__).parents[3] / "vectors"
NOW_UNIX_NS = 1_744_294_828_000_000_000
MS = 1_000_000
S = 1000 * MS
TICK_NS = 11_111


def report(rtp_timestamp: int, unix_ns: int = NOW_UNIX_NS) -> SenderReport:
    return SenderReport(1, *ntp_from_unix_ns(unix_ns), rtp_timestamp, 0, 0)


def test_a_packet_after_a_report_gets_its_exact_time():
    clock = WallClock(90_000)
    (sender_report,) = parse_compound(load_vector(VECTORS / "rtcp" / "sender_report.hex"))
    assert isinstance(sender_report, SenderReport)
    assert clock.add_report(sender_report)
    packet = RtpPacket.parse(load_vector(VECTORS / "rtp" / "gaze.hex"))
    assert clock.unix_ns(packet.timestamp) == 1_744_294_828_362_928_800


class Sender:
    """A sender at 90 kHz that reports each second, and may tell something else than it does.

    Attributes:
        now_s: time since the beginning.
        first_timestamp: the RTP timestamp of the beginning.
    """

    def __init__(self, clock: WallClock, first_timestamp: int = 5_000_000) -> None:
        self.clock = clock
        self.now_s = 0
        self.first_timestamp = first_timestamp

    def timestamp(self, at_ns: int) -> int:
        return (self.first_timestamp + at_ns * 9 // 100_000) & 0xFFFF_FFFF

    def report(self, off_by_ns: int = 0, times: int = 1) -> list[bool]:
        """Report once a second; whether each report had an effect."""
        effects = []
        for _ in range(times):
            at_ns = self.now_s * S
            self.now_s += 1
            told = report(self.timestamp(at_ns), NOW_UNIX_NS + at_ns + off_by_ns)
            effects.append(self.clock.add_report(told))
        return effects

    def error_ns(self, at_ns: int | None = None) -> int:
        """How far the clock is off at an instant, counted from the beginning; now by default."""
        if at_ns is None:
            at_ns = self.now_s * S
        shown = self.clock.unix_ns(self.timestamp(at_ns))
        assert shown is not None
        return shown - NOW_UNIX_NS - at_ns


@pytest.fixture
def sender() -> Sender:
    return Sender(WallClock(90_000))


def test_no_time_is_known_before_the_first_report():
    clock = WallClock(90_000)
    assert clock.unix_ns(0) is None
    assert not clock.is_set
    clock.add_report(report(0))
    assert clock.is_set


def test_a_wrap_between_report_and_packet_does_no_harm():
    clock = WallClock(90_000)
    clock.add_report(report(0xFFFFFF9B))
    assert clock.unix_ns(0x00000032) == NOW_UNIX_NS + 1_677_778


def test_a_packet_from_before_the_report_lies_before_it():
    clock = WallClock(90_000)
    clock.add_report(report(0x32))
    assert clock.unix_ns(0xFFFFFF9B) == NOW_UNIX_NS - 1_677_778
    assert clock.unix_ns(0x32 - 9) == NOW_UNIX_NS - 100_000


@pytest.mark.parametrize("clock_hz", [1, 8000, 44_100, 90_000, 100_000_000])
@pytest.mark.parametrize("ticks", [-(1 << 31), -1, 0, 1, 5, (1 << 31) - 1])
def test_every_distance_is_rounded_as_the_clock_of_the_stream_does(clock_hz, ticks):
    clock = WallClock(clock_hz)
    clock.add_report(report(1000))
    expected_ns = NOW_UNIX_NS + TickClock(clock_hz).unix_ns(ticks)
    assert clock.unix_ns((1000 + ticks) & 0xFFFF_FFFF) == expected_ns


def test_ntp_after_its_wrap_in_2036_is_understood():
    clock = WallClock(90_000)
    after_2036_unix_ns = 2_100_000_000 * 10**9
    clock.add_report(report(0, after_2036_unix_ns))
    assert clock.unix_ns(9) == after_2036_unix_ns + 100_000


# What is refused


@pytest.mark.parametrize(
    "unix_ns",
    [0, 5 * 10**9, 946_684_799_999_999_999],
    ids=["1970", "up for five seconds", "just before 2000"],
)
def test_a_report_from_before_2000_is_refused(unix_ns):
    clock = WallClock(90_000)
    assert not clock.add_report(report(5, unix_ns))
    assert clock.unix_ns(5) is None
    assert clock.add_report(report(5, 946_684_800 * 10**9))
    assert (clock.reports, clock.refused) == (2, 1)


def test_a_report_without_time_changes_nothing(sender):
    broken = dataclasses.replace(report(5), ntp_seconds=0)
    assert not sender.clock.add_report(broken)
    assert not sender.clock.is_set
    sender.report()
    assert not sender.clock.add_report(broken)
    assert sender.error_ns() == 0
    assert (sender.clock.reports, sender.clock.refused, sender.clock.contrary) == (3, 2, 0)


# What is followed


@pytest.mark.parametrize("off_by_ns", [0, 1, -1, 11_111, -11_111])
def test_within_a_tick_the_clock_stays_as_it_is(sender, off_by_ns):
    sender.report()
    assert sender.report(off_by_ns, times=5) == [True] * 5
    assert sender.error_ns() == sender.error_ns(0) == 0


def test_reports_confirm_the_clock_across_a_wrap():
    sender = Sender(WallClock(90_000), first_timestamp=0xFFFF_FFFF - 10 * 90_000)
    assert sender.report(times=20) == [True] * 20
    assert [sender.error_ns(at_s * S) for at_s in range(25)] == [0] * 25


def test_a_clock_that_is_confirmed_reaches_half_the_circle_from_the_last_report(sender):
    sender.report()
    far_s = 20_000
    sender.now_s = far_s
    sender.report()
    # Within reach of the last report, and not of the first one.
    assert sender.error_ns((far_s + 20_000) * S) == 0
    assert sender.error_ns((far_s - 20_000) * S) == 0


@pytest.mark.parametrize("off_by_ns", [20 * MS, 3 * MS, 11_112, -11_112, -3 * MS, -20 * MS])
def test_within_20_ms_the_clock_slews_to_the_report(sender, off_by_ns):
    sender.report(times=4)
    begin_ns = sender.now_s * S
    assert sender.report(off_by_ns) == [True]
    assert sender.error_ns(begin_ns - S) == 0
    assert sender.error_ns(begin_ns) == 0
    end_ns = abs(off_by_ns) * 2_000
    # Half a millisecond a second, on the way.
    for part in (0.25, 0.5, 0.75):
        at_ns = round(end_ns * part) // 100_000 * 100_000
        expected_ns = at_ns // 2_000 * (1 if off_by_ns > 0 else -1)
        assert sender.error_ns(begin_ns + at_ns) == pytest.approx(expected_ns, abs=1)
    after_ns = begin_ns + (end_ns // 100_000 + 1) * 100_000
    assert sender.error_ns(after_ns) == off_by_ns
    assert sender.error_ns(after_ns + 3600 * S) == off_by_ns


def test_reports_that_say_the_same_let_the_clock_go_on_with_slewing(sender):
    sender.report(times=3)
    begin_s = sender.now_s
    assert sender.report(10 * MS, times=30) == [True] * 30
    assert sender.error_ns((begin_s + 10) * S) == 5 * MS
    assert sender.error_ns((begin_s + 20) * S) == 10 * MS
    assert sender.error_ns() == 10 * MS
    assert (sender.clock.contrary, sender.clock.steps) == (0, 0)


def test_a_change_of_mind_on_the_way_bends_again_without_a_jump(sender):
    sender.report()
    sender.report(10 * MS)
    sender.now_s = 11
    assert sender.error_ns() == 5 * MS
    assert sender.report(-MS) == [True]
    assert sender.error_ns(11 * S) == 5 * MS
    assert sender.error_ns(11 * S - 40 * MS) == 5 * MS - 20_000
    assert sender.error_ns(13 * S) == 4 * MS
    assert sender.error_ns(24 * S) == -MS


def test_a_clock_that_drifts_is_followed(sender):
    errors_ns = []
    for second in range(300):
        # 100 parts in a million.
        sender.report(second * 100_000)
        errors_ns.append(sender.error_ns() - sender.now_s * 100_000)
    assert all(-100_000 - TICK_NS <= error_ns <= 0 for error_ns in errors_ns)
    assert sender.clock.contrary == 0


# What is contrary


@pytest.mark.parametrize("off_by_ns", [20 * MS + 1, -20 * MS - 1, 3600 * S, -3600 * S])
def test_beyond_20_ms_a_report_is_contrary_and_changes_nothing(sender, off_by_ns):
    sender.report(times=3)
    assert sender.report(off_by_ns, times=2) == [False, False]
    assert sender.error_ns() == 0
    assert (sender.clock.reports, sender.clock.contrary, sender.clock.steps) == (5, 2, 0)


@pytest.mark.parametrize("confirmed", [1, 2])
def test_three_contrary_reports_outweigh_one_or_two(sender, confirmed):
    sender.report(S, times=confirmed)
    assert sender.report(times=3) == [False, False, True]
    assert sender.error_ns() == sender.error_ns(0) == 0
    assert (sender.clock.contrary, sender.clock.steps) == (3, 1)


@pytest.mark.parametrize("confirmed", [3, 100])
def test_a_minute_of_contrary_reports_outweighs_three_and_more(sender, confirmed):
    sender.report(S, times=confirmed)
    assert sender.report(times=60) == [False] * 59 + [True]
    assert sender.error_ns() == 0
    assert (sender.clock.contrary, sender.clock.steps) == (60, 1)


def test_a_report_that_agrees_ends_the_run_of_contrary_ones(sender):
    sender.report(times=2)
    for _ in range(10):
        assert sender.report(100 * MS, times=2) == [False, False]
        assert sender.report() == [True]
    assert sender.error_ns() == 0


def test_contrary_reports_that_do_not_agree_with_each_other_win_nothing(sender):
    sender.report()
    for second in range(1, 200):
        assert sender.report(second * 100 * MS) == [False]
    assert sender.error_ns() == 0


def test_what_won_is_well_founded_after_a_minute_of_reports(sender):
    sender.report(S, times=3)
    sender.report(times=60)
    assert sender.report(S, times=59) == [False] * 59
    assert sender.error_ns() == 0


def test_a_step_ends_slewing_at_once(sender):
    sender.report(10 * MS)
    sender.report()
    sender.report(times=3, off_by_ns=-S)
    assert sender.error_ns() == sender.error_ns(0) == -S


# Timestamps that jump


@pytest.mark.parametrize("jump_s", [-36_000, -600, -10, 100, 36_000])
def test_an_announced_jump_of_timestamps_does_not_move_the_time(sender, jump_s):
    sender.report(times=5)
    before = sender.timestamp(sender.now_s * S)
    sender.first_timestamp += jump_s * 90_000
    assert sender.report() == [True]
    assert [sender.error_ns(sender.now_s * S + at) for at in (-40 * MS, 0, 2 * S)] == [0, 0, 0]
    # What was under way when the report was made.
    assert sender.clock.unix_ns(before) == NOW_UNIX_NS + 5 * S
    assert sender.report() == [True]
    assert sender.error_ns() == sender.error_ns(0) == 0
    assert (sender.clock.contrary, sender.clock.steps) == (0, 1)


def test_a_jump_that_one_report_told_of_wrongly_is_forgotten(sender):
    sender.report(times=5)
    wrong = report(sender.timestamp(5 * S) + 2**30, NOW_UNIX_NS + 5 * S)
    assert sender.clock.add_report(wrong)
    assert sender.error_ns() == 0
    assert sender.report(times=2) == [True, True]
    assert sender.clock.unix_ns(sender.timestamp(5 * S) + 2**30) != NOW_UNIX_NS + 5 * S
    assert sender.clock.steps == 0


def test_every_report_may_announce_another_jump(sender):
    sender.report(times=5)
    for _ in range(5):
        sender.first_timestamp += 3600 * 90_000
        assert sender.report() == [True]
        assert sender.error_ns() == 0


def test_a_jump_before_the_clock_is_well_founded_is_followed_too(sender):
    sender.report()
    sender.first_timestamp -= 3600 * 90_000
    sender.report()
    assert sender.error_ns() == 0


@pytest.mark.parametrize("jump_s", [-36_000, -600, -10, 100, 36_000])
def test_packets_read_after_the_report_that_confirms_a_jump_keep_their_time(sender, jump_s):
    sender.report(times=5)
    late = [sender.timestamp(at_ns) for at_ns in (4 * S, 5 * S + 990 * MS)]
    sender.first_timestamp += jump_s * 90_000
    sender.report(times=2)
    assert [sender.clock.unix_ns(timestamp) for timestamp in late] == [
        NOW_UNIX_NS + 4 * S,
        NOW_UNIX_NS + 5 * S + 990 * MS,
    ]
    assert sender.error_ns() == 0
    sender.report()
    assert sender.error_ns() == 0


@pytest.mark.parametrize("jump_s", [-36_000, -600, -10, 100, 36_000])
def test_a_jump_and_the_way_back_cost_nothing_whatever_is_read_first(sender, jump_s):
    sender.report(times=5)
    home = sender.first_timestamp
    sender.first_timestamp += jump_s * 90_000
    sender.report()
    away = sender.timestamp(5 * S + 500 * MS)
    sender.first_timestamp = home
    sender.report()
    assert sender.clock.unix_ns(away) == NOW_UNIX_NS + 5 * S + 500 * MS
    assert sender.error_ns() == sender.error_ns(4 * S) == 0
    sender.report(times=2)
    assert sender.error_ns() == 0
