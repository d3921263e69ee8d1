"""How much a peer may make us hold."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "RtspLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RtspLimits:
    """Caps on everything a peer can grow; what goes beyond ends the connection.

    An interleaved frame needs no cap of its own: its length field ends at 65 535 bytes.
    """

    start_line_bytes: int = 4096
    """Length of a request line or status line; the longest that real clients send is about 120."""

    header_bytes: int = 16_384
    """All header lines of one message together."""

    header_count: int = 64
    """Header fields of one message; real ones have at most ten."""

    body_bytes: int = 65_536
    """Body of one message; the longest of the real ones is an SDP of about 800 bytes."""

    pending_requests: int = 32
    """Requests of a client that wait for an answer of ours."""

    foreign_bytes: int = 262_144
    """What a client skips in search of the next message before it gives the connection up."""


DEFAULT_LIMITS = RtspLimits()
