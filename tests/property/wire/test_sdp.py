from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.sdp import (
    AacParameters,
    Attribute,
    FormatOptions,
    H264Parameters,
    MediaDescription,
    OtherLine,
    RtpMap,
    SessionDescription,
    parse_sdp,
    serialize_sdp,
)

TEXT = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)
TOKEN = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=10)
ATTRIBUTES = st.lists(
    st.builds(Attribute, TEXT.map(lambda name: name.replace(":", "")), st.none() | TEXT), max_size=4
).map(tuple)
RTPMAPS = st.builds(
    RtpMap, st.integers(0, 127), TOKEN, st.integers(1, 10**9 - 1), st.none() | st.integers(0, 999)
)


def others(letters: str) -> st.SearchStrategy[tuple[OtherLine, ...]]:
    # Lines come back in the order of their letters.
    lines = st.lists(st.builds(OtherLine, st.sampled_from(letters), TEXT), max_size=4)
    return lines.map(lambda found: tuple(sorted(found, key=lambda line: letters.index(line.type))))


MEDIA = st.builds(
    MediaDescription,
    kind=TOKEN,
    port=st.integers(0, 65535),
    port_count=st.none() | st.integers(0, 99999),
    protocol=TOKEN,
    formats=st.lists(TOKEN, max_size=3).map(tuple),
    title=st.none() | TEXT,
    connection=st.none() | TEXT,
    attributes=ATTRIBUTES,
    others=others("bk"),
)
DESCRIPTIONS = st.builds(
    SessionDescription,
    origin=TEXT,
    name=TEXT,
    information=st.none() | TEXT,
    connection=st.none() | TEXT,
    times=st.lists(TEXT, min_size=1, max_size=3).map(tuple),
    attributes=ATTRIBUTES,
    others=others("uepbrzkx"),
    media=st.lists(MEDIA, max_size=3).map(tuple),
)
NAL = st.binary(min_size=1, max_size=20)


@given(DESCRIPTIONS)
def test_a_description_comes_back(description: SessionDescription) -> None:
    assert parse_sdp(serialize_sdp(description)) == description


@given(DESCRIPTIONS)
def test_line_ends_do_not_matter(description: SessionDescription) -> None:
    data = serialize_sdp(description).replace(b"\r\n", b"\n")
    assert parse_sdp(data) == description


@given(
    st.binary(max_size=100) | st.binary(max_size=100).map(b"v=0\nm=video 0 RTP/AVP 96\n".__add__)
)
def test_garbage_is_a_description_or_a_fault_of_the_peer(data: bytes) -> None:
    try:
        description = parse_sdp(data)
    except RemoteProtocolError:
        return
    assert parse_sdp(serialize_sdp(description)).media == description.media
    for media in description.media:
        assert media.rtpmap is None or media.rtpmap.clock_rate_hz > 0


@given(RTPMAPS)
def test_an_rtpmap_comes_back(rtpmap: RtpMap) -> None:
    assert RtpMap.parse(rtpmap.serialize()) == rtpmap
    assert MediaDescription.for_rtp("video", rtpmap).rtpmap == rtpmap


@given(st.lists(st.tuples(TOKEN, st.none() | TOKEN | st.just("")), max_size=5).map(tuple))
def test_format_options_come_back(options: tuple[tuple[str, str | None], ...]) -> None:
    assert FormatOptions.parse(FormatOptions(options).serialize()).options == options


@given(NAL, NAL, st.integers(0, 2))
def test_h264_parameters_come_back(sps: bytes, pps: bytes, mode: int) -> None:
    parameters = H264Parameters("42c00a", (sps, pps), mode)
    assert H264Parameters.parse(parameters.serialize()) == parameters


@given(st.binary(min_size=1, max_size=6), st.lists(st.integers(0, 99999), min_size=4, max_size=4))
def test_aac_parameters_come_back(config: bytes, numbers: list[int]) -> None:
    parameters = AacParameters(config, *numbers)
    assert AacParameters.parse(parameters.serialize()) == parameters


@given(st.text(max_size=60))
def test_any_text_is_parameters_or_a_fault_of_the_peer(text: str) -> None:
    for parse in (H264Parameters.parse, AacParameters.parse, RtpMap.parse, FormatOptions.parse):
        try:
            parse(text)
        except RemoteProtocolError:
            continue
