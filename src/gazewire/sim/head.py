"""How a seated wearer's head moves: it sways without end, and turns along with large gaze shifts.

Both are pure functions of time, so that whoever draws the room, moves the eyes or measures the
motion asks the same head. Turns come by a schedule; the gaze looks the schedule up (`next_turn`)
and makes its large shifts when the head makes its turns.

People who sit before a screen differ much in how far the head goes along, from hardly at all to
nearly all the way (Fuller 1992, Experimental Brain Research 92, 152-164). This wearer is one of
those who move it little, because the room that can be drawn reaches but a little beyond the
picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_PITCH_DEG", "MAX_YAW_DEG", "HeadMotion", "HeadTurn"]

MAX_YAW_DEG = 6.0
"""The head never turns further to either side."""

MAX_PITCH_DEG = 4.0
"""The head never nods further up or down."""

# Slow shifts of posture, looking about, and breathing: bands in hertz, and each one's share of the
# whole excursion. With these the sway is never faster than 2 degrees a second.
_SWAY_DEG = (1.5, 1.0)  # yaw, pitch
_BANDS_HZ = ((0.03, 0.06), (0.07, 0.12), (0.22, 0.30))
_YAW_SHARES = (0.55, 0.38, 0.07)
_PITCH_SHARES = (0.50, 0.30, 0.20)

# The head's share of how far to the side something lies that is turned to.
_TURN_SHARE = 0.14
# One turn begins in each so many seconds, at any time of these.
_TURN_PERIOD_S = 4.0
_TURN_BEGINS_S = (0.2, 3.2)
# Duration of a turn: hardly longer for a larger one, so that speed grows with size (the main
# sequence of head movements: Zangemeister, Jones & Stark 1981, Experimental Neurology 71, 76-91).
_TURN_BASE_S = 0.36
_TURN_S_PER_RAD = 0.9


@dataclass(frozen=True, slots=True)
class HeadTurn:
    """The head goes from one posture to another, and stays.

    Attributes:
        start_s: when it begins.
        end_s: when it is over.
        start_rad: yaw and pitch before, without the sway.
        end_rad: yaw and pitch afterwards.
        aim: what the wearer turns to, as tangents seen by a head that looks straight ahead.
    """

    start_s: float
    end_s: float
    start_rad: tuple[float, float]
    end_rad: tuple[float, float]
    aim: tuple[float, float]

    @property
    def angle_rad(self) -> float:
        """How far the head turns."""
        return math.dist(self.start_rad, self.end_rad)


class HeadMotion:
    """A smooth, endless, seeded movement of the head: a pure function of time.

    Yaw is positive to the right and pitch positive downward, as pixels are. The head does not
    roll, and it turns about the scene camera.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        rng = np.random.default_rng([seed, 0x4EAD])
        low_hz, high_hz = np.array(_BANDS_HZ).T
        self._frequency_hz = rng.uniform(low_hz, high_hz, size=(2, len(_BANDS_HZ)))
        self._phase_rad = rng.uniform(0.0, 2 * np.pi, size=(2, len(_BANDS_HZ)))
        shares = np.array([_YAW_SHARES, _PITCH_SHARES])
        self._amplitude_rad = np.radians(_SWAY_DEG)[:, None] * shares
        # Whoever asks goes forward in time, a few seconds apart at most.
        self._turn = lru_cache(maxsize=64)(self._make_turn)

    def angles_rad(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Yaw and pitch, (N, 2) float64 radians, at the instants `t_s`, (N,) float64 seconds."""
        phases = 2 * np.pi * self._frequency_hz * t_s[:, None, None] + self._phase_rad
        angles: NDArray[np.float64] = (self._amplitude_rad * np.sin(phases)).sum(axis=2)
        for turn, during in self._turns(t_s):
            done = np.clip((t_s[during] - turn.start_s) / (turn.end_s - turn.start_s), 0.0, 1.0)
            # Minimum jerk (Flash & Hogan 1985, eq. 3).
            turned = done**3 * (10.0 - 15.0 * done + 6.0 * done**2)
            start = np.array(turn.start_rad)
            angles[during] += start + turned[:, None] * (np.array(turn.end_rad) - start)
        return angles

    def rates_rad_s(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """The derivative of `angles_rad`: how fast yaw and pitch change, (N, 2) float64."""
        phases = 2 * np.pi * self._frequency_hz * t_s[:, None, None] + self._phase_rad
        swing = self._amplitude_rad * 2 * np.pi * self._frequency_hz
        rates: NDArray[np.float64] = (swing * np.cos(phases)).sum(axis=2)
        for turn, during in self._turns(t_s):
            duration_s = turn.end_s - turn.start_s
            done = np.clip((t_s[during] - turn.start_s) / duration_s, 0.0, 1.0)
            speed = 30.0 * done**2 * (1.0 - done) ** 2 / duration_s
            rates[during] += speed[:, None] * (np.array(turn.end_rad) - np.array(turn.start_rad))
        return rates

    def tangents(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far the room slides through the picture: the tangents of yaw and pitch, (N, 2).

        What lies at `p` in the room is seen at ``p - tangents(t)`` by the camera. For a turning
        head this is exact on the optical axis; towards the rim the room is bent so that it slides
        as one piece, which is what makes a frame as cheap as a crop.
        """
        return np.tan(self.angles_rad(t_s))

    def next_turn(self, after_s: float) -> HeadTurn:
        """The first turn that begins later than `after_s`."""
        number = max(0, math.floor(after_s / _TURN_PERIOD_S))
        while (turn := self._turn(number)).start_s <= after_s:
            number += 1
        return turn

    @staticmethod
    def furthest_tangents() -> tuple[float, float]:
        """Bounds of `tangents`, across and down."""
        return math.tan(math.radians(MAX_YAW_DEG)), math.tan(math.radians(MAX_PITCH_DEG))

    def _turns(self, t_s: NDArray[np.float64]) -> list[tuple[HeadTurn, NDArray[np.bool_]]]:
        """The turns that some of the instants fall into the periods of, and which ones."""
        if not len(t_s):
            return []
        periods = np.maximum(np.floor(t_s / _TURN_PERIOD_S), 0.0)
        numbers = range(int(periods.min()), int(periods.max()) + 1)
        if len(numbers) == 1:  # as nearly always
            return [(self._turn(numbers[0]), np.ones(len(t_s), bool))]
        return [(self._turn(number), periods == number) for number in numbers]

    def _make_turn(self, number: int) -> HeadTurn:
        begins_s, _ = self._plan(number)
        start, (end, aim) = self._posture(number - 1)[0], self._posture(number)
        duration_s = _TURN_BASE_S + _TURN_S_PER_RAD * math.dist(start, end)
        start_s = number * _TURN_PERIOD_S + begins_s
        return HeadTurn(start_s, start_s + duration_s, start, end, aim)

    def _posture(self, number: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """Yaw and pitch after a turn, and what was turned to. Before the first one: ahead."""
        if number < 0:
            return (0.0, 0.0), (0.0, 0.0)
        _, (across, down) = self._plan(number)
        yaw = across * (math.radians(MAX_YAW_DEG - _SWAY_DEG[0]))
        pitch = down * (math.radians(MAX_PITCH_DEG - _SWAY_DEG[1]))
        return (yaw, pitch), (math.tan(yaw / _TURN_SHARE), math.tan(pitch / _TURN_SHARE))

    def _plan(self, number: int) -> tuple[float, tuple[float, float]]:
        rng = np.random.default_rng([self._seed, 0x7124, number])
        begins_s, across, down = rng.uniform([_TURN_BEGINS_S[0], -1, -1], [_TURN_BEGINS_S[1], 1, 1])
        return float(begins_s), (float(across), float(down))
