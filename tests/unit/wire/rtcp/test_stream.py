from pathlib import Path

from gazewire.testing.vectors import load_vector
from gazewire.wire.rtcp import Goodbye, SenderReport, StreamReceiver
from gazewire.wire.rtp import ReorderWindow, RtpPacket

VECTORS = Path(__file__).parents[3] / "vectors"
REPORT = load_vector(VECTORS / "rtcp" / "sender_report.hex")
MS = 1_000_000
S = 1000 * MS


def datagram(sequence: int, *, payload_type: int = 99) -> bytes:
    return RtpPacket(payload_type, False, sequence & 0xFFFF, 0, 7, b"x").serialize()


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
