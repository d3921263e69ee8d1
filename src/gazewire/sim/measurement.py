"""The errors that the glasses make when they estimate where somebody looks.

Both eyes together are estimated without error unless told otherwise: what is published is the
truth. Each eye alone is off by a constant and a little noise, one eye as much to one side as the
other to the other, so that their middle is the estimate of both together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Estimates", "GazeMeasurement"]

# Deviations, across and down, of what each eye alone is off by: always, and from datum to datum.
_MONOCULAR_OFFSET_DEG = 0.4
_MONOCULAR_NOISE_DEG = 0.08


class Estimates(NamedTuple):
    """Gaze points in scene camera pixels, (N, 2) each.

    Attributes:
        both: from both eyes together.
        left: from the left eye alone.
        right: from the right eye alone.
    """

    both: NDArray[np.float64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]


class GazeMeasurement:
    """Makes estimates of true gaze points.

    Args:
        px_per_deg: pixels to a degree in the middle of the picture.
        noise_deg: standard deviation, across and down, of the error of both eyes together; from
            datum to datum without memory.
        seed: decides the errors.
    """

    def __init__(self, *, px_per_deg: float, noise_deg: float, seed: int) -> None:
        if noise_deg < 0.0:
            raise ValueError(f"noise has a deviation of 0 degrees or more, not {noise_deg}")
        self._seed = seed
        self._noise_px = noise_deg * px_per_deg
        self._apart_px = _MONOCULAR_NOISE_DEG * px_per_deg
        rng = np.random.default_rng([seed, 0x3E45])
        self._offset_px = rng.normal(0.0, _MONOCULAR_OFFSET_DEG * px_per_deg, 2)

    def estimate(self, gaze_px: NDArray[np.float64], number: int) -> Estimates:
        """Estimate gaze points.

        Args:
            gaze_px: (N, 2) where somebody really looks.
            number: of the first of them, counted from the wearer's zero; decides the noise.
        """
        rng = np.random.default_rng([self._seed, 0x3E46, number])
        noise = rng.normal(size=(2, len(gaze_px), 2))
        both = gaze_px + self._noise_px * noise[0]
        apart = self._offset_px + self._apart_px * noise[1]
        return Estimates(both, both + apart, both - apart)
