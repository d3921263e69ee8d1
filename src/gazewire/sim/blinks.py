"""When a wearer blinks, and how the lids close and open again.

    blinks = Blinks(seed=7)
    blinks.closure(np.array([12.0, 12.1]))  # 0 is as open as the lid is, 1 is shut

A blink shuts both eyes alike. Closing takes 75 to 100 ms; opening takes more than twice as long and
is fastest at its beginning (VanderWerf, Brassinga, Reits, Aramideh & Ongerboer de Visser 2003,
Journal of Neurophysiology 89, 2784-2796; Evinger, Manning & Sibony 1991, Investigative
Ophthalmology & Visual Science 32, 387-400).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.ticks import TICKS_PER_S

__all__ = ["BlinkCourse", "Blinks"]

# Blinks a minute: 17 for people at rest (Bentivoglio, Bressman, Cassetta, Carretta, Tonali &
# Albanese 1997, Movement Disorders 12, 1028-1034), very different from person to person.
_RATE_MEDIAN_HZ = 16 / 60
_RATE_SIGMA = 0.25
# Times between blinks are skewed: many short, some long (Ponder & Kennedy 1927, Quarterly Journal
# of Experimental Physiology 18, 89-110). Log-normal, with a shortest time.
_INTERVAL_SIGMA = 0.7
_INTERVAL_SHORTEST_S = 0.6
_CLOSING_S = (0.075, 0.100)
_CLOSED_S = (0.005, 0.050)
_OPENING_S = (0.160, 0.240)
# Now and then a lid goes only part of the way. In truth people differ and many do so half of the
# time (Sforza, Rango, Galante, Bresolin & Ferrario 2008, Ophthalmic and Physiological Optics 28,
# 345-353); this wearer rarely does, so that a blink is a blink to whoever judges a detector.
_PARTIAL_LIKELIHOOD = 0.07
_PARTIAL_DEPTH = (0.35, 0.75)
# The opening is a closing in reverse, on a time that runs fast at first.
_OPENING_POWER = 0.7
# Blinks are planned by the minute, so that any instant can be asked for.
_PLAN_S = 60.0


@dataclass(frozen=True, slots=True)
class BlinkCourse:
    """One blink.

    Attributes:
        start_tick: when the lids begin to close, counted from the wearer's zero.
        closed_tick: when they have come as far as they come.
        opening_tick: when they begin to open.
        end_tick: when they are open again.
        depth: how far they close; 1 is shut.
    """

    start_tick: int
    closed_tick: int
    opening_tick: int
    end_tick: int
    depth: float

    @property
    def is_complete(self) -> bool:
        """The lids met."""
        return self.depth == 1.0

    def closure(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far the lids are closed by it, (N,) 0 to `depth`, at the instants `t_s`, (N,)."""
        tick = t_s * TICKS_PER_S
        down = np.clip((tick - self.start_tick) / (self.closed_tick - self.start_tick), 0, 1)
        up = np.clip((tick - self.opening_tick) / (self.end_tick - self.opening_tick), 0, 1)
        closure: NDArray[np.float64] = self.depth * (_smooth(down) - _smooth(up**_OPENING_POWER))
        return closure


class Blinks:
    """The blinks of one wearer: a pure function of time.

    Attributes:
        rate_hz: how often this person blinks, on average.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        rng = np.random.default_rng([seed, 0xB11C])
        self.rate_hz = _RATE_MEDIAN_HZ * float(np.exp(np.clip(rng.normal(), -2, 2) * _RATE_SIGMA))
        # Whoever asks goes forward in time, a few seconds apart at most.
        self._plan = lru_cache(maxsize=8)(self._make_plan)

    def courses(self) -> Iterator[BlinkCourse]:
        """All blinks, from the beginning, without end."""
        for number in count():
            yield from self._plan(number)

    def between(self, start_s: float, end_s: float) -> list[BlinkCourse]:
        """The blinks any part of which lies between two instants, in order."""
        numbers = range(max(0, math.floor(start_s / _PLAN_S)), math.floor(end_s / _PLAN_S) + 1)
        return [
            blink
            for number in numbers
            for blink in self._plan(number)
            if blink.start_tick < end_s * TICKS_PER_S and blink.end_tick > start_s * TICKS_PER_S
        ]

    def closure(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far the lids are closed, (N,) 0 to 1, at the rising instants `t_s`, (N,) seconds."""
        closure = np.zeros(len(t_s))
        if len(t_s):
            for blink in self.between(float(t_s[0]), float(t_s[-1]) + 1 / TICKS_PER_S):
                closure += blink.closure(t_s)
        return closure

    def _make_plan(self, number: int) -> tuple[BlinkCourse, ...]:
        """The blinks of one minute; none goes on into the next."""
        rng = np.random.default_rng([self._seed, 0xB11D, number])
        blinks: list[BlinkCourse] = []
        at_s = number * _PLAN_S + float(rng.uniform(0.0, 2.0)) * self._interval_s(rng)
        limit_s = (number + 1) * _PLAN_S - _CLOSING_S[1] - _CLOSED_S[1] - _OPENING_S[1]
        while at_s < limit_s:
            low, high = zip(_CLOSING_S, _CLOSED_S, _OPENING_S, strict=True)
            phases_s = rng.uniform(low, high)
            is_partial = rng.random() < _PARTIAL_LIKELIHOOD
            depth = float(rng.uniform(*_PARTIAL_DEPTH)) if is_partial else 1.0
            begins = np.rint((at_s + np.cumsum([0.0, *phases_s])) * TICKS_PER_S).astype(int)
            start, closed, opening, end = begins.tolist()
            blinks.append(BlinkCourse(start, closed, opening, end, depth))
            at_s += self._interval_s(rng)
        return tuple(blinks)

    def _interval_s(self, rng: np.random.Generator) -> float:
        # The shortest time is added, so that the mean is that of the rate.
        mean_s = 1.0 / self.rate_hz - _INTERVAL_SHORTEST_S
        median_s = mean_s / math.exp(_INTERVAL_SIGMA**2 / 2)
        return _INTERVAL_SHORTEST_S + float(rng.lognormal(math.log(median_s), _INTERVAL_SIGMA))


def _smooth(done: NDArray[np.float64]) -> NDArray[np.float64]:
    return done**3 * (10.0 - 15.0 * done + 6.0 * done**2)
