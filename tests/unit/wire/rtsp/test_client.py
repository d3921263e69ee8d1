from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.rtsp import (
    ClientConnection,
    ClientEvent,
    ConnectionFaulted,
    ForeignDataSkipped,
    InterleavedReceived,
    Response,
    ResponseReceived,
    RtpInfo,
    RtspLimits,
    ServerRequestReceived,
    Session,
    State,
    Transport,
    UnmatchedResponseReceived,
    resolve_control,
)

URL = "rtsp://192.168.1.21:8086/?camera=gaze"
BASE = "rtsp://192.168.1.21:8086/"
UDP = Transport(client_port=(55656, 55657))
TCP = Transport(protocol="RTP/AVP/TCP", interleaved=(2, 3))
SDP = b"v=0\r\nm=application 0 RTP/AVP 99\r\na=control:trackID=1\r\n"
RTP = b"\x80\x63" + bytes(range(12))


def response(cseq: int | None, *headers: str, status: int = 200, body: bytes = b"") -> bytes:
    lines = [f"RTSP/1.0 {status} Words"]
    lines += [] if cseq is None else [f"Cseq: {cseq}"]
    lines += [f"Content-Length: {len(body)}", *headers, ""]
    return "".join(f"{line}\r\n" for line in lines).encode() + body


def tell(connection: ClientConnection, data: bytes) -> ClientEvent:
    connection.receive_data(data)
    (event,) = connection.events()
    return event


def answered(connection: ClientConnection, data: bytes) -> ResponseReceived:
    event = tell(connection, data)
    assert isinstance(event, ResponseReceived)
    return event


def sent(connection: ClientConnection) -> str:
    (message,) = connection.data_to_send()
    return message.decode()


def ready(*headers: str, transport: Transport = UDP, public: str | None = None) -> ClientConnection:
    connection = ClientConnection()
    if public is not None:
        answered(connection, response(connection.options(URL), f"Public: {public}"))
    cseq = connection.setup(BASE, transport)
    headers = headers or (f"Transport: {transport.serialize()}", "Session: abc")
    answered(connection, response(cseq, *headers))
    connection.data_to_send()
    return connection


def test_requests_are_written_as_the_official_client_writes_them() -> None:
    connection = ClientConnection(user_agent="lab")
    assert connection.options(URL) == 1
    assert sent(connection) == f"OPTIONS {URL} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: lab\r\n\r\n"
    assert connection.describe(URL) == 2
    assert sent(connection) == (
        f"DESCRIBE {URL} RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\nUser-Agent: lab\r\n\r\n"
    )
    assert connection.setup(BASE, UDP) == 3
    assert sent(connection) == (
        f"SETUP {BASE} RTSP/1.0\r\nCSeq: 3\r\n"
        "Transport: RTP/AVP;unicast;client_port=55656-55657\r\nUser-Agent: lab\r\n\r\n"
    )
    connection.receive_data(response(3, "Transport: RTP/AVP;unicast", "Session: abc;timeout=30"))
    assert connection.play(BASE) == 4
    assert sent(connection) == (
        f"PLAY {BASE} RTSP/1.0\r\nCSeq: 4\r\nRange: npt=now-\r\nSession: abc\r\n"
        "User-Agent: lab\r\n\r\n"
    )
    connection.receive_data(response(4))
    assert connection.pause(BASE) == 5
    assert sent(connection).startswith("PAUSE ")
    assert connection.teardown(BASE) == 6
    assert sent(connection) == (
        f"TEARDOWN {BASE} RTSP/1.0\r\nCSeq: 6\r\nSession: abc\r\nUser-Agent: lab\r\n\r\n"
    )


