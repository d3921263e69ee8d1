from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp import (
    ForeignData,
    Headers,
    InterleavedFrame,
    MessageReader,
    Request,
    Response,
    RtspLimits,
)
from gazewire.wire.rtsp.reader import Element

VECTORS = Path(__file__).parents[3] / "vectors" / "rtsp"

LIMITS = RtspLimits(
    start_line_bytes=40, header_bytes=60, header_count=3, body_bytes=10, foreign_bytes=100
)
RTP = b"\x80\x63" + bytes(range(20))


def elements(reader: MessageReader, *pieces: bytes) -> list[Element]:
    found = []
    for piece in pieces:
        reader.receive_data(piece)
        while (element := reader.next_element()) is not None:
            found.append(element)
    return found


def one_by_one(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


def client_reader(limits: RtspLimits = LIMITS) -> MessageReader:
    reader = MessageReader(limits, resynchronise=True)
    reader.expect_channels({0, 1})
    return reader


# (case, bytes, the elements in them)
CASES: list[tuple[str, bytes, list[Element]]] = [
    ("nothing", b"", []),
    (
        "request",
        b"PLAY rtsp://a/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        [Request("PLAY", "rtsp://a/", Headers([("CSeq", "1")]))],
    ),
    ("request without headers", b"PLAY * RTSP/1.0\r\n\r\n", [Request("PLAY", "*")]),
    (
        "request with body",
        b"PLAY * RTSP/1.0\r\nContent-Length: 3\r\n\r\nabc",
        [Request("PLAY", "*", Headers([("Content-Length", "3")]), b"abc")],
    ),
    (
        "request of another version",
        b"PLAY * RTSP/2.0\r\n\r\n",
        [Request("PLAY", "*", version="2.0")],
    ),
    (
        "request with more spaces than it needs",
        b"PLAY  *   RTSP/1.0 \r\n\r\n",
        [Request("PLAY", "*")],
    ),
    (
        "response",
        b"RTSP/1.0 200 OK\r\nCseq: 2\r\n\r\n",
        [Response(200, "OK", Headers([("CSeq", "2")]))],
    ),
    ("response without words", b"RTSP/1.0 454\r\n\r\n", [Response(454, "")]),
    ("response with empty words", b"RTSP/1.0 454 \r\n\r\n", [Response(454, "")]),
    (
        "lines that end in LF",
        b"PLAY * RTSP/1.0\nCSeq: 1\n\n",
        [Request("PLAY", "*", Headers([("CSeq", "1")]))],
    ),
    ("empty lines first", b"\r\n\n\r\nPLAY * RTSP/1.0\r\n\r\n\r\n", [Request("PLAY", "*")]),
    (
        "form feed and other separators in a value",
        "PLAY * RTSP/1.0\r\nUser-Agent: a\x0cb\x0b\x85c\u2028d\r\n\r\n".encode(),
        [Request("PLAY", "*", Headers([("User-Agent", "a\x0cb\x0b\x85c\u2028d")]))],
    ),
    (
        "form feed at the end of a value",
        b"PLAY * RTSP/1.0\r\nUser-Agent: a\x0c\r\n\r\n",
        [Request("PLAY", "*", Headers([("User-Agent", "a\x0c")]))],
    ),
    (
        "white space around a value and before the colon",
        b"PLAY * RTSP/1.0\r\nCSeq\t :  \t1 \t\r\nX:\r\n\r\n",
        [Request("PLAY", "*", Headers([("CSeq", "1"), ("X", "")]))],
    ),
    (
        "a value that goes on in the next line",
        b"PLAY * RTSP/1.0\r\nX: a\r\n \t b\r\n c\r\nY:\r\n z\r\n\r\n",
        [Request("PLAY", "*", Headers([("X", "a b c"), ("Y", "z")]))],
    ),
    (
        "text that is not UTF-8",
        b"PLAY * RTSP/1.0\r\nX: \xff\r\n\r\n",
        [Request("PLAY", "*", Headers([("X", "\\xff")]))],
    ),
    (
        "the same Content-Length twice",
        b"PLAY * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        [Request("PLAY", "*", Headers([("Content-Length", "1"), ("Content-Length", "1")]), b"a")],
    ),
    ("frame", b"$\x05\x00\x03abc", [InterleavedFrame(5, b"abc")]),
    ("empty frame", b"$\x00\x00\x00", [InterleavedFrame(0, b"")]),
    (
        "frames between messages",
        b"$\x00\x00\x01\r"
        + b"PLAY * RTSP/1.0\r\n\r\n"
        + b"$\x01\x00\x02$$"
        + b"\r\n"
        + b"RTSP/1.0 200 OK\r\n\r\n",
        [
            InterleavedFrame(0, b"\r"),
            Request("PLAY", "*"),
            InterleavedFrame(1, b"$$"),
            Response(200, "OK"),
        ],
    ),
]
IDS = [case[0] for case in CASES]


@pytest.mark.parametrize(("case", "data", "expected"), CASES, ids=IDS)
@pytest.mark.parametrize("resynchronise", [False, True])
def test_elements_are_read(
    resynchronise: bool, case: str, data: bytes, expected: list[Element]
) -> None:
    reader = MessageReader(resynchronise=resynchronise)
    assert elements(reader, data) == expected
    assert not reader.mid_element


@pytest.mark.parametrize(("case", "data", "expected"), CASES, ids=IDS)
@pytest.mark.parametrize("resynchronise", [False, True])
def test_elements_are_read_from_single_bytes(
    resynchronise: bool, case: str, data: bytes, expected: list[Element]
) -> None:
    reader = MessageReader(resynchronise=resynchronise)
    assert elements(reader, *one_by_one(data)) == expected
    assert not reader.mid_element


@pytest.mark.parametrize("length", range(1, 9))
def test_a_segment_that_ends_in_the_version_does_not_make_a_request_of_a_response(
    length: int,
) -> None:
    data = b"RTSP/1.0 200 OK\r\n\r\n"
    reader = client_reader()
    assert elements(reader, data[:length], data[length:]) == [Response(200, "OK")]


@pytest.mark.parametrize(("name", "channel"), [("gaze", 0), ("sender_report", 1)])
def test_golden_frames_are_read(name: str, channel: int) -> None:
    data = (VECTORS / f"{name}.interleaved").read_bytes()
    assert elements(MessageReader(), data) == [InterleavedFrame(channel, data[4:])]


@pytest.mark.parametrize(
    "data",
    [
        b"P",
        b"PLAY * RTSP/1.0\r\n",
        b"PLAY * RTSP/1.0\r\nCSeq: 1\r\n",
        b"$",
        b"$\0\0\1",
        b"PLAY * RTSP/1.0\r\nContent-Length: 1\r\n\r\n",
    ],
)
def test_an_incomplete_element_is_waited_for(data: bytes) -> None:
    reader = MessageReader()
    assert elements(reader, data) == []
    assert reader.mid_element


# (case, bytes, status)
FAULTS = [
    ("garbage", b"\x80\x63\x00\n", 400),
    ("HTTP", b"GET / HTTP/1.1\r\n", 400),
    ("no version", b"PLAY *\r\n", 400),
    ("no URL", b"PLAY RTSP/1.0\r\n", 400),
    ("a space in the URL", b"PLAY a b RTSP/1.0\r\n", 400),
    ("response of no status", b"RTSP/1.0 OK\r\n", 400),
    ("response of a low status", b"RTSP/1.0 099 OK\r\n", 400),
    ("header without colon", b"PLAY * RTSP/1.0\r\nCSeq 1\r\n", 400),
    ("header without name", b"PLAY * RTSP/1.0\r\n: 1\r\n", 400),
    ("space in a header name", b"PLAY * RTSP/1.0\r\nC Seq: 1\r\n", 400),
    ("frame among the headers", b"PLAY * RTSP/1.0\r\n$\x00\x00\x01", 400),
    ("folded line first", b"PLAY * RTSP/1.0\r\n CSeq: 1\r\n", 400),
    ("carriage return in a line", b"PLAY * RTSP/1.0\r\nCSeq: 1\rX: 2\r\n", 400),
    ("length no number", b"PLAY * RTSP/1.0\r\nContent-Length: x\r\n\r\n", 400),
    ("length negative", b"PLAY * RTSP/1.0\r\nContent-Length: -1\r\n\r\n", 400),
    (
        "two lengths",
        b"PLAY * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        400,
    ),
    ("body too large", b"PLAY * RTSP/1.0\r\nContent-Length: 11\r\n\r\n", 413),
    ("body far too large", b"PLAY * RTSP/1.0\r\nContent-Length: %b\r\n\r\n" % (b"9" * 18), 413),
    ("start line too long", b"PLAY rtsp://a/%b RTSP/1.0\r\n" % (b"x" * 40), 414),
    ("start line without end", b"x" * 40, 414),
    ("too many headers", b"PLAY * RTSP/1.0\r\n" + b"A: 1\r\n" * 4, 413),
    ("headers too long", b"PLAY * RTSP/1.0\r\n" + b"A: %b\r\n" % (b"x" * 30) * 2, 413),
    ("header without end", b"PLAY * RTSP/1.0\r\nA: " + b"x" * 60, 413),
]


@pytest.mark.parametrize(("case", "data", "status"), FAULTS, ids=[case[0] for case in FAULTS])
def test_a_strict_reader_blames_the_peer(case: str, data: bytes, status: int) -> None:
    for pieces in ([data], one_by_one(data)):
        with pytest.raises(RemoteProtocolError) as caught:
            elements(MessageReader(LIMITS), *pieces)
        assert caught.value.status == status


def test_headers_of_exactly_the_cap_are_allowed() -> None:
    value = b"x" * (60 - len("A: \r\n") - len("\r\n"))
    (request,) = elements(MessageReader(LIMITS), b"PLAY * RTSP/1.0\r\nA: %b\r\n\r\n" % value)
    assert isinstance(request, Request)
    with pytest.raises(RemoteProtocolError):
        elements(MessageReader(LIMITS), b"PLAY * RTSP/1.0\r\nA: %bx\r\n\r\n" % value)


FRAME = b"$\x00\x00\x16" + RTP
RESPONSE = b"RTSP/1.0 200 OK\r\n\r\n"
READ_FRAME = InterleavedFrame(0, RTP)
READ_RESPONSE = Response(200, "OK")

# (case, bytes with %b for what is foreign, foreign bytes, elements around it)
FOREIGN = [
    ("text before a frame", b"oops\r\n", FRAME, READ_FRAME),
    ("text before a response", b"oops\r\n", RESPONSE, READ_RESPONSE),
    ("the rest of a frame", RTP[8:], FRAME, READ_FRAME),
    ("half a response", b"RTSP/1.0 400 Bad Request\r\nServer: x\r\n", FRAME, READ_FRAME),
    ("a broken status line", b"RTSP/1.0 what\r\n", FRAME, READ_FRAME),
    ("a response of a header that is none", b"RTSP/1.0 400 Bad\r\nno\r\n", FRAME, READ_FRAME),
    ("a method that no server uses", b"HELLO * RTSP/1.0\r\n\r\n", FRAME, READ_FRAME),
    ("the beginning of a method", b"OPT\x00", FRAME, READ_FRAME),
    ("a dollar on a channel that is not ours", b".$\x07\x00\x01\x80", FRAME, READ_FRAME),
    ("a dollar before what is not RTP", b".$\x00\x00\x01\x00", FRAME, READ_FRAME),
    ("dollars in a row", b".$$$$$$", FRAME, READ_FRAME),
    ("the beginning of the version", b".RTS.RTSP.R", RESPONSE, READ_RESPONSE),
]


@pytest.mark.parametrize(
    ("case", "foreign", "data", "expected"), FOREIGN, ids=[case[0] for case in FOREIGN]
)
def test_a_clients_reader_finds_its_step_again(
    case: str, foreign: bytes, data: bytes, expected: Element
) -> None:
    stream = FRAME + foreign + data + RESPONSE
    for pieces in ([stream], one_by_one(stream)):
        found = elements(client_reader(), *pieces)
        assert found[0] == READ_FRAME
        lost = found[1]
        assert isinstance(lost, ForeignData)
        assert lost.count_bytes == len(foreign)
        assert lost.preview == foreign[:64]
        assert found[2:] == [expected, READ_RESPONSE]


def test_a_body_announced_too_large_makes_its_head_foreign() -> None:
    head = b"RTSP/1.0 200 OK\r\nContent-Length: 11\r\n\r\n"
    for pieces in ([head + FRAME], one_by_one(head + FRAME)):
        assert elements(client_reader(), *pieces) == [ForeignData(len(head), head), READ_FRAME]


def test_a_real_phones_complaint_between_frames_is_a_response() -> None:
    complaint = b"RTSP/1.0 400 Bad Request\r\nServer: x\r\nContent-Length: 0\r\n\r\n"
    found = elements(client_reader(), FRAME + complaint + FRAME)
    headers = Headers([("Server", "x"), ("Content-Length", "0")])
    assert found == [READ_FRAME, Response(400, "Bad Request", headers), READ_FRAME]


def test_a_servers_request_is_no_foreign_data() -> None:
    found = elements(client_reader(), FRAME + b"OPTIONS * RTSP/1.0\r\n\r\n" + FRAME)
    assert found == [READ_FRAME, Request("OPTIONS", "*"), READ_FRAME]


def test_the_preview_is_short() -> None:
    found = elements(client_reader(), b"a" * 90 + FRAME)
    assert found == [ForeignData(90, b"a" * 64), READ_FRAME]


def test_a_stream_that_never_makes_sense_is_given_up() -> None:
    for pieces in ([b"a" * 101], one_by_one(b"a" * 101), [b"a" * 101 + FRAME]):
        with pytest.raises(RemoteProtocolError, match="within 100 bytes"):
            elements(client_reader(), *pieces)


def test_foreign_bytes_are_counted_anew_after_each_element() -> None:
    stream = (b"a" * 60 + FRAME) * 3
    found = elements(client_reader(), stream)
    assert found == [ForeignData(60, b"a" * 60), READ_FRAME] * 3
