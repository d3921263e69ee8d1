"""RTCP packets as values (RFC 3550 §6.4 to §6.7).

Each value knows how to write itself, and how to be read from its body. `compound.py` splits a
datagram into packets and chooses the reader.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.time import unix_ns_from_ntp

__all__ = [
    "DescriptionItem",
    "Goodbye",
    "PacketType",
    "ReceiverReport",
    "ReportBlock",
    "RtcpPacket",
    "SenderReport",
    "SourceChunk",
    "SourceDescription",
    "UnknownPacket",
]

_HEADER = struct.Struct("!BBH")
_SENDER_INFO = struct.Struct("!IIIIII")
_BLOCK = struct.Struct("!IIIIII")
_WORD = struct.Struct("!I")
_VERSION_2 = 0x80
_MAX_COUNT = 31
_CNAME = 1


class PacketType(IntEnum):
    """Numbers of the RTCP packet types (RFC 3550 §12.1)."""

    SENDER_REPORT = 200
    RECEIVER_REPORT = 201
    SOURCE_DESCRIPTION = 202
    GOODBYE = 203


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver tells about one source (RFC 3550 §6.4.1).

    Attributes:
        ssrc: the source that the block is about.
        fraction_lost: of the packets expected since the last report, in 256ths.
        cumulative_lost: since the beginning; below zero where duplicates came. 24 bits, signed.
        highest_sequence: highest sequence number received, with its cycles in the upper 16 bits.
        jitter_ticks: interarrival jitter.
        last_report: middle 32 bits of the NTP time of the last sender report; 0 for none.
        delay_since_last_report: since that report came, in units of 1/65536 s.
    """

    ssrc: int
    fraction_lost: int
    cumulative_lost: int
    highest_sequence: int
    jitter_ticks: int
    last_report: int
    delay_since_last_report: int

    @classmethod
    def parse(cls, data: bytes) -> ReportBlock:
        """Read the 24 bytes of one block."""
        ssrc, loss, highest, jitter, last, delay = _BLOCK.unpack(data)
        lost = loss & 0xFF_FFFF
        if lost & 0x80_0000:
            lost -= 1 << 24
        return cls(ssrc, loss >> 24, lost, highest, jitter, last, delay)

    def serialize(self) -> bytes:
        """Write the 24 bytes of the block."""
        if not -(1 << 23) <= self.cumulative_lost < 1 << 23:
            raise LocalProtocolError(f"cumulative loss has 24 bits: {self.cumulative_lost}")
        if not 0 <= self.fraction_lost <= 0xFF:
            raise LocalProtocolError(f"fraction lost has 8 bits: {self.fraction_lost}")
        return _pack(
            _BLOCK,
            self.ssrc,
            self.fraction_lost << 24 | self.cumulative_lost & 0xFF_FFFF,
            self.highest_sequence,
            self.jitter_ticks,
            self.last_report,
            self.delay_since_last_report,
        )


