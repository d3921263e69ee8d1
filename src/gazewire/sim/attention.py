"""What a wearer was asked to look at, and the gaze of one who does so.

    attention = Attention()
    attention.ask(exhibit, unix_ns)      # it is there from this instant on
    attention.ask(None, later_unix_ns)   # and the wearer is free again

Whoever draws the room, the eyes or the truth asks the same attention about an instant, and so all
of them agree, as long as each has heard of a request before it takes effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.exhibit import Exhibit
from gazewire.sim.gaze_path import Jump, saccade_duration_s
from gazewire.sim.head import HeadMotion
from gazewire.sim.ticks import TICKS_PER_S

__all__ = ["REACTION_NS", "Attention", "Look", "ObedientGaze"]

REACTION_NS = 150_000_000
"""From the moment at which something is there until the eyes set out for it. Whoever knows what to
expect needs no more (Carpenter 1988, Movements of the Eyes, 2nd edition: 100 to 200 ms)."""

_REMEMBERED = 64
# The eye is there already.
_SMALLEST_RAD = 1e-4


@dataclass(frozen=True, slots=True)
class _Request:
    unix_ns: int
    exhibit: Exhibit | None


class Attention:
    """What one wearer is asked to look at. One thread asks; any may look it up."""

    def __init__(self) -> None:
        self._requests: tuple[_Request, ...] = ()

    def ask(self, exhibit: Exhibit | None, unix_ns: int) -> None:
        """Put something before the wearer, or take it away.

        Args:
            exhibit: what is to be looked at; None: whatever the wearer likes.
            unix_ns: from when on; what was asked for from then on or later is forgotten.
        """
        before = tuple(one for one in self._requests if one.unix_ns < unix_ns)
        self._requests = (*before[1 - _REMEMBERED :], _Request(unix_ns, exhibit))

    def shown(self, unix_ns: int) -> Exhibit | None:
        """What there is to be seen at an instant."""
        for request in reversed(self._requests):
            if request.unix_ns <= unix_ns:
                return request.exhibit
        return None

    def attended(self, unix_ns: int) -> Exhibit | None:
        """What the wearer attends to at an instant, a reaction after it is there."""
        return self.shown(unix_ns - REACTION_NS)


@dataclass(frozen=True, slots=True)
class Look:
    """Where somebody looks who does as asked.

    Attributes:
        tangents: (2,) where, scene camera frame.
        is_jump: the eyes are on their way.
        name: what is looked at.
    """

    tangents: NDArray[np.float64]
    is_jump: bool
    name: str | None


class ObedientGaze:
    """Leads the gaze to what is asked for, and back to where it would be otherwise.

    It is asked about one instant after the other. The eyes go by saccades and then rest, however
    the head moves; attention keeps them from drifting.

    Args:
        attention: what is asked for.
        head: how the head moves.
    """

    def __init__(self, attention: Attention, head: HeadMotion) -> None:
        self._attention = attention
        self._head = head
        self._exhibit: Exhibit | None = None
        self._jump: tuple[int, int, tuple[float, float]] | None = None
        self._last: NDArray[np.float64] | None = None

    def look(self, unix_ns: int, tick: int, own: NDArray[np.float64]) -> Look | None:
        """Tell where the wearer looks at an instant; None where that is as if nobody had asked.

        Args:
            unix_ns: the instant.
            tick: the same, counted from the wearer's zero.
            own: (2,) tangents: where the wearer would look otherwise.
        """
        exhibit = self._attention.attended(unix_ns)
        aim = own if exhibit is None else self._seen(exhibit, tick)
        if exhibit != self._exhibit:
            self._exhibit = exhibit
            # Who is met in the middle of it has looked there for a while.
            self._jump = None if self._last is None else _jump(self._last, aim, tick)
        if self._jump is not None and tick >= self._jump[1]:
            self._jump = None
        is_jump = self._jump is not None
        self._last = aim if self._jump is None else self._underway(self._jump, aim, tick)
        if exhibit is None and not is_jump:
            return None
        name = None if is_jump or exhibit is None else exhibit.kind
        return Look(self._last, is_jump, name)

    def _seen(self, exhibit: Exhibit, tick: int) -> NDArray[np.float64]:
        turned = self._head.tangents(np.array([tick / TICKS_PER_S]))[0]
        seen: NDArray[np.float64] = np.array(exhibit.point) - turned
        return seen

    def _underway(
        self, jump: tuple[int, int, tuple[float, float]], aim: NDArray[np.float64], tick: int
    ) -> NDArray[np.float64]:
        start_tick, end_tick, start = jump
        saccade = Jump(start_tick, end_tick, start, _pair(aim))
        gaze: NDArray[np.float64] = saccade.tangents(np.array([tick / TICKS_PER_S]), self._head)[0]
        return gaze


def _jump(
    start: NDArray[np.float64], aim: NDArray[np.float64], tick: int
) -> tuple[int, int, tuple[float, float]] | None:
    """First tick, last tick and start of the saccade to an aim; None where it is there already."""
    rays = np.column_stack([[start, aim], np.ones(2)])
    first, last = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    angle = float(np.arctan2(np.linalg.norm(np.cross(first, last)), first @ last))
    if angle < _SMALLEST_RAD:
        return None
    duration_s = saccade_duration_s(float(np.degrees(angle)))
    return tick, tick + round(duration_s * TICKS_PER_S), _pair(start)


def _pair(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[1])
