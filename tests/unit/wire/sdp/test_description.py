from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.sdp import Attribute, MediaDescription, RtpMap, SessionDescription

# (as it comes, as we write it, the value)
RTPMAPS = [
    ("96 H264/90000", "96 H264/90000", RtpMap(96, "H264", 90_000)),
    ("97 mpeg4-generic/8000/1", "97 mpeg4-generic/8000/1", RtpMap(97, "mpeg4-generic", 8000, 1)),
    (
        "99  com.pupillabs.gaze1/90000 ",
        "99 com.pupillabs.gaze1/90000",
        RtpMap(99, "com.pupillabs.gaze1", 90_000),
    ),
]


@pytest.mark.parametrize(("text", "canonical", "value"), RTPMAPS)
def test_an_rtpmap_is_read(text: str, canonical: str, value: RtpMap) -> None:
    assert RtpMap.parse(text) == value
    assert RtpMap.parse(canonical) == value


@pytest.mark.parametrize(("text", "canonical", "value"), RTPMAPS)
def test_an_rtpmap_is_written(text: str, canonical: str, value: RtpMap) -> None:
    assert value.serialize() == canonical


@pytest.mark.parametrize(
    "text", ["", "96", "96 H264", "x H264/90000", "128 H264/90000", "96 H264/0", "96 H264/1/2/3"]
)
def test_another_text_is_no_rtpmap(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        RtpMap.parse(text)


def test_attributes_keep_order_and_repetition() -> None:
    attributes = (Attribute("x", "1"), Attribute("recvonly"), Attribute("x", "2"))
    for holder in (
        SessionDescription(attributes=attributes),
        MediaDescription(kind="video", attributes=attributes),
    ):
        assert holder.get("x") == "1"
        assert holder.get_all("x") == ["1", "2"]
        assert holder.get("recvonly") == ""
        assert holder.get("sendonly") is None
        assert holder.control is None


def test_a_stream_is_described_in_the_order_of_devices() -> None:
    media = MediaDescription.for_rtp(
        "video", RtpMap(96, "H264", 90_000), fmtp="packetization-mode=1;", control="trackID=1"
    )
    assert [attribute.name for attribute in media.attributes] == ["rtpmap", "fmtp", "control"]
    assert media.port == 0
    assert media.formats == ("96",)
    assert media.rtpmap == RtpMap(96, "H264", 90_000)
    assert media.fmtp == "packetization-mode=1;"
    assert media.control == "trackID=1"


def test_what_is_not_told_is_not_written() -> None:
    media = MediaDescription.for_rtp("application", RtpMap(99, "x", 90_000))
    assert [attribute.name for attribute in media.attributes] == ["rtpmap"]
    assert media.fmtp is None
    assert media.control is None


def test_maps_of_other_payload_types_are_not_ours() -> None:
    media = MediaDescription(
        kind="video",
        formats=("96", "98"),
        attributes=(
            Attribute("rtpmap", "98 VP8/90000"),
            Attribute("rtpmap", "broken"),
            Attribute("rtpmap", "96 H264/90000"),
            Attribute("fmtp", "98 a=1"),
            Attribute("fmtp", "96  b=2 "),
        ),
    )
    assert media.rtpmap == RtpMap(96, "H264", 90_000)
    assert media.fmtp == "b=2"


def test_a_stream_without_maps_has_none() -> None:
    media = MediaDescription(kind="video", attributes=(Attribute("rtpmap", "96 H264/90000"),))
    assert media.rtpmap is None
    assert media.fmtp is None
