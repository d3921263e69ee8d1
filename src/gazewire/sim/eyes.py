"""Both eyes of a wearer, as they stand while the gaze goes its way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Eyelid, EyeState
from gazewire.sim.binocular import gaze_points_mm, optical_axes, visual_axes
from gazewire.sim.blinks import Blinks
from gazewire.sim.eye_pose import EyePose
from gazewire.sim.eyelids import Eyelids, LidAngles
from gazewire.sim.person import Eye, Person
from gazewire.sim.pupils import Pupils

__all__ = ["EyeCourse", "Eyes"]


@dataclass(frozen=True, slots=True)
class EyeCourse:
    """One eye at a number of instants.

    Attributes:
        eye: which.
        visual_axes: (N, 3) unit vectors, scene camera frame.
        optical_axes: (N, 3) the same.
        pupil_diameters_mm: (N,).
        lid_openings: (N,) 0 closed, 1 as wide open as can be.
        lids: the edges of the lids.
    """

    eye: Eye
    visual_axes: NDArray[np.float64]
    optical_axes: NDArray[np.float64]
    pupil_diameters_mm: NDArray[np.float64]
    lid_openings: NDArray[np.float64]
    lids: LidAngles

    def states(self) -> list[EyeState]:
        """What the wire tells of the eye, for each instant."""
        center_mm = self.eye.ball.center_mm
        rows = zip(self.pupil_diameters_mm.tolist(), self.optical_axes.tolist(), strict=True)
        return [
            EyeState(pupil_diameter_mm=mm, eyeball_center_mm=center_mm, optical_axis=(x, y, z))
            for mm, (x, y, z) in rows
        ]

    def eyelids(self) -> list[Eyelid]:
        """What the wire tells of its lids, for each instant."""
        radius_mm = self.eye.ball.radius_mm
        return [
            Eyelid(
                angle_top_rad=top,
                angle_bottom_rad=bottom,
                aperture_mm=max(0.0, radius_mm * (top - bottom)),
            )
            for top, bottom in zip(
                self.lids.top_rad.tolist(), self.lids.bottom_rad.tolist(), strict=True
            )
        ]

    def poses(self) -> list[EyePose]:
        """What is to be drawn, for each instant."""
        rows = zip(
            self.optical_axes.tolist(),
            self.pupil_diameters_mm.tolist(),
            self.lid_openings.tolist(),
            strict=True,
        )
        return [EyePose((x, y, z), mm, opening) for (x, y, z), mm, opening in rows]


class Eyes:
    """The eyes of one person.

    Attributes:
        person: whose they are.
        blinks: when they close.

    Args:
        person: whose they are.
        seed: decides blinks and pupils.
    """

    def __init__(self, person: Person, seed: int) -> None:
        self.person = person
        self.blinks = Blinks(seed)
        self._pupils = Pupils(seed)
        self._lids = Eyelids(person)

    def at(
        self, t_s: NDArray[np.float64], tangents: NDArray[np.float64]
    ) -> tuple[EyeCourse, EyeCourse]:
        """The left eye and the right one.

        A blink changes nothing but the lids: behind them the eye goes on looking and its pupil
        stays as wide as it is.

        Args:
            t_s: (N,) rising instants, seconds since the wearer's zero.
            tangents: (N, 2) where they look, scene camera frame.
        """
        points_mm = gaze_points_mm(tangents)
        diameters_mm = np.clip(self._pupils.diameters_mm(t_s), *self.person.pupil_diameter_range_mm)
        openings = self._lids.openings(self.blinks.closure(t_s))
        left, right = (
            self._course(eye, points_mm, diameters_mm[:, number], openings)
            for number, eye in enumerate((self.person.left, self.person.right))
        )
        return left, right

    def _course(
        self,
        eye: Eye,
        points_mm: NDArray[np.float64],
        diameters_mm: NDArray[np.float64],
        openings: NDArray[np.float64],
    ) -> EyeCourse:
        visual = visual_axes(eye, points_mm)
        optical = optical_axes(eye, visual)
        elevations_deg = np.degrees(np.arcsin(-optical[:, 1]))
        lids = self._lids.angles(openings, elevations_deg)
        return EyeCourse(eye, visual, optical, diameters_mm, openings, lids)
