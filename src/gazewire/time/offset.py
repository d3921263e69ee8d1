"""The offset between a device's clock and ours, from rounds of the time echo.

A round gives three readings: of our clock when the question went out, of the device's in whole
milliseconds, of ours when the answer was there. The device read its clock somewhere in between, so
every round bounds, beyond doubt, how far the device is ahead of us (Cristian 1989)::

    device_ms - received  <=  device - ours  <  device_ms + 1 ms - sent

Below the truth lies a cloud of floors, above it one of ceilings, and the gap between them is the
smallest round trip. Both clocks are crystals, so the truth is a straight line; the line in the
middle of the gap, which leaves the same delay either way, is the estimate. As it is guided by the
rounds that touch the gap, a round that was held up on one way does no harm. Rounds that start at
any phase of the device's millisecond leave nothing of its rounding.

::

    estimator = OffsetEstimator()
    estimator.add(sent_unix_ns=…, device_unix_ms=…, received_unix_ns=…)
    device_unix_ns = estimator.estimate.to_device_ns(our_unix_ns)

Nothing here asks a clock.

Sources: Cristian, "Probabilistic clock synchronization", 1989 (bounds of a round). Marzullo &
Owicki, "Maintaining the time in a distributed system", 1983 (intersecting them). Moon, Skelly &
Towsley, "Estimation and removal of clock skew from network delay measurements", 1999 (a line on the
edge of the delays). RFC 5905: the good rounds are those with a short delay (§10), and the bound of
an error includes half the round trip (appendix A.5.5.2).
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot, inf, sqrt
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

__all__ = ["ClockOffset", "OffsetEstimator"]

_Floats = npt.NDArray[np.float64]

_NS_PER_MS = 1_000_000
_NS_PER_S = 1_000_000_000
_PPM = 1e6

# Long enough to tell the drift to a few ppm, short enough for it to be the same all the while.
_WINDOW_NS = 90 * _NS_PER_S
_MOST_ROUNDS = 1024

# Each of the first rounds is news. Later a line is good for longer than that.
_FIRST_ROUNDS = 20
_REFIT_NS = _NS_PER_S

# NTP does not try to correct a clock that is wrong by more.
_MOST_DRIFT = 500e-6
# Nothing that is called a clock is steeper than this.
_STEEPEST = 0.01
# By how much a drift changes within the window: crystals feel the temperature of the room.
_WANDER = 1e-6
# To this much a slope is sought: 0.0001 ppm.
_SLOPE_TOLERANCE = 1e-10
_MOST_STEPS = 60

# The drift is fitted again to each of so many parts of the rounds. How the parts differ tells how
# good the whole is. With fewer rounds in a part, there is no telling.
_PARTS = 8
_ROUNDS_OF_A_PART = 4
_STANDARD_ERRORS = 3
# What to think of a drift before anything is known about it.
_USUAL_DRIFT = _MOST_DRIFT / _STANDARD_ERRORS

# The edge of a cloud is softened by a share of what the delays usually vary by. Found by trial, on
# delays that are evenly and exponentially distributed: more blurs the edge, less leaves it to one
# or two rounds. Beyond the rounding of the device nothing is gained.
_SOFT_SHARE = 0.08
_SOFTEST_NS = 0.4 * _NS_PER_MS
_HARDEST_NS = 0.02 * _NS_PER_MS

# A round that cannot be, if the line is true, is put aside. So many of them among the latest
# rounds are no accident: somebody has set one of the clocks.
_SUSPECTS = 3
_SUSPECTED_AMONG = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """How a device's clock is related to ours: an offset at one instant, and a drift.

    An offset is ours minus the device's, as the official client counts it: a device that is ahead
    has a negative one.

    Attributes:
        reference_unix_ns: the instant, on our clock, at which `offset_ns` and `uncertainty_ns`
            hold: that of the latest round.
        offset_ns: our clock minus the device's.
        uncertainty_ns: the offset is not further from the truth than this. It includes half the
            smallest round trip, because nobody can tell how a delay is shared between the two
            ways; where they are alike, the error is far smaller.
        drift_ppm: how much faster the device's clock runs than ours, in millionths.
        drift_uncertainty_ppm: three standard errors of the drift, and what crystals wander.
        smallest_roundtrip_ns: of the rounds looked at.
        rounds: how many those were.
    """

    reference_unix_ns: int
    offset_ns: int
    uncertainty_ns: int
    drift_ppm: float
    drift_uncertainty_ppm: float
    smallest_roundtrip_ns: int
    rounds: int

    def offset_ns_at(self, our_unix_ns: int) -> int:
        """Our clock minus the device's, at an instant of ours."""
        elapsed_ns = our_unix_ns - self.reference_unix_ns
        return self.offset_ns - round(elapsed_ns * (self.drift_ppm / _PPM))

    def uncertainty_ns_at(self, our_unix_ns: int) -> int:
        """How far `offset_ns_at` may be from the truth: it grows with the distance in time."""
        distance_ns = abs(our_unix_ns - self.reference_unix_ns)
        return self.uncertainty_ns + round(distance_ns * (self.drift_uncertainty_ppm / _PPM))

    def to_device_ns(self, our_unix_ns: int) -> int:
        """What the device's clock says when ours says this."""
        return our_unix_ns - self.offset_ns_at(our_unix_ns)

    def to_local_ns(self, device_unix_ns: int) -> int:
        """What our clock says when the device's says this; to the nanosecond the way back."""
        drift = self.drift_ppm / _PPM
        elapsed_ns = device_unix_ns - (self.reference_unix_ns - self.offset_ns)
        return self.reference_unix_ns + elapsed_ns - round(elapsed_ns * (drift / (1 + drift)))


