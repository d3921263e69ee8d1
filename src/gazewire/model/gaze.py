"""Where somebody looks, and the state of the eyes it was computed from."""

from __future__ import annotations

import msgspec

__all__ = ["EyeState", "Eyelid", "GazeDatum", "Vector3"]

Vector3 = tuple[float, float, float]
"""x to the right, y down, z forward, in the frame that the field's docstring names."""


# None of these records can hold itself, so they need not be tracked by the garbage collector
# (`gc=False`); they are made by the thousand and kept in buffers.


class EyeState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The 3-D state of one eye.

    Attributes:
        pupil_diameter_mm: physical diameter of the pupil.
        eyeball_center_mm: centre of the eyeball, scene camera frame; the left eye has negative x.
        optical_axis: unit vector along the optical axis, scene camera frame.
    """

    pupil_diameter_mm: float
    eyeball_center_mm: Vector3
    optical_axis: Vector3


class Eyelid(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How far one eye is open.

    Attributes:
        angle_top_rad: elevation of the upper lid's edge.
        angle_bottom_rad: elevation of the lower lid's edge.
        aperture_mm: distance between the lids.
    """

    angle_top_rad: float
    angle_bottom_rad: float
    aperture_mm: float


class GazeDatum(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One estimate of where the wearer looks.

    Attributes:
        timestamp_unix_ns: instant of exposure of the eye image it comes from.
        x_px: scene camera pixels; may lie outside the image. NaN where there is no estimate from
            both eyes together (the dual-monocular mode of older devices).
        y_px: as `x_px`.
        worn: the glasses are on somebody's head.
        left_px: (x, y) estimated from the left eye alone, or None.
        right_px: the same for the right eye.
        eye_state_left: None where the device does not measure it; left and right come together.
        eye_state_right: the same for the right eye.
        eyelid_left: None where the device does not measure it; left and right come together.
        eyelid_right: the same for the right eye.
    """

    timestamp_unix_ns: int
    x_px: float
    y_px: float
    worn: bool = True
    left_px: tuple[float, float] | None = None
    right_px: tuple[float, float] | None = None
    eye_state_left: EyeState | None = None
    eye_state_right: EyeState | None = None
    eyelid_left: Eyelid | None = None
    eyelid_right: Eyelid | None = None
