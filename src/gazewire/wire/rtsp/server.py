"""The server's end of an RTSP connection, without the connection.

Bytes go in, questions come out; answers go in, bytes come out::

    connection = ServerConnection(session_id="1185d20035702ca")
    connection.receive_data(data)
    for event in connection.events():
        match event:
            case DescribeRequested(url=url):
                connection.accept_describe(event, sdp=..., content_base="rtsp://10.0.0.2:8086/")
            ...
    for message in connection.data_to_send():
        ...

One connection carries one session with any number of tracks, and the source is chosen by its
DESCRIBE; that is how the devices work that we stand in for. Nothing expires here: a session lives
as long as its connection.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.rtsp.events import (
    ConnectionFaulted,
    DescribeRequested,
    InterleavedReceived,
    PauseRequested,
    PlayRequested,
    RequestEvent,
    ServerEvent,
    SetupRequested,
    TeardownRequested,
)
from gazewire.wire.rtsp.headers import Public, Range, RtpInfo, Session, Transport
from gazewire.wire.rtsp.interleaved import InterleavedFrame
from gazewire.wire.rtsp.limits import DEFAULT_LIMITS, RtspLimits
from gazewire.wire.rtsp.message import Headers, Request, Response
from gazewire.wire.rtsp.reader import MessageReader
from gazewire.wire.rtsp.state import PUBLIC_METHODS, TRANSITIONS, Method, State, next_state
from gazewire.wire.rtsp.status import reason_for
from gazewire.wire.rtsp.url import RtspUrl

__all__ = ["ServerConnection"]

# Clients look for `[a-zA-Z0-9]+` where the RFC would allow more.
_SESSION_ID = re.compile(r"[0-9A-Za-z]+")
_CSEQ = re.compile(r"[0-9]{1,18}")

Attributes = Sequence[tuple[str, str]]


class ServerConnection:
    """Reads requests, answers what needs no thought, and asks its owner about the rest.

    Requests are answered in the order they came. While one is with the owner, those behind it wait
    unjudged, because what is allowed depends on the answer; so drain `events()` again after each
    answer (a loop over `events()` that answers as it goes does that by itself). Interleaved packets
    do not wait.

    Args:
        session_id: letters and digits; the same may serve all connections.
        server_name: what the `Server` header says.
        session_timeout_s: what clients are told in the `Session` header of SETUP, or None to tell
            them nothing, which means 60 to them. It is not enforced.
        limits: caps on what the client can make us hold.

    Raises:
        LocalProtocolError: the session id has other characters, or the name cannot be a header.
    """

    def __init__(
        self,
        *,
        session_id: str,
        server_name: str = "gazewire",
        session_timeout_s: int | None = None,
        limits: RtspLimits = DEFAULT_LIMITS,
    ) -> None:
        if _SESSION_ID.fullmatch(session_id) is None:
            raise LocalProtocolError(f"a session id has letters and digits, not {session_id!r}")
        self._session = Session(session_id, session_timeout_s)
        # Written once, so that a name that cannot be is found out here.
        Headers([("Server", server_name)]).serialize()
        self._server_name = server_name
        self._limits = limits
        self._reader = MessageReader(limits)
        self._state = State.INIT
        # Each waits for its turn; a fault is the last of them.
        self._waiting: deque[Request | RemoteProtocolError] = deque()
        self._open: RequestEvent | None = None
        self._input_ended = False
        self._events: deque[ServerEvent] = deque()
        self._outgoing: list[bytes] = []

    @property
    def state(self) -> State:
        """Where the session stands, by the requests answered so far."""
        return self._state

    # What the network tells.

    def receive_data(self, data: bytes) -> None:
        """Take what the client sent, cut anywhere; after a fault it is ignored."""
        if self._input_ended:
            return
        self._reader.receive_data(data)
        try:
            while (element := self._reader.next_element()) is not None:
                self._take(element)
                self._judge_waiting()
        except RemoteProtocolError as error:
            self._end_input(error)
            self._judge_waiting()

    def receive_eof(self) -> None:
        """Take note that the client will send no more; a message cut short is a fault."""
        if not self._input_ended and self._reader.mid_element:
            self._end_input(RemoteProtocolError("the connection ended inside a message"))
        self._input_ended = True
        self._judge_waiting()

    # What the owner asks.

    def events(self) -> Iterator[ServerEvent]:
        """Hand out what happened, each event once; includes what happens while it is drained."""
        while self._events:
            yield self._events.popleft()

    def data_to_send(self) -> list[bytes]:
        """Hand out what to send, in order; each element is one complete response."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    # What the owner answers. An answer that cannot be given raises and changes nothing.

    def accept_describe(self, event: DescribeRequested, *, sdp: bytes, content_base: str) -> None:
        """Answer DESCRIBE.

        Args:
            event: the question.
            sdp: the session description.
            content_base: what track URLs are relative to; absolute and with a final slash, or
                some clients lose their way.

        Raises:
            LocalProtocolError: this question is not open, or the values cannot be written.
        """
        attributes = (("Content-Base", content_base), ("Content-Type", "application/sdp"))
        self._answer(event, 200, attributes, sdp)

    def accept_setup(self, event: SetupRequested, transport: Transport) -> None:
        """Answer SETUP.

        Args:
            event: the question.
            transport: the one chosen, completed with our part. Channels are repeated exactly as
                asked or not at all.

        Raises:
            LocalProtocolError: this question is not open, or the values cannot be written.
        """
        attributes = (
            ("Transport", transport.serialize()),
            ("Session", self._session.serialize()),
            ("Cache-Control", "no-cache"),
        )
        self._answer(event, 200, attributes, becomes=Method.SETUP)

    def accept_play(self, event: PlayRequested, rtp_info: Sequence[RtpInfo]) -> None:
        """Answer PLAY; packets may follow once the answer is on its way.

        Args:
            event: the question.
            rtp_info: the first packet of each track; the header is left out where there is none.

        Raises:
            LocalProtocolError: this question is not open, or the values cannot be written.
        """
        attributes = [("Session", self._session.id)]
        if rtp_info:
            attributes.insert(0, ("RTP-Info", RtpInfo.serialize_all(rtp_info)))
        self._answer(event, 200, attributes, becomes=Method.PLAY)

    def accept(self, event: PauseRequested | TeardownRequested) -> None:
        """Answer PAUSE or TEARDOWN.

        Raises:
            LocalProtocolError: this question is not open.
        """
        if isinstance(event, PauseRequested):
            self._answer(event, 200, (("Session", self._session.id),), becomes=Method.PAUSE)
        else:
            self._answer(event, 200, (), becomes=Method.TEARDOWN)

    def refuse(self, event: RequestEvent, status: int, reason: str | None = None) -> None:
        """Answer any question with no; the session stays as it was.

        Args:
            event: the question.
            status: 400 to 599.
            reason: words for people; None for the RFC's.

        Raises:
            LocalProtocolError: this question is not open, or the status is no refusal.
        """
        if not 400 <= status <= 599:
            raise LocalProtocolError(f"a refusal has a status from 400 to 599, not {status}")
        self._answer(event, status, reason=reason)

    def _answer(
        self,
        event: RequestEvent,
        status: int,
        attributes: Attributes = (),
        body: bytes = b"",
        *,
        reason: str | None = None,
        becomes: Method | None = None,
    ) -> None:
        if event is not self._open:
            raise LocalProtocolError(
                f"{type(event).__name__} is not waiting for an answer: "
                f"each is answered once, and in turn"
            )
        self._respond(event.request, status, attributes, body, reason)
        self._open = None
        if becomes is not None:
            following = next_state(self._state, becomes)
            assert following is not None
            self._state = following
        self._judge_waiting()

    # How requests are judged.

    def _take(self, element: object) -> None:
        match element:
            case InterleavedFrame(channel, payload):
                self._events.append(InterleavedReceived(channel, payload))
            case Request():
                if len(self._waiting) >= self._limits.pending_requests:
                    raise RemoteProtocolError("too many requests wait for an answer", status=503)
                self._waiting.append(element)
            case _:
                raise RemoteProtocolError("a client sent a response, and we never ask")

    def _end_input(self, error: RemoteProtocolError) -> None:
        self._input_ended = True
        self._waiting.append(error)

    def _judge_waiting(self) -> None:
        while self._waiting and self._open is None:
            waiting = self._waiting.popleft()
            if isinstance(waiting, RemoteProtocolError):
                self._respond(None, waiting.status, (("Connection", "close"),))
                self._events.append(ConnectionFaulted(waiting))
                continue
            try:
                self._open = self._judge(waiting)
            except RemoteProtocolError as error:
                self._respond(waiting, error.status)
                continue
            if self._open is not None:
                self._events.append(self._open)

    def _judge(self, request: Request) -> RequestEvent | None:
        """Answer the request, or return the question that it is for our owner.

        Raises:
            RemoteProtocolError: nothing more is to be said than its status.
        """
        if request.version != "1.0":
            raise RemoteProtocolError(f"RTSP/{request.version} is not spoken here", status=505)
        # RFC 2326 §12.17: this header must be in every request.
        if _cseq(request) is None:
            raise RemoteProtocolError("one CSeq was expected")
        # RFC 2326 §12.32. We have no options at all.
        if required := request.headers.get_all("Require"):
            self._respond(request, 551, (("Unsupported", ", ".join(required)),))
            return None
        try:
            method = Method(request.method)
        except ValueError:
            raise RemoteProtocolError(f"{request.method} is unknown", status=501) from None
        if method is Method.OPTIONS:
            self._respond(request, 200, (("Public", Public(PUBLIC_METHODS).serialize()),))
            return None
        if method is Method.DESCRIBE:
            return DescribeRequested(request, RtspUrl.parse(request.url))
        self._check_session(request)
        if method in {Method.GET_PARAMETER, Method.SET_PARAMETER}:
            # RFC 2326 §10.8: without a body it is a sign of life. We have no parameters (§11.3.1).
            status = 451 if request.body else 200
            self._respond(request, status, (("Session", self._session.id),))
            return None
        if next_state(self._state, method) is None:
            # RFC 2326 §11.3.6
            self._respond(request, 455, (("Allow", ", ".join(TRANSITIONS[self._state])),))
            return None
        return _question(method, request)

    def _check_session(self, request: Request) -> None:
        # The session belongs to the connection, so a client that does not name it is understood.
        # One that names another, or one that is over, has to know (RFC 2326 §11.3.5).
        named = request.headers.get("Session")
        if named is None:
            return
        if self._state is State.INIT or Session.parse(named).id != self._session.id:
            raise RemoteProtocolError(f"there is no session {named}", status=454)

    def _respond(
        self,
        request: Request | None,
        status: int,
        attributes: Attributes = (),
        body: bytes = b"",
        reason: str | None = None,
    ) -> None:
        """Queue a response with the headers of a real device, in its order."""
        headers = [("Server", self._server_name)]
        if request is not None and (cseq := _cseq(request)) is not None:
            headers.append(("CSeq", cseq))
        headers.append(("Content-Length", str(len(body))))
        headers += attributes
        response = Response(status, reason or reason_for(status), Headers(headers), body)
        self._outgoing.append(response.serialize())