class OffsetEstimator:
    """Learns how a device's clock is related to ours, from any number of rounds.

    It looks back over 90 seconds and at most 1024 rounds. A round that contradicts the rounds
    before it is put aside; when three of sixteen do, one of the clocks has been set, and it begins
    anew with those.

    Attributes:
        steps: how often one of the clocks has been set.
    """

    def __init__(self) -> None:
        self.steps = 0
        self._rounds: deque[_Round] = deque(maxlen=_MOST_ROUNDS)
        self._suspects: deque[tuple[int, _Round]] = deque()
        self._count = 0
        self._estimate: ClockOffset | None = None

    @property
    def estimate(self) -> ClockOffset | None:
        """What is known by now; None before the first round.

        It is made anew with each of the first rounds, then about once a second.
        """
        return self._estimate

    def add(self, *, sent_unix_ns: int, device_unix_ms: int, received_unix_ns: int) -> None:
        """Take a round into account. Rounds come in the order of time.

        Args:
            sent_unix_ns: our clock when the question went out.
            device_unix_ms: the device's clock when it answered, rounded down.
            received_unix_ns: our clock when the answer was there.

        Raises:
            ValueError: the answer was there before the question; our clock has run backwards.
        """
        if received_unix_ns < sent_unix_ns:
            raise ValueError(f"a round trip of {received_unix_ns - sent_unix_ns} ns")
        self._count += 1
        latest = _Round(sent_unix_ns, device_unix_ms * _NS_PER_MS, received_unix_ns)
        if self._estimate is not None and latest.contradicts(self._estimate):
            self._suspect(latest)
            return
        self._rounds.append(latest)
        while latest.received_ns - self._rounds[0].received_ns > _WINDOW_NS:
            self._rounds.popleft()
        if self._is_due(latest):
            self._estimate = _fitted(self._rounds, self._estimate)

    def _suspect(self, latest: _Round) -> None:
        while self._suspects and self._suspects[0][0] <= self._count - _SUSPECTED_AMONG:
            self._suspects.popleft()
        self._suspects.append((self._count, latest))
        if len(self._suspects) == _SUSPECTS:
            self.steps += 1
            self._rounds.clear()
            self._rounds.extend(suspect for _, suspect in self._suspects)
            self._suspects.clear()
            self._estimate = _fitted(self._rounds, None)

    def _is_due(self, latest: _Round) -> bool:
        if self._estimate is None or len(self._rounds) <= _FIRST_ROUNDS:
            return True
        return latest.received_ns - self._estimate.reference_unix_ns >= _REFIT_NS


