"""The round marker that a wearer looks at during a calibration, found in images of the scene.

Seen from the middle outwards the *calibration* marker is a dark dot, a bright gap and a dark ring
on a bright ground. The *stop* marker, held up to end a calibration, is the same with dark and
bright exchanged, on a dark disc. A small dot of any colour may sit in the very middle.

Closed outlines nested three deep are looked for in a pyramid of adaptively thresholded images; what
has the right proportions is then measured along rays in the full image, to a fraction of a pixel::

    for marker in find_calibration_markers(gray):
        print(marker.kind, marker.center_px)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from gazewire.model import Ellipse, Point2

__all__ = [
    "CalibrationMarker",
    "CalibrationMarkerKind",
    "calibration_marker_image",
    "calibration_marker_svg",
    "find_calibration_markers",
]

CalibrationMarkerKind = Literal["calibration", "stop"]

Image = NDArray[np.uint8]
_Floats = NDArray[np.float64]

# Radii as parts of the ring's outer radius: those of the Core program's marker, 60, 38, 19 and 3
# units across, so that either program finds the other's.
_RING_INSIDE = 38 / 60
_DOT = 19 / 60
_MIDDLE = 3 / 60
# The ground that the marker needs around it.
_GROUND = 1.4

# Of each level of the pyramid: how long the outline of the ring may be, in its own pixels; the
# side of the square whose mean is the threshold; how much darker than it dark is, in an image that
# has been smoothed a little, and in one that has not. Smoothing closes the gaps of the smallest
# markers, but without it noise is everywhere where little counts as dark.
_OUTLINE_PX = 24, 190
_NEIGHBOURHOOD_PX = 27
_DARKER_BY = 5
_DARKER_BY_UNSMOOTHED = 20
# A marker that fills the picture has a place in the coarsest level.
_SMALLEST_LEVEL_PX = 60

# How often an outline is as long as the next one within. Thresholds move outlines by up to a
# pixel, which is much for a small dot.
_RING_TO_GAP = 1.15, 2.6
_RING_TO_DOT = 2.0, 8.0
# The same of radii, measured along rays.
_GAP_RADIUS = 0.50, 0.76
_DOT_RADIUS = 0.20, 0.45

_RAYS = 64
_FEWEST_RAYS = 0.7  # that must show an edge
_LEAST_CONTRAST = 14.0  # grey levels between dark and bright
# Bands of radius in which dot, gap, ring and ground have their own brightness, edges being blurred.
_BANDS = ((0.10, 0.23), (0.42, 0.54), (0.75, 0.88), (1.12, 1.28))
# Focal length as a part of the picture's diagonal, of a rather wide lens: the wider, the more may
# perspective move the middles of circles.
_FOCAL_LENGTH = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationMarker:
    """A round marker in an image.

    Attributes:
        kind: to be looked at, or to stop.
        center_px: image of the circles' common middle, (0, 0) being the centre of the top left
            pixel. Perspective puts it a little nearer to the farther side than the middle of
            `outline`.
        outline: image of the ring's outer edge.
        contrast: grey levels between its dark and its bright.
    """

    kind: CalibrationMarkerKind
    center_px: Point2
    outline: Ellipse
    contrast: float

    @property
    def diameter_px(self) -> float:
        """Largest diameter of the ring, which a tilt leaves as it is."""
        return self.outline.axes_px[1]


def find_calibration_markers(gray: Image) -> list[CalibrationMarker]:
    """Find all round markers of a picture, the largest first.

    Args:
        gray: (H, W) uint8; not kept.

    Returns:
        One for each marker; its ring is 12 px across or larger.

    Raises:
        TypeError: the pixels are not uint8.
        ValueError: this is no picture of one channel.
    """
    if gray.ndim != 2:
        raise ValueError(f"a grey image is (H, W), not {gray.shape}")
    if gray.dtype != np.uint8:
        raise TypeError(f"a grey image is uint8, not {gray.dtype}")
    found: list[CalibrationMarker] = []
    level, scale = gray, 1.0
    while min(level.shape) >= _SMALLEST_LEVEL_PX or (scale == 1.0 and min(level.shape) >= 12):
        rough_outlines = _rough_outlines(cv2.GaussianBlur(level, (3, 3), 0), _DARKER_BY)
        if scale == 1.0:
            rough_outlines += _rough_outlines(level, _DARKER_BY_UNSMOOTHED)
        for rough in rough_outlines:
            outline = rough * [scale, scale, scale, scale, 1.0]
            if any(_is_within(outline, marker) for marker in found):
                continue
            marker = _measured(gray, outline)
            if marker is not None:
                found.append(marker)
        # Of `pyrDown` the sample k lies at 2 k.
        level, scale = np.asarray(cv2.pyrDown(level), np.uint8), scale * 2
    return sorted(found, key=lambda marker: -marker.diameter_px)


def _rough_outlines(level: MatLike, darker_by: int) -> list[_Floats]:
    """Ellipses (x, y, axes, angle) around which dark and bright are nested as in a marker."""
    dark = cv2.adaptiveThreshold(
        level, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _NEIGHBOURHOOD_PX, darker_by
    )
    contours, hierarchy = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not len(contours):
        return []
    parent = np.asarray(hierarchy)[0, :, 3]
    length = np.array([len(contour) for contour in contours], float)
    dot = np.flatnonzero(parent >= 0)
    dot = dot[parent[parent[dot]] >= 0]
    gap, ring = parent[dot], parent[parent[dot]]
    fits = (
        _between(length[ring], _OUTLINE_PX)
        & _between(length[ring] / length[gap], _RING_TO_GAP)
        & _between(length[ring] / length[dot], _RING_TO_DOT)
    )
    # A tilted dot may fall into two; so it is left to the measurement to tell where it is.
    pairs = {(int(ring[number]), int(gap[number])) for number in np.flatnonzero(fits)}
    outlines = (_concentric(contours[ring], contours[gap]) for ring, gap in sorted(pairs))
    return [outline for outline in outlines if outline is not None]


def _concentric(ring: MatLike, gap: MatLike) -> _Floats | None:
    """The ring's ellipse, if the outlines have one middle and the ring looks like an ellipse."""
    left, top, width, height = cv2.boundingRect(ring)
    slack = 0.12 * np.array([width, height]) + 0.5
    middle = np.array([left + (width - 1) / 2, top + (height - 1) / 2])
    left, top, width, height = cv2.boundingRect(gap)
    offset = np.array([left + (width - 1) / 2, top + (height - 1) / 2]) - middle
    if (np.abs(offset) > slack).any():
        return None
    (x, y), axes, angle = cv2.fitEllipse(ring)
    if min(axes) < 6 or min(axes) < 0.2 * max(axes):
        return None
    area = cv2.contourArea(ring)
    # A contour runs through the middles of its pixels, inside or outside of the true edge.
    if not 0.85 < (np.sqrt(area / np.pi) + 0.5) / (np.sqrt(axes[0] * axes[1]) / 2 + 0.5) < 1.15:
        return None
    return np.array([x, y, axes[0], axes[1], angle])


