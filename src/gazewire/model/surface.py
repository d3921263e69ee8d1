"""A surface that was found in a scene image, and what of the gaze fell on it."""

from __future__ import annotations

import msgspec

from gazewire.model.mapped_gaze import DatumReference
from gazewire.model.pupil import Point2

__all__ = ["Matrix3", "SurfaceDatum", "SurfaceFixation", "SurfaceGaze"]

Matrix3 = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
"""Three rows. A homography acts on columns (x, y, 1)."""


class SurfaceGaze(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One gaze datum in the coordinates of a surface.

    Attributes:
        base: the gaze datum; it was published before.
        norm_pos: part of the surface's width and height, origin bottom left.
        confidence: that of the gaze datum.
    """

    base: DatumReference
    norm_pos: Point2
    confidence: float

    @property
    def on_surface(self) -> bool:
        """It lies on the surface or its edge."""
        x, y = self.norm_pos
        return 0 <= x <= 1 and 0 <= y <= 1


class SurfaceFixation(SurfaceGaze, frozen=True, kw_only=True, gc=False):
    """One fixation in the coordinates of a surface.

    Attributes:
        base: the fixation; it was published before.
        norm_pos: part of the surface's width and height, origin bottom left.
        confidence: that of the fixation.
        id: that of the fixation.
        duration_ns: so far.
        dispersion_deg: largest angle between two of its gaze data.
    """

    id: int
    duration_ns: int
    dispersion_deg: float


class SurfaceDatum(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A surface in one scene image.

    The four homographies map between image pixels and the surface, whose width and height are 1
    and whose origin is bottom left.

    Attributes:
        name: the user's word for it; may hold spaces.
        timestamp_unix_ns: instant of exposure of the scene image.
        image_from_surface: to pixels of the undistorted image.
        surface_from_image: the way back.
        distorted_image_from_surface: to pixels of the image as the camera gives it.
        surface_from_distorted_image: the way back.
        gaze: what was looked at since the image before.
        fixations: the same of fixations.
    """

    name: str
    timestamp_unix_ns: int
    image_from_surface: Matrix3
    surface_from_image: Matrix3
    distorted_image_from_surface: Matrix3
    surface_from_distorted_image: Matrix3
    gaze: tuple[SurfaceGaze, ...] = ()
    fixations: tuple[SurfaceFixation, ...] = ()
