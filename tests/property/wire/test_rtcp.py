"""RTCP under arbitrary bytes and arbitrary values."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtcp import (
    DescriptionItem,
    Goodbye,
    ReceiverReport,
    ReceptionStatistics,
    ReportBlock,
    SenderReport,
    SenderReporter,
    SourceChunk,
    SourceDescription,
    UnknownPacket,
    WallClock,
    parse_compound,
    serialize_compound,
)
from gazewire.wire.rtp import RtpSender, TickClock

U32 = st.integers(0, 0xFFFF_FFFF)
WORDS = st.lists(st.binary(min_size=4, max_size=4), max_size=4).map(b"".join)

blocks = st.lists(
    st.builds(
        ReportBlock, U32, st.integers(0, 255), st.integers(-(1 << 23), (1 << 23) - 1), *[U32] * 4
    ),
    max_size=4,
).map(tuple)
items = st.builds(DescriptionItem, st.integers(1, 255), st.binary(max_size=20))
chunks = st.builds(SourceChunk, U32, st.lists(items, max_size=3).map(tuple))
rtcp_packets = st.one_of(
    st.builds(SenderReport, *[U32] * 6, blocks, WORDS),
    st.builds(ReceiverReport, U32, blocks, WORDS),
    st.builds(SourceDescription, st.lists(chunks, max_size=4).map(tuple)),
    st.builds(Goodbye, st.lists(U32, max_size=4).map(tuple), st.text(max_size=20)),
    st.builds(UnknownPacket, st.integers(204, 223), st.integers(0, 31), WORDS),
)


@settings(deadline=None)
@given(st.lists(rtcp_packets, min_size=1, max_size=5).map(tuple))
def test_what_is_written_is_read_back(compound):
    data = serialize_compound(compound)
    assert parse_compound(data) == compound
    assert serialize_compound(parse_compound(data)) == data


@settings(deadline=None)
@given(st.binary(max_size=128))
def test_garbage_is_read_or_is_the_peers_fault(data):
    with contextlib.suppress(RemoteProtocolError):
        parse_compound(data)


@settings(deadline=None)
@given(rtcp_packets, st.data())
def test_damage_is_read_or_is_the_peers_fault(packet, data):
    damaged = bytearray(packet.serialize())
    position = data.draw(st.integers(0, len(damaged) - 1))
    damaged[position] = data.draw(st.integers(0, 255))
    with contextlib.suppress(RemoteProtocolError):
        parse_compound(bytes(damaged))


@settings(deadline=None)
@given(
    st.sampled_from([8000, 44_100, 48_000, 90_000]),
    st.integers(946_684_800 * 10**9, 4_000_000_000 * 10**9),
    st.integers(0, 0xFFFF_FFFF),
    st.lists(st.integers(-90_000 * 10, 90_000 * 3600), max_size=20),
)
def test_instants_on_the_grid_are_exact_at_the_receiver(clock_hz, now_ns, first_ticks, offsets):
    sender = RtpSender(payload_type=96, clock_hz=clock_hz, ssrc=1, first_ticks_near=first_ticks)
    receiver = WallClock(clock_hz)
    clock = TickClock(clock_hz)
    (report,) = parse_compound(SenderReporter(sender, "x").report(now_ns))
    assert isinstance(report, SenderReport)
    assert receiver.add_report(report)
    for offset in offsets:
        timestamp_unix_ns = clock.unix_ns(clock.ticks(now_ns) + offset)
        assert receiver.unix_ns(sender.timestamp(timestamp_unix_ns)) == timestamp_unix_ns


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 0xFFFF), U32, st.integers(0, 2), st.integers(0, 10**12)),
        max_size=60,
    )
)
def test_statistics_of_any_packets_fit_a_report(arrivals):
    statistics = ReceptionStatistics(90_000)
    now_ns = 0
    for sequence, timestamp, ssrc, step_ns in arrivals:
        now_ns += step_ns
        statistics.received(ssrc, sequence, timestamp, now_ns)
        statistics.reported(SenderReport(ssrc, timestamp, sequence, 0, 0, 0), now_ns)
        report = statistics.report(5, now_ns)
        assert parse_compound(report.serialize()) == (report,)
