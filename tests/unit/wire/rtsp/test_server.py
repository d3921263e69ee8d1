from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.rtsp import (
    ConnectionFaulted,
    DescribeRequested,
    InterleavedReceived,
    PauseRequested,
    PlayRequested,
    Range,
    RequestEvent,
    RtpInfo,
    RtspLimits,
    ServerConnection,
    ServerEvent,
    SetupRequested,
    State,
    TeardownRequested,
    Transport,
)
from gazewire.wire.rtsp.headers import NOW

VECTORS = Path(__file__).parents[3] / "vectors" / "rtsp"
SESSION = "1185d20035702ca"
BASE = "rtsp://192.168.1.21:8086/"
UDP = Transport(client_port=(55656, 55657))
TCP = Transport(protocol="RTP/AVP/TCP", interleaved=(0, 1))
RTP_INFO = [RtpInfo(f"{BASE}trackID=1", 0)]


def new_connection(limits: RtspLimits | None = None) -> ServerConnection:
    return ServerConnection(session_id=SESSION, limits=limits or RtspLimits())


def request(method: str, url: str = BASE, *headers: str, cseq: int | None = 1) -> bytes:
    lines = [f"{method} {url} RTSP/1.0"]
    if cseq is not None:
        lines.append(f"CSeq: {cseq}")
    return "".join(f"{line}\r\n" for line in (*lines, *headers, "")).encode()


def ask(connection: ServerConnection, data: bytes) -> ServerEvent:
    connection.receive_data(data)
    (event,) = connection.events()
    return event


def answer(connection: ServerConnection, event: ServerEvent) -> None:
    match event:
        case DescribeRequested():
            connection.accept_describe(event, sdp=b"v=0\r\n", content_base=BASE)
        case SetupRequested():
            connection.accept_setup(event, event.transports[0])
        case PlayRequested():
            connection.accept_play(event, RTP_INFO)
        case PauseRequested() | TeardownRequested():
            connection.accept(event)


def sent(connection: ServerConnection) -> str:
    (message,) = connection.data_to_send()
    return message.decode()


def status_of(message: bytes | str) -> int:
    text = message if isinstance(message, str) else message.decode()
    assert text.startswith("RTSP/1.0 ")
    return int(text.split(" ")[1])


def connection_in(state: State, limits: RtspLimits | None = None) -> ServerConnection:
    connection = new_connection(limits)
    if state is not State.INIT:
        setup = request("SETUP", BASE, "Transport: RTP/AVP;unicast;client_port=4000-4001")
        answer(connection, ask(connection, setup))
    if state is State.PLAYING:
        answer(connection, ask(connection, request("PLAY")))
    connection.data_to_send()
    assert connection.state is state
    return connection


# A whole session of a real client, to the byte.


def test_the_official_client_is_served_to_the_byte() -> None:
    connection = new_connection()
    folder = VECTORS / "official_client_gaze_udp"

    def exchange(name: str) -> list[ServerEvent]:
        connection.receive_data((folder / f"{name}.request").read_bytes())
        events = []
        for event in connection.events():
            events.append(event)
            match event:
                case DescribeRequested():
                    sdp = (VECTORS / "gaze.sdp").read_bytes()
                    connection.accept_describe(event, sdp=sdp, content_base=BASE)
                case SetupRequested(transports=(transport,)):
                    agreed = Transport(
                        protocol="RTP/AVP/UDP",
                        destination="192.168.1.33",
                        client_port=transport.client_port,
                        server_port=(32847, 58801),
                        ssrc=0xCCAAD269,
                        mode="play",
                    )
                    connection.accept_setup(event, agreed)
                case _:
                    answer(connection, event)
        assert connection.data_to_send() == [(folder / f"{name}.response").read_bytes()]
        return events

    assert exchange("1_options") == []
    (described,) = exchange("2_describe")
    assert isinstance(described, DescribeRequested)
    assert described.url.camera == "gaze"
    (setup,) = exchange("3_setup")
    assert isinstance(setup, SetupRequested)
    assert setup.track_id is None
    assert setup.url.camera is None
    assert setup.transports == (UDP,)
    assert connection.state is State.READY
    (play,) = exchange("4_play")
    assert isinstance(play, PlayRequested)
    assert play.range == Range(NOW)
    assert connection.state is State.PLAYING
    (teardown,) = exchange("5_teardown")
    assert isinstance(teardown, TeardownRequested)
    assert connection.state is State.INIT


