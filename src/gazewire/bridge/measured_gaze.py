"""From what a service computes to what glasses tell of it."""

from __future__ import annotations

import math

from gazewire.model import (
    EyeId,
    EyeState,
    GazeDatum,
    MappedGaze,
    Vector3,
)

__all__ = ["GazeTeller"]

# Gaze of pupils that were seen worse than this is not told: glasses have no word for doubt.
_MIN_CONFIDENCE = 0.6
_UNKNOWN: Vector3 = (math.nan, math.nan, math.nan)
_UNKNOWN_EYE = EyeState(
    pupil_diameter_mm=math.nan, eyeball_center_mm=_UNKNOWN, optical_axis=_UNKNOWN
)


class GazeTeller:
    """Tells each gaze once and in order, in pixels of the scene camera.

    Args:
        width: of the scene camera's pictures, pixels.
        height: the same.
    """

    def __init__(self, width: int, height: int) -> None:
        self._width = width
        self._height = height
        self._told_ns = 0

    def datum(self, gaze: MappedGaze) -> GazeDatum | None:
        """Make the datum of gaze.

        Args:
            gaze: of one eye or of both, as it was mapped.

        Returns:
            None where the eyes were not seen well, the scene camera is not known, or later gaze has
            been told already.
        """
        if gaze.norm_pos is None or gaze.confidence < _MIN_CONFIDENCE:
            return None
        if gaze.timestamp_unix_ns <= self._told_ns or not all(map(math.isfinite, gaze.norm_pos)):
            return None
        self._told_ns = gaze.timestamp_unix_ns
        x_norm, y_norm = gaze.norm_pos
        right, left = self._state(gaze, 0), self._state(gaze, 1)
        return GazeDatum(
            timestamp_unix_ns=gaze.timestamp_unix_ns,
            x_px=x_norm * self._width,
            y_px=(1.0 - y_norm) * self._height,
            # Of an eye that was not measured all is unknown, but one format is kept for all.
            eye_state_left=left or (None if right is None else _UNKNOWN_EYE),
            eye_state_right=right or (None if left is None else _UNKNOWN_EYE),
        )

    @staticmethod
    def _state(gaze: MappedGaze, eye_id: EyeId) -> EyeState | None:
        pupil = next((pupil for pupil in gaze.base if pupil.eye_id == eye_id), None)
        ray = next((ray for ray in gaze.rays if ray.eye_id == eye_id), None)
        if pupil is None or pupil.model is None or ray is None:
            return None
        return EyeState(
            pupil_diameter_mm=2 * pupil.model.circle.radius_mm,
            eyeball_center_mm=ray.center_mm,
            optical_axis=ray.normal,
        )