def test_states_follow_the_answers() -> None:
    connection = ClientConnection()
    cseq = connection.setup(BASE, UDP)
    assert connection.state is State.INIT
    answered(connection, response(cseq, "Transport: RTP/AVP;unicast", "Session: abc"))
    assert connection.state is State.READY
    assert connection.session == Session("abc")
    answered(connection, response(connection.play(BASE)))
    assert connection.state is State.PLAYING
    answered(connection, response(connection.pause(BASE)))
    assert connection.state is State.READY
    answered(connection, response(connection.teardown(BASE)))
    assert connection.state is State.INIT
    assert connection.session is None


def test_what_the_state_forbids_is_not_sent() -> None:
    connection = ClientConnection()
    with pytest.raises(LocalProtocolError, match="PLAY is not possible while the session is init"):
        connection.play(BASE)
    with pytest.raises(LocalProtocolError):
        connection.pause(BASE)
    assert connection.data_to_send() == []
    assert connection.options(BASE) == 1


@pytest.mark.parametrize("url", ["", "rtsp://a/ b", "rtsp://a/\r\n"])
def test_a_url_that_cannot_be_written_is_not_sent(url: str) -> None:
    connection = ClientConnection()
    with pytest.raises(LocalProtocolError):
        connection.describe(url)
    assert connection.data_to_send() == []
    assert connection.options(BASE) == 1


def test_a_user_agent_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(LocalProtocolError):
        ClientConnection(user_agent="a\nb")


# What an answer holds.


def test_options_tell_the_methods_even_in_two_headers() -> None:
    connection = ClientConnection()
    cseq = connection.options(URL)
    event = answered(connection, response(cseq, "Public: DESCRIBE,SETUP", "Public: PLAY"))
    assert event.public is not None
    assert event.public.methods == ("DESCRIBE", "SETUP", "PLAY")


def test_options_without_a_list_tell_nothing() -> None:
    connection = ClientConnection()
    assert answered(connection, response(connection.options(URL))).public is None


@pytest.mark.parametrize(
    ("headers", "base_url"),
    [
        ([f"Content-Base: {BASE}"], BASE),
        (["Content-Location: rtsp://b/", f"Content-Base: {BASE}"], BASE),
        (["Content-Location: rtsp://b/"], "rtsp://b/"),
        (["Content-Base: 192.168.1.21:8086/"], BASE),
        (["Content-Base:"], URL),
        ([], URL),
    ],
)
def test_a_description_comes_with_its_base(headers: list[str], base_url: str) -> None:
    connection = ClientConnection()
    event = answered(connection, response(connection.describe(URL), *headers, body=SDP))
    assert event.base_url == base_url
    assert event.description is not None
    (media,) = event.description.media
    assert resolve_control(base_url, media.control) == f"{base_url.removesuffix('/')}/trackID=1"


def test_setup_tells_transport_and_session() -> None:
    connection = ClientConnection()
    text = "RTP/AVP/UDP;unicast;client_port=55656-55657;server_port=32847-58801;ssrc=ccaad269"
    cseq = connection.setup(BASE, UDP)
    event = answered(connection, response(cseq, f"Transport: {text}", "Session: abc;timeout=30"))
    assert event.transport == Transport.parse(text)
    assert event.session == Session("abc", 30)


@pytest.mark.parametrize(
    ("echoed", "channels"),
    [("RTP/AVP/TCP;unicast", (2, 3)), ("RTP/AVP/TCP;unicast;interleaved=4-5", (4, 5))],
)
def test_channels_that_are_not_repeated_are_those_asked_for(
    echoed: str, channels: tuple[int, int]
) -> None:
    connection = ClientConnection()
    cseq = connection.setup(BASE, TCP)
    event = answered(connection, response(cseq, f"Transport: {echoed}", "Session: abc"))
    assert event.transport is not None
    assert event.transport.interleaved == channels


def test_a_server_may_do_without_a_session() -> None:
    connection = ready("Transport: RTP/AVP;unicast")
    assert connection.session is None
    connection.play(BASE)
    assert "Session" not in sent(connection)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("RTP-Info: url=rtsp://a/trackID=1;seq=7", (RtpInfo("rtsp://a/trackID=1", 7),)),
        ("RTP-Info: nonsense", ()),
        ("X: y", ()),
    ],
)
def test_rtp_info_is_told_where_it_can_be_read(header: str, expected: tuple[RtpInfo, ...]) -> None:
    connection = ready()
    assert answered(connection, response(connection.play(BASE), header)).rtp_info == expected