@dataclass(frozen=True, slots=True)
class SenderReport:
    """One instant told twice, in NTP time and in ticks, with counts (RFC 3550 §6.4.1).

    Attributes:
        ssrc: the sender.
        ntp_seconds: seconds since 1900 modulo 2^32; 0 where the sender has no wall clock.
        ntp_fraction: in units of 2^-32 s.
        rtp_timestamp: the same instant on the stream's clock.
        packet_count: packets sent so far, modulo 2^32.
        octet_count: payload octets sent so far, modulo 2^32.
        blocks: what the sender receives from others.
        profile_data: what a profile added at the end; whole words.
    """

    ssrc: int
    ntp_seconds: int
    ntp_fraction: int
    rtp_timestamp: int
    packet_count: int
    octet_count: int
    blocks: tuple[ReportBlock, ...] = ()
    profile_data: bytes = b""

    @property
    def unix_ns(self) -> int | None:
        """The instant in Unix nanoseconds, or None where the sender has no wall clock."""
        # RFC 3550 §6.4.1 lets a sender without wall clock write zero. Phones write a zero in the
        # seconds alone after the app has crashed.
        if self.ntp_seconds == 0:
            return None
        return unix_ns_from_ntp(self.ntp_seconds, self.ntp_fraction)

    @classmethod
    def parse_body(cls, count: int, body: bytes) -> SenderReport:
        """Read what follows the common header.

        Args:
            count: number of report blocks, from the header.
            body: the packet without header and padding.

        Raises:
            RemoteProtocolError: shorter than announced.
        """
        _require(body, _SENDER_INFO.size + count * _BLOCK.size, "sender report")
        ssrc, seconds, fraction, timestamp, packets, octets = _SENDER_INFO.unpack_from(body)
        blocks, rest = _parse_blocks(count, body, _SENDER_INFO.size)
        return cls(ssrc, seconds, fraction, timestamp, packets, octets, blocks, rest)

    def serialize(self) -> bytes:
        """Write the packet: 28 bytes when there are no blocks."""
        info = _pack(
            _SENDER_INFO,
            self.ssrc,
            self.ntp_seconds,
            self.ntp_fraction,
            self.rtp_timestamp,
            self.packet_count,
            self.octet_count,
        )
        body = info + _serialize_blocks(self.blocks) + self.profile_data
        return _serialize_packet(PacketType.SENDER_REPORT, len(self.blocks), body)


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """How reception goes, from one who sends nothing (RFC 3550 §6.4.2).

    Attributes:
        ssrc: the receiver.
        blocks: one for each source. The official client names *itself* in its block; nothing
            here relies on the SSRC of a block.
        profile_data: what a profile added at the end; whole words.
    """

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()
    profile_data: bytes = b""

    @classmethod
    def parse_body(cls, count: int, body: bytes) -> ReceiverReport:
        """Read what follows the common header; as for `SenderReport`."""
        _require(body, _WORD.size + count * _BLOCK.size, "receiver report")
        (ssrc,) = _WORD.unpack_from(body)
        blocks, rest = _parse_blocks(count, body, _WORD.size)
        return cls(ssrc, blocks, rest)

    def serialize(self) -> bytes:
        """Write the packet."""
        body = _pack(_WORD, self.ssrc) + _serialize_blocks(self.blocks) + self.profile_data
        return _serialize_packet(PacketType.RECEIVER_REPORT, len(self.blocks), body)


@dataclass(frozen=True, slots=True)
class DescriptionItem:
    """One thing said about a source.

    Attributes:
        kind: 1 is the canonical name, 2 the name, … (RFC 3550 §12.2).
        value: at most 255 bytes; UTF-8 by the RFC, kept as it came.
    """

    kind: int
    value: bytes


