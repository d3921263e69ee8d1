import dataclasses
from pathlib import Path

import pytest

from gazewire.testing.vectors import load_vector
from gazewire.time import ntp_from_unix_ns
from gazewire.wire.rtcp import SenderReport, WallClock, parse_compound
from gazewire.wire.rtp import RtpPacket, TickClock

VECTORS = Path(__file__).parents[3] / "vectors"
NOW_UNIX_NS = 1_744_294_828_000_000_000


def report(rtp_timestamp: int, unix_ns: int = NOW_UNIX_NS) -> SenderReport:
    return SenderReport(1, *ntp_from_unix_ns(unix_ns), rtp_timestamp, 0, 0)


def test_a_packet_after_a_report_gets_its_exact_time():
    clock = WallClock(90_000)
    (sender_report,) = parse_compound(load_vector(VECTORS / "rtcp" / "sender_report.hex"))
    assert isinstance(sender_report, SenderReport)
    assert clock.add_report(sender_report)
    packet = RtpPacket.parse(load_vector(VECTORS / "rtp" / "gaze.hex"))
    assert clock.unix_ns(packet.timestamp) == 1_744_294_828_362_928_800


def test_no_time_is_known_before_the_first_report():
    assert WallClock(90_000).unix_ns(0) is None


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


def test_the_newest_report_counts():
    clock = WallClock(8000)
    clock.add_report(report(0))
    clock.add_report(report(100, NOW_UNIX_NS + 10**9))
    assert clock.unix_ns(108) == NOW_UNIX_NS + 10**9 + 10**6


def test_a_report_without_time_changes_nothing():
    clock = WallClock(90_000)
    broken = dataclasses.replace(report(5), ntp_seconds=0)
    assert not clock.add_report(broken)
    assert clock.unix_ns(5) is None
    clock.add_report(report(5))
    assert not clock.add_report(broken)
    assert clock.unix_ns(5) == NOW_UNIX_NS


def test_ntp_after_its_wrap_in_2036_is_understood():
    clock = WallClock(90_000)
    after_2036_unix_ns = 2_100_000_000 * 10**9
    clock.add_report(report(0, after_2036_unix_ns))
    assert clock.unix_ns(9) == after_2036_unix_ns + 100_000
