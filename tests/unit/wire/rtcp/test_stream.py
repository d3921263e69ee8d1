from pathlib import Path

from gazewire.testing.vectors import load_vector
from gazewire.time import ntp_from_unix_ns
from gazewire.wire.rtcp import Goodbye, SenderReport, StreamReceiver
from gazewire.wire.rtp import ReorderWindow, RtpPacket

VECTORS = Path(__file__).parents[3] / "vectors"
REPORT = load_vector(VECTORS / "rtcp" / "sender_report.hex")
MS = 1_000_000
S = 1000 * MS
NOW_UNIX_NS = 1_744_294_828_000_000_000


def datagram(sequence: int, *, payload_type: int = 99, ssrc: int = 7, timestamp: int = 0) -> bytes:
    return RtpPacket(payload_type, False, sequence & 0xFFFF, timestamp, ssrc, b"x").serialize()


def report(ssrc: int, rtp_timestamp: int, unix_ns: int = NOW_UNIX_NS) -> bytes:
    return SenderReport(ssrc, *ntp_from_unix_ns(unix_ns), rtp_timestamp, 0, 0).serialize()


def receiver(**options: ReorderWindow) -> StreamReceiver:
    return StreamReceiver(payload_type=99, clock_hz=90_000, **options)


def test_packets_come_out_in_order_and_are_counted():
    stream = receiver()
    released = [
        packet.sequence
        for sequence in (65_534, 0, 65_535, 2)
        for packet in stream.receive(datagram(sequence), 0)
    ]
    assert released == [65_534, 65_535, 0]
    assert stream.statistics.highest_sequence == 65_536 + 2
    assert stream.statistics.lost == 1


def test_what_waited_too_long_is_released():
    stream = receiver(window=ReorderWindow(max_wait_ns=20 * MS))
    stream.receive(datagram(1), 0)
    assert stream.receive(datagram(3), 0) == []
    assert stream.release(20 * MS - 1) == []
    assert [packet.sequence for packet in stream.release(20 * MS)] == [3]


def test_what_is_held_comes_out_at_the_end():
    stream = receiver()
    stream.receive(datagram(1), 0)
    stream.receive(datagram(3), 0)
    assert [packet.sequence for packet in stream.flush()] == [3]


def test_other_payload_types_are_ignored_but_keep_their_place():
    stream = receiver()
    stream.receive(datagram(1), 0)
    assert stream.receive(datagram(2, payload_type=96), 0) == []
    assert [packet.sequence for packet in stream.receive(datagram(3), 0)] == [3]
    assert stream.foreign == 1
    assert stream.statistics.lost == stream.window.lost == 0


def test_noise_is_counted_and_changes_nothing():
    stream = receiver()
    stream.receive(datagram(1), 0)
    for noise in (b"", b"\x00" * 12, bytes(range(200))):
        assert stream.receive(noise, 0) == []
        assert stream.receive_rtcp(noise, 0) == ()
    assert stream.malformed == 6
    assert len(stream.receive(datagram(2), 0)) == 1


def test_a_sender_report_sets_the_clock_and_comes_back_in_ours():
    stream = receiver()
    assert stream.clock.unix_ns(0x12345678) is None
    stream.receive(RtpPacket(99, False, 1, 0x12345678, 0xDE53742A, b"").serialize(), 0)
    (report,) = stream.receive_rtcp(REPORT, 10 * S)
    assert isinstance(report, SenderReport)
    assert stream.clock.unix_ns(0x12345678 + 450) == 1_744_294_828_362_928_800
    assert stream.statistics.report(5, 10 * S).blocks[0].last_report == 0x522C5BA1


def test_all_packets_of_a_datagram_are_handed_on():
    stream = receiver()
    packets = stream.receive_rtcp(REPORT + Goodbye((0xDE53742A,)).serialize(), 0)
    assert [type(packet) for packet in packets] == [SenderReport, Goodbye]


# Sources


def test_before_the_first_packet_the_clock_is_that_of_the_last_report():
    stream = receiver()
    assert (stream.ssrc, stream.clock.is_set) == (None, False)
    stream.receive_rtcp(report(7, 0), 0)
    assert stream.clock.is_set
    stream.receive(datagram(1), 0)
    assert (stream.ssrc, stream.clock.unix_ns(9)) == (7, NOW_UNIX_NS + 100_000)


def test_a_report_of_another_source_does_not_set_the_clock():
    stream = receiver()
    stream.receive_rtcp(report(8, 0), 0)
    stream.receive(datagram(1), 0)
    assert not stream.clock.is_set
    assert stream.unix_ns(7, 0) is None
    stream.receive_rtcp(report(8, 0), 0)
    assert not stream.clock.is_set
    stream.receive_rtcp(report(7, 900), 0)
    assert stream.unix_ns(7, 900) == NOW_UNIX_NS


