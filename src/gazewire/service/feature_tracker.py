"""Follows a small piece of the scene from picture to picture.

The piece is compared by normalised cross-correlation (Lewis 1995, "Fast Normalized
Cross-Correlation", eq. 2 and 3) with all places not too far from where it was last, and the best
place is refined by a parabola through its neighbours. A piece that has changed, and surely is the
same all the same, is taken anew: so it may turn and grow slowly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Point2

__all__ = ["FeatureTracker"]

# Half the side of the piece, and how far from its place it is looked for, as parts of the width of
# the picture: 22 and 44 px of 1600.
_HALF_PIECE = 0.014
_REACH = 0.028
_SMALLEST_HALF_PX = 6

# Less than this is something else, or hidden; more is like enough to be compared with further on.
_LOST_BELOW = 0.6
_UNCHANGED_ABOVE = 0.9
# Gray levels; on an even ground there is nothing to follow.
_LEAST_CONTRAST = 3.0


@dataclass(slots=True)
class FeatureTracker:
    """Follows one thing.

    Attributes:
        place_px: where it was last; (0, 0) is the centre of the top left pixel.
    """

    place_px: Point2
    _piece: NDArray[np.float32]
    _offset_px: Point2  # of the thing from the middle of its piece

    @classmethod
    def begin(cls, gray: NDArray[np.uint8], place_px: Point2) -> FeatureTracker | None:
        """Begin with what is at a place; None where nothing can be followed there.

        Args:
            gray: (H, W) picture.
            place_px: middle of the thing.
        """
        half = max(_SMALLEST_HALF_PX, round(_HALF_PIECE * gray.shape[1]))
        piece = _cut(gray, place_px, half)
        if piece is None or float(piece.std()) < _LEAST_CONTRAST:
            return None
        return cls(place_px, piece, _offset(place_px))

    def follow(self, gray: NDArray[np.uint8]) -> Point2 | None:
        """Find it in the next picture; None where it is lost.

        Args:
            gray: (H, W) picture, of the size of that with which it began.
        """
        half = self._piece.shape[0] // 2
        reach = max(2, round(_REACH * gray.shape[1]))
        x, y = (round(number) for number in self.place_px)
        left, top = max(0, x - half - reach), max(0, y - half - reach)
        around = gray[top : y + half + reach + 1, left : x + half + reach + 1].astype(np.float32)
        if min(around.shape) < self._piece.shape[0]:
            return None
        likeness = _likeness(around, self._piece)
        row, column = (int(at) for at in np.unravel_index(likeness.argmax(), likeness.shape))
        best = float(likeness[row, column])
        if best < _LOST_BELOW:
            return None
        self.place_px = (
            left + half + column + _peak(likeness[row, :], column) + self._offset_px[0],
            top + half + row + _peak(likeness[:, column], row) + self._offset_px[1],
        )
        if best < _UNCHANGED_ABOVE and (piece := _cut(gray, self.place_px, half)) is not None:
            self._piece, self._offset_px = piece, _offset(self.place_px)
        return self.place_px


def _offset(place_px: Point2) -> Point2:
    return place_px[0] - round(place_px[0]), place_px[1] - round(place_px[1])


def _cut(gray: NDArray[np.uint8], place_px: Point2, half: int) -> NDArray[np.float32] | None:
    x, y = (round(number) for number in place_px)
    height, width = gray.shape
    if not (half <= x < width - half and half <= y < height - half):
        return None
    return gray[y - half : y + half + 1, x - half : x + half + 1].astype(np.float32)


def _likeness(around: NDArray[np.float32], piece: NDArray[np.float32]) -> NDArray[np.float64]:
    """Normalised cross-correlation at each place where the piece fits in, -1 to 1."""
    side = piece.shape[0]
    shape = around.shape
    wanted = (shape[0] - side + 1, shape[1] - side + 1)
    template = (piece - piece.mean()).astype(np.float64)
    spectrum = np.fft.rfft2(around.astype(np.float64)) * np.conj(np.fft.rfft2(template, shape))
    products = np.fft.irfft2(spectrum, shape)[: wanted[0], : wanted[1]]
    total = _sums(around, side)
    total_squares = _sums(around.astype(np.float64) ** 2, side)
    variance = np.maximum(total_squares - total**2 / side**2, 0.0)
    norm = np.sqrt(variance * float((template**2).sum()))
    found: NDArray[np.float64] = np.where(norm > 1e-6, products / np.maximum(norm, 1e-6), 0.0)
    return found


def _sums(values: NDArray[np.float32] | NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Sums over all squares of a side."""
    # Of all that is above and to the left, with a row and a column of nothing before.
    sums = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    np.cumsum(values, axis=0, out=sums[1:, 1:], dtype=np.float64)
    np.cumsum(sums[1:, 1:], axis=1, out=sums[1:, 1:])
    squares: NDArray[np.float64] = (
        sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    )
    return squares


def _peak(values: NDArray[np.float64], index: int) -> float:
    """How far the top of a parabola through three neighbours is from the middle one."""
    if not 0 < index < len(values) - 1:
        return 0.0
    before, here, after = values[index - 1 : index + 2].tolist()
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0
