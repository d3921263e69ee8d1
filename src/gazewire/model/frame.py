"""An image as a camera gave it."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Frame", "PixelFormat"]

PixelFormat = Literal["gray", "bgr24", "yuv420p"]
"""How the bytes of a frame are laid out, by the names that ffmpeg gives them.

``gray``: H rows of W bytes. ``bgr24``: H rows of 3 W bytes, interleaved. ``yuv420p``: the Y plane
(H rows of W bytes), then U, then V (each H/2 rows of W/2 bytes), full planes with no padding.
"""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One image of one camera.

    Attributes:
        camera: which camera: ``world`` is the scene camera, ``eyes`` both eyes side by side (left
            eye in the left half).
        index: counts the camera's images from 0; a gap means that images were lost.
        timestamp_unix_ns: instant of exposure.
        width: pixels in a row.
        height: rows.
        pixel_format: layout of `data`.
        data: the pixels, contiguous, top row first. Whoever made the frame does not change them
            afterwards, so that readers may keep them; readers do not write to them.
    """

    camera: str
    index: int
    timestamp_unix_ns: int
    width: int
    height: int
    pixel_format: PixelFormat
    data: memoryview | bytes
