"""H.264 over RTP under arbitrary pictures, arbitrary bytes and a bad network."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.testing.link import LinkConditions, LossyLink
from gazewire.wire.payload.h264 import (
    CodedPicture,
    Depacketizer,
    Packetizer,
    ParameterSets,
    SequenceParameters,
    join_annex_b,
    join_length_prefixed,
    split_annex_b,
    split_length_prefixed,
)
from gazewire.wire.rtp import ReorderWindow, RtpPacket, RtpSender
from gazewire.wire.rtp.sender import DEFAULT_FIRST_TICKS

MS = 1_000_000

# A body without zeros is free of start codes. Its first bit tells whether a slice is the first of
# its picture (first_mb_in_slice is 0).
tails = st.binary(max_size=300).map(lambda data: data.replace(b"\0", b"\1"))
first_bodies = tails.map(lambda tail: b"\x80" + tail)
later_bodies = tails.map(lambda tail: b"\x40" + tail)
others = st.builds(bytes.__add__, st.sampled_from([b"\x06", b"\x67", b"\x68", b"\x09"]), tails)


def pictures_of(headers: list[bytes]) -> st.SearchStrategy[tuple[bytes, ...]]:
    header = st.sampled_from(headers)
    return st.builds(
        lambda head, first, later: (*head, first, *later),
        st.lists(others, max_size=3),
        st.builds(bytes.__add__, header, first_bodies),
        st.lists(st.builds(bytes.__add__, header, later_bodies), max_size=2),
    )


keyframes = pictures_of([b"\x65"])
predicted = pictures_of([b"\x01", b"\x21", b"\x41"])
streams = st.builds(
    lambda first, rest: [first, *rest], keyframes, st.lists(keyframes | predicted, max_size=12)
)


def packets_of(
    pictures: list[tuple[bytes, ...]], packetizer: Packetizer, *, first_sequence: int = 0
) -> list[bytes]:
    sender = RtpSender(payload_type=96, clock_hz=90_000, ssrc=1, first_sequence=first_sequence)
    return [
        data
        for n, picture in enumerate(pictures)
        for data in sender.packets(packetizer.packetize(picture), n * 33 * MS, marker_on_last=True)
    ]


@settings(deadline=None)
@given(streams, st.integers(3, 1260), st.booleans(), st.integers(0, 0xFFFF))
def test_pictures_come_back_whatever_the_packet_size(pictures, size, aggregate, first_sequence):
    packetizer = Packetizer(size, aggregate=aggregate)
    depacketizer = Depacketizer()
    received = [
        picture
        for data in packets_of(pictures, packetizer, first_sequence=first_sequence)
        for picture in depacketizer.push(RtpPacket.parse(data))
    ]
    assert [picture.nal_units for picture in received] == pictures
    assert depacketizer.lost_packets == depacketizer.malformed_packets == 0


@settings(deadline=None)
@given(streams, st.integers(3, 1260), st.booleans())
def test_no_payload_is_longer_than_allowed(pictures, size, aggregate):
    packetizer = Packetizer(size, aggregate=aggregate)
    for picture in pictures:
        assert all(0 < len(payload) <= size for payload in packetizer.packetize(picture))


@settings(deadline=None)
@given(streams, st.integers(0, 1000), st.floats(0, 0.3), st.floats(0, 0.2), st.floats(0, 0.2))
def test_a_bad_network_never_gives_a_picture_that_was_not_sent(
    pictures, seed, loss, duplicate, reorder
):
    conditions = LinkConditions(loss=loss, duplicate=duplicate, reorder=reorder, reorder_ns=3 * MS)
    link = LossyLink[bytes](conditions, seed=seed)
    sent = packets_of(pictures, Packetizer(60))
    for n, data in enumerate(sent):
        link.send(data, n * MS)
    window = ReorderWindow(max_wait_ns=10 * MS)
    depacketizer = Depacketizer()
    received: list[CodedPicture] = []
    while (now_ns := link.next_arrival_ns) is not None:
        for data in link.receive(now_ns):
            for packet in window.push(RtpPacket.parse(data), now_ns):
                received += depacketizer.push(packet)
    for packet in window.flush():
        received += depacketizer.push(packet)

    # Timestamps tell which picture it is; each comes at most once, in order.
    first_timestamp = DEFAULT_FIRST_TICKS
    numbers = [(picture.rtp_timestamp - first_timestamp) // 2970 for picture in received]
    assert numbers == sorted(set(numbers))
    for number, picture in zip(numbers, received, strict=True):
        # After a loss the head of a key frame (its parameter sets) may be missing, a slice never.
        whole = pictures[number]
        assert whole[len(whole) - len(picture.nal_units) :] == picture.nal_units
        assert [unit for unit in picture.nal_units if unit[0] & 31 in (1, 5)] == [
            unit for unit in whole if unit[0] & 31 in (1, 5)
        ]
        assert picture.is_keyframe == any(unit[0] & 31 == 5 for unit in whole)
    # A predicted picture comes only right after the picture before it.
    for before, number, picture in zip([None, *numbers], numbers, received, strict=False):
        assert picture.is_keyframe or before == number - 1
    if not link.lost and not window.late and not window.lost:
        assert len(received) == len(pictures)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.binary(max_size=20),
            st.booleans(),
            st.integers(0, 20),
            st.integers(0, 3),
        ),
        max_size=60,
    )
)
def test_garbage_is_counted_and_never_raises(packets):
    depacketizer = Depacketizer()
    for payload, marker, sequence, timestamp in packets:
        for picture in depacketizer.push(RtpPacket(96, marker, sequence, timestamp, 1, payload)):
            assert all(picture.nal_units)


@settings(deadline=None)
@given(st.lists(others, max_size=6))
def test_byte_streams_and_samples_come_back(units):
    assert split_annex_b(join_annex_b(units)) == units
    assert split_length_prefixed(join_length_prefixed(units)) == units
    assert split_length_prefixed(join_length_prefixed(units, 2), 2) == units


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_byte_stream_garbage_is_split_or_is_the_peers_fault(data):
    with contextlib.suppress(RemoteProtocolError):
        assert all(split_annex_b(data))
    with contextlib.suppress(RemoteProtocolError):
        assert all(split_length_prefixed(data, 1))


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_parameter_garbage_is_read_or_is_the_peers_fault(data):
    with contextlib.suppress(RemoteProtocolError):
        SequenceParameters.parse(b"\x67" + data)


@settings(deadline=None)
@given(st.text(max_size=64))
def test_parameter_text_garbage_is_read_or_is_the_peers_fault(text):
    with contextlib.suppress(RemoteProtocolError):
        ParameterSets.from_sprop(text)


@settings(deadline=None)
@given(others, others)
def test_parameter_sets_come_back_from_their_text(sps, pps):
    sets = ParameterSets(b"\x67" + sps + b"ab", b"\x68" + pps)
    assert ParameterSets.from_sprop(sets.sprop) == sets
