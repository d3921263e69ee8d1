"""NAL units as a byte stream, the form that libav takes (ITU-T H.264 Annex B)."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["join"]

_START_CODE = b"\x00\x00\x00\x01"


def join(nal_units: Iterable[bytes]) -> bytes:
    """Put a start code before each NAL unit."""
    return b"".join(_START_CODE + nal_unit for nal_unit in nal_units)
