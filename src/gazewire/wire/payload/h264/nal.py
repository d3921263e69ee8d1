"""NAL units, and the two ways in which files and codecs string them together.

A NAL unit begins with one header byte (ITU-T H.264 §7.3.1) and is never empty. Everywhere in
gazewire it is `bytes` without start code and without length prefix.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = [
    "NalType",
    "join_annex_b",
    "join_length_prefixed",
    "nal_type",
    "split_annex_b",
    "split_length_prefixed",
]

TYPE_MASK = 0x1F
"""Bits of the header byte that hold the type."""

IMPORTANCE_MASK = 0xE0
"""Bits of the header byte that are the same in all fragments: forbidden_zero_bit, nal_ref_idc."""

_START_CODE = b"\0\0\1"
_LONG_START_CODE = b"\0\0\0\1"


class NalType(IntEnum):
    """Types we name (ITU-T H.264 table 7-1; from `STAP_A` on RFC 6184 §5.2)."""

    SLICE = 1
    PARTITION_A = 2
    PARTITION_B = 3
    PARTITION_C = 4
    IDR = 5
    SEI = 6
    SPS = 7
    PPS = 8
    ACCESS_UNIT_DELIMITER = 9
    END_OF_SEQUENCE = 10
    END_OF_STREAM = 11
    FILLER = 12
    STAP_A = 24
    STAP_B = 25
    MTAP16 = 26
    MTAP24 = 27
    FU_A = 28
    FU_B = 29


def nal_type(nal_unit: bytes) -> int:
    """The type in the header of a NAL unit; compare it with `NalType`."""
    return nal_unit[0] & TYPE_MASK


def split_annex_b(data: bytes) -> list[bytes]:
    """Split a byte stream at its start codes (ITU-T H.264 annex B).

    Args:
        data: whole NAL units, each after a start code of three bytes or four. Zeros before a start
            code and at the end belong to no unit.

    Returns:
        The NAL units; empty where there is none.

    Raises:
        RemoteProtocolError: something other than zeros stands before the first start code.
    """
    before, *units = bytes(data).split(_START_CODE)
    if before.strip(b"\0"):
        raise RemoteProtocolError("an H.264 byte stream does not begin with a start code")
    # A NAL unit never ends with a zero (§7.4.1), so all trailing zeros are stuffing.
    return [unit for unit in (unit.rstrip(b"\0") for unit in units) if unit]


def join_annex_b(nal_units: Iterable[bytes]) -> bytes:
    """Write NAL units as a byte stream, each after a start code of four bytes."""
    return b"".join(part for unit in nal_units for part in (_LONG_START_CODE, unit))


def split_length_prefixed(data: bytes, length_bytes: int = 4) -> list[bytes]:
    """Split what MP4 calls a sample (ISO/IEC 14496-15 §5.3.2).

    Args:
        data: whole NAL units, each after its length.
        length_bytes: size of a length, 1, 2 or 4; the file's header tells it.

    Raises:
        RemoteProtocolError: a length does not agree with what follows.
    """
    _check_length_bytes(length_bytes)
    data = bytes(data)
    units = []
    offset = 0
    while offset < len(data):
        start = offset + length_bytes
        offset = start + int.from_bytes(data[offset:start])
        if start > len(data) or offset > len(data):
            raise RemoteProtocolError("a length-prefixed NAL unit is cut off")
        if offset > start:
            units.append(data[start:offset])
    return units


def join_length_prefixed(nal_units: Iterable[bytes], length_bytes: int = 4) -> bytes:
    """Write NAL units as an MP4 sample, each after its length.

    Raises:
        LocalProtocolError: a NAL unit is longer than a length can tell.
    """
    _check_length_bytes(length_bytes)
    parts: list[bytes] = []
    for unit in nal_units:
        if len(unit) >> 8 * length_bytes:
            raise LocalProtocolError(
                f"a NAL unit of {len(unit)} bytes does not fit a {length_bytes}-byte length"
            )
        parts += (len(unit).to_bytes(length_bytes), unit)
    return b"".join(parts)


def _check_length_bytes(length_bytes: int) -> None:
    if length_bytes not in (1, 2, 4):
        raise LocalProtocolError(f"a NAL unit length has 1, 2 or 4 bytes: {length_bytes}")
