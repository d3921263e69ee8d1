"""H.264 payloads one by one, for programs that take the raw video stream apart by themselves.

The streams of this package do not use it: they put pictures together with
`gazewire.wire.payload.h264`, which knows about loss.
"""

from __future__ import annotations

__all__ = ["extract_payload_from_nal_unit"]

_START_CODE = b"\x00\x00\x00\x01"
_FORBIDDEN_BIT, _REFERENCE_BITS, _TYPE_BITS = 0x80, 0x60, 0x1F
_FU_A = 28
_FU_START = 0x80


def extract_payload_from_nal_unit(unit: bytes) -> bytes:
    """Turn the payload of an RTP packet into the bytes that a decoder reads.

    Joined in order, the results are a byte stream (H.264 annex B): a whole NAL unit, and the first
    fragment of one in FU-A, begin with a start code; further fragments go on.

    Args:
        unit: the payload, without the RTP header.

    Raises:
        ValueError: the payload is cut off, or its forbidden bit is set (RFC 6184 §1.3).
    """
    unit = bytes(unit)
    if not unit:
        raise ValueError("a NAL unit has at least one byte")
    indicator = unit[0]
    if indicator & _FORBIDDEN_BIT:
        raise ValueError(
            f"the first bit of a NAL unit must be zero, but its byte is {indicator:#x}"
        )
    if indicator & _TYPE_BITS != _FU_A:
        return _START_CODE + unit
    if len(unit) < 2:
        raise ValueError("a fragment of a NAL unit has at least two bytes")
    # RFC 6184 §5.8: the header of the whole is spread over the first two bytes of a fragment.
    header = unit[1]
    if not header & _FU_START:
        return unit[2:]
    return _START_CODE + bytes([indicator & _REFERENCE_BITS | header & _TYPE_BITS]) + unit[2:]
