"""How patient a stream is, and which way its packets come."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

from gazewire.time import Clock

__all__ = [
    "DEFAULT_POLICY",
    "AnswerLimit",
    "RetryDelay",
    "StreamOptions",
    "StreamPolicy",
    "TransportChoice",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPolicy:
    """Time limits of one stream, all in seconds."""

    connect_timeout_s: float = 2.0
    """For the TCP connection. Short, because another try comes soon."""

    answer_timeout_s: float = 2.0
    """For each answer, at first; doubled whenever a device takes longer, because it may be slow."""

    longest_answer_s: float = 10.0
    """What that doubling ends at."""

    fallback_s: float = 1.5
    """Without a packet over UDP for so long after PLAY, TCP is tried."""

    silence_s: float = 10.0
    """Without anything of use for so long, the stream is opened anew."""

    probe_s: float = 1.0
    """How often a device that sends nothing is asked whether it is still there."""

    first_retry_s: float = 0.1
    """From the first failure to the next try; doubled from try to try."""

    longest_retry_s: float = 1.0
    """What that doubling ends at. A stream that has lasted for so long was a success."""

    held_s: float = 10.0
    """So long are packets kept that cannot be dated yet, because no sender report has come."""

    held_bytes: int = 16 * 1024 * 1024
    """And so much of them."""

    reports_s: float = 5.0
    """From one receiver report to the next, over UDP (RFC 3550 §6.2)."""


DEFAULT_POLICY = StreamPolicy()


class RetryDelay:
    """Grows from failure to failure, up to a bound.

    Args:
        policy: the bounds.
    """

    def __init__(self, policy: StreamPolicy) -> None:
        self._policy = policy
        self._next_s = policy.first_retry_s

    def next_s(self) -> float:
        """Seconds to wait after one more failure."""
        delay_s = self._next_s
        self._next_s = min(2 * delay_s, self._policy.longest_retry_s)
        return delay_s

    def reset(self) -> None:
        """Begin with short delays again, because something worked."""
        self._next_s = self._policy.first_retry_s


class AnswerLimit:
    """How long to wait for an answer: longer for a device that has let us wait.

    Args:
        policy: the bounds.

    Attributes:
        seconds: as things stand.
    """

    def __init__(self, policy: StreamPolicy) -> None:
        self.seconds = policy.answer_timeout_s
        self._longest_s = policy.longest_answer_s

    def extend(self) -> None:
        """Take note that it was not enough."""
        self.seconds = max(self.seconds, min(2 * self.seconds, self._longest_s))


class TransportChoice:
    """UDP or TCP, for all streams of a device: what one has learned holds for the others.

    Args:
        over_tcp: True or False to have it so; None to begin with UDP and fall back to TCP.
    """

    def __init__(self, over_tcp: bool | None = None) -> None:
        self.choose(over_tcp)

    def choose(self, over_tcp: bool | None) -> None:
        """Have it otherwise, from the next session of each stream on; see the class."""
        self._is_free = over_tcp is None
        self._over_tcp = over_tcp is True
        self._udp_works = False

    @property
    def over_tcp(self) -> bool:
        """What to try next."""
        return self._over_tcp

    @property
    def is_free(self) -> bool:
        """TCP may be tried where UDP was to be used."""
        return self._is_free

    @property
    def doubts_udp(self) -> bool:
        """Nobody knows whether UDP comes through: silence is reason enough to try TCP at once."""
        return self._is_free and not self._udp_works

    def udp_came(self) -> None:
        """Learn that packets come by UDP."""
        self._udp_works = True

    def only_tcp_came(self) -> None:
        """Learn that packets come by TCP, at once, where none came by UDP."""
        if self._is_free:
            self._over_tcp = True
            self._udp_works = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """How the streams of one device are received, whatever they carry."""

    clock: Clock
    """For times of arrival."""

    policy: StreamPolicy = DEFAULT_POLICY
    """How patient to be."""

    transport: TransportChoice = field(default_factory=TransportChoice)
    """UDP or TCP; shared, because what one stream learns of the network holds for all."""

    tls: ssl.SSLContext | None = None
    """How to encrypt connections; for URLs of the scheme ``rtsps`` the usual way where None."""

    keep_alive: bool = True
    """Open again what was lost. If not, a stream is opened once, and its end is the end."""
