"""RTP packets as values (RFC 3550 §5.1).

Reading accepts all that the RFC allows: padding, contributing sources, a header extension.
Writing is canonical: never padding, and contributing sources and an extension only where the value
has them. The client side of this API cannot read anything but the plain twelve-byte header, so
`RtpSender` writes nothing else.

    >>> packet = RtpPacket.parse(bytes.fromhex("806300071234583ade53742a444403fe44065cf5ff"))
    >>> packet.payload_type, packet.sequence, len(packet.payload)
    (99, 7, 9)
"""

from __future__ import annotations

import struct

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["HEADER_BYTES", "MAX_PACKET_BYTES", "MAX_PAYLOAD_BYTES", "HeaderExtension", "RtpPacket"]

HEADER_BYTES = 12
"""Size of the header without contributing sources and extension."""

MAX_PACKET_BYTES = 1272
"""The largest packet we send, header included: the largest seen from a real device. It passes any
link with the usual 1500-byte frames, tunnels included."""

MAX_PAYLOAD_BYTES = MAX_PACKET_BYTES - HEADER_BYTES

_VERSION = 2
_PADDING = 0x20
_EXTENSION = 0x10
_PLAIN = _VERSION << 6

_HEADER = struct.Struct("!BBHII")
_EXTENSION_HEADER = struct.Struct("!HH")


class HeaderExtension(msgspec.Struct, frozen=True):
    """The one extension a header may carry (RFC 3550 §5.3.1).

    Attributes:
        profile: sixteen bits whose meaning belongs to the profile in use.
        data: the extension without its own header; a multiple of four bytes.
    """

    profile: int
    data: bytes


# A struct rather than a data class, because a client makes thousands of them a second, and a frozen
# data class takes five times as long to make. It cannot hold itself, so the garbage collector need
# not track it.
class RtpPacket(msgspec.Struct, frozen=True, gc=False):
    """One RTP packet, without its padding.

    Attributes:
        payload_type: seven bits; what the SDP says they mean.
        marker: for video, the last packet of a picture.
        sequence: sixteen bits, one more with each packet.
        timestamp: thirty-two bits of the stream's clock, from an arbitrary zero.
        ssrc: the synchronisation source, thirty-two bits.
        payload: what follows the header, padding removed.
        csrcs: contributing sources, at most fifteen.
        extension: the header extension, or None.
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    csrcs: tuple[int, ...] = ()
    extension: HeaderExtension | None = None

    @classmethod
    def parse(cls, data: bytes) -> RtpPacket:
        """Read one packet that fills `data` completely.

        Args:
            data: a datagram, or the content of an interleaved frame.

        Returns:
            The packet; its payload is a copy.

        Raises:
            RemoteProtocolError: not version 2, or a part that is announced is not there.
        """
        if len(data) < HEADER_BYTES:
            raise RemoteProtocolError(
                f"an RTP header has {HEADER_BYTES} bytes, but only {len(data)} came"
            )
        first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        if first == _PLAIN:
            # What every device of this kind sends.
            payload = bytes(data[HEADER_BYTES:])
            return cls(second & 0x7F, second > 0x7F, sequence, timestamp, ssrc, payload)
        if first >> 6 != _VERSION:
            raise RemoteProtocolError(f"RTP version is {first >> 6}, not {_VERSION}")
        csrcs, extension, start = _parse_optional_header(data, first)
        end = _payload_end(data, start) if first & _PADDING else len(data)
        return cls(
            second & 0x7F,
            second > 0x7F,
            sequence,
            timestamp,
            ssrc,
            bytes(data[start:end]),
            csrcs,
            extension,
        )

    def serialize(self) -> bytes:
        """Write the packet.

        Returns:
            Header, optional parts and payload, without padding.

        Raises:
            LocalProtocolError: a field does not fit its place.
        """
        if not 0 <= self.payload_type <= 0x7F:
            raise LocalProtocolError(f"RTP payload type has 7 bits: {self.payload_type}")
        if len(self.csrcs) > 15:
            raise LocalProtocolError(f"at most 15 contributing sources: {len(self.csrcs)}")
        first = _PLAIN | len(self.csrcs)
        parts = [b"", *(csrc.to_bytes(4) for csrc in self.csrcs)]
        if self.extension is not None:
            first |= _EXTENSION
            words, rest = divmod(len(self.extension.data), 4)
            if rest or words > 0xFFFF:
                raise LocalProtocolError(
                    f"a header extension has whole 32-bit words, at most 65535: "
                    f"{len(self.extension.data)} bytes"
                )
            parts.append(_EXTENSION_HEADER.pack(self.extension.profile, words))
            parts.append(self.extension.data)
        parts.append(self.payload)
        try:
            parts[0] = _HEADER.pack(
                first,
                self.payload_type | self.marker << 7,
                self.sequence,
                self.timestamp,
                self.ssrc,
            )
        except struct.error as error:
            raise LocalProtocolError(
                f"an RTP header field does not fit: sequence {self.sequence}, "
                f"timestamp {self.timestamp}, SSRC {self.ssrc}"
            ) from error
        return b"".join(parts)


def _parse_optional_header(
    data: bytes, first: int
) -> tuple[tuple[int, ...], HeaderExtension | None, int]:
    """Read contributing sources and extension; the third value is where the payload begins."""
    csrc_count = first & 0x0F
    offset = HEADER_BYTES + 4 * csrc_count
    if len(data) < offset:
        raise RemoteProtocolError(f"RTP header announces {csrc_count} contributing sources")
    csrcs = struct.unpack_from(f"!{csrc_count}I", data, HEADER_BYTES)
    if not first & _EXTENSION:
        return csrcs, None, offset
    if len(data) < offset + _EXTENSION_HEADER.size:
        raise RemoteProtocolError("RTP header extension is cut off")
    profile, words = _EXTENSION_HEADER.unpack_from(data, offset)
    offset += _EXTENSION_HEADER.size
    end = offset + 4 * words
    if len(data) < end:
        raise RemoteProtocolError(
            f"RTP header extension announces {4 * words} bytes, but {len(data) - offset} follow"
        )
    return csrcs, HeaderExtension(profile, bytes(data[offset:end])), end


def _payload_end(data: bytes, start: int) -> int:
    # RFC 3550 §5.1: the last octet of the padding counts the padding, itself included.
    padding = data[-1]
    if padding == 0 or padding > len(data) - start:
        raise RemoteProtocolError(
            f"RTP padding of {padding} bytes in a packet with {len(data) - start} after the header"
        )
    return len(data) - padding
