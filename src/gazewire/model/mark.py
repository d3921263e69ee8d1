"""What a user marks."""

from __future__ import annotations

import msgspec

__all__ = ["Event"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled instant.

    Attributes:
        name: the label.
        timestamp_unix_ns: the instant, as the sender gave it, else of arrival.
        recording_id: the recording that holds it; None where nothing was recording.
    """

    name: str | None
    timestamp_unix_ns: int
    recording_id: str | None = None
