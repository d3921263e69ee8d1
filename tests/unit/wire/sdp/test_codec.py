from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.sdp import (
    AacParameters,
    Attribute,
    H264Parameters,
    MediaDescription,
    OtherLine,
    RtpMap,
    SessionDescription,
    parse_sdp,
    serialize_sdp,
)

VECTORS = Path(__file__).parents[3] / "vectors" / "rtsp"

SPS = bytes.fromhex("6742c00dda0507e840000003004000000f23c50aa8")
PPS = bytes.fromhex("68ce0fc8")


def description_of(*media: MediaDescription) -> SessionDescription:
    return SessionDescription(
        origin="- 0 0 IN IP4 192.168.1.21",
        name="Unnamed",
        information="N/A",
        connection="IN IP4 192.168.1.33",
        attributes=(Attribute("recvonly"),),
        media=media,
    )


AUDIO = MediaDescription.for_rtp(
    "audio",
    RtpMap(97, "mpeg4-generic", 8000),
    fmtp=AacParameters(bytes.fromhex("1588")).serialize(),
    control="trackID=0",
)
VIDEO = MediaDescription.for_rtp(
    "video",
    RtpMap(96, "H264", 90_000),
    fmtp=H264Parameters.for_parameter_sets(SPS, PPS).serialize(),
    control="trackID=1",
)


def data_stream(payload_type: int, encoding: str) -> MediaDescription:
    return MediaDescription.for_rtp(
        "application",
        RtpMap(payload_type, f"com.pupillabs.{encoding}", 90_000),
        control="trackID=1",
    )


DEVICES = {
    "world_with_audio": description_of(AUDIO, VIDEO),
    "video_only": description_of(VIDEO),
    "gaze": description_of(data_stream(99, "gaze1")),
    "imu": description_of(data_stream(100, "imu1")),
    "eye_events": description_of(data_stream(101, "eye_events1")),
}


@pytest.mark.parametrize("name", DEVICES)
def test_the_text_of_a_device_is_written_to_the_byte(name: str) -> None:
    assert serialize_sdp(DEVICES[name]) == (VECTORS / f"{name}.sdp").read_bytes()


@pytest.mark.parametrize("name", DEVICES)
def test_the_text_of_a_device_is_read(name: str) -> None:
    assert parse_sdp((VECTORS / f"{name}.sdp").read_bytes()) == DEVICES[name]


@pytest.mark.parametrize("name", DEVICES)
def test_bare_line_feeds_are_understood(name: str) -> None:
    text = (VECTORS / f"{name}.sdp").read_bytes().replace(b"\r\n", b"\n")
    assert parse_sdp(text.rstrip(b"\n")) == DEVICES[name]


def test_what_is_missing_gets_what_the_rfc_advises() -> None:
    assert parse_sdp(b"v=0\r\n") == SessionDescription()
    assert serialize_sdp(SessionDescription()) == (
        b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    )


def test_unknown_lines_are_kept_each_in_its_section() -> None:
    description = parse_sdp(
        b"v=0\nx=1\nb=AS:5\nt=1 2\nt=3 4\nr=7d\na=one\nu=http://a\n"
        b"m=audio 9/2 RTP/AVP 0 8\nx=2\nt=0 0\nk=clear:y\ni=title\nc=IN IP4 1.2.3.4\na=two:2\n"
    )
    assert description.others == (
        OtherLine("x", "1"),
        OtherLine("b", "AS:5"),
        OtherLine("r", "7d"),
        OtherLine("u", "http://a"),
    )
    assert description.times == ("1 2", "3 4")
    (audio,) = description.media
    assert audio == MediaDescription(
        kind="audio",
        port=9,
        port_count=2,
        formats=("0", "8"),
        title="title",
        connection="IN IP4 1.2.3.4",
        attributes=(Attribute("two", "2"),),
        others=(OtherLine("x", "2"), OtherLine("k", "clear:y"), OtherLine("t", "0 0")),
    )
    assert serialize_sdp(description) == (
        b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nu=http://a\r\nb=AS:5\r\nt=1 2\r\nt=3 4\r\n"
        b"r=7d\r\na=one\r\nx=1\r\n"
        b"m=audio 9/2 RTP/AVP 0 8\r\ni=title\r\nc=IN IP4 1.2.3.4\r\nk=clear:y\r\na=two:2\r\n"
        b"x=2\r\nt=0 0\r\n"
    )


def test_repeated_attributes_are_kept() -> None:
    description = parse_sdp(b"v=0\r\na=x:1\r\na=x:2\r\na=x\r\na=:\r\n")
    assert description.attributes == (
        Attribute("x", "1"),
        Attribute("x", "2"),
        Attribute("x"),
        Attribute("", ""),
    )


def test_of_lines_that_come_twice_the_first_counts() -> None:
    assert parse_sdp(b"v=0\ns=one\ns=two\n").name == "one"


def test_text_that_is_no_line_says_nothing() -> None:
    assert parse_sdp(b"\n\xef\n\n=\nv=0\nnonsense\n12=3\ns=a\rb\n").name == "a b"


def test_text_that_is_not_utf8_stays_visible() -> None:
    assert parse_sdp(b"v=0\ns=\xff\n").name == "\\xff"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"v=1\r\n",
        b"s=first\r\nv=0\r\n",
        b"RTSP/1.0 200 OK\r\n\r\n",
        b"v=0\r\nm=\r\n",
        b"v=0\r\nm=video\r\n",
        b"v=0\r\nm=video x RTP/AVP 96\r\n",
        b"v=0\r\nm=video 65536 RTP/AVP 96\r\n",
        b"v=0\r\nm=video 0\r\n",
    ],
)
def test_what_is_no_description_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_sdp(data)


@pytest.mark.parametrize(
    "description",
    [
        SessionDescription(name="a\r\nb"),
        SessionDescription(attributes=(Attribute("a", "b\nc"),)),
        SessionDescription(media=(MediaDescription(kind="a\rb"),)),
        SessionDescription(name="\ud800"),
    ],
)
def test_what_would_break_a_line_is_not_written(description: SessionDescription) -> None:
    with pytest.raises(LocalProtocolError):
        serialize_sdp(description)
