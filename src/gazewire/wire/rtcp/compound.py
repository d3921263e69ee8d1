"""A datagram of RTCP: one or more packets end to end (RFC 3550 §6.1).

Reading is lenient where real clients break the RFC: any packet may come first, a report block may
name any source, the names may be missing. It is strict in what tells RTCP from random bytes, which
the official client sends on purpose to open a path through routers: version, type and length of
every packet must be right up to the last byte.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtcp.packet import (
    Goodbye,
    PacketType,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    UnknownPacket,
)

__all__ = ["parse_compound", "serialize_compound"]

_HEADER = struct.Struct("!BBH")
_PADDING = 0x20
# RFC 5761 §4: what RTCP types are taken from, now and later.
_TYPES = range(192, 224)


def parse_compound(data: bytes) -> tuple[RtcpPacket, ...]:
    """Read all packets of a datagram or interleaved frame.

    Returns:
        At least one packet, in the order of the wire.

    Raises:
        RemoteProtocolError: anything in it is not RTCP; nothing of it should be used then.
    """
    data = bytes(data)
    if not data:
        raise RemoteProtocolError("an RTCP datagram is empty")
    packets = []
    offset = 0
    while offset < len(data):
        packet, offset = _parse_packet(data, offset)
        packets.append(packet)
    return tuple(packets)


def serialize_compound(packets: Iterable[RtcpPacket]) -> bytes:
    """Write packets end to end.

    Raises:
        LocalProtocolError: a field of a packet does not fit its place.
    """
    return b"".join(packet.serialize() for packet in packets)


def _parse_packet(data: bytes, offset: int) -> tuple[RtcpPacket, int]:
    """Read the packet at `offset`; the second value is where the next one begins."""
    if len(data) < offset + _HEADER.size:
        raise RemoteProtocolError(f"an RTCP header is cut off: {len(data) - offset} bytes of 4")
    first, packet_type, words = _HEADER.unpack_from(data, offset)
    if first >> 6 != 2:
        raise RemoteProtocolError(f"RTCP version is {first >> 6}, not 2")
    if packet_type not in _TYPES:
        raise RemoteProtocolError(f"{packet_type} is not a type of RTCP packet")
    start = offset + _HEADER.size
    end = start + 4 * words
    if end > len(data):
        raise RemoteProtocolError(
            f"an RTCP packet announces {4 * words} bytes, but {len(data) - start} follow"
        )
    body = data[start:end]
    if first & _PADDING:
        body = _without_padding(body)
    return _parse_body(packet_type, first & 0x1F, body), end


def _without_padding(body: bytes) -> bytes:
    # RFC 3550 §6.4.1: the last octet counts the padding, itself included, in whole words.
    padding = body[-1] if body else 0
    if padding == 0 or padding % 4 or padding > len(body):
        raise RemoteProtocolError(f"RTCP padding of {padding} bytes in a body of {len(body)}")
    return body[:-padding]


def _parse_body(packet_type: int, count: int, body: bytes) -> RtcpPacket:
    match packet_type:
        case PacketType.SENDER_REPORT:
            return SenderReport.parse_body(count, body)
        case PacketType.RECEIVER_REPORT:
            return ReceiverReport.parse_body(count, body)
        case PacketType.SOURCE_DESCRIPTION:
            return SourceDescription.parse_body(count, body)
        case PacketType.GOODBYE:
            return Goodbye.parse_body(count, body)
        case _:
            return UnknownPacket(packet_type, count, body)
