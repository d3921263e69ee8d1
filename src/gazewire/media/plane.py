"""The memory of a plane of a picture."""

from __future__ import annotations

import numpy as np
from av.video.plane import VideoPlane
from numpy.typing import NDArray

__all__ = ["rows_of"]


def rows_of(plane: VideoPlane) -> NDArray[np.uint8]:
    """See the rows of a plane, each with the padding at its end: (rows, bytes a row) uint8."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
