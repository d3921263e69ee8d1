"""A sheet to paint on, in the units of the room, with soft edges, soft shadows and light.

Everything is painted by one act: a shape is turned into coverage (0 to 1 for each pixel, from a
mask four times as fine), and the coverage decides how much of a paint shows. An act is done when
the pixels are asked for: who wants to know where things stand need not wait for paint.

    canvas = Canvas(half_width=1.0, half_height=0.76, px_per_unit=896.0)
    mug = rounded_box(0.4, 0.1, 0.14, 0.16, radius=0.02)
    canvas.shadow(mug, offset=(0.02, 0.01), softness=0.02, strength=0.4)
    canvas.fill(mug, gradient("#3f7d8c", "#2b5561", across=True))
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Act",
    "Canvas",
    "Paint",
    "Shape",
    "bar",
    "box",
    "cylinder",
    "ellipse",
    "gradient",
    "mix",
    "moved",
    "noise",
    "noise_to_come",
    "rgb",
    "rounded_box",
]

Shape = NDArray[np.float64]
"""The corners of a polygon, (N, 2) float64, room units."""

Colour = NDArray[np.float32]
"""Red, green and blue, (3,) float32, 0 to 255."""

Paint = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]
"""Colours (H, W, 3) for the places of a shape's bounding box: across and down, each 0 to 1."""

Act = Callable[[NDArray[np.float32]], None]
"""Changes pixels, (H, W, 3) float32, in place."""

_FINE = 4  # the mask is so many times finer than the picture
_SHIFT = 4  # fractional bits of coordinates handed to OpenCV


