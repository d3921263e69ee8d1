from pathlib import Path

import pytest

from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import (
    KEEPALIVE,
    EyeEventReceiver,
    ReceivedEyeEvent,
    UnknownEyeEvent,
    parse_eye_event,
)
from gazewire.wire.rtcp import SenderReport
from gazewire.wire.rtp import RtpPacket

VECTORS = Path(__file__).parents[3] / "vectors" / "eye_events"
FIXATION, BLINK = (load_vector(VECTORS / f"{name}.hex") for name in ("fixation", "blink"))
REPORT = SenderReport(7, 3_953_283_628, 0, 0, 0, 0).serialize()
REPORTED_UNIX_NS = 1_744_294_828_000_000_000


def datagram(sequence: int, payload: bytes) -> bytes:
    return RtpPacket(101, False, sequence & 0xFFFF, 9 * sequence, 7, payload).serialize()


@pytest.fixture
def receiver() -> EyeEventReceiver:
    return EyeEventReceiver(payload_type=101, clock_hz=90_000)


def test_events_come_with_the_instant_of_their_packet(receiver):
    receiver.stream.receive_rtcp(REPORT, 0)
    assert receiver.receive([datagram(0, FIXATION), datagram(1, BLINK)], 0) == [
        ReceivedEyeEvent(parse_eye_event(FIXATION), REPORTED_UNIX_NS),
        ReceivedEyeEvent(parse_eye_event(BLINK), REPORTED_UNIX_NS + 100_000),
    ]


def test_before_the_first_report_events_come_without_it(receiver):
    (received,) = receiver.receive([datagram(0, BLINK)], 0)
    assert received == ReceivedEyeEvent(parse_eye_event(BLINK), None)


def test_keepalives_are_counted_and_not_given_out(receiver):
    arrived = [datagram(0, KEEPALIVE), datagram(1, KEEPALIVE + b"more"), datagram(2, BLINK)]
    (received,) = receiver.receive(arrived, 0)
    assert received.event == parse_eye_event(BLINK)
    assert receiver.keepalives == 2


def test_unknown_types_are_given_out_as_they_came(receiver):
    payload = (1000).to_bytes(4) + b"something new"
    (received,) = receiver.receive([datagram(0, payload)], 0)
    assert received.event == UnknownEyeEvent(1000, payload)
    assert (receiver.unknown, receiver.last_unknown) == (1, UnknownEyeEvent(1000, payload))


def test_what_cannot_be_read_is_counted_and_the_stream_goes_on(receiver):
    arrived = [datagram(0, b""), datagram(1, FIXATION[:59]), datagram(2, BLINK)]
    assert len(receiver.receive(arrived, 0)) == 1
    assert receiver.malformed == 2


def test_events_come_out_in_order(receiver):
    arrived = [datagram(0, BLINK), datagram(2, BLINK), datagram(1, FIXATION)]
    events = [received.event for received in receiver.receive(arrived, 0)]
    assert events == [parse_eye_event(payload) for payload in (BLINK, FIXATION, BLINK)]
