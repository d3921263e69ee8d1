"""What is true of a wearer at an instant, beyond what any device could tell."""

from __future__ import annotations

from typing import Literal

import msgspec

from gazewire.camera.truth import StreamTruth
from gazewire.model import Vector3
from gazewire.sim.eye_pose import EyePose

__all__ = ["EyeTruth", "MovementName", "WearerTruth"]

MovementName = Literal["fixation", "pursuit", "saccade"]


class EyeTruth(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of one eye.

    Attributes:
        visual_axis: unit vector from the centre of the eyeball to the gaze point, scene camera
            frame.
        optical_axis: unit vector along the axis of the eyeball, scene camera frame.
        pupil_diameter_mm: of the pupil itself, not of its image in the cornea.
        lid_opening: 0 closed, 1 as wide open as this person can.
    """

    visual_axis: Vector3
    optical_axis: Vector3
    pupil_diameter_mm: float
    lid_opening: float

    @property
    def pose(self) -> EyePose:
        """The same as whoever draws eyes wants it."""
        return EyePose(self.optical_axis, self.pupil_diameter_mm, self.lid_opening)


class WearerTruth(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of the wearer at the instant of one gaze datum.

    Attributes:
        timestamp_unix_ns: the instant of the gaze datum.
        movement: what the eyes do. The device calls pursuit a fixation; this does not.
        landmark: the name of what is looked at; None during a saccade.
        gaze_px: scene camera pixels, without error of measurement.
        head_yaw_deg: how far the head is turned to the right.
        head_pitch_deg: how far down.
        left: the left eye; None where the glasses do not look at it.
        right: the right eye; the same.
    """

    timestamp_unix_ns: int
    movement: MovementName
    landmark: str | None
    gaze_px: tuple[float, float]
    head_yaw_deg: float
    head_pitch_deg: float
    left: EyeTruth | None = None
    right: EyeTruth | None = None

    def of_gaze(self) -> StreamTruth:
        """What of this belongs to the gaze datum, and is not in it."""
        axes: dict[str, object] = {
            f"visual_axis_{side}": eye.visual_axis
            for side, eye in (("left", self.left), ("right", self.right))
            if eye is not None
        }
        return StreamTruth(
            stream="gaze",
            timestamp_unix_ns=self.timestamp_unix_ns,
            values={
                "movement": self.movement,
                "landmark": self.landmark,
                "true_gaze_px": self.gaze_px,
                "head_yaw_deg": self.head_yaw_deg,
                "head_pitch_deg": self.head_pitch_deg,
                **axes,
            },
        )