# What other clients do. (client, SETUP's URL, its Transport, track, camera, what we read)
HABITS = [
    ("official client, data", BASE, "RTP/AVP;unicast;client_port=55656-55657", None, None, UDP),
    (
        "official client, video",
        f"{BASE}trackID=1",
        "RTP/AVP;unicast;client_port=55656-55657",
        1,
        None,
        UDP,
    ),
    (
        "official client, audio",
        f"{BASE}trackID=0",
        "RTP/AVP;unicast;client_port=55656-55657",
        0,
        None,
        UDP,
    ),
    (
        "official client without Content-Base",
        f"{BASE}?camera=world&audioenable=on/trackID=1",
        "RTP/AVP;unicast;client_port=55656-55657",
        1,
        "world",
        UDP,
    ),
    (
        "official client with rtspt",
        "rtspt://192.168.1.21:8086/trackID=1",
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        1,
        None,
        TCP,
    ),
    (
        "official client with rtsps",
        "rtsps://192.168.1.21:8086/",
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        None,
        None,
        TCP,
    ),
    (
        "live555",
        f"{BASE}trackID=0",
        "RTP/AVP;unicast;client_port=55656-55657",
        0,
        None,
        UDP,
    ),
    (
        "browser",
        "rtsp://192.168.1.21:8686/trackID=1",
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        1,
        None,
        TCP,
    ),
    (
        "browser without Content-Base",
        "rtsp://192.168.1.21:8686/axis-media/trackID=1",
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        1,
        None,
        TCP,
    ),
    (
        "Unity through the websocket",
        "rtsp://192.168.1.21:8686",
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        None,
        None,
        TCP,
    ),
    (
        "ffmpeg over UDP",
        f"{BASE}trackID=1",
        "RTP/AVP/UDP;unicast;client_port=55656-55657",
        1,
        None,
        Transport(protocol="RTP/AVP/UDP", client_port=(55656, 55657)),
    ),
]


@pytest.mark.parametrize(
    ("client", "url", "offer", "track", "camera", "transport"), HABITS, ids=[h[0] for h in HABITS]
)
def test_each_client_gets_its_track(
    client: str, url: str, offer: str, track: int | None, camera: str | None, transport: Transport
) -> None:
    connection = new_connection()
    event = ask(connection, request("SETUP", url, f"Transport: {offer}"))
    assert isinstance(event, SetupRequested)
    assert event.track_id == track
    assert event.url.camera == camera
    assert event.transports == (transport,)
    connection.accept_setup(event, transport)
    assert f"Transport: {offer}\r\nSession: {SESSION}\r\n" in sent(connection)


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}?camera=gaze",
        "rtsp://192.168.1.21:8686?camera=gaze",
        "rtsp://192.168.1.21:8686/axis-media/media.amp?camera=gaze&timestamp=1&videocodec=h264",
    ],
)
def test_the_source_is_in_the_url_of_describe(url: str) -> None:
    event = ask(new_connection(), request("DESCRIBE", url))
    assert isinstance(event, DescribeRequested)
    assert event.url.camera == "gaze"


def test_live555_sends_a_form_feed_and_starts_at_two() -> None:
    data = request("DESCRIBE", f"{BASE}?camera=world", "User-Agent: x\x0c (LIVE555)", cseq=2)
    event = ask(new_connection(), data)
    assert isinstance(event, DescribeRequested)
    assert event.request.headers.get("User-Agent") == "x\x0c (LIVE555)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Range: npt=now-", Range(NOW)),
        ("Range: npt=0.000-", Range(0)),
        ("Range: npt=0-", Range(0)),
        ("Range: clock=20240101T000000Z-", None),
        ("X: y", None),
    ],
)
def test_the_range_is_read_where_it_can_be(text: str, expected: Range | None) -> None:
    event = ask(connection_in(State.READY), request("PLAY", BASE, text))
    assert isinstance(event, PlayRequested)
    assert event.range == expected


