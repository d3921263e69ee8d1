"""Dark blobs of an image of an eye, any of which may be its pupil."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.eye.ellipses import Ellipses, Floats
from gazewire.eye.picture import EyePicture
from gazewire.model import DetectorSettings2d

__all__ = ["dark_blobs"]

# Thresholds are laid at shares of the pixels in geometric progression, as pupils of all sizes are
# equally likely, and evenly over the grey levels, as a large shadow leaves no share between itself
# and a pupil in it or beside it. These are weighted so, and all taken together.
_THRESHOLDS = 8
_LOWEST_SHARE = 0.008
_EVENLY = 0.35
_PLACES = np.linspace(0, 1, _THRESHOLDS)
# A unit of `intensity_range` is so many pixels: its default is half of them.
_SHARE_OF_INTENSITY = 0.5 / 23

_LEAST_AREA_PX = 12.0
_LEAST_POINTS = 8
# A blob may be the pupil with something beside it, or the iris: its larger side by the largest
# pupil.
_LARGEST_SIDE = 2.0
_LEAST_SIDE_PX = 4
_MOMENTS = ("m10", "m01", "mu20", "mu11", "mu02")


def dark_blobs(
    picture: EyePicture, settings: DetectorSettings2d, *, min_px: float, max_px: float
) -> Ellipses:
    """Find what is darker than its surroundings, at any of several grey levels.

    Args:
        picture: of the eye.
        settings: of the detector.
        min_px: diameter of the smallest pupil in the coarse image.
        max_px: of the largest one.

    Returns:
        Ellipses with the moments of the blobs, in the coarse image. There are about a dozen in an
        image of an eye.
    """
    image = picture.coarse
    if settings.blur_size > 1:
        spot = _spot(settings.blur_size)
        image = np.asarray(cv2.morphologyEx(image, cv2.MORPH_OPEN, spot), np.uint8)
    blobs, boxes = [], set()
    for level in _levels(picture, settings):
        _, dark = cv2.threshold(image, level, 255, cv2.THRESH_BINARY_INV)
        outlines, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            if len(outline) < max(settings.contour_size_min, _LEAST_POINTS):
                continue
            box = cv2.boundingRect(outline)
            _, _, width, height = box
            smaller, larger = (width, height) if width < height else (height, width)
            if (
                smaller < _LEAST_SIDE_PX
                or larger < min_px
                or smaller > max_px
                or larger > _LARGEST_SIDE * max_px
                # A sharp blob is the same at several levels.
                or box in boxes
            ):
                continue
            boxes.add(box)
            moments = cv2.moments(outline)
            area = moments["m00"]
            if area < _LEAST_AREA_PX:
                continue
            blobs.append([moments[name] / area for name in _MOMENTS])
    values = np.array(blobs, np.float32).reshape(-1, len(_MOMENTS))
    # OpenCV's outlines run through the middles of the pixels at the edge.
    return Ellipses.of_covariances(values[:, :2], values[:, 2:]).grown(0.5)


@cache
def _spot(size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def _levels(picture: EyePicture, settings: DetectorSettings2d) -> list[int]:
    highest = min(max(_SHARE_OF_INTENSITY * settings.intensity_range, 2 * _LOWEST_SHARE), 0.95)
    share: Floats = np.cumsum(picture.histogram)
    share /= share[-1]
    first, last = np.searchsorted(share, (_LOWEST_SHARE, highest)).tolist()
    within = share[first : last + 1]
    progress = np.log(np.minimum(within, highest) / _LOWEST_SHARE)
    progress *= (1 - _EVENLY) / np.log(highest / _LOWEST_SHARE)
    progress += np.linspace(0, _EVENLY, len(within))
    levels = np.searchsorted(progress, _PLACES[:-1]) + first
    # A pupil may be as black as a border.
    return sorted({int(picture.coarse.min()), *levels.tolist(), last})