def _measured(gray: Image, outline: _Floats) -> CalibrationMarker | None:
    """Measure along rays what a rough outline surrounds; None of what is no marker."""
    for _ in range(2):
        rays = _Rays.cast(gray, outline)
        levels = rays.levels()
        bright = levels[0] > levels[1]
        contrasts = np.diff(levels) * ([-1, 1, -1] if bright else [1, -1, 1])
        if contrasts.min() < _LEAST_CONTRAST or contrasts.min() < 0.3 * contrasts.max():
            return None
        edge = rays.edge(2, levels)
        ring = _fitted(edge)
        if ring is None:
            return None
        outline = ring
    rays = _Rays.cast(gray, outline)
    levels = rays.levels()
    circles = []
    for number in range(3):
        circle = _fitted(rays.edge(number, levels))
        if circle is None:
            return None
        circles.append(circle)
    size = [float(np.sqrt(circle[2] * circle[3])) for circle in circles]
    if not _between(size[0] / size[2], _DOT_RADIUS) or not _between(size[1] / size[2], _GAP_RADIUS):
        return None
    diagonal = float(np.hypot(*gray.shape))
    x, y = _common_middle(np.array(circles), _FOCAL_LENGTH * diagonal)
    ring_x, ring_y, minor, major, angle = circles[2].tolist()
    return CalibrationMarker(
        kind="stop" if bright else "calibration",
        center_px=(x, y),
        outline=Ellipse(center_px=(ring_x, ring_y), axes_px=(minor, major), angle_deg=angle % 180),
        contrast=float(contrasts.min()),
    )


