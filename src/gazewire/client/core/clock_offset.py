"""The offset between the clock of a Core program and ours, from rounds of questions for its time.

A round gives three readings: of our clock when the question went out, of Core time, of our clock
when the answer was there. The program read its clock somewhere in between, so that every round
bounds, beyond doubt, when Core time was zero (Cristian 1989). What all rounds agree on is narrower
than the smallest round trip; its middle is the estimate.

    offset = CoreClockOffset.from_rounds(rounds)
    offset.unix_ns(534.5628765)                        # an instant, on our clock
    offset.core_s(clock.unix_ns())                     # now, in Core seconds
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from gazewire.time import TimeBase
from gazewire.wire.ipc.quantity import instant
from gazewire.wire.remote import parse_time_reply

__all__ = ["ClockRound", "CoreClockOffset"]


@dataclass(frozen=True, slots=True)
class ClockRound:
    """One question for the time, and its answer.

    Attributes:
        sent_unix_ns: our clock when the question went out.
        core_ns: Core time in the answer.
        received_unix_ns: our clock when it was there.
    """

    sent_unix_ns: int
    core_ns: int
    received_unix_ns: int

    @classmethod
    def from_reply(cls, sent_unix_ns: int, reply: bytes, received_unix_ns: int) -> Self:
        """Read what Pupil Remote has answered.

        Raises:
            RemoteProtocolError: it is no time, or one that is centuries away.
        """
        core_ns = instant(parse_time_reply(reply), TimeBase(0))
        return cls(sent_unix_ns, core_ns, received_unix_ns)

    @property
    def roundtrip_ns(self) -> int:
        """From the question to the answer."""
        return self.received_unix_ns - self.sent_unix_ns

    @property
    def earliest_zero_ns(self) -> int:
        """Core time was not zero before this, on our clock."""
        return self.sent_unix_ns - self.core_ns

    @property
    def latest_zero_ns(self) -> int:
        """Core time was not zero after this, on our clock."""
        return self.received_unix_ns - self.core_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreClockOffset:
    """How Core time is related to our clock.

    Attributes:
        zero_unix_ns: our clock when Core time is 0.0.
        uncertainty_ns: that is not further from the truth than this. Where the ways to and fro take
            equally long, the error is far smaller.
        smallest_roundtrip_ns: of the rounds looked at.
        rounds: how many those were.
        measured_unix_ns: our clock when the last of them ended.
    """

    zero_unix_ns: int
    uncertainty_ns: int
    smallest_roundtrip_ns: int
    rounds: int
    measured_unix_ns: int

    @classmethod
    def from_rounds(cls, rounds: Sequence[ClockRound]) -> Self:
        """Find what the rounds agree on.

        Where one contradicts those before it, Core time has been set in between, and only what
        comes after that counts.

        Args:
            rounds: at least one, in the order of time.
        """
        agreeing = [rounds[0]]
        earliest_ns, latest_ns = rounds[0].earliest_zero_ns, rounds[0].latest_zero_ns
        for latest in rounds[1:]:
            if latest.earliest_zero_ns > latest_ns or latest.latest_zero_ns < earliest_ns:
                agreeing = []
                earliest_ns, latest_ns = latest.earliest_zero_ns, latest.latest_zero_ns
            agreeing.append(latest)
            earliest_ns = max(earliest_ns, latest.earliest_zero_ns)
            latest_ns = min(latest_ns, latest.latest_zero_ns)
        return cls(
            zero_unix_ns=(earliest_ns + latest_ns) // 2,
            # Rounded up.
            uncertainty_ns=(latest_ns - earliest_ns + 1) // 2,
            smallest_roundtrip_ns=min(one.roundtrip_ns for one in agreeing),
            rounds=len(agreeing),
            measured_unix_ns=agreeing[-1].received_unix_ns,
        )

    def unix_ns(self, core_s: float) -> int:
        """Our clock at an instant in Core seconds, rounded to the nearest nanosecond.

        Raises:
            ValueError: it is not finite, or centuries away.
        """
        return TimeBase(self.zero_unix_ns).unix_ns(core_s)

    def core_s(self, unix_ns: int) -> float:
        """Core seconds at an instant of our clock."""
        return TimeBase(self.zero_unix_ns).core_s(unix_ns)

    def allows(self, latest: ClockRound) -> bool:
        """Whether this may still be so, after another round: nobody has set a clock since."""
        return latest.earliest_zero_ns <= self.zero_unix_ns <= latest.latest_zero_ns
