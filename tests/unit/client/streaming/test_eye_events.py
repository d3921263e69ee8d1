from __future__ import annotations

import pickle

import pytest

from gazewire.client.streaming.base import RTSPData
from gazewire.client.streaming.eye_events import (
    BlinkEventData,
    EyeEventDataType,
    FixationEventData,
    FixationOnsetEventData,
    eye_event_data,
)
from gazewire.errors import RemoteProtocolError
from gazewire.model import Blink, Fixation, Onset, Saccade
from gazewire.wire.payload import KEEPALIVE, parse_eye_event, serialize_eye_event

RTP_S = 1744626538.5

# The vectors of the protocol's description, and what the official client reads in them.
VECTORS: list[tuple[str, EyeEventDataType]] = [
    (
        "0000000118362812fe6362221836281318a2e95a44598147439b88004436b10e43843e574451db98438c4144"
        "4312d6024112f5644388691a44b0e804",
        FixationEventData(
            *(1, 1744625967695094306, 1744625968135465306),
            *(870.0199584960938, 311.0625, 730.7664794921875, 264.4870300292969),
            *(839.43115234375, 280.5098876953125, 146.83596801757812, 9.18490982055664),
            *(272.82110595703125, 1415.25048828125, RTP_S),
        ),
    ),
    (
        "00000000183628035968773a183628035cfbfa5244400e8b442b6c934433070343f6c421443af1fe4415711a"
        "43471b39414b7679454f650345e8a51e",
        FixationEventData(
            *(0, 1744625900502677306, 1744625900562676306),
            *(768.2272338867188, 685.6964721679688, 716.1095581054688, 493.5322570800781),
            *(747.7811279296875, 597.7672119140625, 199.10633850097656, 12.716423988342285),
            *(3318.313232421875, 7444.6396484375, RTP_S),
        ),
    ),
    ("000000031836284641f62a0a", FixationOnsetEventData(3, 1744626187872119306, RTP_S)),
    ("000000021836284641f62a0a", FixationOnsetEventData(2, 1744626187872119306, RTP_S)),
    (
        "00000004" + "1836284641f62a0a" + "1836284641f62a0b",
        BlinkEventData(4, 1744626187872119306, 1744626187872119307, RTP_S),
    ),
]
each_event = pytest.mark.parametrize(("payload", "expected"), VECTORS)


@each_event
def test_a_payload_is_read_as_the_official_client_reads_it(
    payload: str, expected: EyeEventDataType
) -> None:
    read = type(expected).from_raw(RTSPData(bytes.fromhex(payload), RTP_S))
    assert type(read) is type(expected)
    assert read == expected


@each_event
def test_an_event_becomes_its_type(payload: str, expected: EyeEventDataType) -> None:
    event = parse_eye_event(bytes.fromhex(payload))
    assert isinstance(event, Fixation | Saccade | Onset | Blink)
    made = eye_event_data(event, RTP_S)
    assert type(made) is type(expected)
    assert made == expected
    assert made.timestamp_unix_ns == event.timestamp_unix_ns


@each_event
def test_the_instant_is_the_events_own_and_not_that_of_its_packet(
    payload: str, expected: EyeEventDataType
) -> None:
    known_at = expected.start_time_ns
    if not isinstance(expected, FixationOnsetEventData):
        known_at = expected.end_time_ns
    assert expected.timestamp_unix_ns == known_at
    assert expected.datetime.timestamp() == pytest.approx(known_at / 1e9, abs=1e-6)
    assert expected.rtp_ts_unix_seconds == RTP_S


@each_event
def test_an_event_is_pickled(payload: str, expected: EyeEventDataType) -> None:
    assert pickle.loads(pickle.dumps(expected)) == expected


@pytest.mark.parametrize("kind", [FixationEventData, FixationOnsetEventData, BlinkEventData])
@pytest.mark.parametrize("payload", [KEEPALIVE, b"\0\0\0\x2a"])
def test_a_type_refuses_what_is_not_of_it(kind: type[EyeEventDataType], payload: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match=f"not a {kind.__name__}"):
        kind.from_raw(RTSPData(payload, RTP_S))


def test_a_payload_that_is_cut_off_is_refused() -> None:
    blink = serialize_eye_event(Blink(start_unix_ns=1, end_unix_ns=2))
    with pytest.raises(RemoteProtocolError, match="cut off"):
        BlinkEventData.from_raw(RTSPData(blink[:-1], RTP_S))
