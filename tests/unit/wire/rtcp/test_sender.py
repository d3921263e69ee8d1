import pytest

from gazewire.time import unix_ns_from_ntp
from gazewire.wire.rtcp import (
    Goodbye,
    SenderReport,
    SenderReporter,
    SourceDescription,
    WallClock,
    parse_compound,
)
from gazewire.wire.rtp import RtpPacket, RtpSender, TickClock

NOW_UNIX_NS = 1_744_294_828_362_912_345
S = 1_000_000_000


def stream(clock_hz: int = 90_000) -> RtpSender:
    return RtpSender(payload_type=99, clock_hz=clock_hz, ssrc=0xDE53742A, first_ticks_near=1000)


def only_report(data: bytes) -> SenderReport:
    (report,) = parse_compound(data)
    assert isinstance(report, SenderReport)
    return report


def test_a_report_is_due_before_the_first_packet_and_then_each_second():
    reporter = SenderReporter(stream(), "device")
    assert reporter.interval_ns == S
    assert reporter.due(NOW_UNIX_NS)
    reporter.report(NOW_UNIX_NS)
    assert not reporter.due(NOW_UNIX_NS)
    assert not reporter.due(NOW_UNIX_NS + S - 1)
    assert reporter.due(NOW_UNIX_NS + S)


def test_a_report_stands_alone_in_28_bytes():
    data = SenderReporter(stream(), "device").report(NOW_UNIX_NS)
    assert len(data) == 28
    assert data[:8] == bytes.fromhex("80c80006de53742a")


def test_a_report_counts_what_was_sent():
    sender = stream()
    reporter = SenderReporter(sender, "device")
    sender.packets([bytes(9), bytes(9)], NOW_UNIX_NS, marker_on_last=False)
    report = only_report(reporter.report(NOW_UNIX_NS))
    assert (report.packet_count, report.octet_count) == (2, 18)


def test_counts_wrap_at_32_bits():
    sender = stream()
    sender.packet_count, sender.octet_count = (1 << 32) + 1, (1 << 33) + 2
    report = only_report(SenderReporter(sender, "device").report(NOW_UNIX_NS))
    assert (report.packet_count, report.octet_count) == (1, 2)


@pytest.mark.parametrize("clock_hz", [8000, 44_100, 48_000, 90_000])
def test_ntp_and_rtp_time_name_the_same_instant_exactly(clock_hz):
    sender = stream(clock_hz)
    reporter = SenderReporter(sender, "device")
    clock = TickClock(clock_hz)
    for n in range(50):
        now_unix_ns = NOW_UNIX_NS + n * 123_456_789
        report = only_report(reporter.report(now_unix_ns))
        instant_unix_ns = unix_ns_from_ntp(report.ntp_seconds, report.ntp_fraction)
        assert 0 <= now_unix_ns - instant_unix_ns <= 10_000_000
        assert clock.unix_ns(clock.ticks(instant_unix_ns)) == instant_unix_ns
        assert instant_unix_ns * clock_hz % S == 0
        assert report.rtp_timestamp == sender.timestamp(instant_unix_ns)


@pytest.mark.parametrize("clock_hz", [8000, 48_000, 90_000])
def test_every_instant_on_the_grid_reaches_the_receiver_exactly(clock_hz):
    sender = stream(clock_hz)
    reporter = SenderReporter(sender, "device")
    receiver = WallClock(clock_hz)
    clock = TickClock(clock_hz)
    first = clock.ticks(NOW_UNIX_NS)
    for n in range(0, 400_000, 997):
        timestamp_unix_ns = clock.unix_ns(first + n)
        if reporter.due(timestamp_unix_ns):
            assert receiver.add_report(only_report(reporter.report(timestamp_unix_ns)))
        (data,) = sender.packets([b""], timestamp_unix_ns, marker_on_last=False)
        assert receiver.unix_ns(RtpPacket.parse(data).timestamp) == timestamp_unix_ns


def test_the_name_is_added_on_request():
    reporter = SenderReporter(stream(), "device", with_description=True)
    report, description = parse_compound(reporter.report(NOW_UNIX_NS))
    assert isinstance(report, SenderReport)
    assert description == SourceDescription.of_cname(0xDE53742A, "device")


def test_leaving_repeats_the_last_instant_with_the_final_counts():
    sender = stream()
    reporter = SenderReporter(sender, "device")
    last = only_report(reporter.report(NOW_UNIX_NS))
    sender.packets([bytes(9)], NOW_UNIX_NS, marker_on_last=False)
    report, description, goodbye = parse_compound(reporter.goodbye())
    assert isinstance(report, SenderReport)
    assert (report.ntp_seconds, report.ntp_fraction) == (last.ntp_seconds, last.ntp_fraction)
    assert report.rtp_timestamp == last.rtp_timestamp
    assert report.packet_count == 1
    assert description == SourceDescription.of_cname(0xDE53742A, "device")
    assert goodbye == Goodbye((0xDE53742A,))


def test_who_never_reported_does_not_take_leave():
    assert SenderReporter(stream(), "device").goodbye() == b""
