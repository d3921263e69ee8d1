"""How a seated wearer's head sways."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_PITCH_DEG", "MAX_YAW_DEG", "HeadSway"]

MAX_YAW_DEG = 4.0
"""The head never turns further to either side."""

MAX_PITCH_DEG = 2.0
"""The head never nods further up or down."""

# Slow shifts of posture, looking about, and breathing: bands in hertz, and each one's share of the
# whole excursion. With these the fastest turn is about 3 degrees a second.
_BANDS_HZ = ((0.03, 0.06), (0.07, 0.12), (0.22, 0.30))
_YAW_SHARES = (0.55, 0.38, 0.07)
_PITCH_SHARES = (0.50, 0.30, 0.20)


class HeadSway:
    """A smooth, endless, seeded turning of the head: a pure function of time.

    Yaw is positive to the right and pitch positive downward, as pixels are. The head does not
    roll, and it turns about the scene camera.
    """

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 0x4EAD])
        low_hz, high_hz = np.array(_BANDS_HZ).T
        self._frequency_hz = rng.uniform(low_hz, high_hz, size=(2, len(_BANDS_HZ)))
        self._phase_rad = rng.uniform(0.0, 2 * np.pi, size=(2, len(_BANDS_HZ)))
        self._amplitude_rad = np.radians(
            [MAX_YAW_DEG * np.array(_YAW_SHARES), MAX_PITCH_DEG * np.array(_PITCH_SHARES)]
        )

    def angles_rad(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Yaw and pitch, (N, 2) float64 radians, at the instants `t_s`, (N,) float64 seconds."""
        turns = 2 * np.pi * self._frequency_hz * t_s[:, None, None] + self._phase_rad
        angles: NDArray[np.float64] = (self._amplitude_rad * np.sin(turns)).sum(axis=2)
        return angles

    def tangents(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far the room slides through the picture: the tangents of yaw and pitch, (N, 2).

        What lies at `p` in the room is seen at ``p - tangents(t)`` by the camera. For a turning
        head this is exact on the optical axis; towards the rim the room is bent so that it slides
        as one piece, which is what makes a frame as cheap as a crop.
        """
        return np.tan(self.angles_rad(t_s))

    @staticmethod
    def furthest_tangents() -> tuple[float, float]:
        """Bounds of `tangents`, across and down."""
        return math.tan(math.radians(MAX_YAW_DEG)), math.tan(math.radians(MAX_PITCH_DEG))