def test_two_tracks_share_one_session() -> None:
    connection = new_connection()
    for track in (0, 1):
        channels = f"interleaved={2 * track}-{2 * track + 1}"
        headers = [f"Transport: RTP/AVP/TCP;unicast;{channels}"]
        headers += [f"Session: {SESSION}"] if track else []
        event = ask(connection, request("SETUP", f"{BASE}trackID={track}", *headers))
        assert isinstance(event, SetupRequested)
        assert event.track_id == track
        connection.accept_setup(event, event.transports[0])
        assert f"Session: {SESSION}\r\n" in sent(connection)
    play = ask(connection, request("PLAY"))
    assert isinstance(play, PlayRequested)
    connection.accept_play(play, [RtpInfo("u0", 1, 2), RtpInfo("u1", 3)])
    assert "RTP-Info: url=u0;seq=1;rtptime=2,url=u1;seq=3\r\n" in sent(connection)


def test_only_usable_transports_are_offered_on() -> None:
    offer = (
        "Transport: RTP/SAVP;unicast;client_port=1-2, RTP/AVP;multicast;client_port=1-2, "
        'RTP/AVP;unicast, RTP/AVP/TCP;unicast;interleaved=0-1;mode="record", '
        'RTP/AVP/TCP;unicast;mode="PLAY", RTP/AVP;unicast;client_port=3-4'
    )
    event = ask(new_connection(), request("SETUP", BASE, offer))
    assert isinstance(event, SetupRequested)
    assert event.transports == (
        Transport(protocol="RTP/AVP/TCP", mode="PLAY"),
        Transport(client_port=(3, 4)),
    )


def test_transports_may_come_in_several_headers() -> None:
    event = ask(
        new_connection(),
        request("SETUP", BASE, "Transport: RAW/RAW", "Transport: RTP/AVP/TCP;interleaved=0-1"),
    )
    assert isinstance(event, SetupRequested)
    assert event.transports == (TCP,)


# Answers that need no owner.


def test_options_tells_what_a_real_device_tells() -> None:
    connection = new_connection()
    connection.receive_data(request("OPTIONS", "*"))
    assert list(connection.events()) == []
    assert "Public: DESCRIBE,SETUP,TEARDOWN,PLAY,PAUSE\r\n" in sent(connection)


@pytest.mark.parametrize("method", ["GET_PARAMETER", "SET_PARAMETER"])
@pytest.mark.parametrize("state", State)
def test_a_sign_of_life_is_answered_though_not_listed(state: State, method: str) -> None:
    connection = connection_in(state)
    connection.receive_data(request(method))
    assert list(connection.events()) == []
    assert status_of(sent(connection)) == 200
    assert connection.state is state


@pytest.mark.parametrize("method", ["GET_PARAMETER", "SET_PARAMETER"])
def test_there_are_no_parameters(method: str) -> None:
    connection = connection_in(State.READY)
    connection.receive_data(request(method, BASE, "Content-Length: 6") + b"speed:")
    assert status_of(sent(connection)) == 451


