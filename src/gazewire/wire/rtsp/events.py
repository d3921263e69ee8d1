"""What a connection tells its owner."""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp.headers import Public, Range, RtpInfo, Session, Transport
from gazewire.wire.rtsp.message import Request, Response
from gazewire.wire.rtsp.url import RtspUrl
from gazewire.wire.sdp import SessionDescription

__all__ = [
    "ClientEvent",
    "ConnectionFaulted",
    "DescribeRequested",
    "ForeignDataSkipped",
    "InterleavedReceived",
    "PauseRequested",
    "PlayRequested",
    "RequestEvent",
    "ResponseReceived",
    "ServerEvent",
    "ServerRequestReceived",
    "SetupRequested",
    "TeardownRequested",
    "UnmatchedResponseReceived",
]


@dataclass(frozen=True, slots=True)
class DescribeRequested:
    """A client wants to know what there is: answer with `accept_describe` or `refuse`."""

    request: Request
    """As it came."""

    url: RtspUrl
    """Names the source by `camera`, which later requests no longer do."""


@dataclass(frozen=True, slots=True)
class SetupRequested:
    """A client wants one track carried: answer with `accept_setup` or `refuse`."""

    request: Request
    """As it came."""

    url: RtspUrl
    """The track, and for some clients the presentation alone."""

    track_id: int | None
    """The number behind `trackID=`; None means the only track, or the picture."""

    transports: tuple[Transport, ...]
    """What the client can do and we can too (unicast, UDP or interleaved, to be played), its
    favourite first; at least one. One over TCP may leave the channels to us."""


@dataclass(frozen=True, slots=True)
class PlayRequested:
    """A client wants packets on all tracks set up: answer with `accept_play` or `refuse`."""

    request: Request
    """As it came."""

    url: RtspUrl
    """The presentation, or a track for some clients."""

    range: Range | None
    """Which part; None where absent or not in normal play time. A live source need not care."""


@dataclass(frozen=True, slots=True)
class PauseRequested:
    """A client wants the packets to stop for a while: answer with `accept` or `refuse`."""

    request: Request
    """As it came."""

    url: RtspUrl
    """The presentation or a track; the whole session is meant."""


@dataclass(frozen=True, slots=True)
class TeardownRequested:
    """A client wants the session to end: answer with `accept` or `refuse`."""

    request: Request
    """As it came."""

    url: RtspUrl
    """The presentation or a track; the whole session is meant."""


@dataclass(frozen=True, slots=True)
class InterleavedReceived:
    """A packet came inside the RTSP connection."""

    channel: int
    """0 to 255; need not be one that was agreed on."""

    payload: bytes
    """Said to be RTP or RTCP; nobody has looked."""


@dataclass(frozen=True, slots=True)
class ConnectionFaulted:
    """The peer broke the protocol; nothing more will be understood on this connection.

    Send what `data_to_send` still has (a server's last answer), then close.
    """

    error: RemoteProtocolError
    """What was wrong."""


@dataclass(frozen=True, slots=True)
class ResponseReceived:
    """A server answered a request of ours.

    What could be read from a success is there as values; each is None, or empty, where the request
    was another or was refused.
    """

    request: Request
    """What we had asked."""

    response: Response
    """The answer as it came; look at `succeeded` first."""

    public: Public | None = None
    """Of OPTIONS, where the server told."""

    description: SessionDescription | None = None
    """Of DESCRIBE."""

    base_url: str | None = None
    """Of DESCRIBE: what the `control` of each track is relative to, see `resolve_control`."""

    transport: Transport | None = None
    """Of SETUP; channels that the server did not repeat are those that we had asked for."""

    session: Session | None = None
    """Of SETUP, where the server gave one."""

    rtp_info: tuple[RtpInfo, ...] = ()
    """Of PLAY, where the server gave any that can be read."""


@dataclass(frozen=True, slots=True)
class UnmatchedResponseReceived:
    """A response came that answers none of our requests; nothing follows from it.

    Phones write one into the stream when they take our receiver reports for requests.
    """

    response: Response
    """As it came."""


@dataclass(frozen=True, slots=True)
class ServerRequestReceived:
    """A server asked something of us; it has been answered with 551."""

    request: Request
    """As it came."""


@dataclass(frozen=True, slots=True)
class ForeignDataSkipped:
    """Bytes that make no sense were skipped, and the stream makes sense again."""

    count_bytes: int
    """How many there were in a row."""

    preview: bytes
    """The first 64 of them, for the log."""


RequestEvent = (
    DescribeRequested | SetupRequested | PlayRequested | PauseRequested | TeardownRequested
)
"""What the owner of a server connection must answer."""

ServerEvent = RequestEvent | InterleavedReceived | ConnectionFaulted
"""What a `ServerConnection` tells."""

ClientEvent = (
    ResponseReceived
    | UnmatchedResponseReceived
    | InterleavedReceived
    | ServerRequestReceived
    | ForeignDataSkipped
    | ConnectionFaulted
)
"""What a `ClientConnection` tells."""