def _cseq(request: Request) -> str | None:
    """Return the sequence number as written, or None unless there is exactly one."""
    match request.headers.get_all("CSeq"):
        case [cseq] if _CSEQ.fullmatch(cseq):
            return cseq
        case _:
            return None


def _question(method: Method, request: Request) -> RequestEvent:
    url = RtspUrl.parse(request.url)
    match method:
        case Method.SETUP:
            return SetupRequested(request, url, url.track_id, _usable_transports(request))
        case Method.PLAY:
            return PlayRequested(request, url, _readable_range(request))
        case Method.PAUSE:
            return PauseRequested(request, url)
        case _:
            return TeardownRequested(request, url)


def _usable_transports(request: Request) -> tuple[Transport, ...]:
    offered = Transport.parse_all(",".join(request.headers.get_all("Transport")))
    usable = tuple(
        transport
        for transport in offered
        if not transport.is_multicast
        and (transport.mode or "play").lower() == "play"
        and (transport.over_tcp or (transport.over_udp and transport.client_port is not None))
    )
    if not usable:
        raise RemoteProtocolError("none of these transports is known", status=461)
    return usable


def _readable_range(request: Request) -> Range | None:
    text = request.headers.get("Range")
    if text is None:
        return None
    try:
        return Range.parse(text)
    except RemoteProtocolError:
        # What is live has no other range than from now on, whatever was asked.
        return None
