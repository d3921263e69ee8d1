"""What a follower does about its offset: nothing, small steps, or one jump.

Corrections are in nanoseconds by which our Core time is to be turned back, as
`gazewire.time.TimeBase.turn_back` takes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.wire.pts.exchange import OffsetEstimate

__all__ = ["SLEW_INTERVAL_S", "Correction", "Hold", "Jump", "Refuse", "Slew", "plan_correction"]

SLEW_INTERVAL_S = 0.1
"""Time between two steps of a slew."""

_NS_PER_S = 1_000_000_000
_SMALLEST_NS = 100_000
_LARGEST_SLEW_NS = 10_000_000
_LARGEST_STEP_NS = 500_000


@dataclass(frozen=True, slots=True)
class Hold:
    """The clock is as good as we can tell."""


@dataclass(frozen=True, slots=True)
class Slew:
    """Correct in small steps, `SLEW_INTERVAL_S` apart.

    Attributes:
        steps_ns: by how much to turn the clock back each time; at most 20 steps of 0.5 ms.
    """

    steps_ns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """Correct at once.

    Attributes:
        step_ns: by how much to turn the clock back.
    """

    step_ns: int

    def __str__(self) -> str:
        return f"Pupil Sync has adjusted the clock by {self.step_ns / _NS_PER_S}s"


@dataclass(frozen=True, slots=True)
class Refuse:
    """A jump is due, but would tear a recording; try again later."""

    def __str__(self) -> str:
        return "Request to change timebase during recording ignored. Turn off recording first."


Correction = Hold | Slew | Jump | Refuse
"""What to do about an offset. What belongs in the log is the text of it."""


def plan_correction(estimate: OffsetEstimate, *, recording: bool) -> Correction:
    """Decide what to do about an offset.

    Args:
        estimate: of the latest round.
        recording: a recording runs, whose timestamps must not run backwards.
    """
    offset_ns = round(estimate.offset_s * _NS_PER_S)
    if abs(offset_ns) <= max(round(estimate.jitter_s * _NS_PER_S), _SMALLEST_NS):
        return Hold()
    if abs(offset_ns) > _LARGEST_SLEW_NS:
        return Refuse() if recording else Jump(offset_ns)
    return Slew(_steps(offset_ns))


def _steps(offset_ns: int) -> tuple[int, ...]:
    """Whole steps, then what is left."""
    sign = 1 if offset_ns > 0 else -1
    whole, rest = divmod(abs(offset_ns), _LARGEST_STEP_NS)
    return (sign * _LARGEST_STEP_NS,) * whole + ((sign * rest,) if rest else ())
