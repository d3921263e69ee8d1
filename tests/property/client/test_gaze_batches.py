"""Gaze in arrays must not show that it was read together."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.client._engine.arrays import GAZE_DTYPE, gaze_array
from gazewire.client._engine.gaze_batches import GazeBatchReceiver
from gazewire.time import ntp_from_unix_ns
from gazewire.wire.payload import GazeFormat, GazeReceiver
from gazewire.wire.rtcp import SenderReport, StreamReceiver
from gazewire.wire.rtp import RtpPacket

MS = 1_000_000

payload_sizes = st.sampled_from([9, 9, 9, *(int(format) for format in GazeFormat), 5, 30])
timestamps = st.integers(0, 0xFFFF_FFFF)
# How a run is disturbed: a packet lost, sent twice, sent early, marked, of another kind or source.
disturbances = st.tuples(
    st.sampled_from(["lose", "repeat", "early", "marker", "foreign", "source", "noise", "stray"]),
    st.integers(0, 150),
)


@st.composite
def runs(draw: st.DrawFn) -> list[bytes]:
    """Packets of one stream, mostly in order, with what networks do to them."""
    datagrams: list[bytes] = []
    sequence = draw(st.integers(65_400, 65_535))
    for _ in range(draw(st.integers(1, 3))):
        timestamp, step = draw(timestamps), draw(st.sampled_from([450, 449, 0, -900, 1 << 28]))
        size = draw(payload_sizes)
        for n in range(draw(st.integers(0, 80))):
            payload = draw(st.binary(min_size=size, max_size=size)) if n < 3 else bytes(size)
            packet = RtpPacket(
                99,
                False,
                (sequence + len(datagrams)) & 0xFFFF,
                (timestamp + n * step) & 0xFFFF_FFFF,
                1,
                payload,
            )
            datagrams.append(packet.serialize())
    for kind, index in draw(st.lists(disturbances, max_size=6)):
        if index >= len(datagrams):
            continue
        data = datagrams[index]
        match kind:
            case "lose":
                del datagrams[index]
            case "repeat":
                datagrams.insert(index, data)
            case "early":
                datagrams.insert(max(0, index - 5), datagrams.pop(index))
            case "marker":
                datagrams[index] = data[:1] + bytes([data[1] | 0x80]) + data[2:]
            case "foreign":
                datagrams[index] = data[:1] + b"\x60" + data[2:]
            case "source":
                datagrams[index] = data[:8] + b"\0\0\0\2" + data[12:]
            case "noise":
                datagrams[index] = bytes(len(data))
            case "stray":
                datagrams[index] = data[:2] + b"\x80\x00" + data[4:]
    return datagrams


def state_of(stream: StreamReceiver) -> list[object]:
    window = stream.window
    return [
        stream.malformed,
        stream.foreign,
        stream.statistics.report(5, 0),
        *(window.lost, window.late, window.duplicates, window.strays, window.restarts),
        window.next_release_ns,
    ]


def report_at(datagram: bytes, off_ns: int, ssrc: int) -> bytes:
    """A report of the instant of a packet, more or less: the receiver's clock has to follow."""
    timestamp = int.from_bytes(datagram[4:8].ljust(4, b"\0"))
    unix_ns = 1_744_294_828_000_000_000 + timestamp * 100_000 // 9 + off_ns
    seconds, fraction = ntp_from_unix_ns(unix_ns)
    return SenderReport(ssrc, seconds, fraction, timestamp, 0, 0).serialize()


reports = st.tuples(
    st.sampled_from([0, 3, 100_000, -2 * MS, 30 * MS]), st.sampled_from([1, 1, 1, 2])
)


@settings(deadline=None)
@given(runs(), st.integers(1, 120), st.lists(st.none() | reports, max_size=8))
def test_batches_are_the_same_as_records(datagrams, batch_size, reports):
    batched = GazeBatchReceiver(payload_type=99, clock_hz=90_000)
    single = GazeReceiver(payload_type=99, clock_hz=90_000)
    arrays: list[np.ndarray] = []
    records = []
    now_ns = 0
    for start in range(0, len(datagrams), batch_size):
        now_ns += 7 * MS
        if reports and (drawn := reports.pop(0)) is not None:
            report = report_at(datagrams[start], *drawn)
            batched.stream.receive_rtcp(report, now_ns)
            single.stream.receive_rtcp(report, now_ns)
        batch = datagrams[start : start + batch_size]
        arrays += batched.receive(batch, now_ns)
        records += single.receive(batch, now_ns)
        assert sum(map(len, arrays)) == len(records)
    assert state_of(batched.stream) == state_of(single.stream)
    arrays += batched.release(now_ns + 20 * MS)
    records += single.release(now_ns + 20 * MS)
    arrays += batched.flush()
    records += single.flush()
    assert state_of(batched.stream) == state_of(single.stream)
    counts = ("malformed", "untimed", "unexplained", "last_unexplained")
    assert [getattr(batched, name) for name in counts] == [getattr(single, name) for name in counts]
    together = np.concatenate([gaze_array([]), *arrays])
    expected = gaze_array(records)
    for column in GAZE_DTYPE.names or ():
        np.testing.assert_array_equal(together[column], expected[column])
