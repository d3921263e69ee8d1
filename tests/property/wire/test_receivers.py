"""Receivers read plain packets by a way of their own; what comes out must not show which way."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.payload import GazeFormat, GazeReceiver, parse_gaze
from gazewire.wire.payload.h264 import Depacketizer, VideoReceiver
from gazewire.wire.rtcp import SenderReport, StreamReceiver
from gazewire.wire.rtp import HeaderExtension, RtpPacket

MS = 1_000_000
REPORT = SenderReport(1, 3_953_283_628, 0, 1000, 0, 0).serialize()

# Numbers close together, with gaps, repetitions, re-ordering, a wrap, and some from far away.
sequences = st.one_of(
    st.integers(0, 12).map(lambda n: (65_530 + n) & 0xFFFF), st.sampled_from([40_000, 40_001])
)
gaze_payloads = st.sampled_from([*(int(format) for format in GazeFormat), 0, 5, 12, 30]).flatmap(
    lambda size: st.binary(min_size=size, max_size=size)
)
# A lone unit, the parts of a fragmented one, an aggregate, and anything.
video_payloads = st.one_of(
    st.sampled_from(
        [
            b"\x65\x80\x01",
            b"\x41\x80\x01",
            b"\x67\x01",
            b"\x7c\x85\x80",
            b"\x7c\x05\x02",
            b"\x7c\x45\x03",
            b"\x78\x00\x02\x68\x01",
        ]
    ),
    st.binary(max_size=6),
)


def datagrams_of(payloads: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes]]:
    packet = st.builds(
        RtpPacket,
        payload_type=st.sampled_from([99, 99, 99, 96]),
        marker=st.booleans(),
        sequence=sequences,
        timestamp=st.integers(0, 3).map(lambda n: 900 * n),
        ssrc=st.sampled_from([1, 1, 1, 2]),
        payload=payloads,
        csrcs=st.sampled_from([(), (), (5,)]),
        extension=st.sampled_from([None, None, HeaderExtension(1, b"abcd")]),
    ).map(RtpPacket.serialize)
    in_turn = st.lists(payloads, max_size=20).map(
        lambda run: [
            RtpPacket(99, n % 3 == 2, (65_530 + n) & 0xFFFF, n // 3 * 900, 1, payload).serialize()
            for n, payload in enumerate(run)
        ]
    )
    odd = st.lists(packet | st.binary(max_size=24), max_size=20)
    return st.builds(lambda run, rest: run + rest, in_turn, odd)


def state_of(stream: StreamReceiver) -> list[object]:
    window = stream.window
    return [
        stream.ssrc,
        stream.malformed,
        stream.foreign,
        stream.statistics.report(5, 0),
        *(window.lost, window.late, window.duplicates, window.strays, window.restarts),
        window.next_release_ns,
    ]


@settings(deadline=None)
@given(datagrams_of(gaze_payloads), st.integers(1, 7), st.booleans())
def test_gaze_is_the_same_as_by_way_of_packets(datagrams, batch_size, has_report):
    receiver = GazeReceiver(payload_type=99, clock_hz=90_000)
    reference = StreamReceiver(payload_type=99, clock_hz=90_000)
    if has_report:
        receiver.stream.receive_rtcp(REPORT, 0)
        reference.receive_rtcp(REPORT, 0)
    gaze, packets = [], []
    for start in range(0, len(datagrams), batch_size):
        batch, now_ns = datagrams[start : start + batch_size], start * 10 * MS
        gaze += receiver.receive(batch, now_ns)
        for data in batch:
            packets += reference.receive(data, now_ns)
    gaze += receiver.flush()
    packets += reference.flush()
    expected, malformed, untimed = [], 0, 0
    for packet in packets:
        timestamp_unix_ns = reference.unix_ns(packet.ssrc, packet.timestamp)
        if timestamp_unix_ns is None:
            untimed += 1
            continue
        try:
            expected.append(parse_gaze(packet.payload, timestamp_unix_ns).datum)
        except RemoteProtocolError:
            malformed += 1
    # As text, because a random float may be NaN.
    assert repr(gaze) == repr(expected)
    assert receiver.malformed == malformed
    assert receiver.untimed == untimed
    assert has_report or untimed == len(packets)
    assert state_of(receiver.stream) == state_of(reference)


@settings(deadline=None)
@given(datagrams_of(video_payloads), st.integers(1, 7))
def test_video_is_the_same_as_by_way_of_packets(datagrams, batch_size):
    receiver = VideoReceiver(payload_type=99, clock_hz=90_000)
    reference = StreamReceiver(payload_type=99, clock_hz=90_000)
    receiver.stream.receive_rtcp(REPORT, 0)
    reference.receive_rtcp(REPORT, 0)
    depacketizer = Depacketizer()
    units, pictures, untimed = [], [], 0

    def put_together(packets: list[RtpPacket]) -> None:
        nonlocal untimed
        for packet in packets:
            for picture in depacketizer.push(packet):
                timestamp_unix_ns = reference.unix_ns(packet.ssrc, picture.rtp_timestamp)
                if timestamp_unix_ns is None:
                    untimed += 1
                else:
                    pictures.append((timestamp_unix_ns, picture.nal_units, picture.is_keyframe))

    for start in range(0, len(datagrams), batch_size):
        batch, now_ns = datagrams[start : start + batch_size], start * 10 * MS
        units += receiver.receive(batch, now_ns)
        for data in batch:
            put_together(reference.receive(data, now_ns))
    units += receiver.flush()
    put_together(reference.flush())
    assert [
        (unit.timestamp_unix_ns, unit.nal_units, unit.is_keyframe) for unit in units
    ] == pictures
    assert receiver.untimed == untimed
    for name in ("waiting_for_keyframe", "lost_packets", "dropped_pictures", "malformed_packets"):
        assert getattr(receiver.depacketizer, name) == getattr(depacketizer, name)
    assert state_of(receiver.stream) == state_of(reference)
