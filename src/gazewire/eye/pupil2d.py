"""A pupil as an ellipse in one image of one eye."""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.model import Ellipse, EyeId, PupilDatum

__all__ = ["Pupil2d"]


@dataclass(frozen=True, slots=True)
class Pupil2d:
    """The outline of a pupil.

    Attributes:
        center_px: middle of the ellipse; (0, 0) is the centre of the top left pixel, x runs right,
            y runs down.
        axes_px: full lengths of both axes, the smaller one first.
        angle_deg: direction of the first axis, 0 to 180, from +x towards +y, as OpenCV has it.
        confidence: 0 to 1, how likely it is that this is the pupil and lies where it is said to.
    """

    center_px: tuple[float, float]
    axes_px: tuple[float, float]
    angle_deg: float
    confidence: float

    def datum(
        self, *, eye_id: EyeId, method: str, timestamp_unix_ns: int, width: int, height: int
    ) -> PupilDatum:
        """The record that goes on the bus.

        Args:
            eye_id: whose pupil.
            method: name and version of the detector, with ``2d`` in it.
            timestamp_unix_ns: instant of exposure.
            width: of the image, pixels.
            height: of the image, pixels.
        """
        x, y = self.center_px
        return PupilDatum(
            eye_id=eye_id,
            detector="2d",
            method=method,
            timestamp_unix_ns=timestamp_unix_ns,
            norm_pos=(x / width, 1.0 - y / height),
            diameter_px=max(self.axes_px),
            ellipse=Ellipse(
                center_px=self.center_px, axes_px=self.axes_px, angle_deg=self.angle_deg
            ),
            confidence=self.confidence,
        )