class _Round(NamedTuple):
    """A round, all in nanoseconds."""

    sent_ns: int
    device_ns: int
    received_ns: int

    @property
    def roundtrip_ns(self) -> int:
        return self.received_ns - self.sent_ns

    def contradicts(self, estimate: ClockOffset) -> bool:
        """This round and this estimate, with its uncertainty, cannot both be true."""
        latest_ns = self.device_ns - estimate.to_device_ns(self.received_ns)
        earliest_ns = estimate.to_device_ns(self.sent_ns) - (self.device_ns + _NS_PER_MS)
        excess_ns = max(latest_ns, earliest_ns)
        return excess_ns > estimate.uncertainty_ns_at(self.received_ns)


class _Cloud(NamedTuple):
    """How far the device is ahead at least, or at most, by one round after another.

    Attributes:
        at_ns: (N,) float64, instants on our clock, from an origin.
        ahead_ns: (N,) float64, the bounds, from an origin of their own.
    """

    at_ns: _Floats
    ahead_ns: _Floats

    def part(self, index: int) -> _Cloud:
        """One of the interleaved parts."""
        return _Cloud(self.at_ns[index::_PARTS], self.ahead_ns[index::_PARTS])


class _Edge(NamedTuple):
    """Where a cloud of bounds ends, seen along a slope.

    Attributes:
        height_ns: of the edge, at the origin of time.
        mean_ns: instant at which the cloud touches the edge, in the mean of the rounds that do.
        variance: of that instant, square nanoseconds.
    """

    height_ns: float
    mean_ns: float
    variance: float

    @classmethod
    def above(cls, floors: _Cloud, slope: float, softness_ns: float) -> Self:
        """The upper edge of the floors: the greatest of them, softly.

        The soft maximum is the logarithm of a sum of exponentials. Its derivative by the slope is
        `-mean_ns`, and that of `mean_ns` is `-variance / softness_ns`.
        """
        at_ns = floors.at_ns
        heights = floors.ahead_ns - slope * at_ns
        top = heights.max()
        weights = np.exp((heights - top) / softness_ns)
        total = weights.sum()
        mean = weights @ at_ns / total
        variance = weights @ np.square(at_ns - mean) / total
        return cls(float(top + softness_ns * np.log(total)), float(mean), float(variance))

    @classmethod
    def below(cls, ceilings: _Cloud, slope: float, softness_ns: float) -> Self:
        """The lower edge of the ceilings: the least of them, softly."""
        turned = _Cloud(ceilings.at_ns, -ceilings.ahead_ns)
        edge = cls.above(turned, -slope, softness_ns)
        return edge._replace(height_ns=-edge.height_ns)


@dataclass(frozen=True, slots=True)
class _Corridor:
    """Floors and ceilings of some rounds, and how soft their edges are."""

    floors: _Cloud
    ceilings: _Cloud
    softness_ns: float

    def part(self, index: int) -> _Corridor:
        """One of the interleaved parts."""
        return _Corridor(self.floors.part(index), self.ceilings.part(index), self.softness_ns)

    def edges(self, slope: float) -> tuple[_Edge, _Edge]:
        """The edge of the floors and that of the ceilings, along a slope."""
        return (
            _Edge.above(self.floors, slope, self.softness_ns),
            _Edge.below(self.ceilings, slope, self.softness_ns),
        )

    def middle_ns(self, slope: float) -> float:
        """Half way between the edges, at the origin of time."""
        floor, ceiling = self.edges(slope)
        return (floor.height_ns + ceiling.height_ns) / 2

    def widest(self, slope: float) -> float:
        """The slope along which the gap between the edges is widest.

        The gap is a concave function of the slope, so Newton's method finds its top; a bracket
        keeps it from leaping, where but one round carries weight.

        Args:
            slope: where to begin.
        """
        low, high = -_STEEPEST, _STEEPEST
        for _ in range(_MOST_STEPS):
            floor, ceiling = self.edges(slope)
            rise = floor.mean_ns - ceiling.mean_ns
            low, high = (slope, high) if rise > 0 else (low, slope)
            variance = floor.variance + ceiling.variance
            better = slope + rise * self.softness_ns / variance if variance else inf
            if not low < better < high:
                better = (low + high) / 2
            if abs(better - slope) < _SLOPE_TOLERANCE:
                return better
            slope = better
        return slope