@dataclass(frozen=True, slots=True)
class _Rays:
    """Brightness along rays from the middle of an ellipse.

    Attributes:
        radii: (R,) as parts of the ellipse's.
        x: (rays, R) places in the image.
        y: the same down.
        values: (rays, R) grey levels.
    """

    radii: _Floats
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    values: NDArray[np.float32]

    @classmethod
    def cast(cls, gray: Image, outline: _Floats) -> _Rays:
        x, y, width, height, angle_deg = outline
        count = int(np.clip(1.4 * max(width, height), 40, 400))
        radii = np.linspace(0.0, _GROUND, count)
        turn = np.arange(_RAYS) * (2 * np.pi / _RAYS)
        along, aside = np.cos(turn) * width / 2, np.sin(turn) * height / 2
        cosine, sine = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
        xs = x + np.outer(along * cosine - aside * sine, radii)
        ys = y + np.outer(along * sine + aside * cosine, radii)
        map_x, map_y = xs.astype(np.float32), ys.astype(np.float32)
        values = cv2.remap(gray, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return cls(radii, map_x, map_y, np.asarray(values, np.float32))

    def levels(self) -> _Floats:
        """(4,) brightness of dot, gap, ring and ground."""
        return np.array([
            np.median(self.values[:, (self.radii >= low) & (self.radii <= high)])
            for low, high in _BANDS
        ])  # fmt: skip

    def edge(self, number: int, levels: _Floats) -> _Floats:
        """(N, 2) pixels where a band gives way to the next, half-way between their levels."""
        low, high = np.mean(_BANDS[number]), np.mean(_BANDS[number + 1])
        window = np.flatnonzero((self.radii >= low) & (self.radii <= high))
        half = (levels[number] + levels[number + 1]) / 2
        above = (self.values[:, window] - half) * np.sign(levels[number + 1] - levels[number])
        crosses = (above[:, :-1] < 0) & (above[:, 1:] >= 0)
        rays = np.flatnonzero(crosses.any(axis=1))
        first = crosses[rays].argmax(axis=1)
        before, after = above[rays, first], above[rays, first + 1]
        part = before / (before - after)
        start = window[first]
        return np.column_stack([
            (1 - part) * places[rays, start] + part * places[rays, start + 1]
            for places in (self.x, self.y)
        ])  # fmt: skip


def _fitted(points_px: _Floats) -> _Floats | None:
    """The ellipse (x, y, minor, major, angle of minor) through most of the points, or None."""
    if len(points_px) < _FEWEST_RAYS * _RAYS:
        return None
    for _ in range(2):
        origin = points_px.mean(axis=0)
        local = (points_px - origin).astype(np.float32)
        (x, y), (minor, major), angle_deg = cv2.fitEllipseDirect(local)
        if not 0 < minor <= major or not np.isfinite([x, y, minor, major]).all():
            return None
        turn = np.radians(angle_deg)
        offset = local - [x, y]
        along = offset @ [np.cos(turn), np.sin(turn)] / (minor / 2)
        aside = offset @ [-np.sin(turn), np.cos(turn)] / (major / 2)
        error = np.abs(np.hypot(along, aside) - 1)
        is_near = error <= max(3 * float(np.median(error)), 0.02)
        if is_near.all():
            break
        points_px = points_px[is_near]
        if len(points_px) < _FEWEST_RAYS * _RAYS:
            return None
    if float(np.median(error)) > 0.08:
        return None
    return np.array([origin[0] + x, origin[1] + y, minor, major, angle_deg])


def _common_middle(circles: _Floats, focal_px: float) -> tuple[float, float]:
    """Where the common middle of concentric circles falls.

    The middle of a circle's image is off the image of its middle, by an amount that grows with the
    circle's area: f r² sin θ cos θ / d² to the second order, for a radius r at a distance d, tilted
    by θ (Heikkilä and Silvén 1997, §3.1 has the exact form). So the middles of the three lie on a
    line, in proportion to their areas, and the end of it is wanted. Of a small marker noise would
    lengthen the line more than perspective does; so its slope is held near 0 as strongly as a lens
    of the focal length `focal_px` permits.
    """
    minor, major = circles[2, 2:4]
    area = (circles[:, 2] * circles[:, 3]) / (minor * major)
    weight = np.sqrt(area)  # there are so many independent pixels on an edge
    sine = np.sqrt(max(1 - (minor / major) ** 2, 0.01))
    furthest_px = major**2 / 4 * sine / focal_px
    noise_px = 0.1 / np.sqrt(major)
    # Least squares for the end and the slope of place = end + area * slope, with a slope that is
    # drawn from N(0, furthest_px).
    spread = np.array([
        [weight.sum(), weight @ area],
        [weight @ area, weight @ area**2 + (noise_px / furthest_px) ** 2],
    ])  # fmt: skip
    places = circles[:, :2] * weight[:, None]
    (x, y), _ = np.linalg.solve(spread, [places.sum(axis=0), area @ places])
    return float(x), float(y)


def _between(value: _Floats | float, limits: tuple[float, float]) -> NDArray[np.bool_]:
    return (np.asarray(value) > limits[0]) & (np.asarray(value) < limits[1])


def _is_within(outline: _Floats, marker: CalibrationMarker) -> bool:
    distance = np.hypot(outline[0] - marker.center_px[0], outline[1] - marker.center_px[1])
    return bool(distance < 0.6 * marker.diameter_px)


def calibration_marker_svg(kind: CalibrationMarkerKind = "calibration") -> str:
    """Draw a marker with the ground that it needs, as a square SVG document.

    Its view box is 2.8 wide, the origin is the middle, and the ring has the radius 1.
    """
    circles = "".join(
        f'<circle r="{radius:.5f}" fill="{"#000" if is_dark else "#fff"}"/>'
        for radius, is_dark in _discs(kind)
    )
    side = 2 * _GROUND
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="{-_GROUND} {-_GROUND} {side} {side}">'
        f'<path fill="#fff" d="M{-_GROUND} {-_GROUND}h{side}v{side}h{-side}z"/>{circles}</svg>'
    )


