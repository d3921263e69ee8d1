from __future__ import annotations

import pytest

from gazewire.client._engine.payloads import (
    AUDIO,
    EYE_EVENTS,
    GAZE,
    IMU,
    VIDEO,
    MissingStreamError,
    PayloadKind,
    raw_payloads,
)
from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtcp import SenderReporter
from gazewire.wire.rtp import RtpSender
from gazewire.wire.sdp import MediaDescription, RtpMap, SessionDescription

AT_NS = 1_744_294_828_000_000_000


def description(*media: MediaDescription) -> SessionDescription:
    return SessionDescription(origin="- 0 0 IN IP4 127.0.0.1", name="Unnamed", media=media)


SOUND = MediaDescription.for_rtp("audio", RtpMap(97, "mpeg4-generic", 8_000))
PICTURES = MediaDescription.for_rtp("video", RtpMap(96, "H264", 90_000))
DATA = MediaDescription.for_rtp("application", RtpMap(99, "com.pupillabs.gaze1", 90_000))


@pytest.mark.parametrize(
    ("kind", "media"),
    [(AUDIO, SOUND), (VIDEO, PICTURES), (GAZE, DATA), (IMU, DATA), (EYE_EVENTS, DATA)],
)
def test_each_kind_finds_its_section(kind: PayloadKind[object], media: MediaDescription) -> None:
    assert kind.choose(description(SOUND, PICTURES, DATA)) is media


def test_a_section_that_is_missing_is_told() -> None:
    with pytest.raises(MissingStreamError, match="no audio stream"):
        AUDIO.choose(description(PICTURES))


def test_a_section_that_does_not_say_how_it_is_coded_is_refused() -> None:
    bare = MediaDescription(kind="video", formats=("96",), attributes=())
    with pytest.raises(RemoteProtocolError, match="rtpmap"):
        VIDEO.choose(description(bare))


@pytest.mark.parametrize("kind", [AUDIO, VIDEO, GAZE, IMU, EYE_EVENTS])
def test_a_payload_that_cannot_be_is_counted_and_nothing_else(kind: PayloadKind[object]) -> None:
    media = MediaDescription.for_rtp(kind.media, RtpMap(99, "whatever", 90_000))
    receiver = kind.make_receiver(media)
    sender = RtpSender(payload_type=99, clock_hz=90_000, ssrc=1)
    receiver.stream.receive_rtcp(SenderReporter(sender, "test").report(AT_NS), 0)
    # Two, because of pictures the first thing that one sees may be the end of something.
    for instant_ns in (AT_NS, AT_NS + 1_000_000):
        packets = sender.packets([b"\x1c"], instant_ns, marker_on_last=True)
        assert receiver.receive(packets, 0) == []
    assert kind.count(receiver).malformed >= 1
    assert kind.count(receiver).undated == 0


@pytest.mark.parametrize("kind", [GAZE, raw_payloads("application")])
def test_what_cannot_be_dated_is_counted(kind: PayloadKind[object]) -> None:
    receiver = kind.make_receiver(DATA)
    sender = RtpSender(payload_type=99, clock_hz=90_000, ssrc=1)
    gaze = bytes.fromhex("444403fe44065cf5ff")
    assert receiver.receive(sender.packets([gaze], AT_NS, marker_on_last=False), 0) == []
    assert kind.count(receiver).undated == 1
