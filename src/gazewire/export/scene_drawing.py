"""Draws onto a picture of the scene as it is decoded: luma, and colour of half the size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.model import Frame

__all__ = ["Canvas", "Colour"]

_POINT = tuple[float, float]
# Widths and sizes are told for a picture so wide, and grow with it.
_REFERENCE_WIDTH_PX = 1600
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_SCALE = 1.1
# Positions are handed to OpenCV in sixteenths of a pixel.
_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Colour:
    """Luma and colour differences in video range (ITU-R BT.601-7)."""

    y: int
    u: int
    v: int


class Canvas:
    """A picture that can be drawn on; what was given is not changed.

    Coordinates are pixels, (0, 0) the centre of the top left one.

    Args:
        frame: in ``yuv420p``.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._data = np.frombuffer(frame.data, np.uint8).copy()
        width, height = frame.width, frame.height
        half = ((height + 1) // 2, (width + 1) // 2)
        size, part = width * height, half[0] * half[1]
        self._planes = (
            (self._data[:size].reshape(height, width), 1.0),
            (self._data[size : size + part].reshape(half), 0.5),
            (self._data[size + part :].reshape(half), 0.5),
        )
        self._unit = width / _REFERENCE_WIDTH_PX

    def frame(self) -> Frame:
        """The picture with what was drawn."""
        frame = self._frame
        return Frame(
            camera=frame.camera,
            index=frame.index,
            timestamp_unix_ns=frame.timestamp_unix_ns,
            width=frame.width,
            height=frame.height,
            pixel_format=frame.pixel_format,
            data=self._data.data,
        )

    def ring(self, center: _POINT, radius: float, width: float, colour: Colour) -> None:
        """Draw a circle.

        Args:
            center: of the ring.
            radius: in pixels of a picture of 1600.
            width: of the line, in the same.
            colour: of it.
        """
        for plane, scale, value in self._each(colour):
            cv2.circle(
                plane,
                _fixed(center, scale),
                round(radius * self._unit * scale * 2**_SHIFT),
                value,
                self._width(width, scale),
                cv2.LINE_AA,
                _SHIFT,
            )

    def path(
        self, points: Sequence[_POINT], width: float, colour: Colour, *, is_closed: bool = False
    ) -> None:
        """Draw straight lines from point to point."""
        for plane, scale, value in self._each(colour):
            corners: NDArray[np.int32] = np.array(
                [_fixed(point, scale) for point in points], np.int32
            )
            cv2.polylines(
                plane,
                [corners],
                is_closed,
                value,
                self._width(width, scale),
                cv2.LINE_AA,
                _SHIFT,
            )

    def text(self, text: str, center: _POINT, colour: Colour) -> None:
        """Write a few letters, a dark edge around them."""
        size = _FONT_SCALE * self._unit
        (wide, high), _ = cv2.getTextSize(text, _FONT, size, 1)
        corner = (center[0] - wide / 2, center[1] + high / 2)
        edge = Colour(16, 128, 128)
        for drawn, width in ((edge, 7.0), (colour, 2.5)):
            for plane, scale, value in self._each(drawn):
                at = (round(corner[0] * scale), round(corner[1] * scale))
                thick = self._width(width, scale)
                cv2.putText(plane, text, at, _FONT, size * scale, value, thick, cv2.LINE_AA)

    def _each(self, colour: Colour) -> tuple[tuple[NDArray[np.uint8], float, int], ...]:
        values = (colour.y, colour.u, colour.v)
        return tuple((p, s, v) for (p, s), v in zip(self._planes, values, strict=True))

    def _width(self, width: float, scale: float) -> int:
        return max(1, round(width * self._unit * scale))


def _fixed(point: _POINT, scale: float) -> tuple[int, int]:
    # The centre of the first pixel of a plane of half the size lies between the first four.
    shift = (1 - scale) / 2
    x, y = (round((value * scale - shift) * 2**_SHIFT) for value in point)
    return x, y
