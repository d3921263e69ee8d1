"""What a calibration makes out in one picture of the scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Frame, Point2
from gazewire.surface import CalibrationMarker, CalibrationMarkerKind

__all__ = ["FindMarkers", "Sighting", "gray_of"]

FindMarkers = Callable[[NDArray[np.uint8]], Sequence[CalibrationMarker]]
"""Finds calibration markers in an image of gray levels (H, W)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One picture of the scene, as far as a calibration is concerned.

    Attributes:
        timestamp_unix_ns: instant of exposure.
        width: of the picture, pixels.
        height: the same down.
        markers: all that are in it.
        features: places of what an operator has pointed at, by its number; what was lost is absent.
    """

    timestamp_unix_ns: int
    width: int
    height: int
    markers: tuple[CalibrationMarker, ...] = ()
    features: Mapping[int, Point2] = field(default_factory=dict)

    def places(self, kind: CalibrationMarkerKind) -> list[Point2]:
        """Where the markers of a kind are, in pixels."""
        return [marker.center_px for marker in self.markers if marker.kind == kind]

    def norm_pos(self, place_px: Point2) -> Point2:
        """A place in the picture as the network has it: 0 to 1, the origin bottom left."""
        return place_px[0] / self.width, 1.0 - place_px[1] / self.height


def gray_of(frame: Frame) -> NDArray[np.uint8]:
    """View or make the gray levels of a frame: (H, W)."""
    pixels = np.frombuffer(frame.data, np.uint8)
    if frame.pixel_format == "bgr24":
        # Green has most of the light, and is there without arithmetic on three million numbers.
        green = pixels.reshape(frame.height, frame.width, 3)[:, :, 1]
        return np.ascontiguousarray(green)
    return pixels[: frame.width * frame.height].reshape(frame.height, frame.width)
