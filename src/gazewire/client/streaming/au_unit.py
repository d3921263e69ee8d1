"""AAC payloads one by one, for programs that take the raw audio stream apart by themselves.

The streams of this package do not use it: they read packets with `gazewire.wire.payload`, which
dates each frame and joins fragments.
"""

from __future__ import annotations

__all__ = ["extract_frames_from_au_packet"]

_AU_HEADER_BYTES = 2
_INDEX_BITS = 3


def extract_frames_from_au_packet(rtp_payload: bytes) -> list[bytes]:
    """Take the coded frames out of one payload in the mode ``AAC-hbr`` (RFC 3640 §3.3.6).

    Args:
        rtp_payload: without the RTP header.

    Returns:
        The frames that are whole, in order; none if the payload cannot be right.
    """
    payload = bytes(rtp_payload)
    header_bytes = (int.from_bytes(payload[:2]) + 7) // 8
    data_offset = 2 + header_bytes
    if len(payload) < data_offset or header_bytes % _AU_HEADER_BYTES:
        return []
    frames = []
    for offset in range(2, data_offset, _AU_HEADER_BYTES):
        size = int.from_bytes(payload[offset : offset + _AU_HEADER_BYTES]) >> _INDEX_BITS
        if data_offset + size > len(payload):
            break
        frames.append(payload[data_offset : data_offset + size])
        data_offset += size
    return frames
