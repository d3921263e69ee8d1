"""From the pixel formats of industrial cameras to ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gazewire.errors import MissingExtraError

try:
    import cv2
except ImportError as missing:
    raise MissingExtraError("cameras") from missing

__all__ = ["converter", "formats_for"]

_Pixels = NDArray[np.uint8]
_Target = Literal["gray", "bgr24"]

# By the standard's names (GenICam PFNC) and those of older cameras. OpenCV names a Bayer mosaic by
# the second row, second and third column of it, everybody else by its first two pixels.
_TO_GRAY: dict[str, int | None] = {
    "Mono8": None,
    "BGR8": cv2.COLOR_BGR2GRAY,
    "BGR8Packed": cv2.COLOR_BGR2GRAY,
    "RGB8": cv2.COLOR_RGB2GRAY,
    "RGB8Packed": cv2.COLOR_RGB2GRAY,
    "RGBa8": cv2.COLOR_RGBA2GRAY,
    "BGRa8": cv2.COLOR_BGRA2GRAY,
    "BayerRG8": cv2.COLOR_BayerBG2GRAY,
    "BayerBG8": cv2.COLOR_BayerRG2GRAY,
    "BayerGR8": cv2.COLOR_BayerGB2GRAY,
    "BayerGB8": cv2.COLOR_BayerGR2GRAY,
}
_TO_BGR: dict[str, int | None] = {
    "BGR8": None,
    "BGR8Packed": None,
    "RGB8": cv2.COLOR_RGB2BGR,
    "RGB8Packed": cv2.COLOR_RGB2BGR,
    "BayerRG8": cv2.COLOR_BayerBG2BGR,
    "BayerBG8": cv2.COLOR_BayerRG2BGR,
    "BayerGR8": cv2.COLOR_BayerGB2BGR,
    "BayerGB8": cv2.COLOR_BayerGR2BGR,
    "RGBa8": cv2.COLOR_RGBA2BGR,
    "BGRa8": cv2.COLOR_BGRA2BGR,
    "Mono8": cv2.COLOR_GRAY2BGR,
}
_TABLES: dict[str, dict[str, int | None]] = {"gray": _TO_GRAY, "bgr24": _TO_BGR}
_CHANNELS = {"BGR8": 3, "BGR8Packed": 3, "RGB8": 3, "RGB8Packed": 3, "RGBa8": 4, "BGRa8": 4}


def formats_for(target: _Target) -> tuple[str, ...]:
    """Name the formats from which images can be made, the one that costs and loses least first."""
    return tuple(_TABLES[target])


def converter(
    source: str, target: _Target, width: int, height: int
) -> Callable[[memoryview | bytes | _Pixels, int], memoryview]:
    """Make what turns a camera's bytes into ours.

    Args:
        source: the camera's format, one of `formats_for`.
        target: ours.
        width: pixels in a row.
        height: rows.

    Returns:
        Takes the bytes and how many follow each row, and gives the pixels, always a copy. Raises
        `ValueError` where there are too few bytes.
    """
    code = _TABLES[target][source]
    row_bytes = width * _CHANNELS.get(source, 1)
    shape = (height, width, _CHANNELS[source]) if source in _CHANNELS else (height, width)

    def convert(data: memoryview | bytes | _Pixels, padding: int) -> memoryview:
        stride = row_bytes + padding
        # The last row may come without what follows the others.
        needed = stride * height - padding
        flat = np.frombuffer(data, np.uint8, needed)
        if padding:
            flat = np.lib.stride_tricks.as_strided(
                flat, (height, row_bytes), (stride, 1), writeable=False
            )
        pixels = flat.reshape(shape)
        converted = np.array(pixels) if code is None else cv2.cvtColor(pixels, code)
        return converted.reshape(-1).data

    return convert
