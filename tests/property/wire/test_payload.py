"""Gaze, IMU, eye events and sound under arbitrary bytes and arbitrary values."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.model import (
    Blink,
    Eyelid,
    EyeState,
    Fixation,
    GazeDatum,
    ImuDatum,
    Onset,
    Saccade,
)
from gazewire.wire.payload import (
    AacDepacketizer,
    AacPacketizer,
    AudioConfig,
    GazeFormat,
    format_for,
    parse_eye_event,
    parse_gaze,
    parse_imu,
    serialize_eye_event,
    serialize_gaze,
    serialize_imu,
)
from gazewire.wire.rtp import RtpPacket

F32 = st.floats(width=32, allow_nan=False)
PAIR = st.tuples(F32, F32)
TRIPLE = st.tuples(F32, F32, F32)
I64 = st.integers(-(1 << 63), (1 << 63) - 1)

eye_states = st.builds(
    EyeState, pupil_diameter_mm=F32, eyeball_center_mm=TRIPLE, optical_axis=TRIPLE
)
eyelids = st.builds(Eyelid, angle_top_rad=F32, angle_bottom_rad=F32, aperture_mm=F32)
rich_gaze = st.builds(
    GazeDatum,
    timestamp_unix_ns=st.just(7),
    x_px=F32,
    y_px=F32,
    worn=st.booleans(),
    left_px=PAIR,
    right_px=PAIR,
    eye_state_left=eye_states,
    eye_state_right=eye_states,
    eyelid_left=eyelids,
    eyelid_right=eyelids,
)
imu = st.builds(
    ImuDatum,
    timestamp_unix_ns=st.integers(0, (1 << 64) - 1),
    accel_g=TRIPLE,
    gyro_deg_s=TRIPLE,
    quaternion_wxyz=st.tuples(F32, F32, F32, F32),
)
movement = {
    "start_unix_ns": I64,
    "end_unix_ns": I64,
    "start_gaze_px": PAIR,
    "end_gaze_px": PAIR,
    "mean_gaze_px": PAIR,
    "amplitude_px": F32,
    "amplitude_deg": F32,
    "mean_velocity_px_s": F32,
    "max_velocity_px_s": F32,
}
eye_events = st.one_of(
    st.builds(Fixation, **movement),
    st.builds(Saccade, **movement),
    st.builds(Onset, kind=st.sampled_from(["fixation", "saccade"]), start_unix_ns=I64),
    st.builds(Blink, start_unix_ns=I64, end_unix_ns=I64),
)


@settings(deadline=None)
@given(rich_gaze, st.sampled_from(GazeFormat))
def test_gaze_comes_back_as_far_as_its_format_goes(datum, format):
    payload = serialize_gaze(datum, format)
    parsed = parse_gaze(payload, 7)
    assert (parsed.format, parsed.tail) == (format, b"")
    assert format_for(parsed.datum) == format
    assert serialize_gaze(parsed.datum, format) == payload
    for name in GazeDatum.__struct_fields__:
        value = getattr(parsed.datum, name)
        # What a format does not hold is None, or NaN where a number is required.
        if value is not None and value == value:
            assert value == getattr(datum, name)


@settings(deadline=None)
@given(st.binary(max_size=160))
def test_any_gaze_of_nine_bytes_or_more_is_read(payload):
    try:
        parsed = parse_gaze(payload, 7)
    except RemoteProtocolError:
        assert len(payload) < 9
    else:
        assert parsed.format + len(parsed.tail) == len(payload)


@settings(deadline=None)
@given(imu)
def test_imu_comes_back(datum):
    payload = serialize_imu(datum)
    # Compared as written, which tells -0.0 from 0.0.
    assert serialize_imu(parse_imu(payload)) == payload
    assert parse_imu(payload) == datum


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_imu_garbage_is_read_or_is_the_peers_fault(payload):
    with contextlib.suppress(RemoteProtocolError):
        parse_imu(payload)


@settings(deadline=None)
@given(imu, st.data())
def test_damaged_imu_is_read_or_is_the_peers_fault(datum, data):
    payload = bytearray(serialize_imu(datum) + b"\x08\x00")
    payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(RemoteProtocolError):
        parse_imu(bytes(payload))


@settings(deadline=None)
@given(eye_events)
def test_eye_events_come_back(event):
    assert parse_eye_event(serialize_eye_event(event)) == event


@settings(deadline=None)
@given(st.integers(-2, 8), st.binary(max_size=70))
def test_eye_event_garbage_is_read_or_is_the_peers_fault(type_, rest):
    with contextlib.suppress(RemoteProtocolError):
        parse_eye_event(type_.to_bytes(4, signed=True) + rest)


@settings(deadline=None)
@given(st.integers(5, 400), st.binary(min_size=1, max_size=3000))
def test_sound_comes_back_whatever_the_packet_size(max_payload_bytes, unit):
    payloads = AacPacketizer(max_payload_bytes).packetize([unit])
    assert all(len(payload) <= max_payload_bytes for payload in payloads)
    depacketizer = AacDepacketizer()
    units = [
        each.data
        for n, payload in enumerate(payloads)
        for each in depacketizer.push(
            RtpPacket(97, n == len(payloads) - 1, n & 0xFFFF, 5, 1, payload)
        )
    ]
    assert units == [unit]
    assert (depacketizer.dropped, depacketizer.malformed) == (0, 0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=40), st.booleans(), st.integers(0, 3)), max_size=30))
def test_sound_garbage_is_counted_and_never_raises(packets):
    depacketizer = AacDepacketizer()
    for n, (payload, marker, timestamp) in enumerate(packets):
        depacketizer.push(RtpPacket(97, marker, n, timestamp, 1, payload))


@settings(deadline=None)
@given(st.binary(max_size=8))
def test_sound_configuration_garbage_is_read_or_is_the_peers_fault(data):
    with contextlib.suppress(RemoteProtocolError):
        config = AudioConfig.parse(data)
        if config.object_type != 31:
            assert AudioConfig.parse(config.serialize()) == config
