"""The largest angle among the directions of a sliding window, without looking at all pairs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["AngularDiameter"]

_FEWEST_ROWS = 64


class AngularDiameter:
    """Directions in order, and the largest angle between any two of them.

    Each direction remembers how far the farthest of those behind it is, which the directions that
    leave at the front do not change: to take in one direction costs one pass over the window, and
    to drop the first costs nothing. All pairs would be a pass over the window for each direction.

    Angles are told by the length of the chord, which keeps small angles as exact as large ones.
    """

    def __init__(self) -> None:
        self._units = np.empty((_FEWEST_ROWS, 3))
        # Of each direction, the square of the longest chord to one behind it.
        self._chords = np.empty(_FEWEST_ROWS)
        self._first = 0
        self._end = 0

    def __len__(self) -> int:
        return self._end - self._first

    @property
    def units(self) -> NDArray[np.float64]:
        """(N, 3) unit vectors, in order; a view that the next change spoils."""
        return self._units[self._first : self._end]

    @property
    def angle_deg(self) -> float:
        """The largest angle between two directions; 0 where there are none."""
        if self._end == self._first:
            return 0.0
        square = float(self._chords[self._first : self._end].max())
        return math.degrees(2.0 * math.asin(min(1.0, math.sqrt(square) / 2.0)))

    def insert(self, index: int, direction: NDArray[np.float64]) -> None:
        """Take in a direction.

        Args:
            index: how many of the present ones come before it, mostly all.
            direction: (3,) of any length but none.

        Raises:
            ValueError: it has no length, or is not finite.
        """
        length = math.sqrt(float(direction @ direction))
        if not 0.0 < length < math.inf:
            raise ValueError(f"{direction.tolist()} is no direction")
        unit = direction / length
        if self._end == len(self._units):
            self._make_room()
        here = self._first + index
        if here < self._end:
            self._units[here + 1 : self._end + 1] = self._units[here : self._end].copy()
            self._chords[here + 1 : self._end + 1] = self._chords[here : self._end].copy()
        self._units[here] = unit
        self._end += 1
        away = self._units[self._first : self._end] - unit
        squares = np.einsum("ij,ij->i", away, away)
        before = self._chords[self._first : here]
        np.maximum(before, squares[:index], out=before)
        self._chords[here] = squares[index:].max()

    def drop_first(self) -> None:
        """Let the first direction go."""
        self._first += 1

    def clear(self) -> None:
        """Let all directions go."""
        self._first = self._end = 0

    def _make_room(self) -> None:
        """Move what is there to the front, into twice as much room where half of it is in use."""
        count = len(self)
        rows = 2 * len(self._units) if 2 * count > len(self._units) else len(self._units)
        units, chords = np.empty((rows, 3)), np.empty(rows)
        units[:count] = self.units
        chords[:count] = self._chords[self._first : self._end]
        self._units, self._chords = units, chords
        self._first, self._end = 0, count