class Canvas:
    """A picture of the room that is being painted.

    Attributes:
        px_per_unit: pixels for one unit of the room.
        shape: rows and columns.
    """

    def __init__(self, *, half_width: float, half_height: float, px_per_unit: float) -> None:
        self.px_per_unit = px_per_unit
        # Even, because chroma has half the resolution.
        self._width = 2 * round(half_width * px_per_unit)
        self._height = 2 * round(half_height * px_per_unit)
        self.shape = self._height, self._width
        self._pixels: NDArray[np.float32] | None = None
        self._acts: list[Act] = []

    @property
    def pixels(self) -> NDArray[np.float32]:
        """All that has been painted: (H, W, 3) float32, red, green, blue, 0 to 255."""
        if self._pixels is None:
            self._pixels = np.zeros((self._height, self._width, 3), np.float32)
        acts, self._acts = self._acts, []
        for act in acts:
            act(self._pixels)
        return self._pixels

    def touch(self, act: Act) -> None:
        """Change the whole sheet by an act of one's own."""
        self._acts.append(act)

    def to_px(self, points: Shape) -> Shape:
        """Pixels of points of the room; pixel centres are whole numbers."""
        middle = np.array([(self._width - 1) / 2, (self._height - 1) / 2])
        return middle + self.px_per_unit * points

    def fill(self, shape: Shape, paint: str | Paint, *, opacity: float = 1.0) -> None:
        """Paint a shape, with a colour (``#rrggbb``) or a paint that varies from place to place."""

        def act(pixels: NDArray[np.float32]) -> None:
            painted = self._coverage(self.to_px(shape))
            if painted is not None:
                self._blend(pixels, *painted, paint, opacity)

        self._acts.append(act)

    def stroke(
        self, points: Shape, width: float, paint: str | Paint, *, opacity: float = 1.0
    ) -> None:
        """Draw a line of the given width through the points, with round ends."""

        def act(pixels: NDArray[np.float32]) -> None:
            painted = self._coverage(self.to_px(points), width_px=width * self.px_per_unit)
            if painted is not None:
                self._blend(pixels, *painted, paint, opacity)

        self._acts.append(act)

    def shadow(
        self, shape: Shape, *, offset: tuple[float, float], softness: float, strength: float
    ) -> None:
        """Darken what lies under a shape moved by `offset`, with an edge as wide as `softness`."""

        def act(pixels: NDArray[np.float32]) -> None:
            soft = self._soft_coverage(shape + np.array(offset), softness)
            if soft is not None:
                coverage, rows, columns = soft
                pixels[rows, columns] *= 1.0 - strength * coverage[:, :, None]

        self._acts.append(act)

    def glow(self, shape: Shape, colour: str, *, softness: float, strength: float) -> None:
        """Add light of a colour around and within a shape."""

        def act(pixels: NDArray[np.float32]) -> None:
            soft = self._soft_coverage(shape, softness)
            if soft is not None:
                coverage, rows, columns = soft
                light = coverage[:, :, None] * rgb(colour) * np.float32(strength)
                # Light adds less where it is bright already, so that nothing burns out.
                pixels[rows, columns] += light * (1.0 - pixels[rows, columns] / 255.0)

        self._acts.append(act)

    def text(
        self, words: str, at: tuple[float, float], height: float, colour: str, weight: float = 0.1
    ) -> None:
        """Write a line, its base line beginning at `at`, capitals as tall as `height`."""
        self._acts.append(lambda pixels: self._write(pixels, words, at, height, colour, weight))

    def _write(
        self,
        pixels: NDArray[np.float32],
        words: str,
        at: tuple[float, float],
        height: float,
        colour: str,
        weight: float,
    ) -> None:
        # A capital of the Hershey fonts is 21 units tall at scale 1.
        scale = height * self.px_per_unit * _FINE / 21.0
        thickness = max(1, round(weight * height * self.px_per_unit * _FINE))
        (wide, _), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_DUPLEX, scale, thickness)
        rise = height * self.px_per_unit * 1.6
        left, base = self.to_px(np.array([at]))[0]
        corner = np.floor([left - rise, base - rise])
        size = (int(rise * 2.2) * _FINE, (int(wide / _FINE + rise * 2) + 1) * _FINE)
        mask = np.zeros(size, np.uint8)
        begin = (np.array([left, base]) - corner) * _FINE
        origin = (round(begin[0]), round(begin[1]))
        cv2.putText(
            mask, words, origin, cv2.FONT_HERSHEY_DUPLEX, scale, 255, thickness, cv2.LINE_AA
        )
        x, y = int(corner[0]), int(corner[1])
        self._blend(pixels, _reduce(mask), y, x, colour, 1.0)

    def place(self, picture: NDArray[np.uint8], quad: Shape) -> None:
        """Lay a small grey picture, (H, W) uint8, on four corners, clockwise from the top left.

        Its pixels keep hard edges: it is for fiducial markers.
        """
        self._acts.append(lambda pixels: self._lay(pixels, picture, quad))

    def _lay(self, pixels: NDArray[np.float32], picture: NDArray[np.uint8], quad: Shape) -> None:
        corners = self.to_px(quad)
        painted = self._coverage(corners)
        if painted is None:
            return
        coverage, y, x = painted
        height, width = picture.shape
        edges = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
        fine = ((corners - [x, y] + 0.5) * _FINE - 0.5).astype(np.float32)
        laid = cv2.warpPerspective(
            picture,
            cv2.getPerspectiveTransform(edges, fine),
            (coverage.shape[1] * _FINE, coverage.shape[0] * _FINE),
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_REPLICATE,
        )
        grey = 255.0 * _reduce(np.asarray(laid, np.uint8))[:, :, None].repeat(3, axis=2)
        self._blend(pixels, coverage, y, x, lambda _across, _down: grey, 1.0)

    def _coverage(
        self, points: Shape, *, grow_px: float = 0.0, width_px: float | None = None
    ) -> tuple[NDArray[np.float32], int, int] | None:
        # Coverage of the part that lies on the canvas, and the row and column where it begins.
        margin = grow_px + (width_px or 0.0) / 2 + 1
        low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
        limit = np.array([self._width, self._height])
        high = np.minimum(np.ceil(points.max(axis=0) + margin) + 1, limit).astype(int)
        if np.any(high <= low):
            return None
        mask = np.zeros(((high[1] - low[1]) * _FINE, (high[0] - low[0]) * _FINE), np.uint8)
        fine = ((points - low + 0.5) * _FINE - 0.5) * (1 << _SHIFT)
        corners = [np.rint(fine).astype(np.int32)]
        if width_px is None:
            cv2.fillPoly(mask, corners, 255, cv2.LINE_AA, _SHIFT)
        else:
            thickness = max(1, round(width_px * _FINE))
            cv2.polylines(mask, corners, False, 255, thickness, cv2.LINE_AA, _SHIFT)
        return _reduce(mask), int(low[1]), int(low[0])

    def _soft_coverage(
        self, shape: Shape, softness: float
    ) -> tuple[NDArray[np.float32], slice, slice] | None:
        sigma_px = softness * self.px_per_unit / 2
        painted = self._coverage(self.to_px(shape), grow_px=3 * sigma_px)
        if painted is None:
            return None
        coverage, y, x = painted
        # Repeating the rim keeps a shape that leaves the canvas dark, or bright, to the very edge.
        soft = cv2.GaussianBlur(coverage, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE)
        height, width = coverage.shape
        return np.asarray(soft, np.float32), slice(y, y + height), slice(x, x + width)

    def _blend(
        self,
        pixels: NDArray[np.float32],
        coverage: NDArray[np.float32],
        y: int,
        x: int,
        paint: str | Paint,
        opacity: float,
    ) -> None:
        # Text may begin or end outside of the canvas; everything else has been cut to it.
        top, left = max(0, -y), max(0, -x)
        coverage = coverage[top : self._height - y, left : self._width - x]
        height, width = coverage.shape
        if not height or not width:
            return
        under = pixels[y + top : y + top + height, x + left : x + left + width]
        if isinstance(paint, str):
            colours = rgb(paint)
        else:
            across = np.linspace(0.0, 1.0, width, dtype=np.float32)[None, :]
            down = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None]
            colours = paint(across, down)
        under += (coverage * np.float32(opacity))[:, :, None] * (colours - under)


