"""Images of any kind with one byte a pixel, which is all that the forms of the incumbent have."""

from __future__ import annotations

import numpy as np

from gazewire.errors import MissingExtraError
from gazewire.model import Frame

try:
    import cv2
except ImportError as missing:
    raise MissingExtraError("cameras") from missing

__all__ = ["gray_bytes", "mosaic_bytes"]

# Luma is in video range, 16 to 235 (ITU-R BT.601-7 §2.5); gray has all levels.
_GRAY_OF_LUMA = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)


def gray_bytes(frame: Frame) -> memoryview:
    """Give H rows of W bytes; those of a gray frame are its own, not copied."""
    width, height = frame.width, frame.height
    if frame.pixel_format == "gray":
        return memoryview(frame.data).cast("B")
    data = np.frombuffer(frame.data, np.uint8)
    if frame.pixel_format == "bgr24":
        gray = cv2.cvtColor(data.reshape(height, width, 3), cv2.COLOR_BGR2GRAY)
    else:
        gray = cv2.LUT(data[: width * height], _GRAY_OF_LUMA)
    return np.ascontiguousarray(gray, np.uint8).reshape(-1).data


def mosaic_bytes(frame: Frame) -> memoryview:
    """Give H rows of W bytes: of colour, what a sensor with a Bayer pattern would have.

    Red, green, red, ... in even rows, green, blue, green, ... in odd ones: the incumbent's RGGB.
    Images without colour are given as gray.
    """
    if frame.pixel_format != "bgr24":
        return gray_bytes(frame)
    colour = np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, 3)
    mosaic = colour[..., 1].copy()
    mosaic[::2, ::2] = colour[::2, ::2, 2]
    mosaic[1::2, 1::2] = colour[1::2, 1::2, 0]
    return mosaic.reshape(-1).data
