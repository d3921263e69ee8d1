"""The edges of one person's lids as curves, for any opening and direction of gaze.

Each edge is a curve over azimuth, and depends on one number, the *rise* of its lid: 0 where the
lids meet, 1 where the eye is wide open and looks straight ahead. Looking up or down takes the lids
along, the upper one nearly all the way (Becker & Fuchs 1988, Journal of Neurophysiology 60,
1227-1252), the lower one part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.person import LidShape

__all__ = ["LidCurves", "LidEdge", "LidRise"]

_UPPER_FOLLOWS, _LOWER_FOLLOWS = 0.85, 0.4
# Lids stay where they are once the eye turns further than this.
_FOLLOWED_DEG = 30.0
_LOWER_ROUNDNESS = 0.85
# The upper lid closes over the edge of the lower one, so that no light gets between.
_OVERLAP_DEG, _OVERLAPPING_RISE = 1.2, 0.12


class LidRise(NamedTuple):
    """How far each lid is from the line in which they meet; 1 is wide open, straight ahead."""

    upper: float
    lower: float


class LidEdge(NamedTuple):
    """An edge at some azimuths.

    Attributes:
        closed_deg: elevation where the lids meet.
        travel_deg: what one unit of rise adds.
        mobility: how much the lid moves there, 1 in its middle, 0 in the corners and beyond.
        overlap_deg: by which it covers the other lid where they meet.
    """

    closed_deg: NDArray[np.float64]
    travel_deg: NDArray[np.float64]
    mobility: NDArray[np.float64]
    overlap_deg: float

    def elevation_deg(self, rise: float) -> NDArray[np.float64]:
        """Elevation of the edge, in the shape of the azimuths."""
        elevation: NDArray[np.float64] = self.closed_deg + rise * self.travel_deg
        if self.overlap_deg:
            gap = np.clip(rise * self.mobility / _OVERLAPPING_RISE, 0.0, 1.0)
            elevation -= self.overlap_deg * (1.0 - gap)
        return elevation


@dataclass(frozen=True, slots=True)
class LidCurves:
    """The two edges between which an eye shows.

    Attributes:
        shape: of the opening between them.
    """

    shape: LidShape

    def rise(self, opening: float, gaze_elevation_deg: float) -> LidRise:
        """The rise of both lids.

        Args:
            opening: 0 closed, 1 wide open.
            gaze_elevation_deg: of the optical axis, upward.
        """
        share = min(max(gaze_elevation_deg / _FOLLOWED_DEG, -1.0), 1.0)
        up = self._rise_by_looking_up
        return LidRise(opening * (1.0 + share * up.upper), opening * (1.0 + share * up.lower))

    @property
    def least(self) -> LidRise:
        """The least rise that `rise` ever answers, of each lid for itself."""
        up = self._rise_by_looking_up
        return LidRise(min(0.0, 1.0 - up.upper), min(0.0, 1.0 + up.lower))

    @property
    def most(self) -> LidRise:
        """The greatest rise that `rise` ever answers, of each lid for itself."""
        up = self._rise_by_looking_up
        return LidRise(1.0 + up.upper, 1.0 - up.lower)

    @property
    def _rise_by_looking_up(self) -> LidRise:
        # What looking up as far as lids follow adds to a wide open eye; the lower lid's rise is
        # counted downward, so it shrinks.
        upper_deg = self.shape.upper_deg - self.shape.closed_deg
        lower_deg = self.shape.lower_deg - self.shape.closed_deg
        upper = _UPPER_FOLLOWS * _FOLLOWED_DEG / upper_deg
        return LidRise(upper, _LOWER_FOLLOWS * _FOLLOWED_DEG / lower_deg)

    def upper(self, azimuth_deg: NDArray[np.float64]) -> LidEdge:
        """The edge of the upper lid at these azimuths, of any shape."""
        shape = self.shape
        arch = self._arch(azimuth_deg, shape.upper_peak, shape.roundness)
        return self._edge(azimuth_deg, shape.upper_deg, arch, _OVERLAP_DEG)

    def lower(self, azimuth_deg: NDArray[np.float64]) -> LidEdge:
        """The edge of the lower lid at these azimuths, of any shape."""
        arch = self._arch(azimuth_deg, self.shape.lower_peak, _LOWER_ROUNDNESS)
        return self._edge(azimuth_deg, self.shape.lower_deg, arch, 0.0)

    def _edge(
        self,
        azimuth_deg: NDArray[np.float64],
        open_deg: float,
        arch: NDArray[np.float64],
        overlap_deg: float,
    ) -> LidEdge:
        (inner, start), (outer, end) = self.shape.nasal_deg, self.shape.temporal_deg
        corners = start + (end - start) * (azimuth_deg - inner) / (outer - inner)
        meeting = self.shape.closed_deg * self._arch(azimuth_deg, 0.0, 1.0)
        travel = open_deg * arch - meeting
        mobility = np.clip(travel / (open_deg - self.shape.closed_deg), 0.0, 1.0)
        return LidEdge(corners + meeting, travel, mobility, overlap_deg)

    def _arch(
        self, azimuth_deg: NDArray[np.float64], peak: float, roundness: float
    ) -> NDArray[np.float64]:
        # 0 in the corners and beyond them, 1 at its top, which is skewed towards `peak`.
        inner, outer = self.shape.nasal_deg[0], self.shape.temporal_deg[0]
        across = np.clip(2 * (azimuth_deg - inner) / (outer - inner) - 1, -1, 1)
        skewed = across - peak * (1 - across**2)
        arch: NDArray[np.float64] = np.maximum(1 - skewed**2, 0.0) ** roundness
        return arch
