"""Smooth pursuit: the eye follows a moving thing, nearly as fast as it moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.ball import Ball
from gazewire.sim.head import HeadMotion
from gazewire.sim.landmark import Landmark
from gazewire.sim.ticks import TICKS_PER_S

__all__ = ["PURSUIT_LATENCY_S", "Pursuit"]

PURSUIT_LATENCY_S = 0.1
"""From landing on a moving thing until the eye begins to follow it: 80 to 130 ms (Carl & Gellman
1987, Journal of Neurophysiology 57, 1446-1463)."""

# From the beginning of the movement to its full speed (Robinson, Gordon & Gordon 1986, Biological
# Cybernetics 55, 43-57: about 100 ms).
_BUILD_UP_S = 0.1
# The eye knows when the ball will bounce, and rounds the corner off: half the width of the moving
# average over what is followed. (Anticipation in pursuit: Barnes & Asselman 1991, Journal of
# Physiology 439, 439-461.)
_ANTICIPATION_S = 0.04
# How finely the movement is integrated.
_STEP_S = 0.001


@dataclass(frozen=True, slots=True)
class Pursuit:
    """A stretch of smooth pursuit, between two saccades.

    Attributes:
        start_tick: when it begins, counted from the path's own zero.
        end_tick: when it ends.
        ball: what is followed.
        point: where in the room the eye is at its start, as tangents.
        gain: speed of the eye by the speed of the ball once it follows; below 1.
        latency_s: how long it first stays where it is; zero after a catch-up saccade.
    """

    start_tick: int
    end_tick: int
    ball: Ball
    point: tuple[float, float]
    gain: float
    latency_s: float

    @property
    def landmark(self) -> Landmark:
        """Where what is followed is to be found."""
        return self.ball.panel

    def places(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where in the room the eye looks, (N, 2) tangents, at the instants `t_s`."""
        start_s = self.start_tick / TICKS_PER_S
        steps = int((self.end_tick - self.start_tick) / TICKS_PER_S / _STEP_S) + 2
        since_s = _STEP_S * np.arange(steps)
        average = 2 * round(_ANTICIPATION_S / _STEP_S)
        around_s = start_s - _ANTICIPATION_S + _STEP_S * np.arange(steps + average, dtype=float)
        sums = np.cumsum(self.ball.places(around_s), axis=0)
        followed = (sums[average:] - sums[:-average]) / average
        followed = np.concatenate([sums[average - 1 : average] / average, followed])
        if self.latency_s:
            done = np.clip((since_s + _STEP_S / 2 - self.latency_s) / _BUILD_UP_S, 0.0, 1.0)
            share = self.gain * done**2 * (3.0 - 2.0 * done)
        else:
            share = np.full(steps, self.gain)
        moves = share[:, None] * np.diff(followed, axis=0)
        way = np.concatenate([np.zeros((1, 2)), np.cumsum(moves, axis=0)])[:steps]
        here = t_s - start_s
        x, y = self.point
        return np.stack(
            [x + np.interp(here, since_s, way[:, 0]), y + np.interp(here, since_s, way[:, 1])],
            axis=1,
        )

    def tangents(self, t_s: NDArray[np.float64], head: HeadMotion) -> NDArray[np.float64]:
        """Where the eye looks, (N, 2), at the instants `t_s`, (N,) seconds since the path's zero.

        However the head moves: pursuit holds its object in the room, as fixation does.
        """
        return self.places(t_s) - head.tangents(t_s)
