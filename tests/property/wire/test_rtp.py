"""RTP under arbitrary bytes, arbitrary values and a bad network."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.testing.link import LinkConditions, LossyLink
from gazewire.wire.rtp import (
    HeaderExtension,
    ReorderWindow,
    RtpPacket,
    RtpSender,
    SequenceUnwrapper,
    TickClock,
    TickUnwrapper,
)

MS = 1_000_000
U16 = st.integers(0, 0xFFFF)
U32 = st.integers(0, 0xFFFF_FFFF)

packets = st.builds(
    RtpPacket,
    payload_type=st.integers(0, 127),
    marker=st.booleans(),
    sequence=U16,
    timestamp=U32,
    ssrc=U32,
    payload=st.binary(max_size=64),
    csrcs=st.lists(U32, max_size=15).map(tuple),
    extension=st.none()
    | st.builds(
        HeaderExtension, U16, st.lists(st.binary(min_size=4, max_size=4), max_size=4).map(b"".join)
    ),
)
conditions = st.builds(
    LinkConditions,
    loss=st.floats(0, 0.5),
    duplicate=st.floats(0, 0.5),
    jitter_ns=st.integers(0, 30 * MS),
    reorder=st.floats(0, 0.3),
    reorder_ns=st.integers(0, 60 * MS),
)


@settings(deadline=None)
@given(packets)
def test_what_is_written_is_read_back(packet):
    data = packet.serialize()
    assert RtpPacket.parse(data) == packet
    assert RtpPacket.parse(data).serialize() == data


@settings(deadline=None)
@given(st.binary(max_size=96))
def test_garbage_is_read_or_is_the_peers_fault(data):
    with contextlib.suppress(RemoteProtocolError):
        assert RtpPacket.parse(data).payload in data


@settings(deadline=None)
@given(packets, st.integers(1, 255))
def test_padding_changes_nothing(packet, size):
    data = bytearray(packet.serialize())
    data[0] |= 0x20
    assert RtpPacket.parse(bytes(data) + bytes(size - 1) + bytes((size,))) == packet


@settings(deadline=None)
@given(st.integers(0, 1 << 70), st.lists(st.integers(-30_000, 30_000), max_size=30))
def test_sequence_numbers_are_unwrapped_whatever_their_order(start, steps):
    start &= 0xFFFF
    unwrapper = SequenceUnwrapper()
    unwrapper.unwrap(start)
    highest = start
    for step in steps:
        assert unwrapper.unwrap((highest + step) & 0xFFFF) == highest + step
        highest = max(highest, highest + step)


@settings(deadline=None)
@given(U32, st.lists(st.integers(-(1 << 31), (1 << 31) - 1), max_size=30))
def test_timestamps_are_unwrapped_whatever_their_order(start, steps):
    unwrapper = TickUnwrapper()
    assert unwrapper.unwrap(start) == start
    count = start
    for step in steps:
        count += step
        assert unwrapper.unwrap(count & 0xFFFF_FFFF) == count


@settings(deadline=None)
@given(st.integers(1, 100_000_000), st.integers(-(1 << 60), 1 << 60))
def test_ticks_and_nanoseconds_are_nearest_to_each_other(clock_hz, ticks):
    clock = TickClock(clock_hz)
    unix_ns = clock.unix_ns(ticks)
    assert clock.ticks(unix_ns) == ticks
    # Within half a nanosecond: |unix_ns - ticks / clock_hz| <= 1/2, in integers.
    assert abs(2 * (unix_ns * clock_hz - ticks * 1_000_000_000)) <= clock_hz


@settings(deadline=None)
@given(
    st.lists(st.lists(st.binary(max_size=32), max_size=5), max_size=10),
    U16,
    st.integers(0, 0xFFFF_FFFF),
)
def test_a_sender_numbers_without_gap_and_counts_all(pictures, first_sequence, first_ticks):
    sender = RtpSender(
        payload_type=96,
        clock_hz=90_000,
        ssrc=1,
        first_sequence=first_sequence,
        first_ticks_near=first_ticks,
    )
    sent = [
        RtpPacket.parse(data)
        for n, payloads in enumerate(pictures)
        for data in sender.packets(payloads, n * 33 * MS, marker_on_last=True)
    ]
    numbers = [(first_sequence + n) & 0xFFFF for n in range(len(sent))]
    assert [packet.sequence for packet in sent] == numbers
    assert sender.next_sequence == (first_sequence + len(sent)) & 0xFFFF
    assert sender.packet_count == len(sent)
    assert sender.octet_count == sum(len(packet.payload) for packet in sent)
    assert sum(packet.marker for packet in sent) == sum(bool(each) for each in pictures)


@settings(deadline=None)
@given(conditions, st.integers(0, 1000), U16, st.integers(0, 40))
def test_a_bad_network_gives_packets_in_order_each_once_and_counts_the_rest(
    link_conditions, seed, first_sequence, max_packets
):
    link = LossyLink[int](link_conditions, seed=seed)
    window = ReorderWindow(max_packets=max_packets, max_wait_ns=20 * MS)
    count = 300
    for number in range(count):
        link.send(number, number * 2 * MS)
    arrivals = 0
    released: list[int] = []
    while (now_ns := link.next_arrival_ns) is not None:
        for number in link.receive(now_ns):
            arrivals += 1
            sequence = (first_sequence + number) & 0xFFFF
            # The number travels in the payload, so that order is checked without unwrapping.
            packet = RtpPacket(96, False, sequence, 0, 1, number.to_bytes(2))
            released += [int.from_bytes(each.payload) for each in window.push(packet, now_ns)]
            assert window.next_release_ns is None or window.next_release_ns > now_ns
    released += [int.from_bytes(each.payload) for each in window.flush()]
    assert released == sorted(set(released))
    assert len(released) + window.late + window.duplicates == arrivals
    if released:
        assert window.lost == released[-1] - released[0] + 1 - len(released)
    assert (window.strays, window.restarts) == (0, 0)
