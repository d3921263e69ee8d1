import pytest

from gazewire.wire.payload import RawReceiver, TimedPayload
from gazewire.wire.rtcp import SenderReport
from gazewire.wire.rtp import RtpPacket

REPORT = SenderReport(7, 3_953_283_628, 0, 0, 0, 0).serialize()
REPORTED_UNIX_NS = 1_744_294_828_000_000_000


def datagram(sequence: int, *, ssrc: int = 7) -> bytes:
    payload = b"payload %d" % sequence
    return RtpPacket(110, False, sequence & 0xFFFF, 9 * sequence, ssrc, payload).serialize()


def payload(n: int) -> TimedPayload:
    return TimedPayload(REPORTED_UNIX_NS + n * 100_000, b"payload %d" % n)


@pytest.fixture
def receiver() -> RawReceiver:
    return RawReceiver(payload_type=110, clock_hz=90_000)


def test_payloads_come_out_in_order_and_with_their_time(receiver):
    receiver.stream.receive_rtcp(REPORT, 0)
    payloads = receiver.receive([datagram(n) for n in (0, 2, 1, 4)], 0)
    assert payloads == [payload(n) for n in range(3)]
    release_ns = receiver.stream.window.next_release_ns
    assert receiver.release(release_ns) == [payload(4)]
    receiver.receive([datagram(6)], release_ns)
    assert receiver.flush() == [payload(6)]


def test_padding_is_no_payload(receiver):
    receiver.stream.receive_rtcp(REPORT, 0)
    padded = bytearray(datagram(0) + b"\0\0\0\4")
    padded[0] |= 0x20
    assert receiver.receive([bytes(padded)], 0) == [payload(0)]


def test_what_is_before_the_first_report_has_no_time_and_is_counted(receiver):
    assert receiver.receive([datagram(0), datagram(1)], 0) == []
    assert receiver.untimed == 2
    receiver.stream.receive_rtcp(REPORT, 0)
    assert receiver.receive([datagram(2)], 0) == [payload(2)]


def test_each_source_is_dated_by_its_own_reports(receiver):
    other = SenderReport(8, 3_953_283_638, 0, 0, 0, 0).serialize()
    receiver.stream.receive_rtcp(REPORT, 0)
    receiver.stream.receive_rtcp(other, 0)
    payloads = receiver.receive([datagram(0), datagram(1, ssrc=8)], 0)
    assert [payload.timestamp_unix_ns for payload in payloads] == [
        REPORTED_UNIX_NS,
        REPORTED_UNIX_NS + 10_000_000_000 + 100_000,
    ]


def test_packets_of_two_sources_that_come_out_together_are_dated_each_by_its_own(receiver):
    far = SenderReport(8, 3_953_283_638, 0, 9 * 40_000, 0, 0).serialize()
    receiver.stream.receive_rtcp(REPORT, 0)
    receiver.stream.receive_rtcp(far, 0)
    arrived = [datagram(0), datagram(2), datagram(40_000, ssrc=8), datagram(40_001, ssrc=8)]
    payloads = receiver.receive(arrived, 0)
    assert payloads[:2] == [payload(0), payload(2)]
    assert [payload.timestamp_unix_ns - REPORTED_UNIX_NS for payload in payloads[2:]] == [
        10_000_000_000,
        10_000_100_000,
    ]