def calibration_marker_image(
    diameter_px: int, kind: CalibrationMarkerKind = "calibration"
) -> Image:
    """Draw a marker with the ground that it needs, as pixels.

    Args:
        diameter_px: of the ring.
        kind: which marker.

    Returns:
        (N, N) uint8, N being 1.4 diameters, the marker's middle in the middle of the image.

    Raises:
        ValueError: it would have no pixels, or far too many.
    """
    if not 1 <= diameter_px <= 10_000:
        raise ValueError(f"a marker is 1 to 10000 px across, not {diameter_px}")
    side = round(_GROUND * diameter_px)
    place = np.arange(side) - (side - 1) / 2
    radius_px = np.hypot(place[:, None], place[None, :])
    image: _Floats = np.full((side, side), 255.0)
    for radius, is_dark in _discs(kind):
        # The part of a pixel that a disc covers, to the first order.
        cover = np.clip(radius * diameter_px / 2 - radius_px + 0.5, 0.0, 1.0)
        image += cover * ((0.0 if is_dark else 255.0) - image)
    drawn: Image = np.rint(image).astype(np.uint8)
    return drawn


def _discs(kind: CalibrationMarkerKind) -> list[tuple[float, bool]]:
    """Discs to be laid on each other: radius, and whether it is dark."""
    if kind == "calibration":
        return [(1.0, True), (_RING_INSIDE, False), (_DOT, True), (_MIDDLE, False)]
    return [(_GROUND, True), (1.0, False), (_RING_INSIDE, True), (_DOT, False), (_MIDDLE, True)]
