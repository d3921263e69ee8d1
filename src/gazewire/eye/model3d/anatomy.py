"""The shape of the average eye, as far as a camera that sees the pupil has to know it."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["EyeAnatomy"]


@dataclass(frozen=True, slots=True)
class EyeAnatomy:
    """Two spheres and a pupil: the eye turns about the larger one's centre.

    Images of ellipses tell proportions only; what they mean in millimetres is known from anatomy
    alone. The defaults are averages of adults, and `pupil_distance_mm`, which sets the scale,
    differs from one to the next by 5 per cent (standard deviation).

    Attributes:
        eyeball_radius_mm: half the axial length (Bekerman, Gottlieb and Vaiman 2014, J.
            Ophthalmology 503645).
        cornea_radius_mm: of curvature, front surface (Dubbelman, Sicam and Van der Heijde 2006,
            Vision Research 46, 993-1001).
        limbus_radius_mm: of the circle in which cornea and sclera meet (Rüfer, Schröder and Erb
            2005, Cornea 24, 259-261).
        pupil_depth_mm: from the apex of the cornea back to the pupil: 0.55 mm of cornea and 3.05 mm
            of chamber (Fedtke, Manns and Ho 2010, Optics Express 18, 22364-22376).
        refractive_index: of cornea and aqueous humour as one medium (Dierkes, Kassner and Bulling
            2018, ETRA).
    """

    eyeball_radius_mm: float = 12.0
    cornea_radius_mm: float = 7.8
    limbus_radius_mm: float = 5.855
    pupil_depth_mm: float = 3.6
    refractive_index: float = 1.3375

    @property
    def cornea_distance_mm(self) -> float:
        """From the eyeball's centre to that of the cornea's sphere."""
        limbus = self.limbus_radius_mm**2
        # Both spheres go through the limbus.
        to_limbus_mm = math.sqrt(self.eyeball_radius_mm**2 - limbus)
        return to_limbus_mm - math.sqrt(self.cornea_radius_mm**2 - limbus)

    @property
    def pupil_distance_mm(self) -> float:
        """From the eyeball's centre to that of the pupil."""
        return self.cornea_distance_mm + self.cornea_radius_mm - self.pupil_depth_mm
