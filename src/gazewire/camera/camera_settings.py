"""What is set in an industrial camera before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CameraSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """Settings of a camera; None leaves one as the camera has it.

    Attributes:
        width: pixels in a row.
        height: rows.
        left_px: columns of the sensor left of the image; None where a size is given: 0.
        top_px: rows of the sensor above the image; None where a size is given: 0.
        rate_hz: images a second, where no trigger decides.
        exposure_us: how long an image is exposed.
        gain_db: gain.
        pixel_format: gray or colour; a camera that has only other formats is converted from.
        trigger: ``free`` runs at `rate_hz`, whatever the camera was told before; ``software`` waits
            for a call; ``external`` for an edge on the camera's first line; other words name the
            line.
        lines: tell the state of the camera's lines with each image.
    """

    width: int | None = None
    height: int | None = None
    left_px: int | None = None
    top_px: int | None = None
    rate_hz: float | None = None
    exposure_us: float | None = None
    gain_db: float | None = None
    pixel_format: Literal["gray", "bgr24"] = "gray"
    trigger: str = "free"
    lines: bool = False
