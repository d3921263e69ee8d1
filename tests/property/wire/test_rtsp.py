from __future__ import annotations

import string
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp import (
    ClientConnection,
    ConnectionFaulted,
    Headers,
    InterleavedFrame,
    MessageReader,
    Public,
    Range,
    Request,
    Response,
    RtpInfo,
    RtspLimits,
    RtspUrl,
    ServerConnection,
    ServerEvent,
    Session,
    Transport,
)
from gazewire.wire.rtsp.headers import NOW

TOKEN = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=12)
# What a header value may hold, trimmed as reading trims it.
TEXT = st.text(
    st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30
).map(lambda text: text.strip(" \t"))
URL_TEXT = st.text(string.ascii_letters + string.digits + ":/?&=.*", min_size=1, max_size=40)
RESERVED = {"content-length"}


@st.composite
def messages(draw: st.DrawFn) -> Request | Response:
    body = draw(st.binary(max_size=50))
    fields = draw(
        st.lists(
            st.tuples(TOKEN.filter(lambda name: name.lower() not in RESERVED), TEXT), max_size=5
        )
    )
    if body:
        fields.insert(draw(st.integers(0, len(fields))), ("Content-Length", str(len(body))))
    headers = Headers(fields)
    if draw(st.booleans()):
        return Response(draw(st.integers(100, 999)), draw(TEXT) or "OK", headers, body)
    return Request(draw(TOKEN), draw(URL_TEXT), headers, body)


FRAMES = st.builds(InterleavedFrame, st.integers(0, 255), st.binary(max_size=100))
ELEMENTS = st.lists(messages() | FRAMES, max_size=6)
NOT_ZERO_PORT = st.integers(1, 65535)
PORTS = st.tuples(NOT_ZERO_PORT, NOT_ZERO_PORT)
CHANNEL = st.integers(0, 255)
# Values in quotes cannot hold quotes.
WORD = (
    st.text(string.ascii_letters + string.digits + ".:;,= /-", min_size=1, max_size=15)
    .map(str.strip)
    .filter(bool)
)
NAMED = {
    "unicast",
    "multicast",
    "client_port",
    "server_port",
    "interleaved",
    "ssrc",
    "destination",
    "source",
    "mode",
}
TRANSPORTS = st.builds(
    Transport,
    protocol=st.sampled_from(["RTP/AVP", "RTP/AVP/UDP", "RTP/AVP/TCP", "RAW/RAW/UDP"]),
    is_multicast=st.booleans(),
    destination=st.none() | WORD,
    source=st.none() | WORD,
    interleaved=st.none() | st.tuples(CHANNEL, CHANNEL),
    client_port=st.none() | PORTS,
    server_port=st.none() | PORTS,
    ssrc=st.none() | st.integers(0, 2**32 - 1),
    mode=st.none() | WORD,
    others=st.lists(
        st.tuples(TOKEN.filter(lambda name: name.lower() not in NAMED), st.none() | WORD),
        max_size=3,
    ).map(tuple),
)
LIMITS = RtspLimits(
    start_line_bytes=60,
    header_bytes=100,
    header_count=4,
    body_bytes=30,
    pending_requests=3,
    foreign_bytes=80,
)
# Garbage that looks like RTSP often enough to get somewhere.
LIKELY = st.lists(
    st.sampled_from(
        [
            b"\r\n",
            b"\n",
            b"\r",
            b"$",
            b"$\x00\x00\x02\x80\x00",
            b"$\x01\x00\x01a",
            b"\x80",
            b"R",
            b"RTSP/1.0 200 OK\r\n",
            b"RTSP/",
            b"CSeq: 1\r\n",
            b"Content-Length: 3\r\n",
            b"X: \xff\r\n",
            b"OPTIONS rtsp://a/ RTSP/1.0\r\n",
            b"DESCRIBE rtsp://a/ RTSP/1.0\r\nCSeq: 2\r\n\r\n",
            b"SETUP rtsp://a/ RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP\r\n\r\n",
            b"PLAY rtsp://a/ RTSP/1.0\r\nCSeq: 4\r\n\r\n",
            b"TEARDOWN * RTSP/1.0\r\nCSeq: 5\r\n\r\n",
        ]
    )
    | st.binary(max_size=5),
    max_size=25,
).map(b"".join)
GARBAGE = st.binary(max_size=200) | LIKELY


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(edges)]


CUTS = st.lists(st.integers(0, 10_000), max_size=30)


def read(reader: MessageReader, pieces: list[bytes]) -> list[object]:
    found: list[object] = []
    for piece in pieces:
        reader.receive_data(piece)
        try:
            while (element := reader.next_element()) is not None:
                found.append(element)
        except RemoteProtocolError as error:
            return [*found, error.status, str(error)]
    return found


@given(ELEMENTS, CUTS, st.booleans())
def test_what_is_written_is_read_however_it_is_cut(
    sent: list[Request | Response | InterleavedFrame], cuts: list[int], resynchronise: bool
) -> None:
    if resynchronise:
        # A client's reader knows the methods a server may use.
        sent = [element for element in sent if not isinstance(element, Request)]
    data = b"".join(element.serialize() for element in sent)
    reader = MessageReader(resynchronise=resynchronise)
    assert read(reader, split(data, cuts)) == sent
    assert not reader.mid_element


