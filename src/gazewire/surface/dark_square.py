"""Dark squares on bright ground, seen in perspective: what a fiducial marker is before it is read.

Outlines are looked for in a smaller image, which is quick; then every side is measured in the full
one, as the line through the places where brightness crosses half-way between inside and outside.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["find_dark_squares", "refine_squares", "sampled"]

_Floats = NDArray[np.float64]

# Side of the square whose mean is the threshold, in pixels of the smaller image, and how many grey
# levels darker than that dark is.
_NEIGHBOURHOOD_PX = 27
_DARKER_BY = 7
# Part of its length by which an outline may differ from a quadrilateral.
_CORNER_SLACK = 0.03
# Area of a quadrilateral over that of a square with as long an outline: a tilt of 70 degrees.
_NARROWEST = 0.3

# Across each side so many profiles, of so many samples, spare of the corners.
_PROFILES = 12
_SAMPLES = 15
_SPARED = 0.10
_FEWEST_PROFILES = 6
# How far profiles reach to either side, as a part of the marker's side, of which a border takes a
# ninth or more, and in pixels at least. Longer ones see what is beyond where the image is blurred,
# shorter ones do not see all of an edge; but from a rough outline it is to be met at all.
_REACH, _LEAST_REACH_PX = 0.07, 1.5
_ROUGH_REACH, _LEAST_ROUGH_REACH_PX = 0.10, 2.0
_LONGEST_REACH_PX = 8.0
_LEAST_STEP = 8.0  # grey levels between ground and border


def find_dark_squares(gray: NDArray[np.uint8], decimation: int, shortest_px: float) -> _Floats:
    """Find quadrilaterals that are darker than what is around them.

    Args:
        gray: (H, W) uint8.
        decimation: by how much the image is made smaller in which they are looked for.
        shortest_px: outlines that are shorter are left out.

    Returns:
        (N, 4, 2) corners, clockwise as seen, good to a pixel or two.
    """
    height, width = gray.shape[0] // decimation, gray.shape[1] // decimation
    if min(height, width) < 3:
        return np.empty((0, 4, 2))
    smaller = gray[: height * decimation, : width * decimation]
    if decimation > 1:
        smaller = np.asarray(
            cv2.resize(smaller, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
    dark = cv2.adaptiveThreshold(
        smaller, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _NEIGHBOURHOOD_PX, _DARKER_BY
    )
    contours, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour in contours:
        # A diagonal step is one point and 1.4 px long.
        if 1.5 * len(contour) < shortest_px / decimation:
            continue
        corners = _as_square(np.asarray(contour, np.int32), shortest_px / decimation)
        if corners is not None:
            found.append(corners)
    if not found:
        return np.empty((0, 4, 2))
    # The middle of pixel k of the smaller image is that of `decimation` pixels.
    return np.array(found) * decimation + (decimation - 1) / 2


def _as_square(contour: NDArray[np.int32], shortest: float) -> _Floats | None:
    # Of what is dark OpenCV walks the outer outline so that its area is negative, and that of holes
    # the other way.
    area = -cv2.contourArea(contour, oriented=True)
    side = len(contour) / 4
    if not _NARROWEST * side**2 < area < 2.5 * side**2:
        return None
    corners = cv2.approxPolyDP(contour, _CORNER_SLACK * cv2.arcLength(contour, True), True)
    if len(corners) != 4 or not cv2.isContourConvex(corners):
        return None
    if cv2.arcLength(corners, True) < shortest:
        return None
    return np.asarray(corners[::-1, 0], float)


def refine_squares(gray: NDArray[np.uint8], squares: _Floats, *, is_rough: bool) -> _Floats:
    """Measure corners, to a small part of a pixel from where they are believed to be.

    Args:
        gray: (H, W) uint8.
        squares: (N, 4, 2) corners, clockwise as seen.
        is_rough: they may be off by a pixel or two.

    Returns:
        (N, 4, 2); NaN of what has no straight edges from dark to bright.
    """
    if not len(squares):
        return squares
    start, end = squares, np.roll(squares, -1, axis=1)
    along = end - start
    length = np.linalg.norm(along, axis=2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = along / length
    # Clockwise as seen, with y down, the outside is to the left.
    outward = np.stack([along[..., 1], -along[..., 0]], axis=-1)
    reach, least_px = _REACH, _LEAST_REACH_PX
    if is_rough:
        reach, least_px = _ROUGH_REACH, _LEAST_ROUGH_REACH_PX
    reach_px = np.clip(reach * length.mean(axis=1), least_px, _LONGEST_REACH_PX)[:, None]
    part = np.linspace(_SPARED, 1 - _SPARED, _PROFILES)
    step = np.linspace(-1.0, 1.0, _SAMPLES)
    base = start[:, :, None] + (part[:, None] * length[:, :, None]) * along[:, :, None]
    offset_px = reach_px[..., None] * step  # (N, 1, 1, samples)
    places = base[:, :, :, None] + offset_px[..., None] * outward[:, :, None, None]
    values = sampled(gray, places)  # (N, 4, profiles, samples)

    # Of a blurred border only the darkest line is as dark as it is in truth, or nearly.
    profile, middle = values.mean(axis=2), _SAMPLES // 2
    dark = profile[..., : middle + 1].min(axis=-1)
    bright = profile[..., middle:].max(axis=-1)
    above = values - ((dark + bright) / 2)[:, :, None, None]
    crosses = (above[..., :-1] < 0) & (above[..., 1:] >= 0)
    # Of several crossings the one next to where the edge is believed to be.
    nearness = np.where(crosses, 1 / (1 + np.abs(step[:-1] + step[1:])), 0.0)
    first = nearness.argmax(axis=-1)[..., None]
    before = np.take_along_axis(above, first, -1)[..., 0]
    after = np.take_along_axis(above, first + 1, -1)[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        fraction = before / (before - after)
    at = step[first[..., 0]] + fraction * (step[1] - step[0])
    at = np.where(crosses.any(axis=-1), at * reach_px, np.nan)  # (N, 4, profiles)

    intercept, slope = _lines(part * length, at)
    has_edge = (bright - dark >= _LEAST_STEP) & np.isfinite(intercept)
    origin = np.where(has_edge[..., None], start + intercept[..., None] * outward, np.nan)
    direction = along + slope[..., None] * outward
    # Corner k is where side k - 1 meets side k.
    return _intersections(np.roll(origin, 1, 1), np.roll(direction, 1, 1), origin, direction)


def _lines(x: _Floats, y: _Floats) -> tuple[_Floats, _Floats]:
    """Intercept and slope of lines through (..., P) points; outliers and NaN are passed over."""
    weight = np.isfinite(y).astype(float)
    y = np.nan_to_num(y)
    for _ in range(3):
        total = weight.sum(-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean_x, mean_y = (weight * x).sum(-1) / total, (weight * y).sum(-1) / total
            dx, dy = x - mean_x[..., None], y - mean_y[..., None]
            slope = (weight * dx * dy).sum(-1) / (weight * dx * dx).sum(-1)
            error = np.abs(dy - slope[..., None] * dx)
            typical = (weight * error).sum(-1) / total
        # 0.05 px is what noise makes of good edges.
        weight = weight * (error <= np.maximum(2 * typical, 0.05)[..., None])
    enough = weight.sum(-1) >= _FEWEST_PROFILES
    intercept = np.where(enough, mean_y - slope * mean_x, np.nan)
    return intercept, slope


def _intersections(
    first: _Floats, first_way: _Floats, second: _Floats, second_way: _Floats
) -> _Floats:
    """Where lines meet, each given by a point and a direction: all (..., 2)."""
    between = second - first
    with np.errstate(divide="ignore", invalid="ignore"):
        far = _cross(between, second_way) / _cross(first_way, second_way)
    return first + far[..., None] * first_way


def _cross(first: _Floats, second: _Floats) -> _Floats:
    product: _Floats = first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
    return product


def sampled(gray: NDArray[np.uint8], places: _Floats) -> _Floats:
    """Brightness at (..., 2) places, between pixels too."""
    # OpenCV's maps have two dimensions, none of them longer than 32767.
    flat = np.nan_to_num(places, nan=-1.0).reshape(-1, places.shape[-2], 2).astype(np.float32)
    pieces = [
        cv2.remap(gray, piece, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
        for piece in np.split(flat, range(30_000, len(flat), 30_000))
    ]
    return np.concatenate(pieces).reshape(places.shape[:-1]).astype(float)
