"""Things in the room that are worth looking at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Landmark"]


@dataclass(frozen=True, slots=True)
class Landmark:
    """A thing in the room that is worth looking at.

    Attributes:
        name: what it is.
        middle: its middle in the room, as tangents seen by a head that looks straight ahead.
        extent: half its width and half its height, within which eyes come to rest.
        salience: how often it is looked at, compared with the others.
    """

    name: str
    middle: tuple[float, float]
    extent: tuple[float, float]
    salience: float = 1.0

    @classmethod
    def around(cls, name: str, outline: NDArray[np.float64], salience: float = 1.0) -> Landmark:
        """The landmark whose outline, (N, 2) tangents, is the given one."""
        low, high = outline.min(axis=0), outline.max(axis=0)
        (x, y), (half_width, half_height) = (low + high) / 2, (high - low) / 2
        return cls(name, (float(x), float(y)), (float(half_width), float(half_height)), salience)
