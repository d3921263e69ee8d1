"""What a blink filter answers while eyelids move."""

from __future__ import annotations

from typing import Literal

import msgspec

from gazewire.model.pupil import PupilDatum

__all__ = ["BlinkResponse"]


class BlinkResponse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The filter's response is over its threshold; one blink gives a train of these.

    Attributes:
        kind: the lids close (``onset``) or open (``offset``).
        timestamp_unix_ns: instant in the middle of the filter's window.
        confidence: strength of the response, 0 to 1.
        base: the 2-D pupils in the window, both eyes mixed.
    """

    kind: Literal["onset", "offset"]
    timestamp_unix_ns: int
    confidence: float
    base: tuple[PupilDatum, ...]
