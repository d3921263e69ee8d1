"""A pupil as an ellipse in one image of one eye."""

from __future__ import annotations

from dataclasses import dataclass

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
