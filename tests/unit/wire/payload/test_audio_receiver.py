from pathlib import Path

import pytest

from gazewire.model import AudioAccessUnit
from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import AacPacketizer, AudioReceiver
from gazewire.wire.rtcp import SenderReport
from gazewire.wire.rtp import RtpPacket

TWO = load_vector(Path(__file__).parents[3] / "vectors" / "aac" / "two.hex")
REPORT = SenderReport(7, 3_953_283_628, 0, 0, 0, 0).serialize()
REPORTED_UNIX_NS = 1_744_294_828_000_000_000
UNIT_NS = 128_000_000


def datagram(sequence: int, payload: bytes, n: int | None = None, *, marker: bool = True) -> bytes:
    """The packet of access unit n, which is the sequence number if it is not given."""
    timestamp = 1024 * (sequence if n is None else n)
    return RtpPacket(97, marker, sequence & 0xFFFF, timestamp, 7, payload).serialize()


def packed(data: bytes) -> bytes:
    (payload,) = AacPacketizer().packetize([data])
    return payload


def unit(n: int, data: bytes) -> AudioAccessUnit:
    return AudioAccessUnit(timestamp_unix_ns=REPORTED_UNIX_NS + n * UNIT_NS, data=data)


@pytest.fixture
def receiver() -> AudioReceiver:
    return AudioReceiver(payload_type=97, clock_hz=8000)


@pytest.fixture
def started(receiver) -> AudioReceiver:
    receiver.stream.receive_rtcp(REPORT, 0)
    return receiver


def test_access_units_come_out_with_their_time(started):
    units = started.receive([datagram(0, packed(b"a")), datagram(1, packed(b"b"))], 0)
    assert units == [unit(0, b"a"), unit(1, b"b")]


def test_each_of_several_in_a_packet_has_its_own_time(started):
    assert started.receive([datagram(0, TWO)], 0) == [
        unit(0, b"\x01\x02"),
        unit(1, b"\x03\x04\x05"),
    ]


def test_fragments_out_of_order_are_put_together(started):
    data = bytes(range(200))
    first, second, third = AacPacketizer(80).packetize([data])
    arrived = [
        datagram(0, packed(b"a")),
        datagram(2, second, 1, marker=False),
        datagram(1, first, 1, marker=False),
        datagram(3, third, 1),
    ]
    assert started.receive(arrived, 0) == [unit(0, b"a"), unit(1, data)]


def test_what_is_before_the_first_report_has_no_time_and_is_counted(receiver):
    assert receiver.receive([datagram(0, TWO)], 0) == []
    assert receiver.untimed == 2
    receiver.stream.receive_rtcp(REPORT, 0)
    assert receiver.receive([datagram(1, packed(b"a"))], 0) == [unit(1, b"a")]


def test_what_cannot_be_read_is_counted_and_the_stream_goes_on(started):
    arrived = [datagram(0, b""), datagram(1, b"\x00\x11"), datagram(2, packed(b"a"))]
    assert started.receive(arrived, 0) == [unit(2, b"a")]
    assert started.malformed == started.depacketizer.malformed == 2
