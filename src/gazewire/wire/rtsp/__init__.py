"""RTSP 1.0 (RFC 2326), the part that plays: messages, headers, and both ends of a connection."""

from gazewire.wire.rtsp.client import ClientConnection
from gazewire.wire.rtsp.events import (
    ClientEvent,
    ConnectionFaulted,
    DescribeRequested,
    ForeignDataSkipped,
    InterleavedReceived,
    PauseRequested,
    PlayRequested,
    RequestEvent,
    ResponseReceived,
    ServerEvent,
    ServerRequestReceived,
    SetupRequested,
    TeardownRequested,
    UnmatchedResponseReceived,
)
from gazewire.wire.rtsp.headers import Public, Range, RtpInfo, Session, Transport
from gazewire.wire.rtsp.interleaved import InterleavedFrame, frame_header
from gazewire.wire.rtsp.limits import RtspLimits
from gazewire.wire.rtsp.message import Headers, Request, Response
from gazewire.wire.rtsp.reader import ForeignData, MessageReader
from gazewire.wire.rtsp.server import ServerConnection
from gazewire.wire.rtsp.state import Method, State
from gazewire.wire.rtsp.url import RtspUrl, resolve_control

__all__ = [
    "ClientConnection",
    "ClientEvent",
    "ConnectionFaulted",
    "DescribeRequested",
    "ForeignData",
    "ForeignDataSkipped",
    "Headers",
    "InterleavedFrame",
    "InterleavedReceived",
    "MessageReader",
    "Method",
    "PauseRequested",
    "PlayRequested",
    "Public",
    "Range",
    "Request",
    "RequestEvent",
    "Response",
    "ResponseReceived",
    "RtpInfo",
    "RtspLimits",
    "RtspUrl",
    "ServerConnection",
    "ServerEvent",
    "ServerRequestReceived",
    "Session",
    "SetupRequested",
    "State",
    "TeardownRequested",
    "Transport",
    "UnmatchedResponseReceived",
    "frame_header",
    "resolve_control",
]
