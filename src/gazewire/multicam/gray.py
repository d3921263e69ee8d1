"""Images of any kind as gray ones, which is all that the forms of the incumbent have."""

from __future__ import annotations

import numpy as np

from gazewire.errors import MissingExtraError
from gazewire.model import Frame

try:
    import cv2
except ImportError as missing:
    raise MissingExtraError("cameras") from missing

__all__ = ["gray_bytes"]

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