@dataclass(frozen=True, slots=True)
class SourceChunk:
    """What is said about one source."""

    ssrc: int
    items: tuple[DescriptionItem, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Names of sources (RFC 3550 §6.5)."""

    chunks: tuple[SourceChunk, ...] = ()

    @classmethod
    def of_cname(cls, ssrc: int, cname: str) -> SourceDescription:
        """The description that every compound packet should hold: a canonical name."""
        item = DescriptionItem(_CNAME, cname.encode())
        return cls((SourceChunk(ssrc, (item,)),))

    @property
    def cname(self) -> str | None:
        """The first canonical name, or None. Bytes that are not UTF-8 are replaced."""
        for chunk in self.chunks:
            for item in chunk.items:
                if item.kind == _CNAME:
                    return item.value.decode(errors="replace")
        return None

    @classmethod
    def parse_body(cls, count: int, body: bytes) -> SourceDescription:
        """Read what follows the common header; `count` is the number of chunks."""
        chunks = []
        offset = 0
        for _ in range(count):
            _require(body, offset + _WORD.size, "source description")
            (ssrc,) = _WORD.unpack_from(body, offset)
            items, offset = _parse_items(body, offset + _WORD.size)
            chunks.append(SourceChunk(ssrc, items))
        return cls(tuple(chunks))

    def serialize(self) -> bytes:
        """Write the packet."""
        body = bytearray()
        for chunk in self.chunks:
            body += _pack(_WORD, chunk.ssrc)
            for item in chunk.items:
                if not (1 <= item.kind <= 0xFF and len(item.value) <= 0xFF):
                    raise LocalProtocolError(
                        f"a description item has a kind of 1 to 255 and at most 255 bytes: "
                        f"kind {item.kind}, {len(item.value)} bytes"
                    )
                body += bytes((item.kind, len(item.value))) + item.value
            # RFC 3550 §6.5: one or more null octets end the list and fill the word.
            body += bytes(4 - len(body) % 4)
        return _serialize_packet(PacketType.SOURCE_DESCRIPTION, len(self.chunks), bytes(body))


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Sources that leave (RFC 3550 §6.6)."""

    ssrcs: tuple[int, ...] = ()
    reason: str = ""

    @classmethod
    def parse_body(cls, count: int, body: bytes) -> Goodbye:
        """Read what follows the common header; `count` is the number of sources."""
        end = count * _WORD.size
        _require(body, end, "goodbye")
        ssrcs = struct.unpack_from(f"!{count}I", body)
        reason = ""
        if len(body) > end:
            length = body[end]
            _require(body, end + 1 + length, "goodbye")
            reason = body[end + 1 : end + 1 + length].decode(errors="replace")
        return cls(ssrcs, reason)

    def serialize(self) -> bytes:
        """Write the packet."""
        body = b"".join(_pack(_WORD, ssrc) for ssrc in self.ssrcs)
        reason = self.reason.encode()
        if len(reason) > 0xFF:
            raise LocalProtocolError(f"a reason for leaving has at most 255 bytes: {len(reason)}")
        if reason:
            body += bytes((len(reason),)) + reason
            body += bytes(-len(body) % 4)
        return _serialize_packet(PacketType.GOODBYE, len(self.ssrcs), body)


@dataclass(frozen=True, slots=True)
class UnknownPacket:
    """A packet of a type that we do not read; kept whole.

    Attributes:
        packet_type: 192 to 223, without those above.
        count: the five bits beside the version.
        body: what follows the common header, padding removed; whole words.
    """

    packet_type: int
    count: int
    body: bytes

    def serialize(self) -> bytes:
        """Write the packet."""
        return _serialize_packet(self.packet_type, self.count, self.body)


RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye | UnknownPacket


def _require(body: bytes, size: int, name: str) -> None:
    if len(body) < size:
        raise RemoteProtocolError(f"RTCP {name} is cut off: {len(body)} bytes of {size}")


def _parse_blocks(count: int, body: bytes, offset: int) -> tuple[tuple[ReportBlock, ...], bytes]:
    end = offset + count * _BLOCK.size
    starts = range(offset, end, _BLOCK.size)
    blocks = tuple(ReportBlock.parse(body[start : start + _BLOCK.size]) for start in starts)
    return blocks, body[end:]


def _serialize_blocks(blocks: tuple[ReportBlock, ...]) -> bytes:
    return b"".join(block.serialize() for block in blocks)


def _parse_items(body: bytes, offset: int) -> tuple[tuple[DescriptionItem, ...], int]:
    """Read items up to the null that ends them; the second value is where the next chunk begins."""
    items = []
    # A list that runs to the end of the packet without its null is accepted.
    while offset < len(body) and body[offset] != 0:
        _require(body, offset + 2, "source description")
        kind, length = body[offset], body[offset + 1]
        _require(body, offset + 2 + length, "source description")
        items.append(DescriptionItem(kind, body[offset + 2 : offset + 2 + length]))
        offset += 2 + length
    return tuple(items), (offset // 4 + 1) * 4


def _serialize_packet(packet_type: int, count: int, body: bytes) -> bytes:
    words, rest = divmod(len(body), 4)
    if rest or words > 0xFFFF:
        raise LocalProtocolError(f"an RTCP packet has whole 32-bit words: {len(body)} bytes")
    if not 0 <= count <= _MAX_COUNT:
        raise LocalProtocolError(f"an RTCP packet counts at most {_MAX_COUNT}: {count}")
    return _pack(_HEADER, _VERSION_2 | count, packet_type, words) + body


def _pack(layout: struct.Struct, *fields: int) -> bytes:
    try:
        return layout.pack(*fields)
    except struct.error as error:
        raise LocalProtocolError(f"an RTCP field does not fit: {fields}") from error