def test_reports_of_other_sources_leave_a_clock_that_is_set_alone():
    stream = receiver()
    stream.receive(datagram(1), 0)
    stream.receive_rtcp(report(7, 0), 0)
    for second in range(100):
        stream.receive_rtcp(report(8, 90_000 * second, NOW_UNIX_NS + 3600 * S), 0)
    assert stream.clock.unix_ns(0) == NOW_UNIX_NS
    assert stream.clock.reports == 1
    assert stream.statistics.report(5, 0).blocks[0].last_report != 0


def test_a_report_of_another_source_is_not_told_of_in_ours():
    stream = receiver()
    stream.receive(datagram(1), 0)
    stream.receive_rtcp(report(8, 0), 0)
    assert stream.statistics.report(5, 0).blocks[0].last_report == 0


def test_a_source_that_goes_on_with_the_numbers_is_followed_at_once():
    stream = receiver()
    stream.receive_rtcp(report(7, 0), 0)
    stream.receive(datagram(1), 0)
    # Announced by a report, as it should be.
    stream.receive_rtcp(report(8, 1_000_000), 0)
    assert stream.ssrc == 7
    (packet,) = stream.receive(datagram(2, ssrc=8, timestamp=1_000_009), 0)
    assert stream.ssrc == 8
    assert stream.unix_ns(packet.ssrc, packet.timestamp) == NOW_UNIX_NS + 100_000
    assert stream.unix_ns(7, 9) == NOW_UNIX_NS + 100_000
    assert (stream.foreign, stream.window.lost, stream.statistics.lost) == (0, 0, 0)


def test_a_source_that_nobody_announced_has_no_time_before_its_own_report():
    stream = receiver()
    stream.receive_rtcp(report(7, 0), 0)
    stream.receive(datagram(1), 0)
    stream.receive(datagram(2, ssrc=8), 0)
    assert not stream.clock.is_set
    stream.receive_rtcp(report(7, 90_000, NOW_UNIX_NS + S), 0)
    assert not stream.clock.is_set
    stream.receive_rtcp(report(8, 0, NOW_UNIX_NS + S), 0)
    assert stream.clock.unix_ns(0) == NOW_UNIX_NS + S


def test_a_source_with_other_numbers_is_followed_from_its_second_packet_on():
    stream = receiver()
    stream.receive(datagram(1), 0)
    stream.receive(datagram(3), 0)
    assert stream.receive(datagram(40_000, ssrc=8), 0) == []
    assert stream.ssrc == 7
    packets = stream.receive(datagram(40_001, ssrc=8), 0)
    assert [(packet.ssrc, packet.sequence) for packet in packets] == [
        (7, 3),
        (8, 40_000),
        (8, 40_001),
    ]
    assert stream.ssrc == 8
    assert stream.statistics.expected == 2
    assert stream.foreign == 0


def test_strays_of_other_sources_are_counted_and_change_nothing():
    stream = receiver()
    stream.receive(datagram(1), 0)
    clock, expected = stream.clock, stream.statistics.expected
    for sequence, ssrc in ((40_000, 8), (50_000, 8), (50_001, 9), (20, 8)):
        assert stream.receive(datagram(sequence, ssrc=ssrc), 0) == []
    assert (stream.ssrc, stream.clock, stream.statistics.expected) == (7, clock, expected)
    # The last one may still be the first of two.
    assert stream.foreign == 3
    assert len(stream.receive(datagram(2), 0)) == 1


def test_other_payload_types_of_other_sources_are_ignored():
    stream = receiver()
    assert stream.receive(datagram(7, payload_type=96, ssrc=8), 0) == []
    stream.receive(datagram(1), 0)
    for sequence in (2, 3, 4):
        assert stream.receive(datagram(sequence, payload_type=96, ssrc=8), 0) == []
    assert (stream.ssrc, stream.foreign) == (7, 4)
    assert len(stream.receive(datagram(2), 0)) == 1


def test_a_source_may_come_back():
    stream = receiver()
    for ssrc in (7, 8):
        stream.receive_rtcp(report(ssrc, 0, NOW_UNIX_NS + ssrc), 0)
    for sequence in range(20):
        ssrc = 7 + sequence // 5 % 2
        (packet,) = stream.receive(datagram(sequence, ssrc=ssrc), 0)
        assert stream.unix_ns(packet.ssrc, 0) == NOW_UNIX_NS + ssrc


def test_a_flood_of_sources_does_not_drive_out_the_one_that_is_followed():
    stream = receiver()
    stream.receive_rtcp(report(7, 0), 0)
    stream.receive(datagram(1), 0)
    for ssrc in range(1000, 2000):
        stream.receive_rtcp(report(ssrc, 0, NOW_UNIX_NS + S), 0)
    assert stream.unix_ns(7, 0) == NOW_UNIX_NS
    assert sum(stream.unix_ns(ssrc, 0) is not None for ssrc in range(1000, 2000)) < 10
