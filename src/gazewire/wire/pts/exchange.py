"""Asking a master for its time, over and over, and what its answers say of our clock.

    follower: 73 79 6e 63 ("sync")
    master:   its Core time as a little-endian double, 8 bytes

Any number of exchanges follow one another on one connection. All times are Core seconds.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = [
    "CONNECT_TIMEOUT_S",
    "EXCHANGES",
    "RETRY_S",
    "ROUND_PAUSE_S",
    "ROUND_SPREAD_S",
    "Exchange",
    "ExchangeRound",
    "OffsetEstimate",
    "RequestReader",
    "estimate_offset",
    "serialize_time",
]

EXCHANGES = 60
"""How often a follower asks in one round."""

CONNECT_TIMEOUT_S = 1.0
"""How long a follower waits for a connection."""

ROUND_PAUSE_S = 10.0
"""Time from one round to the next, to which up to `ROUND_SPREAD_S` is added at random."""

ROUND_SPREAD_S = 1.0

RETRY_S = 1.0
"""Time to the next round where this one failed, or its correction was refused."""

_REQUEST = b"sync"
_TIME = struct.Struct("<d")
_KEPT_PART = 0.69


def serialize_time(core_s: float) -> bytes:
    """Write a master's answer; its time is to be read as late as possible."""
    return _TIME.pack(core_s)


class RequestReader:
    """The master's side of a connection: counts the answers that are due."""

    def __init__(self) -> None:
        self._rest = b""

    def receive_data(self, data: bytes) -> int:
        """Take what came; tell how many answers it asks for.

        Requests have four bytes each. Four bytes of anything else are passed over.
        """
        data = self._rest + data
        end = len(data) - len(data) % len(_REQUEST)
        self._rest = data[end:]
        starts = range(0, end, len(_REQUEST))
        return sum(data[start : start + len(_REQUEST)] == _REQUEST for start in starts)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer.

    Attributes:
        sent_s: our time when we asked.
        master_s: the master's time when it answered.
        received_s: our time when the answer was here.
    """

    sent_s: float
    master_s: float
    received_s: float

    @property
    def round_trip_s(self) -> float:
        """How long it took."""
        return self.received_s - self.sent_s

    @property
    def offset_s(self) -> float:
        """Our time less the master's, where both ways took the same.

        The incumbent takes ``sent_s`` less half of the round trip instead, which is wrong by one
        whole round trip: its followers run behind by twice the delay of the network.
        """
        return (self.sent_s + self.received_s) / 2 - self.master_s


@dataclass(frozen=True, slots=True)
class OffsetEstimate:
    """What a round says of our clock.

    Attributes:
        offset_s: our time less the master's.
        jitter_s: mean absolute deviation of the exchanges it is made of.
    """

    offset_s: float
    jitter_s: float


def estimate_offset(exchanges: Sequence[Exchange]) -> OffsetEstimate:
    """Estimate the offset from the quicker part of the exchanges.

    Args:
        exchanges: of one round, in any order; at least two, of which 69 % are kept.
    """
    kept = sorted(exchanges, key=lambda exchange: exchange.round_trip_s)
    kept = kept[: int(len(kept) * _KEPT_PART)]
    if not kept:
        raise LocalProtocolError("an estimate needs at least two exchanges")
    offset_s = math.fsum(exchange.offset_s for exchange in kept) / len(kept)
    deviations = (abs(exchange.offset_s - offset_s) for exchange in kept)
    return OffsetEstimate(offset_s, math.fsum(deviations) / len(kept))


class ExchangeRound:
    """The follower's side of a connection, for one round.

    while not round_.complete:
        send(round_.ask(now_s()))
        while round_.pending:
            round_.receive_data(receive(), now_s())
    round_.estimate()
    """

    def __init__(self) -> None:
        self._sent_s: float | None = None
        self._answer = b""
        self._exchanges: list[Exchange] = []

    @property
    def pending(self) -> bool:
        """A question is out."""
        return self._sent_s is not None

    @property
    def complete(self) -> bool:
        """All questions of the round have their answers."""
        return len(self._exchanges) >= EXCHANGES

    def ask(self, now_s: float) -> bytes:
        """Begin an exchange; tell what to send at once.

        Raises:
            LocalProtocolError: the one before is not answered yet.
        """
        if self.pending:
            raise LocalProtocolError("one question at a time")
        self._sent_s = now_s
        return _REQUEST

    def receive_data(self, data: bytes, now_s: float) -> None:
        """Take what came at our time `now_s`; eight bytes end the exchange.

        Raises:
            RemoteProtocolError: nothing was asked, more came than an answer, or the time is not
                finite. The connection is of no use any more.
        """
        answer = self._answer + data
        if self._sent_s is None or len(answer) > _TIME.size:
            raise RemoteProtocolError("a master answers each question once, with 8 bytes")
        self._answer = answer
        if len(answer) < _TIME.size:
            return
        (master_s,) = _TIME.unpack(answer)
        if not math.isfinite(master_s):
            raise RemoteProtocolError(f"a master's time is finite, not {master_s!r}")
        self._exchanges.append(Exchange(self._sent_s, master_s, now_s))
        self._sent_s, self._answer = None, b""

    def estimate(self) -> OffsetEstimate:
        """Estimate the offset from all exchanges so far."""
        return estimate_offset(self._exchanges)
