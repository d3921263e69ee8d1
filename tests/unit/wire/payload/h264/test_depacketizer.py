from collections.abc import Iterable
from pathlib import Path

import pytest

from gazewire.testing.vectors import load_vector
from gazewire.wire.payload.h264 import CodedPicture, Depacketizer, Packetizer
from gazewire.wire.rtp import RtpPacket

VECTORS = Path(__file__).parents[4] / "vectors" / "h264"
SPS, PPS, IDR, UNIT = (
    load_vector(VECTORS / f"{name}.hex") for name in ("sps", "pps", "idr", "unit")
)
# 0x80 after the header: the slice begins at the first macroblock.
SLICE = b"\x41\x9a" + bytes(range(30))
LATER_SLICE = b"\x41\x46" + bytes(range(30))


class Stream:
    """Makes the packets of a stream, picture by picture."""

    def __init__(self, *, first_sequence: int = 65_530, max_payload_bytes: int = 12) -> None:
        self._sequence = first_sequence
        self._timestamp = 0xFFFF_F000
        self._packetizer = Packetizer(max_payload_bytes)

    def packets(self, payloads: Iterable[bytes], *, marker: bool = True) -> list[RtpPacket]:
        payloads = list(payloads)
        self._timestamp = (self._timestamp + 3000) & 0xFFFF_FFFF
        return self.more_packets(payloads, marker=marker)

    def more_packets(self, payloads: list[bytes], *, marker: bool = True) -> list[RtpPacket]:
        packets = []
        for n, payload in enumerate(payloads):
            is_last = marker and n == len(payloads) - 1
            packets.append(
                RtpPacket(96, is_last, self._sequence & 0xFFFF, self._timestamp, 1, payload)
            )
            self._sequence += 1
        return packets

    def picture(self, *units: bytes, marker: bool = True) -> list[RtpPacket]:
        return self.packets(self._packetizer.packetize(units), marker=marker)


def push_all(depacketizer: Depacketizer, packets: Iterable[RtpPacket]) -> list[CodedPicture]:
    return [picture for packet in packets for picture in depacketizer.push(packet)]


def joined(stream: Stream) -> Depacketizer:
    """A depacketizer that has seen its first key frame."""
    depacketizer = Depacketizer()
    assert len(push_all(depacketizer, stream.picture(SPS, PPS, IDR))) == 1
    return depacketizer


def test_a_unit_alone_is_a_picture():
    stream = Stream(max_payload_bytes=1260)
    (packet,) = stream.picture(IDR)
    assert Depacketizer().push(packet) == (CodedPicture(packet.timestamp, (IDR,), True),)


def test_three_fragments_are_put_together():
    payloads = [load_vector(VECTORS / f"fragment_{n}.hex") for n in ("start", "middle", "end")]
    (picture,) = push_all(Depacketizer(), Stream().packets(payloads))
    assert picture.nal_units == (UNIT,)


def test_an_aggregate_is_taken_apart():
    stream = Stream(max_payload_bytes=1260)
    packets = stream.packets([load_vector(VECTORS / "aggregate.hex"), IDR])
    (picture,) = push_all(Depacketizer(), packets)
    assert picture.nal_units == (SPS, PPS, IDR)


def test_a_picture_comes_out_at_its_marker_and_not_before():
    stream = Stream()
    depacketizer = Depacketizer()
    *before, last = stream.picture(SPS, PPS, IDR)
    assert push_all(depacketizer, before) == []
    assert [picture.is_keyframe for picture in depacketizer.push(last)] == [True]


def test_every_picture_has_its_own_timestamp_and_kind():
    stream = Stream()
    packets = [
        *stream.picture(SPS, PPS, IDR),
        *stream.picture(SLICE),
        *stream.picture(SLICE, LATER_SLICE),
    ]
    pictures = push_all(Depacketizer(), packets)
    assert [picture.is_keyframe for picture in pictures] == [True, False, False]
    assert [picture.nal_units for picture in pictures] == [
        (SPS, PPS, IDR),
        (SLICE,),
        (SLICE, LATER_SLICE),
    ]
    assert [picture.rtp_timestamp for picture in pictures] == [
        (0xFFFF_F000 + n * 3000) & 0xFFFF_FFFF for n in (1, 2, 3)
    ]


def test_joining_before_a_keyframe_waits_for_it_and_counts_nothing():
    stream = Stream()
    depacketizer = Depacketizer()
    assert push_all(depacketizer, stream.picture(SLICE) + stream.picture(SLICE)) == []
    assert depacketizer.waiting_for_keyframe
    assert len(push_all(depacketizer, stream.picture(IDR))) == 1
    assert not depacketizer.waiting_for_keyframe
    assert (depacketizer.dropped_pictures, depacketizer.malformed_packets) == (0, 0)


