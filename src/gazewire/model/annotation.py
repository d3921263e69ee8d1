"""A label that somebody put on a stretch of time."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

__all__ = ["Annotation"]


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled stretch of time, with whatever else its sender wanted to keep.

    Attributes:
        label: what happened.
        timestamp_unix_ns: when it began, as the sender says.
        duration_s: how long it lasted; 0.0 for an instant.
        fields: the sender's own columns, mostly scalars.
    """

    label: str
    timestamp_unix_ns: int
    duration_s: float = 0.0
    fields: Mapping[str, object] = {}
