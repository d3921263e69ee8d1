"""Gaze traces with known eye movements, to train the classifier of eye movements on.

Each trace is a path of fixations, saccades with post-saccadic oscillations, smooth pursuit and
blinks, made at 1000 Hz; then seen by a tracker of some rate, noise and faults. The labels are those
that a person would give who looks at the trace: an oscillation that drowns in noise has none.
Sizes and durations follow the textbooks (Leigh and Zee 2015) and the habits of human coders as
Andersson et al. 2017 and Zemblys et al. 2018 report them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.special import betainc

FIXATION, SACCADE, OSCILLATION, PURSUIT, BLINK = 1, 2, 3, 4, 5
_HZ = 1000
_SWING_STEPS = 80
_RATES_HZ = (1000, 500, 500, 500, 250, 200, 200, 200, 200, 120, 60, 30)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trace:
    """What a tracker gives, and the truth about it."""

    t_s: Floats
    position_deg: Floats  # (2, N), NaN where lost
    labels: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Habit:
    """What the wearer of one trace looks at, and how.

    Attributes:
        pursuit: how probable it is that a saccade is followed by pursuit.
        again: how probable it is that pursuit goes on after a saccade within it.
        pursuit_deg_s: median speed of pursuit.
        fixation_s: median duration of fixations.
        saccade_deg: median size of saccades.
        drift_deg_s: median speed of the drift in fixations.
        oscillation: median first swing after a saccade, a share of its size.
        blink: how probable a blink is after each fixation or pursuit.
    """

    pursuit: float
    again: float
    pursuit_deg_s: float
    fixation_s: float
    saccade_deg: float
    drift_deg_s: float
    oscillation: float
    blink: float


def _habit(rng: Generator) -> Habit:
    kind = rng.choice(4, p=(0.3, 0.35, 0.15, 0.2))
    pursuit = (0.0, rng.uniform(0.2, 0.8), rng.uniform(0.7, 1.0), rng.uniform(0.1, 0.4))[kind]
    return Habit(
        pursuit=pursuit,
        again=rng.uniform(0.6, 0.98) if kind != 1 else rng.uniform(0.3, 0.9),
        pursuit_deg_s=rng.lognormal(np.log((5, 5.5, 5, 10)[kind]), 0.35),
        fixation_s=rng.lognormal(np.log((0.22, 0.25, 0.2, 0.6)[kind]), 0.25),
        saccade_deg=rng.lognormal(np.log((4, 2.5, 1.2, 10)[kind]), 0.3),
        drift_deg_s=rng.lognormal(np.log(0.85), 0.5),
        oscillation=rng.lognormal(np.log(0.1), 0.5),
        blink=rng.choice((0.0, 0.03, 0.12)),
    )


class _Path:
    """A path under way: steps appended one movement after another."""

    def __init__(self, rng: Generator, habit: Habit, noise_deg: float) -> None:
        self.rng, self.habit, self.noise_deg = rng, habit, noise_deg
        self.steps: list[Floats] = []
        self.labels: list[NDArray[np.int8]] = []
        self.lost: list[NDArray[np.bool_]] = []
        self.position = rng.normal(0, 4, 2)
        self.velocity = np.zeros(2)  # of the pursuit that goes on, deg/s
        self.swing, self.swing_labels = np.zeros((2, _SWING_STEPS)), 0

    def add(
        self,
        path: Floats,
        labels: NDArray[np.int8] | int,
        lost: NDArray[np.bool_] | None = None,
    ) -> None:
        count = path.shape[1]
        if not count:
            return
        self.steps.append(path)
        self.labels.append(np.broadcast_to(np.asarray(labels, np.int8), count))
        self.lost.append(np.zeros(count, bool) if lost is None else lost)
        self.position = path[:, -1]

    def fixation(self) -> None:
        rng, habit = self.rng, self.habit
        count = round(_HZ * np.clip(rng.lognormal(np.log(habit.fixation_s), 0.5), 0.05, 3))
        speed = rng.lognormal(np.log(habit.drift_deg_s), 0.6)
        direction = rng.uniform(0, 2 * np.pi)
        velocity = np.outer((np.cos(direction), np.sin(direction)), np.full(count, min(speed, 6)))
        velocity += _wander(rng, count, 0.08, 0.5 * habit.drift_deg_s)
        # What remains of the movement before dies away.
        drift, tau_s = rng.normal(0, 0.12, 2) * rng.integers(2), rng.uniform(0.03, 0.15)
        velocity -= np.outer(drift / tau_s, np.exp(-np.arange(count) / _HZ / tau_s))
        self._walk(velocity, FIXATION)
        self.velocity = np.zeros(2)

    def pursuit(self, goes_on: bool) -> None:
        rng, habit = self.rng, self.habit
        count = round(_HZ * np.clip(rng.lognormal(np.log(0.35), 0.7), 0.07, 3))
        if not goes_on:
            speed = np.clip(rng.lognormal(np.log(habit.pursuit_deg_s), 0.65), 1.6, 50)
            angle = rng.uniform(0, 2 * np.pi)
            self.velocity = speed * np.array((np.cos(angle), np.sin(angle)))
        speed = float(np.hypot(*self.velocity))
        turning = _wander(rng, count, rng.uniform(0.1, 0.6), rng.uniform(0, 0.8))
        faster = np.exp(_wander(rng, count, 0.3, rng.uniform(0, 0.35))[0])
        angle = np.arctan2(self.velocity[1], self.velocity[0]) + turning[0] - turning[0, 0]
        velocity = faster * speed * np.stack((np.cos(angle), np.sin(angle)))
        velocity += _wander(rng, count, 0.05, 0.6 * habit.drift_deg_s + 0.08 * speed)
        labels = np.full(count, PURSUIT, np.int8)
        if not goes_on and rng.random() < 0.3:  # the eye speeds up, no saccade having come first
            rise = round(rng.uniform(0.05, 0.15) * _HZ)
            ramp = np.clip(np.arange(count) / rise, 0, 1)
            velocity *= ramp
            labels[: rise // 4] = FIXATION
        self._walk(velocity, labels)
        self.velocity = velocity[:, -1] * speed / max(1e-6, float(np.hypot(*velocity[:, -1])))

    def saccade(self, carried: Floats) -> None:
        """A saccade, and the oscillation after it; what is pursued moves on beneath both."""
        rng, habit = self.rng, self.habit
        if np.any(carried) and rng.random() < 0.7:
            size = np.clip(rng.lognormal(np.log(0.9), 0.7), 0.15, 8)
        else:
            size = np.clip(rng.lognormal(np.log(habit.saccade_deg), 0.8), 0.15, 35)
        away = self.position / max(1.0, float(np.hypot(*self.position)))
        angle = rng.uniform(0, 2 * np.pi)
        direction = np.array((np.cos(angle), np.sin(angle)))
        if size > 3 and direction @ away > 0 and np.hypot(*self.position) > 8:
            direction = -direction  # back to where there is something to see
        if np.any(carried) and rng.random() < 0.5:
            direction = carried / np.hypot(*carried)
        across = np.array((-direction[1], direction[0]))
        duration_s = (0.008 + 0.0088 * size**0.62) * rng.lognormal(0, 0.12)
        count = max(6, round(duration_s * _HZ))
        swing = size * habit.oscillation * rng.lognormal(0, 0.5) * rng.choice((1, 0))
        swing = float(np.clip(swing if rng.random() < 0.95 else 0, 0, 1.2))
        under = rng.random() < 0.15
        share = np.arange(1, count + 1) / count
        rise = betainc(rng.uniform(1.9, 2.5), rng.uniform(1.9, 2.5) + 0.02 * size, share)
        along = (size + (-swing if under else swing)) * rise
        bow = rng.normal(0, 0.03) * size * np.sin(np.pi * share)
        time_s = np.arange(1, count + 1) / _HZ
        path = np.outer(direction, along) + np.outer(across, bow) + np.outer(carried, time_s)
        self.add(self.position[:, None] + path, SACCADE)
        self._oscillation(direction, -swing if under else swing, under)

    def _oscillation(self, direction: Floats, swing: float, slow: bool) -> None:
        """What the next movement has on top: a damped swing from where the saccade ended."""
        rng = self.rng
        time_s = np.arange(1, _SWING_STEPS + 1) / _HZ
        tau_s = rng.uniform(0.005, 0.016) * (1.6 if slow else 1)
        envelope = np.exp(-time_s / tau_s)
        period_s = rng.uniform(0.02, 0.04)
        shape = envelope if slow else envelope * np.cos(2 * np.pi * time_s / period_s)
        self.swing = np.outer(direction, swing * (shape - 1))
        # Who sees a swing at all sees it for 6 ms at least; and none is followed to its very end.
        if abs(swing) > max(0.03, self.noise_deg):
            seen = abs(swing) * envelope > max(0.04, 1.6 * self.noise_deg)
            self.swing_labels = int(np.clip(np.count_nonzero(seen), 6, 36))

    def blink(self) -> None:
        rng = self.rng
        gap = round(rng.lognormal(np.log(0.12), 0.5) * _HZ)
        if rng.random() < 0.2:  # lost at once and found at once
            self.add(np.repeat(self.position[:, None], gap, axis=1), BLINK, np.ones(gap, bool))
            return
        before, after = round(rng.uniform(0.012, 0.1) * _HZ), round(rng.uniform(0.015, 0.28) * _HZ)
        height = rng.lognormal(np.log(7), 0.7)
        tilt = rng.normal(rng.choice((1, -1)) * np.pi / 2, 0.5)
        away = height * np.array((np.cos(tilt), np.sin(tilt)))
        fall = np.linspace(0, 1, before) ** rng.uniform(1.5, 3)
        back = np.array((rng.normal(0, 0.3) * height, away[1] * rng.uniform(0.3, 1.2)))
        shift = rng.normal(0, 1, 2)
        start = self.position[:, None]
        rise = np.exp(-np.linspace(0, rng.uniform(3, 5), after))
        rise -= rng.uniform(0, 0.25) * np.sin(np.linspace(0, np.pi, after)) ** 2
        self.add(start + np.outer(away, fall), BLINK)
        self.add(np.repeat(self.position[:, None], gap, axis=1), BLINK, np.ones(gap, bool))
        self.add(start + shift[:, None] + np.outer(back, rise), BLINK)

    def _walk(self, velocity: Floats, labels: NDArray[np.int8] | int) -> None:
        """Move on from where the eye is, the swing of the saccade before on top."""
        path = self.position[:, None] + np.cumsum(velocity, axis=1) / _HZ
        labels = np.array(np.broadcast_to(np.asarray(labels, np.int8), path.shape[1]))
        swinging = min(path.shape[1], _SWING_STEPS)
        path[:, :swinging] += self.swing[:, :swinging]
        path[:, swinging:] += self.swing[:, -1:]
        labels[: self.swing_labels] = OSCILLATION
        self.swing, self.swing_labels = np.zeros((2, _SWING_STEPS)), 0
        self.add(path, labels)


def _wander(rng: Generator, count: int, tau_s: float, size: float) -> Floats:
    """Smooth random values (2, count) that forget themselves after about tau_s."""
    every = tau_s * _HZ
    knots = rng.standard_normal((2, int(count / every) + 4))
    wander: Floats = size * CubicSpline(np.arange(knots.shape[1]), knots, axis=1)(
        rng.random() + np.arange(count) / every
    )
    return wander


def make_trace(rng: Generator, duration_s: float) -> Trace:
    """One trace of about the duration asked for."""
    noise_deg = float(np.clip(rng.lognormal(np.log(0.025), 1.1), 0.002, 1))
    habit = _habit(rng)
    path = _Path(rng, habit, noise_deg)
    needed = duration_s * _HZ
    pursuing = False
    while sum(map(len, path.labels)) < needed:
        follows = rng.random() < (habit.again if pursuing else habit.pursuit)
        if path.steps:
            if rng.random() < habit.blink:
                path.blink()
            elif not (pursuing and not follows and rng.random() < 0.25):
                path.saccade(path.velocity if follows and pursuing else np.zeros(2))
        if follows:
            path.pursuit(goes_on=pursuing)
        else:
            path.fixation()
        pursuing = follows
    skip = int(rng.integers(0, 200))
    position = np.concatenate(path.steps, axis=1)[:, skip:]
    labels = np.concatenate(path.labels)[skip:]
    lost = np.concatenate(path.lost)[skip:]
    return _seen(rng, position, labels, lost, noise_deg)


def _seen(
    rng: Generator,
    position: Floats,
    labels: NDArray[np.int8],
    lost: NDArray[np.bool_],
    noise_deg: float,
) -> Trace:
    """The trace as a tracker of some rate and some noise sees it."""
    # The pupil's size and the headset's movement wobble under all movements.
    position = position + _wander(rng, len(labels), 0.06, rng.choice((0, 0, 0.02, 0.06)))
    rate_hz = float(rng.choice(_RATES_HZ))
    if rng.random() < 0.15:
        rate_hz = float(np.exp(rng.uniform(np.log(30), np.log(1000))))
    exposed = round(_HZ / rate_hz * rng.uniform(0, 1))
    if exposed > 1:
        position = uniform_filter1d(position, exposed, axis=1, mode="nearest")
    t_s = np.arange(0, (len(labels) - 1) / _HZ, 1 / rate_hz)
    at = np.round(t_s * _HZ).astype(int)
    position, labels, lost = position[:, at], labels[at], lost[at].copy()
    white = rng.standard_normal(position.shape)
    smooth = gaussian_filter1d(rng.standard_normal(position.shape), rng.uniform(0.7, 2), axis=1)
    position = position + noise_deg * (white if rng.random() < 0.5 else 1.8 * smooth)
    if rng.random() < 0.3:
        faults = rng.random(len(labels)) < 0.0015
        position[:, faults] += rng.normal(0, 2, (2, np.count_nonzero(faults)))
    if rng.random() < 0.2:
        for start in np.flatnonzero(rng.random(len(labels)) < 0.001):
            lost[start : start + rng.integers(1, max(2, round(0.02 * rate_hz)))] = True
    position[:, lost] = np.nan
    return Trace(t_s, position, labels)