# (case, state, bytes, status, what else the answer has)
REFUSALS = [
    ("no CSeq", State.INIT, request("OPTIONS", cseq=None), 400, ""),
    ("two CSeqs", State.INIT, request("OPTIONS", BASE, "CSeq: 2"), 400, ""),
    ("the same CSeq twice", State.INIT, request("OPTIONS", BASE, "cseq: 1"), 400, ""),
    ("CSeq no number", State.INIT, request("OPTIONS", BASE, "CSeq: x", cseq=None), 400, ""),
    ("another version", State.INIT, b"OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n", 505, "CSeq: 1\r\n"),
    (
        "an option required",
        State.INIT,
        request("OPTIONS", BASE, "Require: a", "Require: b"),
        551,
        "Unsupported: a, b\r\n",
    ),
    ("an unknown method", State.INIT, request("RECORD"), 501, "CSeq: 1\r\n"),
    ("a method in small letters", State.INIT, request("options"), 501, "CSeq: 1\r\n"),
    ("DESCRIBE of no URL", State.INIT, request("DESCRIBE", "*"), 400, "CSeq: 1\r\n"),
    ("SETUP without Transport", State.INIT, request("SETUP"), 400, "CSeq: 1\r\n"),
    ("SETUP unreadable", State.INIT, request("SETUP", BASE, "Transport: a;ssrc=x"), 400, ""),
    ("SETUP of no known way", State.INIT, request("SETUP", BASE, "Transport: RAW/RAW"), 461, ""),
    (
        "SETUP while playing",
        State.PLAYING,
        request("SETUP", BASE, "Transport: RTP/AVP/TCP"),
        455,
        "Allow: PLAY, PAUSE, TEARDOWN\r\n",
    ),
    ("PLAY before SETUP", State.INIT, request("PLAY"), 455, "Allow: SETUP, TEARDOWN\r\n"),
    ("PAUSE before SETUP", State.INIT, request("PAUSE"), 455, "Allow: SETUP, TEARDOWN\r\n"),
    ("PLAY of another session", State.READY, request("PLAY", BASE, "Session: other"), 454, ""),
    ("PLAY of no session", State.READY, request("PLAY", BASE, "Session: ;timeout=1"), 400, ""),
    ("PLAY of a session over", State.INIT, request("PLAY", BASE, f"Session: {SESSION}"), 454, ""),
    (
        "SETUP in a session over",
        State.INIT,
        request("SETUP", BASE, "Transport: RTP/AVP/TCP", f"Session: {SESSION}"),
        454,
        "",
    ),
    (
        "a sign of life in a session over",
        State.INIT,
        request("GET_PARAMETER", BASE, f"Session: {SESSION}"),
        454,
        "",
    ),
]


@pytest.mark.parametrize(
    ("case", "state", "data", "status", "contents"), REFUSALS, ids=[r[0] for r in REFUSALS]
)
def test_a_request_that_cannot_be_met_is_refused_and_the_connection_goes_on(
    case: str, state: State, data: bytes, status: int, contents: str
) -> None:
    connection = connection_in(state)
    connection.receive_data(data)
    assert list(connection.events()) == []
    message = sent(connection)
    assert status_of(message) == status
    assert contents in message
    assert "Content-Length: 0\r\n" in message
    assert connection.state is state
    connection.receive_data(request("OPTIONS", cseq=7))
    assert "CSeq: 7\r\n" in sent(connection)


def test_a_client_that_never_names_its_session_is_understood() -> None:
    connection = connection_in(State.READY)
    for method in ("PLAY", "PAUSE", "TEARDOWN"):
        answer(connection, ask(connection, request(method)))
        assert status_of(sent(connection)) == 200


def test_a_client_may_repeat_the_timeout_with_its_session() -> None:
    connection = connection_in(State.READY)
    event = ask(connection, request("PLAY", BASE, f"Session: {SESSION};timeout=60"))
    assert isinstance(event, PlayRequested)


def test_pause_stops_and_play_goes_on() -> None:
    connection = connection_in(State.PLAYING)
    pause = ask(connection, request("PAUSE"))
    assert isinstance(pause, PauseRequested)
    connection.accept(pause)
    assert f"Session: {SESSION}\r\n" in sent(connection)
    assert connection.state is State.READY
    answer(connection, ask(connection, request("PLAY")))
    assert connection.state is State.PLAYING


def test_after_teardown_a_new_session_may_begin() -> None:
    connection = connection_in(State.PLAYING)
    answer(connection, ask(connection, request("TEARDOWN", BASE, f"Session: {SESSION}")))
    assert connection.state is State.INIT
    setup = request("SETUP", BASE, "Transport: RTP/AVP/TCP;interleaved=0-1")
    answer(connection, ask(connection, setup))
    assert connection.state is State.READY


def test_a_teardown_of_nothing_succeeds() -> None:
    connection = new_connection()
    answer(connection, ask(connection, request("TEARDOWN")))
    assert status_of(sent(connection)) == 200


