"""One coded picture of an H.264 stream."""

from __future__ import annotations

import msgspec

__all__ = ["AccessUnit"]


class AccessUnit(msgspec.Struct, frozen=True, kw_only=True):
    """The NAL units of one picture, in decoding order, without start codes or length prefixes.

    Attributes:
        timestamp_unix_ns: instant of exposure of the picture.
        nal_units: each begins with its NAL header byte (ITU-T H.264 §7.3.1).
        is_keyframe: decoding can begin here (the picture is an IDR picture).
    """

    timestamp_unix_ns: int
    nal_units: tuple[bytes, ...]
    is_keyframe: bool
