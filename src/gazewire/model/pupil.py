"""A pupil as a detector saw it in one image of one eye."""

from __future__ import annotations

from typing import Literal

import msgspec

from gazewire.model.gaze import Vector3

__all__ = [
    "METHOD_2D",
    "METHOD_3D",
    "Circle3d",
    "Ellipse",
    "EyeId",
    "EyeModel",
    "Point2",
    "PupilDatum",
    "Sphere",
    "nothing_found",
]

METHOD_2D = "2d c++"
"""By this very text a 3-D detector of the Core program takes a pupil for its input."""

METHOD_3D = "pye3d 0.3.2 real-time"
"""Clients look for ``3d`` in it, and some for the name of the program's own detector."""

EyeId = Literal[0, 1]
"""0 is the wearer's right eye, 1 the left one."""

Point2 = tuple[float, float]
"""x and y, in the unit and from the origin that the field's docstring names."""


class Ellipse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An ellipse in an eye image.

    Attributes:
        center_px: origin top left; (0, 0) where nothing was found.
        axes_px: full lengths, the minor one first; (0, 0) where nothing was found.
        angle_deg: rotation of the first axis from the image's x axis, 0 to 180 clockwise as seen;
            a 2-D detector that found nothing says -90.
    """

    center_px: Point2
    axes_px: Point2
    angle_deg: float


class Sphere(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An eyeball.

    Attributes:
        center_mm: eye camera frame.
        radius_mm: of the sphere.
    """

    center_mm: Vector3
    radius_mm: float


class Circle3d(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A pupil in space.

    Attributes:
        center_mm: eye camera frame.
        normal: unit vector from the eye towards the camera side, eye camera frame: its z is
            negative when the eye looks at the camera. NaN where it is not known.
        radius_mm: half the pupil's diameter; 0 or slightly negative before there is a model.
    """

    center_mm: Vector3
    normal: Vector3
    radius_mm: float


class EyeModel(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a 3-D detector knows of the eye behind the pupil.

    Attributes:
        sphere: the eyeball, corrected for refraction.
        projected_sphere: its outline in the image.
        circle: the pupil in space.
        confidence: 1.0; 0.1 where a value lies outside the physiological range; 0.0 where the
            pupil's normal is not known.
        theta_rad: arc cosine of the normal's y; pi/2 for an eye that looks at the camera.
        phi_rad: atan2 of the normal's z and x; -pi/2 for an eye that looks at the camera.
    """

    sphere: Sphere
    projected_sphere: Ellipse
    circle: Circle3d
    confidence: float
    theta_rad: float
    phi_rad: float

    @property
    def pupil_diameter_mm(self) -> float:
        """Physical diameter of the pupil."""
        return 2 * self.circle.radius_mm


class PupilDatum(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One detector's finding in one image; there is one for every image, found or not.

    Attributes:
        eye_id: whose pupil.
        detector: short name of the kind of detector: ``2d``, ``3d``.
        method: name and version of the detector; holds ``2d`` or ``3d``, by which gaze mappers
            choose.
        timestamp_unix_ns: instant of exposure of the image.
        norm_pos: centre of the pupil as a part of the image's width and height, origin bottom left.
        diameter_px: the ellipse's major axis.
        ellipse: outline of the pupil; of a 3-D detector, the projection of its circle.
        confidence: 0 to 1.
        model: None of a 2-D detector.
    """

    eye_id: EyeId
    detector: str
    method: str
    timestamp_unix_ns: int
    norm_pos: Point2
    diameter_px: float
    ellipse: Ellipse
    confidence: float
    model: EyeModel | None = None


def nothing_found(eye_id: EyeId, timestamp_unix_ns: int) -> PupilDatum:
    """The datum of a 2-D detector that found no pupil."""
    return PupilDatum(
        eye_id=eye_id,
        detector="2d",
        method=METHOD_2D,
        timestamp_unix_ns=timestamp_unix_ns,
        norm_pos=(0.0, 1.0),
        diameter_px=0.0,
        ellipse=Ellipse(center_px=(0.0, 0.0), axes_px=(0.0, 0.0), angle_deg=-90.0),
        confidence=0.0,
    )
