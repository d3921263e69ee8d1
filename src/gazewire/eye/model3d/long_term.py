"""Pupils of many directions and a long time, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gazewire.eye.model3d.observation import LASTING_VARIANCE, Glimpse, duals_of
from gazewire.eye.model3d.sphere import Evidence

__all__ = ["LongTermModel"]

# The side of a cell, as a share of the image's width: 4 px of 192, three degrees of gaze or so.
_CELL = 1 / 48
_MOST_CELLS = 300
# A cell forgets what is older than so many observations.
_MOST_OBSERVATIONS = 400
# Glasses creep: the variance of a half axis that a minute adds, about 0.3 mm of the eyeball.
_VARIANCE_PER_NS = 2e-4 / 60e9


@dataclass(slots=True)
class _Cell:
    """Mean of the pupils in one place of the image."""

    ellipse: tuple[float, ...]
    single_variance: float
    lasting_variance: float
    weight: float
    timestamp_unix_ns: int


class LongTermModel:
    """Sorts glimpses by the pupil's place in the image and keeps the mean of each place.

    So a long look in one direction weighs no more than its noise is averaged away, and rare looks
    aside, which tell most about the eyeball, are kept for long.

    Args:
        width: of the image, in tangents.
    """

    def __init__(self, width: float) -> None:
        self._cell = width * _CELL
        self._cells: dict[tuple[int, int], _Cell] = {}

    def __len__(self) -> int:
        return len(self._cells)

    def add(self, glimpse: Glimpse) -> None:
        """Add a glimpse; the cell that was longest without one makes way."""
        x, y, *_ = glimpse.ellipse
        key = int(x // self._cell), int(y // self._cell)
        cell = self._cells.pop(key, None)
        lasting = glimpse.lasting_variance
        single = (glimpse.variance - lasting) * glimpse.count
        # A doubtful glimpse moves a mean of better ones little.
        weight = glimpse.count * LASTING_VARIANCE / lasting
        if cell is None:
            cell = _Cell(glimpse.ellipse, single, lasting, weight, glimpse.timestamp_unix_ns)
        else:
            total = min(cell.weight, _MOST_OBSERVATIONS) + weight
            share = weight / total
            cell.ellipse = tuple(
                old + share * (new - old)
                for old, new in zip(cell.ellipse, glimpse.ellipse, strict=True)
            )
            cell.single_variance += share * (single - cell.single_variance)
            cell.lasting_variance += share * (lasting - cell.lasting_variance)
            cell.weight, cell.timestamp_unix_ns = total, glimpse.timestamp_unix_ns
        self._cells[key] = cell  # last, as dictionaries keep their order
        if len(self._cells) > _MOST_CELLS:
            del self._cells[next(iter(self._cells))]

    def clear(self) -> None:
        """Forget everything."""
        self._cells.clear()

    def evidence(self, now_unix_ns: int) -> Evidence:
        """What is kept, the older the less certain."""
        cells = self._cells.values()
        age_ns = np.array([max(now_unix_ns - cell.timestamp_unix_ns, 0) for cell in cells], float)
        noise = np.array(
            [cell.single_variance / cell.weight + cell.lasting_variance for cell in cells]
        )
        duals = duals_of(cell.ellipse for cell in cells)
        return Evidence(duals, noise + _VARIANCE_PER_NS * age_ns)
