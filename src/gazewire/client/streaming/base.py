"""What a packet carried, and when it was sent."""

from __future__ import annotations

from typing import NamedTuple, Self

from gazewire.client.streaming.timestamped import NS_PER_S, Timestamped

__all__ = ["RTSPData", "SDPDataNotAvailableError"]


class SDPDataNotAvailableError(Exception):
    """The session description is not there yet, or lacks what was asked for."""


class _RTSPFields(NamedTuple):
    raw: bytes
    timestamp_unix_seconds: float


class RTSPData(Timestamped, _RTSPFields):
    """The payload of one RTP packet.

    Attributes:
        raw: without the RTP header.
        timestamp_unix_seconds: the instant of its RTP timestamp, by the device's clock.
    """

    @classmethod
    def at_unix_ns(cls, raw: bytes, timestamp_unix_ns: int) -> Self:
        """Make it with its exact instant."""
        data = cls(raw, timestamp_unix_ns / NS_PER_S)
        data.timestamp_unix_ns = timestamp_unix_ns
        return data
