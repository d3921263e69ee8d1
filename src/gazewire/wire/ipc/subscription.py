"""Who listens to what, as the proxy's subscribers tell it upstream.

ZeroMQ sends a publisher one frame for each beginning of a topic that somebody has come to want, or
that nobody wants any more: a byte 1 or 0, then the beginning (RFC 29/PUBSUB). A publisher that
keeps them need not make what nobody hears.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from gazewire.errors import RemoteProtocolError

__all__ = ["Subscription", "SubscriptionSet"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One frame that tells of a subscription.

    Attributes:
        prefix: beginning of the topics; empty for all.
        wanted: somebody has come to want them, or else nobody does any more.
    """

    prefix: bytes
    wanted: bool

    @classmethod
    def parse(cls, frame: bytes) -> Self:
        """Read a frame.

        Raises:
            RemoteProtocolError: it does not begin with 1 or 0.
        """
        if frame[:1] not in {b"\x00", b"\x01"}:
            raise RemoteProtocolError(f"a subscription begins with 1 or 0, not {frame[:20]!r}")
        return cls(frame[1:], frame[:1] == b"\x01")

    def serialize(self) -> bytes:
        """Write a frame."""
        return bytes([self.wanted]) + self.prefix


class SubscriptionSet:
    """The beginnings of topics that are wanted now.

    Args:
        capacity: how many are kept. Where there are more, everything counts as wanted until they
            have gone: what nobody hears is then made in vain, and nothing is missed.
    """

    def __init__(self, *, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._prefixes: set[bytes] = set()
        self._beyond = 0

    def update(self, subscription: Subscription) -> None:
        """Take note of a frame; said twice is said once."""
        prefix = subscription.prefix
        if not subscription.wanted:
            if prefix in self._prefixes:
                self._prefixes.remove(prefix)
            elif self._beyond:
                self._beyond -= 1
        elif prefix not in self._prefixes:
            if len(self._prefixes) < self._capacity:
                self._prefixes.add(prefix)
            else:
                self._beyond += 1

    def wants(self, topic: str) -> bool:
        """Whether somebody hears this topic."""
        if self._beyond:
            return True
        encoded = topic.encode()
        return any(encoded[:length] in self._prefixes for length in range(len(encoded) + 1))