# The owner's answers.


def test_the_timeout_is_told_in_setup_where_there_is_one() -> None:
    connection = ServerConnection(session_id="abc", server_name="lab", session_timeout_s=30)
    event = ask(connection, request("SETUP", BASE, "Transport: RTP/AVP/TCP"))
    assert isinstance(event, SetupRequested)
    connection.accept_setup(event, TCP)
    assert sent(connection) == (
        "RTSP/1.0 200 OK\r\nServer: lab\r\nCSeq: 1\r\nContent-Length: 0\r\n"
        "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: abc;timeout=30\r\n"
        "Cache-Control: no-cache\r\n\r\n"
    )


def test_play_without_rtp_info_leaves_the_header_out() -> None:
    connection = connection_in(State.READY)
    event = ask(connection, request("PLAY"))
    assert isinstance(event, PlayRequested)
    connection.accept_play(event, [])
    message = sent(connection)
    assert "RTP-Info" not in message
    assert f"Session: {SESSION}\r\n" in message


@pytest.mark.parametrize(
    ("status", "reason", "line"),
    [
        (404, None, "RTSP/1.0 404 Not Found"),
        (500, "Encoder stuck", "RTSP/1.0 500 Encoder stuck"),
        (599, None, "RTSP/1.0 599 Unknown"),
    ],
)
def test_a_refusal_changes_nothing(status: int, reason: str | None, line: str) -> None:
    connection = connection_in(State.READY)
    event = ask(connection, request("PLAY", cseq=9))
    assert isinstance(event, PlayRequested)
    connection.refuse(event, status, reason)
    assert sent(connection) == f"{line}\r\nServer: gazewire\r\nCSeq: 9\r\nContent-Length: 0\r\n\r\n"
    assert connection.state is State.READY


def test_an_answer_that_cannot_be_given_leaves_the_question_open() -> None:
    connection = new_connection()
    event = ask(connection, request("DESCRIBE"))
    assert isinstance(event, DescribeRequested)
    with pytest.raises(LocalProtocolError):
        connection.accept_describe(event, sdp=b"", content_base="a\r\nb")
    with pytest.raises(LocalProtocolError):
        connection.refuse(event, 200)
    assert connection.data_to_send() == []
    answer(connection, event)
    assert status_of(sent(connection)) == 200


def test_each_question_is_answered_once() -> None:
    connection = new_connection()
    event = ask(connection, request("DESCRIBE"))
    answer(connection, event)
    with pytest.raises(LocalProtocolError, match="DescribeRequested is not waiting"):
        answer(connection, event)


def test_a_question_of_another_connection_is_not_ours() -> None:
    event = ask(new_connection(), request("DESCRIBE"))
    with pytest.raises(LocalProtocolError):
        answer(new_connection(), event)


@pytest.mark.parametrize("session_id", ["", "a-b", "a b", "ä", "a\n"])
def test_a_session_id_that_clients_cannot_find_is_refused(session_id: str) -> None:
    with pytest.raises(LocalProtocolError):
        ServerConnection(session_id=session_id)


def test_a_server_name_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(LocalProtocolError):
        ServerConnection(session_id="a", server_name="a\r\nb")


# Order.


def test_pipelined_requests_are_judged_and_answered_in_order() -> None:
    connection = new_connection()
    connection.receive_data(
        request("DESCRIBE", cseq=1)
        + request("OPTIONS", cseq=2)
        + request("SETUP", BASE, "Transport: RTP/AVP/TCP", cseq=3)
        + request("PLAY", cseq=4)
        + request("NONSENSE", cseq=5)
        + request("TEARDOWN", cseq=6)
    )
    seen = []
    for event in connection.events():
        seen.append(type(event))
        answer(connection, event)
    assert seen == [DescribeRequested, SetupRequested, PlayRequested, TeardownRequested]
    messages = connection.data_to_send()
    assert [status_of(message) for message in messages] == [200, 200, 200, 200, 501, 200]
    assert [f"CSeq: {n}\r\n".encode() in m for n, m in enumerate(messages, 1)] == [True] * 6


