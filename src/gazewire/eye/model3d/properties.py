"""Settings of the 3-D eye model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gazewire.eye.model3d.anatomy import EyeAnatomy

__all__ = ["Detector3dProperties"]

_AVERAGE = EyeAnatomy()


@dataclass(frozen=True, slots=True)
class Detector3dProperties:
    """How the eyeball is sought.

    Attributes:
        is_long_term_model_frozen: keep the eyeball where it is, whatever pupils say. The one
            setting that the wire has.
        learning_confidence: pupils of less confidence do not move the model.
        trusted_confidence: pupils of less confidence have theirs judged by the model.
        anatomy: the average eye.
        distance_mm: of eyeballs from this camera, as the frame holds it on most faces; None where
            the camera can be put anywhere. Ellipses tell no sizes, only anatomy does; where the
            distance is known besides, the diameter of the pupil is known better.
        distance_deviation_mm: standard deviation of it over wearers; unused without it.

    Raises:
        ValueError: a value is out of its range.
    """

    is_long_term_model_frozen: bool = False
    learning_confidence: float = 0.8
    trusted_confidence: float = 0.7
    anatomy: EyeAnatomy = _AVERAGE
    distance_mm: float | None = None
    distance_deviation_mm: float = 1.6

    def __post_init__(self) -> None:
        for name in ("learning_confidence", "trusted_confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is 0 to 1, not {getattr(self, name)}")
        for name in ("distance_mm", "distance_deviation_mm"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} is positive, not {value}")