def _fitted(rounds: Sequence[_Round], before: ClockOffset | None) -> ClockOffset:
    """Relate the clocks by the rounds.

    Args:
        rounds: at least one.
        before: the estimate that this one takes the place of.
    """
    # Numbers near zero, so that floats resolve them to far below a nanosecond.
    origin_ns = rounds[-1].received_ns
    ahead_ns = rounds[-1].device_ns - rounds[-1].sent_ns
    floors = _Cloud(
        _floats(r.received_ns - origin_ns for r in rounds),
        _floats(r.device_ns - r.received_ns - ahead_ns for r in rounds),
    )
    ceilings = _Cloud(
        _floats(r.sent_ns - origin_ns for r in rounds),
        _floats(r.device_ns + _NS_PER_MS - r.sent_ns - ahead_ns for r in rounds),
    )
    corridor = _Corridor(floors, ceilings, _softness_ns(rounds))
    slope, slope_error = _drift(corridor, before.drift_ppm / _PPM if before else 0.0)
    middle_ns = corridor.middle_ns(slope)
    smallest_roundtrip_ns = min(r.roundtrip_ns for r in rounds)
    reach_ns = max(_reaches_ns(corridor, middle_ns, slope, slope_error))
    return ClockOffset(
        reference_unix_ns=origin_ns,
        offset_ns=-(ahead_ns + round(middle_ns)),
        uncertainty_ns=round(max(reach_ns, smallest_roundtrip_ns / 2)),
        drift_ppm=slope * _PPM,
        drift_uncertainty_ppm=slope_error * _PPM,
        smallest_roundtrip_ns=smallest_roundtrip_ns,
        rounds=len(rounds),
    )


def _floats(values: Iterable[int]) -> _Floats:
    # Not by way of an integer array: a device may claim a time that does not fit in 64 bits.
    return np.fromiter(map(float, values), np.float64)


def _softness_ns(rounds: Sequence[_Round]) -> float:
    roundtrips_ns = [r.roundtrip_ns for r in rounds]
    usual_ns = statistics.median(roundtrips_ns) - min(roundtrips_ns)
    return min(max(_SOFT_SHARE * usual_ns, _HARDEST_NS), _SOFTEST_NS)


def _drift(corridor: _Corridor, begin: float) -> tuple[float, float]:
    """The drift, and how far it may be from the truth.

    What the rounds say is weighed against what clocks usually are, each by its variance. So a
    drift that is not yet to be told is told as none.
    """
    if len(corridor.floors.at_ns) < _PARTS * _ROUNDS_OF_A_PART:
        return 0.0, _MOST_DRIFT
    slope = corridor.widest(begin)
    parts = [corridor.part(index).widest(slope) for index in range(_PARTS)]
    error = statistics.stdev(parts) / sqrt(_PARTS)
    trust = _USUAL_DRIFT**2 / (_USUAL_DRIFT**2 + error**2)
    remaining = error * _USUAL_DRIFT / hypot(error, _USUAL_DRIFT)
    return trust * slope, _STANDARD_ERRORS * remaining + _WANDER


def _reaches_ns(
    corridor: _Corridor, middle_ns: float, slope: float, slope_error: float
) -> tuple[float, float]:
    """How far above and below the line the truth can be at the origin of time.

    The bounds of all rounds are carried there along the line, each loosened by what the line may
    deviate in the meantime, and intersected (Marzullo & Owicki 1983).
    """
    floors, ceilings = corridor.floors, corridor.ceilings
    above_ns = ceilings.ahead_ns - (middle_ns + slope * ceilings.at_ns)
    below_ns = middle_ns + slope * floors.at_ns - floors.ahead_ns
    return (
        float((above_ns + slope_error * np.abs(ceilings.at_ns)).min()),
        float((below_ns + slope_error * np.abs(floors.at_ns)).min()),
    )
