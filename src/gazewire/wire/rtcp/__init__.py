"""RTCP (RFC 3550 §6): reports that give a stream its time, and tell how it is received."""

from gazewire.wire.rtcp.compound import parse_compound, serialize_compound
from gazewire.wire.rtcp.packet import (
    DescriptionItem,
    Goodbye,
    PacketType,
    ReceiverReport,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceChunk,
    SourceDescription,
    UnknownPacket,
)
from gazewire.wire.rtcp.receiver import ReceptionStatistics
from gazewire.wire.rtcp.sender import SenderReporter
from gazewire.wire.rtcp.stream import StreamReceiver
from gazewire.wire.rtcp.wallclock import WallClock

__all__ = [
    "DescriptionItem",
    "Goodbye",
    "PacketType",
    "ReceiverReport",
    "ReceptionStatistics",
    "ReportBlock",
    "RtcpPacket",
    "SenderReport",
    "SenderReporter",
    "SourceChunk",
    "SourceDescription",
    "StreamReceiver",
    "UnknownPacket",
    "WallClock",
    "parse_compound",
    "serialize_compound",
]
