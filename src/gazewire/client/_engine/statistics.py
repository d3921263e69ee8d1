"""What a user can know of how a stream is received."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["StreamState", "StreamStatistics"]


class StreamState(enum.StrEnum):
    """Where a stream stands."""

    IDLE = "idle"
    """Nobody has asked for it."""

    UNAVAILABLE = "unavailable"
    """The device says that the sensor is not connected."""

    CONNECTING = "connecting"
    """The device is being asked for it."""

    WAITING = "waiting"
    """It is open, and nothing comes."""

    RECEIVING = "receiving"
    """It is open, and data come."""

    RETRYING = "retrying"
    """It failed, and will be opened again in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStatistics:
    """One stream in numbers, since it was first opened."""

    state: StreamState
    transport: str | None
    """``udp`` or ``tcp`` while it is open."""

    error: str | None
    """Why it is not, or why it failed last, in words."""

    sessions: int
    """How often it was opened; one more than it was lost."""

    packets: int
    """RTP packets received."""

    items: int
    """Records handed on: data, or coded pictures."""

    lost: int
    """Packets that did not come in time, by their numbers. Those among them that came when they had
    been given up are `late`."""

    reordered: int
    """Packets that came behind a later one, and were put in their place."""

    late: int
    """Packets that came when they had been given up."""

    duplicates: int
    """Packets that came twice."""

    malformed: int
    """Packets and payloads that could not be read."""

    unknown: int
    """Payloads of a kind that is newer than we are."""

    undated: int
    """Packets given up because no sender report came to tell their time."""

    incomplete: int
    """Pictures left out because a part of them, or of one before, is missing."""

    clock_refused: int
    """Sender reports that were not believed."""

    foreign_bytes: int
    """Bytes between interleaved packets that made no sense."""

    jitter_ms: float
    """Of the arrival (RFC 3550 §6.4.1)."""
