"""Where a wearer looks, and when: fixations and pursuits joined by saccades, without end.

While an eye rests on a thing it follows it, however the head moves (the vestibulo-ocular reflex),
and is not quite still: it drifts and trembles. Between two things it jumps, and the size of the
jump decides how long it takes and how fast it gets: the main sequence of Bahill, Clark & Stark
1975, Mathematical Biosciences 24, 191-204. Large jumps are made together with the head. A ball that
is looked at is followed, with catch-up saccades where the eye falls behind.

All directions are tangents in the frame of the scene camera, as `Pinhole` has them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.ball import Ball
from gazewire.sim.head import HeadMotion
from gazewire.sim.landmark import Landmark
from gazewire.sim.pursuit import PURSUIT_LATENCY_S, Pursuit
from gazewire.sim.ticks import TICKS_PER_S

__all__ = ["GazePath", "Jump", "Landmark", "Movement", "Rest", "saccade_duration_s"]

# Fixation durations are log-normal (Velichkovsky, Dornhoefer, Pannasch & Unema 2000) with a mean of
# 260 to 330 ms when people look at scenes (Rayner 1998, Psychological Bulletin 124, 372-422). These
# give a mean of 284 ms and a mode of 218 ms; the tails are cut where there are no such fixations.
_REST_MEDIAN_S = 0.26
_REST_SIGMA = 0.42
_REST_SHORTEST_S = 0.08
_REST_LONGEST_S = 1.5
_REST_SHORTEST_TICKS = round(_REST_SHORTEST_S * TICKS_PER_S)

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
# Larger gaze shifts are made with the head (Stahl 1999, Experimental Brain Research 126, 41-54: the
# head goes along with nearly all beyond 20 to 30 degrees), towards what the head turns to: the
# likelihood of a target falls by 1/e with each so many degrees from there.
_SACCADE_ALONE_DEG = 25.0
_SHIFT_REACH_DEG = 6.0
# The eye begins before the head (Barnes 1979, Journal of Physiology 287, 127-147: some 40 ms).
_EYE_LEADS_S = 0.04

# Whoever looks to where the ball is mostly follows it, for a second or two.
_PURSUIT_LIKELIHOOD = 0.75
_PURSUIT_MEDIAN_S = 1.6
_PURSUIT_SIGMA = 0.4
_PURSUIT_LONGEST_S = 4.0
# Speed of the eye by that of the ball (Meyer, Lasker & Robinson 1985, Vision Research 25, 561-563:
# about 0.9).
_PURSUIT_GAIN = (0.82, 0.96)
# A catch-up saccade is made so long after the eye is so far from the ball (simplified from de
# Brouwer, Yuksel, Blohm, Missal & Lefevre 2002, Journal of Neurophysiology 87, 1646-1650).
_CATCH_UP_DEG = 1.2
_CATCH_UP_LATENCY_S = 0.1


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

    def tangents(self, t_s: NDArray[np.float64], head: HeadMotion) -> NDArray[np.float64]:
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

    def tangents(self, t_s: NDArray[np.float64], head: HeadMotion) -> NDArray[np.float64]:
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


Movement = Rest | Pursuit | Jump


@dataclass(frozen=True, slots=True)
class _Target:
    """What is looked at next: a point on a landmark, or the ball."""

    landmark: Landmark
    point: tuple[float, float]
    is_ball: bool = False


class GazePath:
    """The endless succession of fixations, pursuits and saccades of one wearer.

    Every second movement is a `Jump`.

    Args:
        landmarks: what there is to look at; two or more.
        head: how the head moves meanwhile.
        seed: decides everything that is left to chance.
        ball: what moves, on one of the landmarks; None where nothing does.
    """

    def __init__(
        self, landmarks: Sequence[Landmark], head: HeadMotion, seed: int, ball: Ball | None = None
    ) -> None:
        if len(landmarks) < 2:
            raise ValueError(f"a gaze path needs two landmarks or more, not {len(landmarks)}")
        self._landmarks = tuple(landmarks)
        self._salience = np.array([landmark.salience for landmark in landmarks])
        self._head = head
        self._seed = seed
        self._ball = ball

    def movements(self) -> Iterator[Movement]:
        """Make the path from its beginning; each begins at the tick at which the last one ended."""
        rng = np.random.default_rng([self._seed, 0x6A2E])
        target = self._first_target(rng)
        turn = self._head.next_turn(0.0)
        tick = 0
        while True:
            end_tick = tick + _duration_ticks(rng, target)
            shift_tick = round((turn.start_s - _EYE_LEADS_S) * TICKS_PER_S)
            aim = turn.aim if shift_tick <= end_tick else None
            if aim is not None:
                # The wearer turns to something else, as soon as a look this short may end.
                end_tick = max(shift_tick, tick + _REST_SHORTEST_TICKS)
                turn = self._head.next_turn(turn.start_s)
            look = yield from self._look(rng, tick, end_tick, target)
            end_s = look.end_tick / TICKS_PER_S
            gaze = _pair(look.tangents(np.array([end_s]), self._head)[0])
            target = self._next_target(rng, gaze, end_s, aim)
            jump = self._jump(look.end_tick, gaze, target)
            yield jump
            tick = jump.end_tick

    def _look(
        self, rng: np.random.Generator, tick: int, end_tick: int, target: _Target
    ) -> Generator[Movement, None, Rest | Pursuit]:
        """Look at a target until `end_tick`; tell the last movement, which ends there."""
        if target.is_ball:
            return (yield from self._follow(rng, tick, end_tick))
        rest = Rest(
            start_tick=tick,
            end_tick=end_tick,
            landmark=target.landmark,
            point=target.point,
            drift_s=_pair(rng.normal(0.0, _DRIFT_SIGMA_RAD_S, 2)),
            tremor_hz=_pair(rng.uniform(*_TREMOR_HZ, 2)),
        )
        yield rest
        return rest

    def _follow(
        self, rng: np.random.Generator, tick: int, end_tick: int
    ) -> Generator[Movement, None, Pursuit]:
        """Follow the ball: stretches of pursuit with catch-up saccades in between."""
        assert self._ball is not None
        gain, latency_s = float(rng.uniform(*_PURSUIT_GAIN)), PURSUIT_LATENCY_S
        while True:
            point = self._place(_Target(self._ball.panel, (0.0, 0.0), is_ball=True), tick)
            pursuit = Pursuit(tick, end_tick, self._ball, point, gain, latency_s)
            catch_up_tick = _catch_up_tick(pursuit)
            if catch_up_tick is None:
                yield pursuit
                return pursuit
            pursuit = replace(pursuit, end_tick=catch_up_tick)
            yield pursuit
            start = pursuit.tangents(np.array([catch_up_tick / TICKS_PER_S]), self._head)[0]
            target = _Target(self._ball.panel, point, is_ball=True)
            jump = self._jump(catch_up_tick, _pair(start), target)
            yield jump
            tick, latency_s = jump.end_tick, 0.0

    def _jump(self, tick: int, start: tuple[float, float], target: _Target) -> Jump:
        """The saccade to where the target will be seen when it lands."""
        end_tick = tick
        # How long it takes depends on how far it is, and this on where head and ball are by then.
        for _ in range(4):
            end = self._place(target, end_tick) - self._head_at(end_tick)
            angle_deg = float(np.degrees(_angle_rad(_unit_vector(start), _unit_vector(end))))
            end_tick = tick + round(saccade_duration_s(angle_deg) * TICKS_PER_S)
        landing = self._place(target, end_tick) - self._head_at(end_tick)
        return Jump(start_tick=tick, end_tick=end_tick, start=start, end=_pair(landing))

    def _head_at(self, tick: int) -> NDArray[np.float64]:
        tangents: NDArray[np.float64] = self._head.tangents(np.array([tick / TICKS_PER_S]))[0]
        return tangents

    def _place(self, target: _Target, tick: int) -> tuple[float, float]:
        """Where in the room a target is."""
        if target.is_ball and self._ball is not None:
            return _pair(self._ball.places(np.array([tick / TICKS_PER_S]))[0])
        return target.point

    def _first_target(self, rng: np.random.Generator) -> _Target:
        likelihoods = self._salience / self._salience.sum()
        landmark = self._landmarks[rng.choice(len(likelihoods), p=likelihoods)]
        return _Target(landmark, _point_on(landmark, rng))

    def _next_target(
        self,
        rng: np.random.Generator,
        gaze: tuple[float, float],
        t_s: float,
        aim: tuple[float, float] | None,
    ) -> _Target:
        # One candidate on each landmark, then a choice among them.
        targets = [_Target(landmark, _point_on(landmark, rng)) for landmark in self._landmarks]
        if self._ball is not None and rng.random() < _PURSUIT_LIKELIHOOD:
            ball = self._ball
            place = _pair(ball.places(np.array([t_s]))[0])
            targets = [
                _Target(ball.panel, place, is_ball=True) if it.landmark == ball.panel else it
                for it in targets
            ]
        points = np.array([target.point for target in targets])
        here = np.array(gaze) + self._head.tangents(np.array([t_s]))[0]
        away_deg = _angles_deg(here, points)
        if aim is None:
            weights = self._salience * np.exp(-away_deg / _SACCADE_REACH_DEG)
            weights[away_deg > _SACCADE_ALONE_DEG] *= 1e-6
        else:
            weights = self._salience * np.exp(
                -_angles_deg(np.array(aim), points) / _SHIFT_REACH_DEG
            )
        # All but never: where nothing else is left, even a small jump is better than none.
        weights[away_deg < _SACCADE_SMALLEST_DEG] *= 1e-9
        return targets[int(rng.choice(len(weights), p=weights / weights.sum()))]


def saccade_duration_s(amplitude_deg: float) -> float:
    """How long a saccade of the given amplitude takes, in seconds.

    Source: Carpenter 1988, for the main sequence of Bahill, Clark & Stark 1975.
    """
    return _SACCADE_BASE_S + _SACCADE_S_PER_DEG * amplitude_deg


def _duration_ticks(rng: np.random.Generator, target: _Target) -> int:
    if target.is_ball:
        duration_s = float(rng.lognormal(np.log(_PURSUIT_MEDIAN_S), _PURSUIT_SIGMA))
        return round(min(duration_s, _PURSUIT_LONGEST_S) * TICKS_PER_S)
    duration_s = float(rng.lognormal(np.log(_REST_MEDIAN_S), _REST_SIGMA))
    return max(_REST_SHORTEST_TICKS, round(min(duration_s, _REST_LONGEST_S) * TICKS_PER_S))


def _catch_up_tick(pursuit: Pursuit) -> int | None:
    """When the eye leaves a stretch of pursuit because it has fallen behind; None: not at all."""
    latency = round(_CATCH_UP_LATENCY_S * TICKS_PER_S)
    # None in the last moments: the saccade that ends the look comes anyway.
    last_tick = pursuit.end_tick - latency - 2 * _REST_SHORTEST_TICKS
    ticks = np.arange(pursuit.start_tick, last_tick, TICKS_PER_S // 200)
    t_s = ticks / TICKS_PER_S
    behind = np.degrees(np.hypot(*(pursuit.ball.places(t_s) - pursuit.places(t_s)).T))
    late = np.flatnonzero(behind > _CATCH_UP_DEG)
    return int(ticks[late[0]]) + latency if len(late) else None


def _point_on(landmark: Landmark, rng: np.random.Generator) -> tuple[float, float]:
    # Towards the middle, as eyes do; never nearer to the edge than a fifth of the way.
    offset = np.clip(rng.normal(0.0, 0.35, 2), -0.8, 0.8)
    return _pair(np.array(landmark.middle) + offset * np.array(landmark.extent))


def _unit_vector(tangents: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    ray = np.array([tangents[0], tangents[1], 1.0])
    unit: NDArray[np.float64] = ray / np.linalg.norm(ray)
    return unit


def _angle_rad(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    return float(np.arccos(np.clip(first @ second, -1.0, 1.0)))


def _angles_deg(here: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles, (N,), between the direction `here`, (2,) tangents, and others, (N, 2) tangents."""
    rays = np.column_stack([points, np.ones(len(points))])
    cosines = rays @ _unit_vector(here) / np.linalg.norm(rays, axis=1)
    angles_deg: NDArray[np.float64] = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return angles_deg


def _pair(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[1])