@given(GARBAGE, CUTS, st.booleans())
def test_garbage_reads_the_same_however_it_is_cut(
    data: bytes, cuts: list[int], resynchronise: bool
) -> None:
    whole = MessageReader(LIMITS, resynchronise=resynchronise)
    cut = MessageReader(LIMITS, resynchronise=resynchronise)
    for reader in (whole, cut):
        reader.expect_channels({0, 1})
    assert read(cut, split(data, cuts)) == read(whole, [data])


@given(ELEMENTS.map(lambda elements: [e for e in elements if isinstance(e, InterleavedFrame)]))
def test_foreign_text_costs_no_frame_that_comes_whole(frames: list[InterleavedFrame]) -> None:
    ours = [InterleavedFrame(frame.channel % 2, b"\x80" + frame.payload) for frame in frames]
    reader = MessageReader(resynchronise=True)
    reader.expect_channels({0, 1})
    data = b"".join(b"what?\r\n" + frame.serialize() for frame in ours)
    found = read(reader, [data])
    assert [element for element in found if isinstance(element, InterleavedFrame)] == ours
    assert len(found) == 2 * len(ours)


def serve(pieces: list[bytes]) -> tuple[list[object], list[bytes]]:
    """Let a server take the pieces, and refuse or accept each question by its own CSeq."""
    connection = ServerConnection(session_id="abc", limits=LIMITS)
    seen: list[object] = []
    for piece in pieces:
        connection.receive_data(piece)
    connection.receive_eof()
    for event in connection.events():
        seen.append(_comparable(event))
        if not isinstance(event, ConnectionFaulted) and hasattr(event, "request"):
            connection.refuse(event, 404)
    return seen, connection.data_to_send()


def _comparable(event: ServerEvent) -> object:
    return str(event.error) if isinstance(event, ConnectionFaulted) else event


@given(GARBAGE, CUTS)
def test_a_server_does_the_same_however_its_input_is_cut(data: bytes, cuts: list[int]) -> None:
    assert serve(split(data, cuts)) == serve([data])


@given(GARBAGE)
def test_a_server_answers_only_what_can_be_read(data: bytes) -> None:
    _, messages_sent = serve([data])
    for message in messages_sent:
        (response,) = read(MessageReader(), [message])
        assert isinstance(response, Response)


@given(GARBAGE, CUTS)
def test_a_client_only_faults_on_garbage(data: bytes, cuts: list[int]) -> None:
    connection = ClientConnection(limits=LIMITS)
    connection.describe("rtsp://a/")
    connection.setup("rtsp://a/", Transport(protocol="RTP/AVP/TCP", interleaved=(0, 1)))
    for piece in split(data, cuts):
        connection.receive_data(piece)
    connection.receive_eof()
    faults = [event for event in connection.events() if isinstance(event, ConnectionFaulted)]
    assert len(faults) <= 1


@given(TRANSPORTS)
def test_a_transport_comes_back(transport: Transport) -> None:
    assert Transport.parse(transport.serialize()) == transport


@given(st.lists(TRANSPORTS, min_size=1, max_size=3).map(tuple))
def test_transports_come_back(transports: tuple[Transport, ...]) -> None:
    assert Transport.parse_all(Transport.serialize_all(transports)) == transports


@given(st.builds(Session, TOKEN, st.none() | st.integers(0, 10**9 - 1)))
def test_a_session_comes_back(session: Session) -> None:
    assert Session.parse(session.serialize()) == session


@given(
    st.lists(
        st.builds(
            RtpInfo,
            URL_TEXT,
            st.none() | st.integers(0, 65535),
            st.none() | st.integers(0, 2**32 - 1),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple)
)
def test_rtp_info_comes_back(tracks: tuple[RtpInfo, ...]) -> None:
    assert RtpInfo.parse_all(RtpInfo.serialize_all(tracks)) == tracks


INSTANT = st.integers(0, 10**18)


@given(
    st.builds(Range, st.just(NOW) | INSTANT, st.none() | INSTANT)
    | st.builds(Range, st.none(), INSTANT)
)
def test_a_range_comes_back(value: Range) -> None:
    assert Range.parse(value.serialize()) == value


@given(st.lists(TOKEN, max_size=6).map(tuple))
def test_a_public_list_comes_back(methods: tuple[str, ...]) -> None:
    assert Public.parse(Public(methods).serialize()).methods == methods


@given(st.text(max_size=60) | URL_TEXT.map("rtsp://{}".format))
def test_any_text_is_a_header_or_a_fault_of_the_peer(text: str) -> None:
    parsers = (
        Transport.parse_all,
        Session.parse,
        RtpInfo.parse_all,
        Range.parse,
        Public.parse,
        RtspUrl.parse,
    )
    for parse in parsers:
        try:
            parse(text)
        except RemoteProtocolError:
            continue
