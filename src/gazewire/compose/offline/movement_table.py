"""The movements of the eyes as a table."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from gazewire.export.table import Column, Table
from gazewire.model import EyeMovement
from gazewire.time import TimeBase

__all__ = ["movement_table"]

_MS_PER_NS = 1e-6
_MEASURES = (
    "amplitude_deg",
    "direction_deg",
    "peak_velocity_deg_s",
    "mean_velocity_deg_s",
    "dispersion_deg",
    "confidence",
)
_POINTS = ("centroid_deg", "start_deg", "end_deg")


def movement_table(movements: Sequence[tuple[str, EyeMovement]], time: TimeBase) -> Table:
    """Make the table ``movements``, a row for each; what a kind does not have is empty.

    Args:
        movements: with what each is of.
        time: tells Core time.
    """
    rows = [msgspec.to_builtins(movement) for _, movement in movements]
    starts = np.array([time.core_s(row["start_unix_ns"]) for row in rows], np.float64)
    ends = np.array([time.core_s(row["end_unix_ns"]) for row in rows], np.float64)
    lengths = [(row["end_unix_ns"] - row["start_unix_ns"]) * _MS_PER_NS for row in rows]
    columns: dict[str, Column] = {
        "type": [row["type"] for row in rows],
        "source": [source for source, _ in movements],
        "start_timestamp": starts,
        "end_timestamp": ends,
        "duration_ms": np.array(lengths, np.float64),
    }
    for name in _MEASURES:
        columns[name] = np.array([row.get(name, np.nan) for row in rows], np.float64)
    for name in _POINTS:
        points = np.array([row.get(name, (np.nan, np.nan)) for row in rows], np.float64)
        for axis, column in zip("xy", points.reshape(-1, 2).T, strict=True):
            columns[f"{name.removesuffix('_deg')}_{axis}_deg"] = column
    return Table("movements", columns)
