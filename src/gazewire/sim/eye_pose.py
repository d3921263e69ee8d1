"""How an eye stands at one instant, and where this puts it before its camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Vector3
from gazewire.sim.eyeball import axes_of
from gazewire.sim.person import Eye

__all__ = ["EyePose", "PosedEye"]


@dataclass(frozen=True, slots=True)
class EyePose:
    """All that changes about one eye from picture to picture.

    Attributes:
        optical_axis: unit vector, scene camera frame.
        pupil_diameter_mm: of the pupil itself, not of its image in the cornea.
        lid_opening: 0 closed, 1 as wide open as this person can.

    Raises:
        ValueError: no eye can be so.
    """

    optical_axis: Vector3
    pupil_diameter_mm: float
    lid_opening: float

    def __post_init__(self) -> None:
        if not 0.0 < self.pupil_diameter_mm < 10.0:
            raise ValueError(f"a pupil is up to 10 mm wide, not {self.pupil_diameter_mm} mm")
        if not 0.0 <= self.lid_opening <= 1.0:
            raise ValueError(f"lids are open by 0 to 1, not by {self.lid_opening}")
        x, y, z = self.optical_axis
        if not abs(x * x + y * y + z * z - 1.0) < 1e-3 or z <= 0.0:
            raise ValueError(f"an optical axis is a unit vector forward, not {self.optical_axis}")

    @property
    def elevation_deg(self) -> float:
        """Of the optical axis, upward."""
        return float(np.degrees(np.arcsin(np.clip(-self.optical_axis[1], -1.0, 1.0))))


@dataclass(frozen=True, slots=True)
class PosedEye:
    """An eye in the frame of its camera, millimetres.

    Attributes:
        center_mm: (3,) of the eyeball.
        cornea_mm: (3,) of the cornea's sphere.
        axes: (3, 3) rows: two directions across the iris, and the optical axis.
    """

    center_mm: NDArray[np.float64]
    cornea_mm: NDArray[np.float64]
    axes: NDArray[np.float64]

    @classmethod
    def of(cls, eye: Eye, pose: EyePose) -> PosedEye:
        """The eye in this pose."""
        rotation = np.array(eye.camera.rotation)
        center = (np.array(eye.ball.center_mm) - eye.camera.position_mm) @ rotation
        axes = axes_of(np.array(pose.optical_axis)) @ rotation
        return cls(center, center + eye.ball.cornea_offset_mm * axes[2], axes)
