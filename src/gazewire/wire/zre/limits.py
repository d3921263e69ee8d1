"""How much peers may make us hold."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "ZreLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZreLimits:
    """Caps on everything that a peer, or the number of them, can grow.

    A peer that goes beyond one is dropped, or not met in the first place.
    """

    peers: int = 256
    """Peers at a time, met or about to be; more are not answered until some are gone."""

    message_bytes: int = 65_536
    """The ZRE frame of one message; HELLO is the only long one, real ones have about 200 bytes."""

    groups: int = 256
    """Groups of one peer."""

    headers: int = 256
    """Headers of one peer; the incumbent program has three."""

    content_frames: int = 64
    """Content frames of one WHISPER or SHOUT; real ones have one or two."""

    content_bytes: int = 1_048_576
    """Content of one WHISPER or SHOUT, all its frames together; also of what we send."""


DEFAULT_LIMITS = ZreLimits()