def rgb(colour: str) -> Colour:
    """Red, green and blue of ``#rrggbb``."""
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8).astype(np.float32)


def mix(first: str, second: str, share: float) -> str:
    """A colour between two others: `share` 0 is the first, 1 the second."""
    mixed = rgb(first) * (1 - share) + rgb(second) * share
    return "#" + bytes(np.rint(mixed).astype(np.uint8)).hex()


def gradient(*colours: str, across: bool = False) -> Paint:
    """A paint that goes through evenly spaced colours, from top to bottom or from left to right."""
    stops = np.stack([rgb(colour) for colour in colours])
    places = np.linspace(0.0, 1.0, len(stops))

    def paint(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        share = x if across else y
        channels = [np.interp(share, places, stops[:, channel]) for channel in range(3)]
        return np.stack(channels, axis=2).astype(np.float32)

    return paint


def cylinder(colour: str, dark: str, side: int) -> Paint:
    """A paint for something upright and round, lit from the left (`side` 1) or the right (-1)."""
    shades = [mix(colour, dark, 0.45), mix(colour, "#ffffff", 0.22), colour]
    shades += [mix(colour, dark, 0.45), dark]
    return gradient(*shades[::side], across=True)


def noise(
    rng: np.random.Generator, shape: tuple[int, int], grain_px: tuple[float, float]
) -> NDArray[np.float32]:
    """Smooth noise, (H, W), of mean 0 and deviation 1; a grain is so many pixels wide and high."""
    return noise_to_come(rng, shape, grain_px)()


def noise_to_come(
    rng: np.random.Generator, shape: tuple[int, int], grain_px: tuple[float, float]
) -> Callable[[], NDArray[np.float32]]:
    """The same as `noise`, whose chances are drawn now, and which is made when it is called."""
    across, down = max(1.0, grain_px[0] / 2), max(1.0, grain_px[1] / 2)
    coarse = (max(2, int(shape[0] / down)), max(2, int(shape[1] / across)))
    field = rng.standard_normal(coarse).astype(np.float32)

    def made() -> NDArray[np.float32]:
        size = (shape[1], shape[0])
        smooth = np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_CUBIC), np.float32)
        return smooth / np.float32(smooth.std())

    return made


def box(x: float, y: float, width: float, height: float) -> Shape:
    """A rectangle by its top left corner."""
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])


def rounded_box(x: float, y: float, width: float, height: float, radius: float) -> Shape:
    """A rectangle by its top left corner, with round corners."""
    turns = np.linspace(0.0, np.pi / 2, 12)
    corner = radius * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    right, bottom = x + width - radius, y + height - radius
    left, top = x + radius, y + radius
    return np.concatenate(
        [
            np.array([right, bottom]) + corner,
            np.array([left, bottom]) + corner[::-1] * [-1, 1],
            np.array([left, top]) - corner,
            np.array([right, top]) + corner[::-1] * [1, -1],
        ]
    )


def ellipse(
    x: float,
    y: float,
    radius_x: float,
    radius_y: float,
    *,
    start_deg: float = 0.0,
    end_deg: float = 360.0,
    tilt_deg: float = 0.0,
) -> Shape:
    """An ellipse by its middle, or an arc of one; degrees turn from the right downward."""
    turns = np.radians(np.linspace(start_deg, end_deg, 73))
    arc = np.stack([radius_x * np.cos(turns), radius_y * np.sin(turns)], axis=1)
    tilt = np.radians(tilt_deg)
    turned = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    outline: Shape = np.array([x, y]) + arc @ turned
    return outline


def bar(points: Shape, half_width: float) -> Shape:
    """The outline of an upright or slanted bar along the given points."""
    return np.concatenate([moved(points, half_width, 0), moved(points[::-1], -half_width, 0)])


def moved(shape: Shape, x: float, y: float) -> Shape:
    """The same shape, further to the right by `x` and down by `y`."""
    there: Shape = shape + np.array([x, y])
    return there


def _reduce(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = mask.shape
    small = cv2.resize(mask, (width // _FINE, height // _FINE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255.0)
