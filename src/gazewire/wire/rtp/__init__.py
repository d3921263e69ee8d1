"""RTP (RFC 3550): packets, their numbers and their clocks."""

from gazewire.wire.rtp.packet import (
    HEADER_BYTES,
    MAX_PACKET_BYTES,
    MAX_PAYLOAD_BYTES,
    HeaderExtension,
    RtpPacket,
)
from gazewire.wire.rtp.reorder import ReorderWindow
from gazewire.wire.rtp.sender import RtpSender
from gazewire.wire.rtp.sequence import SequenceUnwrapper, signed_sequence_difference
from gazewire.wire.rtp.ticks import TickClock, TickUnwrapper, signed_tick_difference

__all__ = [
    "HEADER_BYTES",
    "MAX_PACKET_BYTES",
    "MAX_PAYLOAD_BYTES",
    "HeaderExtension",
    "ReorderWindow",
    "RtpPacket",
    "RtpSender",
    "SequenceUnwrapper",
    "TickClock",
    "TickUnwrapper",
    "signed_sequence_difference",
    "signed_tick_difference",
]
