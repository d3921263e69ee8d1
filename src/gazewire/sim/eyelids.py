"""Where the edges of a wearer's lids are: gaze takes them up and down, and blinks close them.

Angles are elevations of a lid's edge seen from the centre of the eyeball, above the horizontal
plane of the scene camera. The aperture is the arc between the lids on the eyeball, as the makers of
Neon define it, above the middle of the eye. The curves are those that the pictures of the eyes are
drawn with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.eye_lids import LidCurves
from gazewire.sim.person import Person

__all__ = ["Eyelids", "LidAngles"]


class LidAngles(NamedTuple):
    """Both edges of one eye's lids.

    Attributes:
        top_rad: elevation of the upper edge, (N,).
        bottom_rad: elevation of the lower edge, (N,).
    """

    top_rad: NDArray[np.float64]
    bottom_rad: NDArray[np.float64]


class Eyelids:
    """The lids of one person; both eyes have the same."""

    def __init__(self, person: Person) -> None:
        self._curves = LidCurves(person.lids)
        self._rest = person.rest_lid_opening
        ahead_deg = np.zeros(1)
        self._upper = self._curves.upper(ahead_deg)
        self._lower = self._curves.lower(ahead_deg)

    def openings(self, closure: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far the lids are open, (N,), 1 as wide as can be, while blinks close them by (N,)."""
        return self._rest * (1.0 - closure)

    def angles(
        self, openings: NDArray[np.float64], elevations_deg: NDArray[np.float64]
    ) -> LidAngles:
        """The edges above and below the middle of the eye.

        Args:
            openings: (N,) 0 closed, 1 wide open.
            elevations_deg: (N,) of the optical axis, upward.
        """
        rises = np.array([
            self._curves.rise(opening, elevation)
            for opening, elevation in zip(openings.tolist(), elevations_deg.tolist(), strict=True)
        ]).reshape(-1, 2)  # fmt: skip
        top_deg = self._upper.closed_deg + rises[:, 0] * self._upper.travel_deg
        bottom_deg = self._lower.closed_deg + rises[:, 1] * self._lower.travel_deg
        return LidAngles(np.radians(top_deg), np.radians(bottom_deg))
