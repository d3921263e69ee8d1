"""Samples of one kind, as a table with an instant for each row."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["TIMESTAMP", "TimeSeries", "joined"]

TIMESTAMP = "timestamp_unix_ns"
"""Name of the first column of every series."""

_NS_PER_S = 1_000_000_000


class TimeSeries:
    """A series of a recording.

    ::

        gaze = recording.series("gaze")
        gaze["x_px"]                        # (N,) float32
        gaze.sample(scene.times_unix_ns)    # gaze at the instants of the pictures

    Attributes:
        name: what it is called in the recording.
        rows: (N,) structured, in order of time; the first column is ``timestamp_unix_ns``, int64.
    """

    def __init__(self, name: str, rows: NDArray[np.void]) -> None:
        """Take rows, which may be in any order; those of one instant stay as they came.

        Raises:
            ValueError: they have no column ``timestamp_unix_ns`` of int64.
        """
        columns = rows.dtype.names or ()
        if TIMESTAMP not in columns or rows.dtype[TIMESTAMP] != np.int64 or rows.ndim != 1:
            raise ValueError(f"a series is (N,) rows with int64 {TIMESTAMP}, not {rows.dtype}")
        times = rows[TIMESTAMP]
        if len(rows) > 1 and bool(np.any(times[1:] < times[:-1])):
            rows = rows[np.argsort(times, kind="stable")]
        self.name = name
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> NDArray[np.generic]:
        """(N,) values of a column."""
        values: NDArray[np.generic] = self.rows[column]
        return values

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, ``timestamp_unix_ns`` first."""
        return self.rows.dtype.names or ()

    @property
    def times_unix_ns(self) -> NDArray[np.int64]:
        """(N,) int64."""
        times: NDArray[np.int64] = self.rows[TIMESTAMP]
        return times

    @property
    def rate_hz(self) -> float | None:
        """Samples a second, by the median distance of two, which gaps do not move."""
        steps = np.diff(self.times_unix_ns)
        steps = steps[steps > 0]
        return float(_NS_PER_S / np.median(steps)) if len(steps) else None

    def between(self, start_unix_ns: int, end_unix_ns: int) -> TimeSeries:
        """Give the samples of ``[start, end)``; no copy is made."""
        first, last = np.searchsorted(self.times_unix_ns, (start_unix_ns, end_unix_ns))
        return TimeSeries(self.name, self.rows[first:last])

    def sample(
        self,
        times_unix_ns: ArrayLike,
        method: Literal["nearest", "linear"] = "nearest",
        tolerance_ns: int | None = None,
    ) -> NDArray[np.void]:
        """Tell the values at given instants.

        Args:
            times_unix_ns: (M,) int64, in any order.
            method: ``nearest`` is the row whose instant is nearest, of two equally near ones the
                earlier. ``linear`` lies between the rows before and after in every column of
                floats; the others are those of the nearest row.
            tolerance_ns: how far off the nearest row may be; None for any distance.

        Returns:
            (M,) rows. ``nearest`` keeps the instants of the rows themselves, ``linear`` has those
            asked for. Where nothing is known (a series without rows, `tolerance_ns` exceeded,
            ``linear`` before the first or behind the last row) floats are NaN and other columns 0.
            Interpolated floats are computed in float64 and rounded to the column's type.

        Raises:
            ValueError: `method` is neither of the two, or `times_unix_ns` is not (M,) integers.
        """
        asked = np.asarray(times_unix_ns)
        if method not in {"nearest", "linear"}:
            raise ValueError(f"a method is 'nearest' or 'linear', not {method!r}")
        if asked.ndim != 1 or (asked.size and asked.dtype.kind not in "iu"):
            raise ValueError(f"instants are (M,) int64, not {asked.shape} {asked.dtype}")
        asked = asked.astype(np.int64)
        if not len(self):
            return self._unknown(len(asked))
        times = self.times_unix_ns
        after = np.searchsorted(times, asked).clip(max=len(times) - 1)
        before = np.where(times[after] == asked, after, after - 1).clip(min=0)
        is_before_nearer = asked - times[before] <= times[after] - asked
        is_behind = asked > times[after]
        nearest = np.where(is_before_nearer & ~is_behind, before, after)
        result = self.rows[nearest].copy()
        is_known = np.ones(len(asked), bool)
        if tolerance_ns is not None:
            is_known = np.abs(times[nearest] - asked) <= tolerance_ns
        if method == "linear":
            self._interpolate(result, asked, before, after)
            is_known &= (asked >= times[0]) & (asked <= times[-1])
        result[~is_known] = self._unknown(int(np.count_nonzero(~is_known)))
        if method == "linear":
            result[TIMESTAMP] = asked
        return result

    def _interpolate(
        self,
        result: NDArray[np.void],
        asked: NDArray[np.int64],
        before: NDArray[np.intp],
        after: NDArray[np.intp],
    ) -> None:
        # Differences of instants are exact as integers, and small enough for float64 then.
        times = self.times_unix_ns
        whole = (times[after] - times[before]).astype(np.float64)
        part = (asked - times[before]).astype(np.float64)
        share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
        for column in self.columns:
            if self.rows.dtype[column].kind != "f":
                continue
            low = self.rows[column][before].astype(np.float64)
            high = self.rows[column][after].astype(np.float64)
            # On a row itself its neighbour does not matter, which may be NaN.
            with np.errstate(invalid="ignore", over="ignore"):
                between = low + share * (high - low)
                result[column] = np.where(share == 0, low, np.where(share == 1, high, between))

    def _unknown(self, count: int) -> NDArray[np.void]:
        rows = np.zeros(count, self.rows.dtype)
        for column in self.columns:
            if self.rows.dtype[column].kind == "f":
                rows[column] = np.nan
        return rows


def joined(
    times_unix_ns: NDArray[np.int64], columns: dict[str, NDArray[np.generic]]
) -> NDArray[np.void]:
    """Put columns beside their instants.

    Args:
        times_unix_ns: (N,).
        columns: (N,) each, by name.
    """
    row = np.dtype([(TIMESTAMP, np.int64), *((name, c.dtype) for name, c in columns.items())])
    rows = np.empty(len(times_unix_ns), row)
    rows[TIMESTAMP] = times_unix_ns
    for name, values in columns.items():
        rows[name] = values
    return rows
