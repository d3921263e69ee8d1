"""A pupil in space and the eyeball that it belongs to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gazewire.model import (
    Circle3d,
    Ellipse,
    EyeId,
    EyeModel,
    Point2,
    PupilDatum,
    Sphere,
    Vector3,
)

__all__ = ["SPHERE_RADIUS_MM", "Pupil3d"]

SPHERE_RADIUS_MM = 10.392304845413264
"""What the wire calls the radius of every eyeball: √(12² - 6²), from its centre to the limbus."""

# What the wire takes for physiological.
_FARTHEST_X_MM, _FARTHEST_Y_MM = 15.0, 10.0
_Z_RANGE_MM = 15.0, 75.0
_DIAMETER_RANGE_MM = 1.0, 9.0
_WIDEST_PHI_DEG, _WIDEST_THETA_DEG = 90.0, 80.0
_DOUBTFUL = 0.1


@dataclass(frozen=True, slots=True)
class Pupil3d:
    """One pupil as the eye model explains it; places are millimetres in the eye camera's frame.

    Attributes:
        timestamp_unix_ns: instant of exposure.
        ellipse: outline of the pupil in space as the camera sees it, through the cornea.
        sphere_center_mm: about which the eye turns.
        projected_sphere: outline of the sphere around it with the radius of the wire.
        circle_center_mm: of the pupil itself, behind the cornea.
        circle_normal: unit vector along the optical axis, out of the eye.
        diameter_mm: of the pupil itself.
        confidence: 0 to 1.
    """

    timestamp_unix_ns: int
    ellipse: Ellipse
    sphere_center_mm: Vector3
    projected_sphere: Ellipse
    circle_center_mm: Vector3
    circle_normal: Vector3
    diameter_mm: float
    confidence: float

    @property
    def theta_rad(self) -> float:
        """Arc cosine of the normal's y."""
        return math.acos(max(-1.0, min(1.0, self.circle_normal[1])))

    @property
    def phi_rad(self) -> float:
        """From the normal's x to its z; -π/2 for an eye that looks at the camera."""
        return math.atan2(self.circle_normal[2], self.circle_normal[0])

    @property
    def model_confidence(self) -> float:
        """1.0, or 0.1 where a value lies outside of what eyes do."""
        x, y, z = self.sphere_center_mm
        is_physiological = (
            abs(x) <= _FARTHEST_X_MM
            and abs(y) <= _FARTHEST_Y_MM
            and _Z_RANGE_MM[0] <= z <= _Z_RANGE_MM[1]
            and _DIAMETER_RANGE_MM[0] <= self.diameter_mm <= _DIAMETER_RANGE_MM[1]
            and abs(math.degrees(self.phi_rad) + 90) <= _WIDEST_PHI_DEG
            and abs(math.degrees(self.theta_rad) - 90) <= _WIDEST_THETA_DEG
        )
        return 1.0 if is_physiological else _DOUBTFUL

    def datum(self, *, eye_id: EyeId, method: str, width: int, height: int) -> PupilDatum:
        """The record that goes on the bus.

        Args:
            eye_id: whose pupil.
            method: name and version of the detector, with ``3d`` in it.
            width: of the image, pixels.
            height: of the image, pixels.
        """
        x, y = self.ellipse.center_px
        return PupilDatum(
            eye_id=eye_id,
            detector="3d",
            method=method,
            timestamp_unix_ns=self.timestamp_unix_ns,
            norm_pos=_norm((x, y), width, height),
            diameter_px=self.ellipse.axes_px[1],
            ellipse=self.ellipse,
            confidence=self.confidence,
            model=EyeModel(
                sphere=Sphere(center_mm=self.sphere_center_mm, radius_mm=SPHERE_RADIUS_MM),
                projected_sphere=self.projected_sphere,
                circle=Circle3d(
                    center_mm=self.circle_center_mm,
                    normal=self.circle_normal,
                    radius_mm=self.diameter_mm / 2,
                ),
                confidence=self.model_confidence,
                theta_rad=self.theta_rad,
                phi_rad=self.phi_rad,
            ),
        )


def _norm(center_px: Point2, width: int, height: int) -> Point2:
    return center_px[0] / width, 1.0 - center_px[1] / height
