"""The ball that bounces in a panel of the monitor: the one thing in the room to be followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.landmark import Landmark

__all__ = ["BALL_RADIUS", "Ball"]

BALL_RADIUS = 0.0105
"""Of the ball, as the tangent of an angle."""

_PANEL = "ball game"
_FLOOR = 0.006
# Across and back, and up and down again.
_PERIODS_S = (5.3, 1.4)


@dataclass(frozen=True, slots=True)
class Ball:
    """Where the ball is, as a pure function of time.

    Attributes:
        panel: in which it bounces.
        phase: of its way across and of its hops at time zero, 0 to 1 each.
    """

    panel: Landmark
    phase: tuple[float, float]

    @classmethod
    def of_room(cls, landmarks: Iterable[Landmark], seed: int) -> Ball:
        """The ball of the room that has these landmarks and this seed."""
        across, hop = np.random.default_rng([seed, 0xBA1]).uniform(0.0, 1.0, 2)
        panel = next(landmark for landmark in landmarks if landmark.name == _PANEL)
        return cls(panel, (float(across), float(hop)))

    def places(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Its middle in the room, (N, 2) tangents, at the instants `t_s`, (N,) seconds."""
        (x, y), (half_width, half_height) = self.panel.middle, self.panel.extent
        across, hop = (t_s[:, None] / np.array(_PERIODS_S) + np.array(self.phase)).T % 1.0
        margin = BALL_RADIUS + 0.002
        # A parabola between two bounces, as anything that is thrown.
        rise = 4 * hop * (1 - hop)
        return np.stack(
            [
                x - (half_width - margin) * (2 * np.abs(1 - 2 * across) - 1),
                y
                + half_height
                - _FLOOR
                - BALL_RADIUS
                - (2 * (half_height - margin) - 0.012) * rise,
            ],
            axis=1,
        )
