"""One image of an eye, made ready for measuring: sizes, grey levels, glints."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.eye.ellipses import Floats

__all__ = ["GLINT", "GREY_LEVELS", "EyePicture"]

GREY_LEVELS = 256

GLINT = np.float32(1e6)
"""Takes the place of grey levels that a glint has spoilt. OpenCV interpolates in steps of a
thousandth, so that a value with any part of it in it is no grey level any more."""

# Larger images are measured at a size like this: edges of eyes are no sharper there.
_WORKING_SIZE_PX = 256
# Above this the coarse image has half the working size.
_COARSE_SIZE_PX = 128

# Shares of the pixels at which the picture is called black and white.
_BLACK_SHARE, _WHITE_SHARE = 0.005, 0.95
# More pixels of level 0 than this are no part of the picture (a border) or of the pupil alone.
_BORDER_SHARE = 0.02

# A glint is brighter than its surroundings by this share of the range from black to white.
_GLINT_SHARE = 0.6
_GLINT_LEVELS = 8
_AROUND_GLINTS = cv2.getStructuringElement(cv2.MORPH_RECT, (9, 9))
# What light a glint sheds over its edge.
_GLINT_HALO = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))

# Grey levels are compared by their ratio, as a pupil is dark relative to its iris, but those near
# black by their difference, in which there is noise: this share of the range.
_SOFT_SHARE = 0.15
_SOFT_LEVELS = 3.0
_TONES = 32.0


@dataclass(frozen=True, slots=True)
class EyePicture:
    """An image in two sizes.

    Attributes:
        gray: (h, w) uint8, working size.
        coarse: (h', w') uint8, for finding candidates.
        glints: (h', w') uint8, 255 where a glint spoils the coarse image.
        histogram: (256,) of the coarse image, without borders.
        black: darkest grey level but for outliers.
        white: brightest one that is common.
        shrunk: width of the image by that of the working size.
        coarsened: width of the working size by that of the coarse one.
    """

    gray: NDArray[np.uint8]
    coarse: NDArray[np.uint8]
    glints: NDArray[np.uint8]
    histogram: Floats
    black: int
    white: int
    shrunk: int
    coarsened: int

    @classmethod
    def of(cls, image: NDArray[np.uint8], *, coarse_detection: bool) -> EyePicture:
        """Prepare an image, (H, W) uint8."""
        shrunk = max(1, round(max(image.shape) / _WORKING_SIZE_PX))
        gray = _shrunk(image, shrunk)
        coarsened = 2 if coarse_detection and max(gray.shape) > _COARSE_SIZE_PX else 1
        coarse = _shrunk(gray, coarsened)
        counted = cv2.calcHist([coarse], [0], None, [GREY_LEVELS], [0, GREY_LEVELS])
        histogram = np.asarray(counted, np.float32).ravel()
        if _BORDER_SHARE * coarse.size < histogram[0] < coarse.size:
            histogram[0] = 0
        share = np.cumsum(histogram)
        black, white = np.searchsorted(share, np.array([_BLACK_SHARE, _WHITE_SHARE]) * share[-1])
        opened = cv2.morphologyEx(coarse, cv2.MORPH_OPEN, _AROUND_GLINTS)
        bright = max(_GLINT_SHARE * (white - black), _GLINT_LEVELS)
        _, glints = cv2.threshold(cv2.subtract(coarse, opened), bright, 255, cv2.THRESH_BINARY)
        return cls(
            gray=gray,
            coarse=coarse,
            glints=np.asarray(cv2.dilate(glints, _GLINT_HALO), np.uint8),
            histogram=histogram,
            black=int(black),
            white=int(white),
            shrunk=shrunk,
            coarsened=coarsened,
        )

    def tones(self) -> NDArray[np.float32]:
        """The coarse image with the ratios of its grey levels as differences, glints marked."""
        soft = max(_SOFT_SHARE * (self.white - self.black), _SOFT_LEVELS)
        levels = np.maximum(np.arange(GREY_LEVELS) - self.black, -soft / 2)
        tones = cv2.LUT(self.coarse, (_TONES * np.log1p(levels / soft)).astype(np.float32))
        tones[self.glints > 0] = GLINT
        return np.asarray(tones, np.float32)

    def levels(self) -> NDArray[np.float32]:
        """The image at working size, glints marked."""
        levels = self.gray.astype(np.float32)
        height, width = levels.shape
        glints = cv2.resize(self.glints, (width, height), interpolation=cv2.INTER_NEAREST)
        levels[glints > 0] = GLINT
        return levels


def _shrunk(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    if factor == 1:
        return image
    # Whole blocks of pixels, so that places scale by the factor exactly.
    height, width = image.shape[0] // factor, image.shape[1] // factor
    whole = image[: max(height, 1) * factor, : max(width, 1) * factor]
    size = max(width, 1), max(height, 1)
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
