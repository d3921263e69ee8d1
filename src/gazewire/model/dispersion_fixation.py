"""A fixation as a dispersion detector finds it while it lasts."""

from __future__ import annotations

import msgspec

from gazewire.model.gaze import Vector3
from gazewire.model.mapped_gaze import DatumReference
from gazewire.model.pupil import Point2

__all__ = ["DispersionFixation"]


class DispersionFixation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Gaze stayed within an angle for long enough; told again, longer, while it stays.

    Attributes:
        id: counts fixations from 0; a growing one keeps its own.
        start_unix_ns: instant of the first gaze datum.
        duration_ns: to the last one so far.
        norm_pos: mean gaze as a part of the scene image's width and height, origin bottom left.
        dispersion_deg: largest angle between two of the gaze data.
        confidence: mean of the gaze data's, 0 to 1.
        base: the gaze data it consists of.
        point_mm: mean point looked at, scene camera frame; None where gaze is 2-D.
    """

    id: int
    start_unix_ns: int
    duration_ns: int
    norm_pos: Point2
    dispersion_deg: float
    confidence: float
    base: tuple[DatumReference, ...]
    point_mm: Vector3 | None = None

    @property
    def timestamp_unix_ns(self) -> int:
        """Its start."""
        return self.start_unix_ns