def test_what_comes_behind_an_open_question_waits() -> None:
    connection = new_connection()
    event = ask(connection, request("DESCRIBE", cseq=1) + request("OPTIONS", cseq=2))
    assert connection.data_to_send() == []
    answer(connection, event)
    assert [status_of(message) for message in connection.data_to_send()] == [200, 200]


def test_packets_do_not_wait() -> None:
    connection = connection_in(State.PLAYING)
    connection.receive_data(request("PAUSE") + b"$\x01\x00\x02ab" + request("PLAY") + b"$\x00\0\0")
    events = list(connection.events())
    assert InterleavedReceived(1, b"ab") in events
    assert InterleavedReceived(0, b"") in events
    assert len(events) == 3


def test_drained_events_and_data_are_gone() -> None:
    connection = new_connection()
    ask(connection, request("DESCRIBE"))
    assert list(connection.events()) == []
    connection.receive_data(b"")
    assert connection.data_to_send() == []


# Faults.


def fault_of(event: ServerEvent) -> RemoteProtocolError:
    assert isinstance(event, ConnectionFaulted)
    return event.error


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x00\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"RTSP/1.0 200 OK\r\n\r\n", 400),
        (b"OPTIONS * RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"OPTIONS " + b"x" * 5000, 414),
    ],
)
def test_a_fault_is_answered_told_and_ends_the_input(data: bytes, status: int) -> None:
    connection = new_connection()
    assert fault_of(ask(connection, data)).status == status
    message = sent(connection)
    assert status_of(message) == status
    assert "CSeq" not in message
    assert message.endswith("Content-Length: 0\r\nConnection: close\r\n\r\n")
    connection.receive_data(request("OPTIONS"))
    connection.receive_eof()
    assert list(connection.events()) == []
    assert connection.data_to_send() == []


def test_a_fault_waits_for_the_answers_before_it() -> None:
    connection = new_connection()
    event = ask(connection, request("DESCRIBE") + b"nonsense\r\n")
    assert connection.data_to_send() == []
    answer(connection, event)
    assert [status_of(message) for message in connection.data_to_send()] == [200, 400]
    (fault,) = connection.events()
    fault_of(fault)


def test_a_client_that_never_waits_for_answers_is_stopped() -> None:
    connection = new_connection(RtspLimits(pending_requests=3))
    event: ServerEvent = ask(connection, request("DESCRIBE"))
    connection.receive_data(request("DESCRIBE") * 4)
    for _ in range(4):
        answer(connection, event)
        (event,) = connection.events()
    assert fault_of(event).status == 503
    assert [status_of(message) for message in connection.data_to_send()] == [200] * 4 + [503]


def test_requests_that_we_answer_at_once_do_not_pile_up() -> None:
    connection = new_connection(RtspLimits(pending_requests=3))
    connection.receive_data(request("OPTIONS") * 10)
    assert len(connection.data_to_send()) == 10


def test_the_end_between_messages_is_no_fault() -> None:
    connection = new_connection()
    connection.receive_data(request("OPTIONS"))
    connection.receive_eof()
    assert list(connection.events()) == []
    assert len(connection.data_to_send()) == 1


def test_a_question_may_still_be_answered_after_the_end() -> None:
    connection = new_connection()
    event = ask(connection, request("DESCRIBE"))
    connection.receive_eof()
    connection.receive_data(request("OPTIONS"))
    answer(connection, event)
    assert status_of(sent(connection)) == 200


@pytest.mark.parametrize("data", [b"OPT", b"OPTIONS * RTSP/1.0\r\n", b"$\x00"])
def test_the_end_inside_a_message_is_a_fault(data: bytes) -> None:
    connection = new_connection()
    connection.receive_data(data)
    connection.receive_eof()
    (fault,) = connection.events()
    assert "ended inside a message" in str(fault_of(fault))


def test_questions_are_a_closed_set() -> None:
    kinds: tuple[type[RequestEvent], ...] = (
        DescribeRequested,
        SetupRequested,
        PlayRequested,
        PauseRequested,
        TeardownRequested,
    )
    assert len(set(kinds)) == 5
