from pathlib import Path

import pytest

from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import GazeFormat, GazeReceiver, parse_gaze
from gazewire.wire.rtp import HeaderExtension, RtpPacket

VECTORS = Path(__file__).parents[3] / "vectors"
REPORT = load_vector(VECTORS / "rtcp" / "sender_report.hex")
POINT = load_vector(VECTORS / "gaze" / "point.hex")
FIRST_UNIX_NS = 1_744_294_828_357_928_800
FIRST_TICKS = 0x12345678
MS = 1_000_000


def packet(n: int, payload: bytes = POINT, *, payload_type: int = 99) -> RtpPacket:
    """The packet of sample n of a stream of 200 samples a second."""
    timestamp = (FIRST_TICKS + 450 * n) & 0xFFFF_FFFF
    return RtpPacket(payload_type, False, (65_534 + n) & 0xFFFF, timestamp, 0xDE53742A, payload)


def datagram(n: int, payload: bytes = POINT) -> bytes:
    return packet(n, payload).serialize()


def started() -> GazeReceiver:
    receiver = GazeReceiver(payload_type=99, clock_hz=90_000)
    receiver.stream.receive_rtcp(REPORT, 0)
    return receiver


def instants(*numbers: int) -> list[int]:
    return [FIRST_UNIX_NS + 5 * MS * n for n in numbers]


def test_the_packet_of_the_document_is_read():
    receiver = started()
    (datum,) = receiver.receive([load_vector(VECTORS / "rtp" / "gaze.hex")], 0)
    assert datum == parse_gaze(POINT, 1_744_294_828_362_928_800).datum


@pytest.mark.parametrize("format", GazeFormat)
def test_every_format_is_read_in_and_out_of_turn(format):
    payload = load_vector(VECTORS / "gaze" / f"{format.name.lower()}.hex")
    receiver = started()
    gaze = receiver.receive([datagram(n, payload) for n in (0, 1, 3, 2)], 0)
    # Compared as text, because NaN stands in one of the formats.
    assert repr(gaze) == repr(
        [parse_gaze(payload, unix_ns).datum for unix_ns in instants(0, 1, 2, 3)]
    )


def test_a_batch_is_the_same_as_its_datagrams_one_by_one():
    datagrams = [datagram(n) for n in (0, 1, 5, 3, 3, 2, 4, 6)]
    alone = started()
    one_by_one = [datum for data in datagrams for datum in alone.receive([data], 0)]
    together = started()
    assert together.receive(datagrams, 0) == one_by_one
    assert [datum.timestamp_unix_ns for datum in one_by_one] == instants(*range(7))
    assert together.stream.statistics.report(5, 0) == alone.stream.statistics.report(5, 0)
    assert together.stream.window.duplicates == 1


def test_what_is_before_the_first_report_has_no_time_and_is_counted():
    receiver = GazeReceiver(payload_type=99, clock_hz=90_000)
    assert receiver.receive([datagram(0), datagram(2), datagram(1)], 0) == []
    assert receiver.untimed == 3
    receiver.stream.receive_rtcp(REPORT, 0)
    (datum,) = receiver.receive([datagram(3)], 0)
    assert [datum.timestamp_unix_ns] == instants(3)


def test_what_waited_too_long_is_released():
    receiver = started()
    assert len(receiver.receive([datagram(0), datagram(2)], 0)) == 1
    release_ns = receiver.stream.window.next_release_ns
    assert release_ns is not None
    (datum,) = receiver.release(release_ns)
    assert [datum.timestamp_unix_ns] == instants(2)
    assert receiver.stream.window.lost == 1


def test_what_is_held_comes_out_at_the_end():
    receiver = started()
    receiver.receive([datagram(0), datagram(2)], 0)
    assert [datum.timestamp_unix_ns for datum in receiver.flush()] == instants(2)


def test_headers_with_everything_in_them_are_read():
    plain = packet(1)
    rich = RtpPacket(
        plain.payload_type,
        True,
        plain.sequence,
        plain.timestamp,
        plain.ssrc,
        plain.payload,
        (1, 2),
        HeaderExtension(0xBEDE, b"abcd"),
    )
    padded = bytearray(datagram(2) + b"\0\0\0\4")
    padded[0] |= 0x20
    gaze = started().receive([datagram(0), rich.serialize(), bytes(padded), datagram(3)], 0)
    assert [datum.timestamp_unix_ns for datum in gaze] == instants(0, 1, 2, 3)


def test_an_unknown_length_is_read_as_far_as_it_is_known_and_reported():
    receiver = started()
    (datum,) = receiver.receive([datagram(0, POINT + b"more")], 0)
    assert datum == parse_gaze(POINT, FIRST_UNIX_NS).datum
    assert receiver.unexplained == 1
    assert receiver.last_unexplained == POINT + b"more"


def test_what_cannot_be_read_is_counted_and_the_stream_goes_on():
    receiver = started()
    gaze = receiver.receive([b"", datagram(0), b"\x40" + bytes(20), datagram(1, b"short")], 0)
    gaze += receiver.receive([packet(2, payload_type=96).serialize(), datagram(3)], 0)
    assert [datum.timestamp_unix_ns for datum in gaze] == instants(0, 3)
    assert (receiver.stream.malformed, receiver.malformed, receiver.stream.foreign) == (2, 1, 1)
    assert receiver.stream.statistics.lost == receiver.stream.window.lost == 0


def test_another_source_begins_the_statistics_anew_and_needs_a_report_of_its_own():
    receiver = started()
    receiver.receive([datagram(0), datagram(1)], 0)
    plain = packet(2)
    other = RtpPacket(99, False, plain.sequence, plain.timestamp, 8, POINT).serialize()
    assert receiver.receive([other], 0) == []
    assert receiver.untimed == 1
    assert receiver.stream.statistics.report(5, 0).blocks[0].ssrc == 8
    assert receiver.stream.statistics.expected == 1