def test_a_refusal_is_told_and_changes_nothing() -> None:
    connection = ready()
    event = answered(connection, response(connection.play(BASE), status=500))
    assert event.response.status == 500
    assert event.request.method == "PLAY"
    assert connection.state is State.READY


def test_a_lost_session_is_over() -> None:
    connection = ready()
    answered(connection, response(connection.play(BASE), status=454))
    assert connection.state is State.INIT
    assert connection.session is None


def test_an_answer_that_comes_after_the_session_changes_nothing() -> None:
    connection = ready()
    play, teardown = connection.play(BASE), connection.teardown(BASE)
    connection.receive_data(response(teardown) + response(play))
    assert connection.state is State.INIT


def test_a_provisional_answer_is_not_the_answer() -> None:
    connection = ClientConnection()
    cseq = connection.options(URL)
    connection.receive_data(response(cseq, status=100))
    assert list(connection.events()) == []
    assert answered(connection, response(cseq)).response.status == 200


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (("Transport: RTP/AVP;ssrc=x",), b""),
        ((), b""),
        (("Transport: RTP/AVP", "Session: ;timeout=5"), b""),
    ],
)
def test_a_setup_answer_that_cannot_be_read_is_a_fault(
    headers: tuple[str, ...], body: bytes
) -> None:
    connection = ClientConnection()
    event = tell(connection, response(connection.setup(BASE, UDP), *headers, body=body))
    assert isinstance(event, ConnectionFaulted)


def test_a_description_that_cannot_be_read_is_a_fault() -> None:
    connection = ClientConnection()
    event = tell(connection, response(connection.describe(URL), body=b"<html>"))
    assert isinstance(event, ConnectionFaulted)


# Keep-alive.


@pytest.mark.parametrize(
    ("public", "session", "interval_s", "method"),
    [
        ("DESCRIBE,SETUP,TEARDOWN,PLAY,PAUSE", "abc", None, None),
        ("OPTIONS, PLAY", "abc", 54, "OPTIONS"),
        ("OPTIONS, GET_PARAMETER", "abc;timeout=30", 27, "GET_PARAMETER"),
        ("GET_PARAMETER", "abc;timeout=1", 1, "GET_PARAMETER"),
        ("GET_PARAMETER", "abc;timeout=0", 1, "GET_PARAMETER"),
        (None, "abc", None, None),
    ],
)
def test_keep_alive_is_what_the_server_lists(
    public: str | None, session: str, interval_s: int | None, method: str | None
) -> None:
    connection = ready("Transport: RTP/AVP", f"Session: {session}", public=public)
    assert connection.keepalive_interval_s == interval_s
    if method is None:
        with pytest.raises(LocalProtocolError):
            connection.keep_alive(BASE)
        return
    cseq = connection.keep_alive(BASE)
    message = sent(connection)
    assert message.startswith(f"{method} {BASE} RTSP/1.0\r\n")
    assert "Session: abc\r\n" in message
    answered(connection, response(cseq))
    assert connection.state is State.READY


def test_without_a_session_there_is_nothing_to_keep_alive() -> None:
    connection = ClientConnection()
    answered(connection, response(connection.options(URL), "Public: OPTIONS"))
    assert connection.keepalive_interval_s is None


def test_a_server_that_names_no_session_is_kept_alive_too() -> None:
    connection = ready("Transport: RTP/AVP", public="OPTIONS")
    assert connection.keepalive_interval_s == 54


# What phones and servers do unasked.


def test_packets_are_handed_on() -> None:
    event = tell(ready(transport=TCP), b"$\x02\x00\x0e" + RTP)
    assert event == InterleavedReceived(2, RTP)


