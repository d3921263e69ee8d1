import pytest

from gazewire.errors import LocalProtocolError
from gazewire.wire.rtp import MAX_PACKET_BYTES, RtpPacket, RtpSender, TickClock

NOW_UNIX_NS = 1_744_294_828_357_900_000


def sender(**changed: int) -> RtpSender:
    fields = {"payload_type": 96, "clock_hz": 90_000, "ssrc": 0xDE53742A}
    return RtpSender(**fields | changed)


def test_the_first_packet_begins_small_and_in_the_plain_form():
    (data,) = sender(first_ticks_near=5, first_sequence=7).packets(
        [b"payload"], NOW_UNIX_NS, marker_on_last=False
    )
    assert data == bytes.fromhex("8060000700000005de53742a") + b"payload"


def test_packets_of_one_instant_share_its_timestamp_and_the_last_has_the_marker():
    stream = sender(first_sequence=0xFFFF)
    packets = [
        RtpPacket.parse(data)
        for data in stream.packets([b"a", b"b", b"c"], NOW_UNIX_NS, marker_on_last=True)
    ]
    assert [packet.sequence for packet in packets] == [0xFFFF, 0, 1]
    assert [packet.marker for packet in packets] == [False, False, True]
    assert {packet.timestamp for packet in packets} == {stream.timestamp(NOW_UNIX_NS)}
    assert [packet.payload for packet in packets] == [b"a", b"b", b"c"]
    assert {packet.payload_type for packet in packets} == {96}
    assert stream.next_sequence == 2


def test_sequence_numbers_continue_from_call_to_call():
    stream = sender()
    for expected in range(5):
        assert stream.next_sequence == expected
        stream.packets([b""], NOW_UNIX_NS, marker_on_last=False)


def test_payload_octets_are_counted_and_headers_are_not():
    stream = sender()
    stream.packets([bytes(100), bytes(20)], NOW_UNIX_NS, marker_on_last=True)
    stream.packets([bytes(3)], NOW_UNIX_NS, marker_on_last=True)
    assert (stream.packet_count, stream.octet_count) == (3, 123)


def test_no_payloads_make_no_packets():
    stream = sender()
    assert stream.packets([], NOW_UNIX_NS, marker_on_last=True) == []
    assert stream.packet_count == 0


def test_instants_on_the_grid_are_exact_on_the_wire():
    stream = sender(first_ticks_near=1000)
    clock = TickClock(90_000)
    first = clock.ticks(NOW_UNIX_NS)
    for n in range(100):
        assert stream.timestamp(clock.unix_ns(first + n)) == 1000 + n


def test_an_instant_before_the_first_does_not_wrap_by_default():
    stream = sender()
    at_report = stream.timestamp(NOW_UNIX_NS)
    exposed_before = stream.timestamp(NOW_UNIX_NS - 40_000_000)
    assert 0 < exposed_before == at_report - 3600


def test_the_timestamp_wraps_at_32_bits():
    stream = sender(first_ticks_near=0xFFFF_FFFF)
    stream.timestamp(NOW_UNIX_NS)
    assert stream.timestamp(NOW_UNIX_NS + 100_000) == 8


def test_the_largest_packet_is_as_large_as_that_of_a_real_device():
    (data,) = sender().packets([bytes(1260)], NOW_UNIX_NS, marker_on_last=True)
    assert len(data) == MAX_PACKET_BYTES == 1272


def test_a_payload_that_is_too_long_is_refused_and_nothing_is_counted():
    stream = sender()
    with pytest.raises(LocalProtocolError, match="1261"):
        stream.packets([b"fits", bytes(1261)], NOW_UNIX_NS, marker_on_last=True)
    assert (stream.next_sequence, stream.packet_count, stream.octet_count) == (0, 0, 0)


@pytest.mark.parametrize("changed", [{"payload_type": 128}, {"ssrc": 1 << 32}, {"clock_hz": 0}])
def test_a_stream_that_cannot_be_written_is_refused(changed):
    with pytest.raises(LocalProtocolError):
        sender(**changed)