def test_joining_in_the_middle_of_a_keyframe_waits_for_the_next():
    stream = Stream()
    depacketizer = Depacketizer()
    assert push_all(depacketizer, stream.picture(IDR)[1:]) == []
    assert push_all(depacketizer, stream.picture(SLICE)) == []
    assert len(push_all(depacketizer, stream.picture(IDR))) == 1
    assert (depacketizer.dropped_pictures, depacketizer.malformed_packets) == (0, 0)


def test_joining_at_a_later_slice_of_a_keyframe_waits_for_the_next():
    later_idr_slice = b"\x65\x46" + bytes(5)
    stream = Stream()
    depacketizer = Depacketizer()
    assert push_all(depacketizer, stream.picture(later_idr_slice)) == []
    assert len(push_all(depacketizer, stream.picture(IDR, later_idr_slice))) == 1


@pytest.mark.parametrize("position", range(3))
def test_a_lost_packet_drops_pictures_until_the_next_keyframe(position):
    stream = Stream()
    depacketizer = joined(stream)
    broken = stream.picture(SLICE)
    assert len(broken) >= 3
    del broken[[0, 1, -1][position]]
    assert push_all(depacketizer, broken) == []
    assert push_all(depacketizer, stream.picture(SLICE)) == []
    assert depacketizer.waiting_for_keyframe
    assert len(push_all(depacketizer, stream.picture(IDR))) == 1
    assert len(push_all(depacketizer, stream.picture(SLICE))) == 1
    assert depacketizer.lost_packets == 1
    assert depacketizer.dropped_pictures == 2
    assert depacketizer.malformed_packets == 0


def test_a_whole_picture_lost_makes_the_following_ones_useless():
    stream = Stream()
    depacketizer = joined(stream)
    lost = stream.picture(SLICE)
    assert push_all(depacketizer, stream.picture(SLICE)) == []
    assert depacketizer.lost_packets == len(lost)
    assert depacketizer.dropped_pictures == 1


def test_a_keyframe_right_after_a_gap_is_handed_out():
    stream = Stream()
    depacketizer = joined(stream)
    stream.picture(SLICE)
    (picture,) = push_all(depacketizer, stream.picture(SPS, PPS, IDR))
    assert picture.is_keyframe
    assert depacketizer.dropped_pictures == 0


def test_a_keyframe_with_a_hole_is_dropped():
    stream = Stream()
    depacketizer = joined(stream)
    packets = stream.picture(SPS, PPS, IDR)
    del packets[3]
    assert push_all(depacketizer, packets) == []
    assert depacketizer.dropped_pictures == 1


def test_duplicates_and_late_packets_are_ignored():
    stream = Stream()
    depacketizer = joined(stream)
    packets = stream.picture(SLICE)
    repeated = [packets[0], packets[0], packets[1], packets[0], *packets[2:], packets[-1]]
    (picture,) = push_all(depacketizer, repeated)
    assert picture.nal_units == (SLICE,)
    assert depacketizer.lost_packets == 0


def test_without_a_marker_the_next_timestamp_ends_the_picture():
    stream = Stream(max_payload_bytes=1260)
    depacketizer = Depacketizer()
    assert push_all(depacketizer, stream.picture(IDR, marker=False)) == []
    assert [picture.nal_units for picture in push_all(depacketizer, stream.picture(SLICE))] == [
        (IDR,),
        (SLICE,),
    ]


def test_a_unit_cut_off_by_the_next_timestamp_is_dropped():
    stream = Stream()
    depacketizer = joined(stream)
    payloads = Packetizer(12).packetize([SLICE])
    assert push_all(depacketizer, stream.packets(payloads[:-1], marker=False)) == []
    (picture,) = push_all(depacketizer, stream.picture(IDR))
    assert picture.is_keyframe
    assert depacketizer.dropped_pictures == 1


def test_parameter_sets_sent_alone_become_the_head_of_the_next_picture():
    # As phones send them: an aggregate with a marker before the key frame, at its timestamp.
    stream = Stream(max_payload_bytes=1260)
    depacketizer = Depacketizer()
    aggregate = load_vector(VECTORS / "aggregate.hex")
    assert push_all(depacketizer, stream.packets([aggregate])) == []
    (picture,) = push_all(depacketizer, stream.more_packets([IDR]))
    assert picture.nal_units == (SPS, PPS, IDR)
    assert depacketizer.dropped_pictures == 0


