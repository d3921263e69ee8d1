"""RTP and RTCP packets between the messages of an RTSP connection, RFC 2326 §10.12.

::

    '$'  channel (u8)  length (u16, big-endian)  packet
"""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.errors import LocalProtocolError

__all__ = ["FRAME_HEADER_BYTES", "MARK", "InterleavedFrame", "frame_header"]

MARK = b"$"
"""The byte that a frame begins with; no message does."""

FRAME_HEADER_BYTES = 4
"""What stands before the packet."""


def frame_header(channel: int, length: int) -> bytes:
    """Write the four bytes that announce a packet.

    They stand alone because the websocket tunnel sends them as a message of their own.

    Args:
        channel: 0 to 255, as agreed in SETUP.
        length: bytes of the packet, 0 to 65535.

    Raises:
        LocalProtocolError: either does not fit.
    """
    if not 0 <= channel <= 0xFF:
        raise LocalProtocolError(f"an interleaved channel is 0 to 255, not {channel}")
    if not 0 <= length <= 0xFFFF:
        raise LocalProtocolError(f"an interleaved packet has at most 65535 bytes, not {length}")
    return MARK + bytes((channel,)) + length.to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class InterleavedFrame:
    """One packet on one channel of an RTSP connection."""

    channel: int
    """0 to 255; by custom even for RTP and the next odd one for its RTCP."""

    payload: bytes
    """The packet, without the four bytes before it."""

    def serialize(self) -> bytes:
        """Write the frame: four bytes, then the packet."""
        return frame_header(self.channel, len(self.payload)) + self.payload
