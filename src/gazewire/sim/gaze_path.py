"""Where a wearer looks, and when: fixations joined by saccades, without end.

While an eye rests on a thing it follows it, however the head moves (the vestibulo-ocular reflex),
and is not quite still: it drifts and trembles. Between two things it jumps, and the size of the
jump decides how long it takes and how fast it gets: the main sequence of Bahill, Clark & Stark
1975, Mathematical Biosciences 24, 191-204.

All directions are tangents in the frame of the scene camera, as `Pinhole` has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.head import HeadSway
from gazewire.sim.ticks import TICKS_PER_S

__all__ = ["GazePath", "Jump", "Landmark", "Movement", "Rest", "saccade_duration_s"]

# Fixation durations are log-normal (Velichkovsky, Dornhoefer, Pannasch & Unema 2000) with a mean of
# 260 to 330 ms when people look at scenes (Rayner 1998, Psychological Bulletin 124, 372-422). These
# give a mean of 284 ms and a mode of 218 ms; the tails are cut where there are no such fixations.
_REST_MEDIAN_S = 0.26
_REST_SIGMA = 0.42
_REST_SHORTEST_S = 0.08
_REST_LONGEST_S = 1.5

# Ocular drift: tens of minutes of arc a second (Cherici, Kuang, Poletti & Rucci 2012, Journal of
# Vision 12(6):31); the deviation of each of the two components.
_DRIFT_SIGMA_RAD_S = np.radians(15 / 60)
# Tremor: 11 to 60 seconds of arc at 50 to 100 Hz (reviewed by Bowers, Boehm & Roorda 2019, Journal
# of Vision 19(9):8).
_TREMOR_RAD = np.radians(20 / 3600)
_TREMOR_HZ = (50.0, 100.0)

# Duration of saccades: 2.2 ms for each degree on top of 21 ms (Carpenter 1988, Movements of the
# Eyes, 2nd edition).
_SACCADE_BASE_S = 0.021
_SACCADE_S_PER_DEG = 0.0022
# The smallest saccade that is made on purpose; smaller ones are microsaccades.
_SACCADE_SMALLEST_DEG = 1.0
# People prefer near targets: the likelihood of a target falls by 1/e with each so many degrees,
# which gives the mean amplitude of 6 to 9 degrees of people in natural scenes.
_SACCADE_REACH_DEG = 9.0


@dataclass(frozen=True, slots=True)
class Landmark:
    """A thing in the room that is worth looking at.

    Attributes:
        name: what it is.
        middle: its middle in the room, as tangents seen by a head that looks straight ahead.
        extent: half its width and half its height, within which eyes come to rest.
        salience: how often it is looked at, compared with the others.
    """

    name: str
    middle: tuple[float, float]
    extent: tuple[float, float]
    salience: float = 1.0

    @classmethod
    def around(cls, name: str, outline: NDArray[np.float64], salience: float = 1.0) -> Landmark:
        """The landmark whose outline, (N, 2) tangents, is the given one."""
        low, high = outline.min(axis=0), outline.max(axis=0)
        return cls(name, _pair((low + high) / 2), _pair((high - low) / 2), salience)


@dataclass(frozen=True, slots=True)
class Rest:
    """A fixation.

    Attributes:
        start_tick: when it begins, counted from the path's own zero.
        end_tick: when it ends.
        landmark: what is looked at.
        point: where in the room exactly, as tangents.
        drift_s: drift of the eye, radians a second, across and down.
        tremor_hz: frequency of the tremor, across and down.
    """

    start_tick: int
    end_tick: int
    landmark: Landmark
    point: tuple[float, float]
    drift_s: tuple[float, float]
    tremor_hz: tuple[float, float]

    def tangents(self, t_s: NDArray[np.float64], head: HeadSway) -> NDArray[np.float64]:
        """Where the eye looks, (N, 2), at the instants `t_s`, (N,) seconds since the path's zero.

        Drift and tremor are zero when it begins, so the saccade before it lands on `point`.
        """
        since_s = (t_s - self.start_tick / TICKS_PER_S)[:, None]
        tremor = _TREMOR_RAD * np.sin(2 * np.pi * np.array(self.tremor_hz) * since_s)
        eye = np.array(self.drift_s) * since_s + tremor
        gaze: NDArray[np.float64] = np.array(self.point) + eye - head.tangents(t_s)
        return gaze


@dataclass(frozen=True, slots=True)
class Jump:
    """A saccade: the shortest way from one direction to another, in the frame of the head.

    Attributes:
        start_tick: when it begins, counted from the path's own zero.
        end_tick: when it ends.
        start: where it starts, as tangents.
        end: where it lands.
    """

    start_tick: int
    end_tick: int
    start: tuple[float, float]
    end: tuple[float, float]

    def tangents(self, t_s: NDArray[np.float64], head: HeadSway) -> NDArray[np.float64]:
        """Where the eye looks, (N, 2), at the instants `t_s`, (N,) seconds since the path's zero.

        The head does not matter: the reflex that makes up for it is off during a saccade.
        """
        duration = self.end_tick - self.start_tick
        done = np.clip((t_s * TICKS_PER_S - self.start_tick) / duration, 0.0, 1.0)
        # Minimum jerk (Flash & Hogan 1985, eq. 3): 1.875 times as fast at its peak as on average.
        turned = done**3 * (10.0 - 15.0 * done + 6.0 * done**2)
        first, last = _unit_vector(self.start), _unit_vector(self.end)
        angle = np.arccos(np.clip(first @ last, -1.0, 1.0))
        along = last - first * np.cos(angle)
        along /= np.linalg.norm(along)
        rays = np.outer(np.cos(turned * angle), first) + np.outer(np.sin(turned * angle), along)
        gaze: NDArray[np.float64] = rays[:, :2] / rays[:, 2:]
        return gaze


Movement = Rest | Jump


class GazePath:
    """The endless succession of fixations and saccades of one wearer.

    Args:
        landmarks: what there is to look at; two or more.
        head: how the head moves meanwhile.
        seed: decides everything that is left to chance.
    """

    def __init__(self, landmarks: Sequence[Landmark], head: HeadSway, seed: int) -> None:
        if len(landmarks) < 2:
            raise ValueError(f"a gaze path needs two landmarks or more, not {len(landmarks)}")
        self._landmarks = tuple(landmarks)
        self._head = head
        self._seed = seed

    def movements(self) -> Iterator[Movement]:
        """Make the path from its beginning; each begins at the tick at which the last one ended."""
        rng = np.random.default_rng([self._seed, 0x6A2E])
        landmark, point = self._first_target(rng)
        tick = 0
        while True:
            rest = _rest(rng, tick, landmark, point)
            yield rest
            start_s = rest.end_tick / TICKS_PER_S
            start = _pair(rest.tangents(np.array([start_s]), self._head)[0])
            landmark, point, amplitude_deg = self._next_target(rng, start, start_s)
            duration = round(saccade_duration_s(amplitude_deg) * TICKS_PER_S)
            tick = rest.end_tick + duration
            seen = np.array(point) - self._head.tangents(np.array([tick / TICKS_PER_S]))[0]
            yield Jump(start_tick=rest.end_tick, end_tick=tick, start=start, end=_pair(seen))

    def _first_target(self, rng: np.random.Generator) -> tuple[Landmark, tuple[float, float]]:
        salience = np.array([landmark.salience for landmark in self._landmarks])
        landmark = self._landmarks[rng.choice(len(salience), p=salience / salience.sum())]
        return landmark, _point_on(landmark, rng)

    def _next_target(
        self, rng: np.random.Generator, gaze: tuple[float, float], t_s: float
    ) -> tuple[Landmark, tuple[float, float], float]:
        # One candidate point on each landmark, then a choice among them.
        points = np.array([_point_on(landmark, rng) for landmark in self._landmarks])
        seen = points - self._head.tangents(np.array([t_s]))
        here = _unit_vector(gaze)
        cosines = np.array([here @ _unit_vector(tangents) for tangents in seen])
        away_deg = np.degrees(np.arccos(np.minimum(cosines, 1.0)))
        weights = np.array([landmark.salience for landmark in self._landmarks])
        weights = weights * np.exp(-away_deg / _SACCADE_REACH_DEG)
        # All but never: where nothing else is left, even a small jump is better than none.
        weights[away_deg < _SACCADE_SMALLEST_DEG] *= 1e-9
        chosen = int(rng.choice(len(weights), p=weights / weights.sum()))
        return self._landmarks[chosen], _pair(points[chosen]), float(away_deg[chosen])


def saccade_duration_s(amplitude_deg: float) -> float:
    """How long a saccade of the given amplitude takes, in seconds.

    Source: Carpenter 1988, for the main sequence of Bahill, Clark & Stark 1975.
    """
    return _SACCADE_BASE_S + _SACCADE_S_PER_DEG * amplitude_deg


def _rest(
    rng: np.random.Generator, tick: int, landmark: Landmark, point: tuple[float, float]
) -> Rest:
    duration_s = float(rng.lognormal(np.log(_REST_MEDIAN_S), _REST_SIGMA))
    duration_s = min(max(duration_s, _REST_SHORTEST_S), _REST_LONGEST_S)
    return Rest(
        start_tick=tick,
        end_tick=tick + round(duration_s * TICKS_PER_S),
        landmark=landmark,
        point=point,
        drift_s=_pair(rng.normal(0.0, _DRIFT_SIGMA_RAD_S, 2)),
        tremor_hz=_pair(rng.uniform(*_TREMOR_HZ, 2)),
    )


def _point_on(landmark: Landmark, rng: np.random.Generator) -> tuple[float, float]:
    # Towards the middle, as eyes do; never nearer to the edge than a fifth of the way.
    offset = np.clip(rng.normal(0.0, 0.35, 2), -0.8, 0.8)
    return _pair(np.array(landmark.middle) + offset * np.array(landmark.extent))


def _unit_vector(tangents: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    ray = np.array([tangents[0], tangents[1], 1.0])
    unit: NDArray[np.float64] = ray / np.linalg.norm(ray)
    return unit


def _pair(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[1])