def test_parameter_sets_with_a_timestamp_of_their_own_are_kept_too():
    stream = Stream(max_payload_bytes=1260)
    depacketizer = Depacketizer()
    assert push_all(depacketizer, stream.picture(SPS, PPS)) == []
    (picture,) = push_all(depacketizer, stream.picture(IDR))
    assert picture.nal_units == (SPS, PPS, IDR)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        bytes.fromhex("7c"),  # a fragment without its header
        bytes.fromhex("7c05"),  # a fragment of nothing
        bytes.fromhex("7c050102"),  # the middle of nothing
        bytes.fromhex("7cc0aabb"),  # a whole fragmented unit of type 0
        bytes.fromhex("7800"),  # half a length in an aggregate
        bytes.fromhex("780000"),  # an empty unit in one
        bytes.fromhex("78000565aa"),  # a unit longer than its aggregate
        bytes.fromhex("7800027801"),  # an aggregate in an aggregate
        bytes.fromhex("7901020304"),  # the interleaved mode
        bytes.fromhex("7d850102"),  # the same, a fragment
    ],
)
def test_a_payload_that_cannot_be_right_is_counted_and_spoils_its_picture(payload):
    stream = Stream(max_payload_bytes=1260)
    depacketizer = joined(stream)
    assert push_all(depacketizer, stream.packets([payload, SLICE])) == []
    assert (depacketizer.malformed_packets, depacketizer.dropped_pictures) == (1, 1)
    assert len(push_all(depacketizer, stream.picture(IDR))) == 1


def test_a_unit_begun_twice_spoils_its_picture():
    stream = Stream()
    depacketizer = joined(stream)
    first, *rest = Packetizer(12).packetize([SLICE])
    assert push_all(depacketizer, stream.packets([first, first, *rest])) == []
    assert depacketizer.malformed_packets == 1


def test_a_unit_inside_another_spoils_its_picture():
    stream = Stream()
    depacketizer = joined(stream)
    first, *rest = Packetizer(12).packetize([SLICE])
    assert push_all(depacketizer, stream.packets([first, b"\x06\x01", *rest])) == []
    assert depacketizer.malformed_packets == 1


@pytest.mark.parametrize("header", [0x00, 0x1E, 0x1F])
def test_reserved_types_are_ignored(header):
    stream = Stream(max_payload_bytes=1260)
    depacketizer = joined(stream)
    (picture,) = push_all(depacketizer, stream.packets([bytes((header, 1)), SLICE]))
    assert picture.nal_units == (SLICE,)


def test_a_unit_that_is_start_and_end_in_one_is_taken():
    stream = Stream()
    (picture,) = push_all(Depacketizer(), stream.packets([b"\x7c\xc5" + IDR[1:]]))
    assert picture.nal_units == (IDR,)


def test_a_picture_too_long_is_given_up_and_its_memory_freed():
    stream = Stream(max_payload_bytes=1260)
    depacketizer = Depacketizer(max_picture_bytes=10_000)
    endless = [b"\x7c\x85" + bytes(1000)] + [b"\x7c\x05" + bytes(1000)] * 50
    assert push_all(depacketizer, stream.packets(endless)) == []
    assert depacketizer.malformed_packets == 1
    assert len(push_all(depacketizer, stream.picture(IDR))) == 1


def test_endless_tiny_fragments_are_given_up_before_they_fill_the_memory():
    stream = Stream(max_payload_bytes=1260)
    depacketizer = Depacketizer()
    endless = [b"\x7c\x85\x01"] + [b"\x7c\x05\x01"] * 65_536
    assert push_all(depacketizer, stream.packets(endless)) == []
    assert depacketizer.malformed_packets == 1
    assert len(push_all(depacketizer, stream.picture(IDR))) == 1


def test_a_picture_of_too_many_units_is_given_up():
    stream = Stream(max_payload_bytes=1260)
    depacketizer = Depacketizer(max_nal_units=8)
    assert push_all(depacketizer, stream.picture(IDR, *[b"\x06\x01"] * 8)) == []
    assert depacketizer.malformed_packets == 1
    assert len(push_all(depacketizer, stream.picture(IDR, *[b"\x06\x01"] * 7))) == 1


def test_endless_units_without_a_slice_do_not_pile_up():
    stream = Stream(max_payload_bytes=1260)
    depacketizer = Depacketizer(max_nal_units=8)
    for _ in range(100):
        assert push_all(depacketizer, stream.picture(b"\x06\x01")) == []
    assert depacketizer.malformed_packets >= 10


def test_a_sequence_that_begins_anew_is_not_sixty_thousand_losses():
    depacketizer = joined(Stream(first_sequence=40_000))
    anew = Stream(first_sequence=5)
    assert len(push_all(depacketizer, anew.picture(IDR))) == 1
    assert depacketizer.lost_packets == 0