def test_a_phones_complaint_about_rtcp_answers_nobody() -> None:
    connection = ready(transport=TCP)
    cseq = connection.play(BASE)
    complaint = b"RTSP/1.0 400 Bad Request\r\nServer: x\r\nContent-Length: 0\r\n\r\n"
    frame = b"$\x02\x00\x0e" + RTP
    connection.receive_data(frame + complaint + frame + response(cseq))
    packet, unmatched, again, play = connection.events()
    assert packet == again == InterleavedReceived(2, RTP)
    assert isinstance(unmatched, UnmatchedResponseReceived)
    assert unmatched.response.status == 400
    assert isinstance(play, ResponseReceived)


@pytest.mark.parametrize("cseq", ["7", "0", "-1", "x", "", "1" * 5000])
def test_an_answer_to_a_request_never_made_answers_nobody(cseq: str) -> None:
    connection = ClientConnection()
    connection.options(URL)
    event = tell(connection, f"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n\r\n".encode())
    assert isinstance(event, UnmatchedResponseReceived)


def test_a_second_answer_answers_nobody() -> None:
    connection = ClientConnection()
    cseq = connection.options(URL)
    answered(connection, response(cseq))
    assert isinstance(tell(connection, response(cseq)), UnmatchedResponseReceived)


def test_foreign_text_is_skipped_and_told() -> None:
    connection = ready(transport=TCP)
    frame = b"$\x02\x00\x0e" + RTP
    connection.receive_data(frame + b"what is this?" + frame)
    assert list(connection.events()) == [
        InterleavedReceived(2, RTP),
        ForeignDataSkipped(13, b"what is this?"),
        InterleavedReceived(2, RTP),
    ]


def test_out_of_step_only_channels_of_ours_are_believed() -> None:
    connection = ready("Transport: RTP/AVP/TCP;interleaved=6-7", transport=TCP)
    foreign = b"?$\x09\x00\x0e" + RTP
    connection.receive_data(foreign + b"$\x06\x00\x0e" + RTP)
    assert list(connection.events()) == [
        ForeignDataSkipped(len(foreign), foreign),
        InterleavedReceived(6, RTP),
    ]


def test_foreign_text_without_end_is_a_fault() -> None:
    connection = ClientConnection(limits=RtspLimits(foreign_bytes=20))
    event = tell(connection, b"?" * 21)
    assert isinstance(event, ConnectionFaulted)
    connection.receive_data(response(1))
    connection.receive_eof()
    assert list(connection.events()) == []


def test_a_servers_request_is_declined() -> None:
    connection = ClientConnection()
    event = tell(connection, b"OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n")
    assert isinstance(event, ServerRequestReceived)
    assert event.request.method == "OPTIONS"
    assert sent(connection) == (
        "RTSP/1.0 551 Option not supported\r\nCSeq: 5\r\nUser-Agent: gazewire\r\n"
        "Content-Length: 0\r\n\r\n"
    )


def test_a_servers_request_without_cseq_is_declined_without() -> None:
    connection = ClientConnection()
    tell(connection, b"OPTIONS * RTSP/1.0\r\n\r\n")
    assert "CSeq" not in sent(connection)


# The end.


def test_the_end_between_messages_is_no_fault() -> None:
    connection = ClientConnection()
    answered(connection, response(connection.options(URL)))
    connection.receive_eof()
    connection.receive_data(b"RTSP")
    assert list(connection.events()) == []


def test_the_end_inside_a_message_is_a_fault() -> None:
    connection = ClientConnection()
    connection.receive_data(b"RTSP/1.0 200")
    connection.receive_eof()
    (event,) = connection.events()
    assert isinstance(event, ConnectionFaulted)
    assert isinstance(event.error, RemoteProtocolError)


def test_an_answer_can_be_looked_into() -> None:
    connection = ClientConnection()
    event = answered(connection, response(connection.options(URL), "Server: x"))
    assert isinstance(event.response, Response)
    assert event.response.headers.get("server") == "x"
