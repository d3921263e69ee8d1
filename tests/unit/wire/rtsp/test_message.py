from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError
from gazewire.wire.rtsp import Headers, Request, Response

FIELDS = (("CSeq", "2"), ("Accept", "application/sdp"), ("accept", "text/plain"))


def test_headers_are_found_in_any_case() -> None:
    headers = Headers(FIELDS)
    assert headers.get("cseq") == headers.get("CSEQ") == "2"
    assert "CSEQ" in headers
    assert "Session" not in headers
    assert headers.get("Session") is None


def test_headers_keep_order_and_repetition() -> None:
    headers = Headers(FIELDS)
    assert tuple(headers) == FIELDS
    assert len(headers) == 3
    assert headers.get("Accept") == "application/sdp"
    assert headers.get_all("Accept") == ["application/sdp", "text/plain"]


def test_a_header_name_is_text() -> None:
    assert 2 not in Headers(FIELDS)


def test_headers_are_equal_in_any_case_of_their_names() -> None:
    assert Headers([("Cseq", "1")]) == Headers([("CSeq", "1")])
    assert hash(Headers([("Cseq", "1")])) == hash(Headers([("CSeq", "1")]))
    assert Headers([("CSeq", "1")]) != Headers([("CSeq", "2")])
    assert Headers() != ()


def test_headers_show_what_is_in_them() -> None:
    assert repr(Headers([("CSeq", "1")])) == "Headers([('CSeq', '1')])"


def test_a_request_is_written_with_crlf() -> None:
    request = Request("OPTIONS", "*", Headers([("CSeq", "1")]))
    assert request.serialize() == b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"


def test_a_request_may_have_a_body() -> None:
    request = Request("SET_PARAMETER", "*", Headers([("Content-Length", "4")]), b"a: b")
    assert request.serialize().endswith(b"\r\n\r\na: b")


def test_a_response_is_written_with_the_words_of_the_rfc_where_it_has_none() -> None:
    assert Response(200, "").serialize() == b"RTSP/1.0 200 OK\r\n\r\n"
    assert Response(299, "").serialize() == b"RTSP/1.0 299 Unknown\r\n\r\n"
    assert Response(200, "Fine").serialize() == b"RTSP/1.0 200 Fine\r\n\r\n"


def test_text_is_written_as_utf8() -> None:
    response = Response(500, "Für später", Headers([("Server", "β")]))
    assert response.serialize() == "RTSP/1.0 500 Für später\r\nServer: β\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("status", "succeeded"), [(199, False), (200, True), (299, True), (300, False)]
)
def test_two_hundred_and_something_is_success(status: int, succeeded: bool) -> None:
    assert Response(status, "").succeeded is succeeded


@pytest.mark.parametrize(
    "message",
    [
        Request("", "*"),
        Request("PLAY NOW", "*"),
        Request("PLAY", ""),
        Request("PLAY", "rtsp://a/b c"),
        Request("PLAY", "rtsp://a/\r\nSession: 1"),
        Request("PLAY", "rtsp://a/\ud800"),
        Request("PLAY", "*", Headers([("", "a")])),
        Request("PLAY", "*", Headers([("Two Words", "a")])),
        Request("PLAY", "*", Headers([("A", "b\r\nC: d")])),
        Request("PLAY", "*", Headers([("A", "b\nC: d")])),
        Request("PLAY", "*", Headers([("A", "\udc80")])),
        Request("PLAY", "*", body=b"without a length"),
        Request("PLAY", "*", Headers([("Content-Length", "3")]), b"four"),
        Response(99, "Low"),
        Response(1000, "High"),
        Response(200, "OK\r\n"),
        Response(200, "OK", Headers([("Content-Length", "1")])),
    ],
    ids=repr,
)
def test_what_would_break_the_framing_is_not_written(message: Request | Response) -> None:
    with pytest.raises(LocalProtocolError):
        message.serialize()
