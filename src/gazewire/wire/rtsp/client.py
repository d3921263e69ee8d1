"""The client's end of an RTSP connection, without the connection.

::

    connection = ClientConnection()
    connection.describe("rtsp://10.0.0.2:8086/?camera=gaze")
    for message in connection.data_to_send():
        ...
    connection.receive_data(data)
    for event in connection.events():
        match event:
            case ResponseReceived(description=SessionDescription() as sdp, base_url=base_url):
                ...

It is written for real phones, which break the RFC in known ways: text in the middle of interleaved
packets is skipped and told, answers to nobody are let pass, and channels that the server does not
repeat are those that were asked for. It sends no RTCP, which such a phone would take for a request.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.rtsp.events import (
    ClientEvent,
    ConnectionFaulted,
    ForeignDataSkipped,
    InterleavedReceived,
    ResponseReceived,
    ServerRequestReceived,
    UnmatchedResponseReceived,
)
from gazewire.wire.rtsp.headers import (
    DEFAULT_TIMEOUT_S,
    NOW,
    Public,
    Range,
    RtpInfo,
    Session,
    Transport,
)
from gazewire.wire.rtsp.interleaved import InterleavedFrame
from gazewire.wire.rtsp.limits import DEFAULT_LIMITS, RtspLimits
from gazewire.wire.rtsp.message import Headers, Request, Response
from gazewire.wire.rtsp.reader import Element, ForeignData, MessageReader
from gazewire.wire.rtsp.state import Method, State, next_state
from gazewire.wire.rtsp.status import reason_for
from gazewire.wire.sdp import SessionDescription, parse_sdp

__all__ = ["ClientConnection"]


class ClientConnection:
    """Writes requests, matches the answers to them, and keeps the session.

    Each method that asks something queues the request and returns its CSeq; the answer comes as a
    `ResponseReceived`. How long to wait for one is the owner's business.

    Args:
        user_agent: what the `User-Agent` header says.
        limits: caps on what the server can make us hold or skip.

    Raises:
        LocalProtocolError: the user agent cannot be a header.
    """

    def __init__(
        self, *, user_agent: str = "gazewire", limits: RtspLimits = DEFAULT_LIMITS
    ) -> None:
        # Written once, so that a name that cannot be is found out here.
        Headers([("User-Agent", user_agent)]).serialize()
        self._user_agent = user_agent
        self._reader = MessageReader(limits, resynchronise=True)
        self._state = State.INIT
        self._session: Session | None = None
        self._public: Public | None = None
        self._channels: frozenset[int] = frozenset()
        self._next_cseq = 1
        self._unanswered: dict[int, Request] = {}
        self._asked_transports: dict[int, Transport] = {}
        self._input_ended = False
        self._events: deque[ClientEvent] = deque()
        self._outgoing: list[bytes] = []

    @property
    def state(self) -> State:
        """Where the session stands, by the answers received."""
        return self._state

    @property
    def session(self) -> Session | None:
        """The session as the server named it in the answer to SETUP, while there is one."""
        return self._session

    @property
    def keepalive_interval_s(self) -> int | None:
        """Seconds between two calls of `keep_alive`, or None where there is no need or no way.

        Nine tenths of the session's timeout. A server that lists neither GET_PARAMETER nor OPTIONS
        as public, as real devices, gets no keep-alive.
        """
        if self._state is State.INIT or self._keepalive_method is None:
            return None
        timeout_s = None if self._session is None else self._session.timeout_s
        return max(1, (DEFAULT_TIMEOUT_S if timeout_s is None else timeout_s) * 9 // 10)

    # What the owner asks of the server. All raise LocalProtocolError, and send nothing, where the
    # state does not allow the method or the URL cannot be written.

    def options(self, url: str) -> int:
        """Ask what the server can be asked; return the CSeq.

        Raises:
            LocalProtocolError: the URL cannot be written.
        """
        return self._request(Method.OPTIONS, url)

    def describe(self, url: str) -> int:
        """Ask what streams there are; return the CSeq.

        Raises:
            LocalProtocolError: the URL cannot be written.
        """
        return self._request(Method.DESCRIBE, url, ("Accept", "application/sdp"))

    def setup(self, url: str, transport: Transport) -> int:
        """Ask for one track; return the CSeq.

        Args:
            url: of the track: `resolve_control` of the base URL and the track's control.
            transport: how we want it: our ports or our channels.

        Raises:
            LocalProtocolError: it plays already, or a value cannot be written.
        """
        cseq = self._request(Method.SETUP, url, ("Transport", transport.serialize()))
        self._asked_transports[cseq] = transport
        if transport.interleaved is not None:
            self._use_channels(transport)
        return cseq

    def play(self, url: str) -> int:
        """Ask for the packets of all tracks that are set up, from now on; return the CSeq.

        Raises:
            LocalProtocolError: no track is set up, or the URL cannot be written.
        """
        return self._request(Method.PLAY, url, ("Range", Range(NOW).serialize()))

    def pause(self, url: str) -> int:
        """Ask for silence for a while; return the CSeq.

        Raises:
            LocalProtocolError: no track is set up, or the URL cannot be written.
        """
        return self._request(Method.PAUSE, url)

    def teardown(self, url: str) -> int:
        """Ask for the end of the session; return the CSeq.

        Raises:
            LocalProtocolError: the URL cannot be written.
        """
        return self._request(Method.TEARDOWN, url)

    def keep_alive(self, url: str) -> int:
        """Give a sign of life; return the CSeq.

        Raises:
            LocalProtocolError: the server has listed no method for that (`keepalive_interval_s` is
                None then), or the URL cannot be written.
        """
        method = self._keepalive_method
        if method is None:
            raise LocalProtocolError("the server lists no method that could keep a session alive")
        return self._request(method, url)

    # What the network tells.

    def receive_data(self, data: bytes) -> None:
        """Take what the server sent, cut anywhere; after a fault it is ignored."""
        if self._input_ended:
            return
        self._reader.receive_data(data)
        try:
            while (element := self._reader.next_element()) is not None:
                self._take(element)
        except RemoteProtocolError as error:
            self._fault(error)

    def receive_eof(self) -> None:
        """Take note that the server will send no more; a message cut short is a fault."""
        if not self._input_ended and self._reader.mid_element:
            self._fault(RemoteProtocolError("the connection ended inside a message"))
        self._input_ended = True

    def events(self) -> Iterator[ClientEvent]:
        """Hand out what happened, each event once; includes what happens while it is drained."""
        while self._events:
            yield self._events.popleft()

    def data_to_send(self) -> list[bytes]:
        """Hand out what to send, in order; each element is one complete message."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    @property
    def _keepalive_method(self) -> Method | None:
        for method in (Method.GET_PARAMETER, Method.OPTIONS):
            if self._public is not None and method in self._public:
                return method
        return None

    def _request(self, method: Method, url: str, *fields: tuple[str, str]) -> int:
        if next_state(self._state, method) is None:
            raise LocalProtocolError(f"{method} is not possible while the session is {self._state}")
        # The order of the official client: CSeq first, User-Agent last.
        headers = [("CSeq", str(self._next_cseq)), *fields]
        if self._session is not None:
            headers.append(("Session", self._session.id))
        headers.append(("User-Agent", self._user_agent))
        request = Request(method, url, Headers(headers))
        self._outgoing.append(request.serialize())
        cseq, self._next_cseq = self._next_cseq, self._next_cseq + 1
        self._unanswered[cseq] = request
        return cseq

    def _take(self, element: Element) -> None:
        match element:
            case InterleavedFrame(channel, payload):
                self._events.append(InterleavedReceived(channel, payload))
            case ForeignData(count_bytes, preview):
                self._events.append(ForeignDataSkipped(count_bytes, preview))
            case Response():
                self._take_response(element)
            case request:
                self._decline(request)

    def _take_response(self, response: Response) -> None:
        cseq = response.headers.get("CSeq") or ""
        request = self._unanswered.get(int(cseq)) if cseq.isdecimal() and len(cseq) < 19 else None
        if request is None:
            self._events.append(UnmatchedResponseReceived(response))
            return
        if response.status < 200:
            # RFC 2326 §7.1.1: 1xx says that the answer is yet to come.
            return
        del self._unanswered[int(cseq)]
        asked_transport = self._asked_transports.pop(int(cseq), None)
        method = Method(request.method)
        if not response.succeeded:
            if response.status == 454:
                self._end_session()
            self._events.append(ResponseReceived(request, response))
            return
        # Judged again, because another answer may have come in between.
        self._state = next_state(self._state, method) or self._state
        match method:
            case Method.OPTIONS:
                event = self._options_answered(request, response)
            case Method.DESCRIBE:
                event = _describe_answered(request, response)
            case Method.SETUP:
                assert asked_transport is not None
                event = self._setup_answered(request, response, asked_transport)
            case Method.PLAY:
                rtp_info = _readable_rtp_info(response)
                event = ResponseReceived(request, response, rtp_info=rtp_info)
            case Method.TEARDOWN:
                self._end_session()
                event = ResponseReceived(request, response)
            case _:
                event = ResponseReceived(request, response)
        self._events.append(event)

    def _options_answered(self, request: Request, response: Response) -> ResponseReceived:
        # Some servers repeat the header instead of making the list longer.
        if listed := response.headers.get_all("Public"):
            self._public = Public.parse(",".join(listed))
        return ResponseReceived(request, response, public=self._public)

    def _setup_answered(
        self, request: Request, response: Response, asked: Transport
    ) -> ResponseReceived:
        transport = Transport.parse(response.headers.get("Transport") or "")
        if transport.over_tcp and transport.interleaved is None:
            # Real devices do not repeat the channels and use those asked for.
            transport = replace(transport, interleaved=asked.interleaved)
        self._use_channels(transport)
        if (named := response.headers.get("Session")) is not None:
            self._session = Session.parse(named)
        return ResponseReceived(request, response, transport=transport, session=self._session)

    def _use_channels(self, transport: Transport) -> None:
        self._channels |= frozenset(transport.interleaved or ())
        self._reader.expect_channels(self._channels)

    def _end_session(self) -> None:
        self._state = State.INIT
        self._session = None

    def _decline(self, request: Request) -> None:
        # A client has no options that a server could use.
        headers = [("CSeq", cseq) for cseq in request.headers.get_all("CSeq")[:1]]
        headers += [("User-Agent", self._user_agent), ("Content-Length", "0")]
        self._outgoing.append(Response(551, reason_for(551), Headers(headers)).serialize())
        self._events.append(ServerRequestReceived(request))

    def _fault(self, error: RemoteProtocolError) -> None:
        self._input_ended = True
        self._events.append(ConnectionFaulted(error))


def _describe_answered(request: Request, response: Response) -> ResponseReceived:
    description: SessionDescription = parse_sdp(response.body)
    # RFC 2326 §C.1.1
    base_url = (
        response.headers.get("Content-Base")
        or response.headers.get("Content-Location")
        or request.url
    )
    # The library that real devices descend from leaves the scheme out.
    if "://" not in base_url:
        base_url = f"rtsp://{base_url}"
    return ResponseReceived(request, response, description=description, base_url=base_url)


def _readable_rtp_info(response: Response) -> tuple[RtpInfo, ...]:
    # Nothing depends on it: sender reports tell the time, and the reader takes any first number.
    try:
        return RtpInfo.parse_all(response.headers.get("RTP-Info") or "")
    except RemoteProtocolError:
        return ()
