"""Gaze that lies beside a video as a CSV table.

Three kinds are told apart by their header line; the order of the columns does not matter, and
columns other than these are ignored::

    timestamp [ns], gaze x [px], gaze y [px], worn     the vendor's export
    timestamp_unix_ns, x_px, y_px, worn                ours
    timestamp_s (or time_s), x_px, y_px, worn          seconds since the video's first frame

Without a column ``worn`` the glasses are worn. A row without coordinates is an instant at which
nothing was measured, and is left out.
"""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.model import GazeDatum

__all__ = ["GazeTable"]

_WORLD_TIMESTAMPS_FILE = "world_timestamps.csv"
_UNIX_TIME_COLUMNS = ("timestamp [ns]", "timestamp_unix_ns")
_RELATIVE_TIME_COLUMNS = ("timestamp_s", "time_s")
_X_COLUMNS = ("gaze x [px]", "x_px")
_Y_COLUMNS = ("gaze y [px]", "y_px")
_WORN_COLUMNS = ("worn",)
_WORN_TRUE = {"1", "1.0", "255", "true"}
_WORN_FALSE = {"0", "0.0", "false"}

_NS_PER_S = 1_000_000_000
# Of a table with a single row; the rate of Neon.
_DEFAULT_RATE_HZ = 200.0


class GazeTable:
    """The gaze of a table, on the time of a video.

    A table in Unix time is laid on the video by the first row of ``world_timestamps.csv`` in the
    same folder, the instant of the video's first frame, which the vendor's export has. Without
    that file, the table's earliest row belongs to the video's first frame.

    Rows need not be in order; of several with the same instant the first counts.

    Attributes:
        rate_hz: samples a second, by the median distance of two.
    """

    def __init__(self, path: Path) -> None:
        """Read the table; 17 bytes a row are kept.

        Args:
            path: the CSV file.

        Raises:
            UnreadableSourceError: there is no such file, or it may not be read.
            UndecodableSourceError: it is not such a table, or one of its lines is broken.
        """
        times, x_px, y_px, worn = array("q"), array("d"), array("d"), array("B")
        with _rows(path) as (header, rows):
            columns = _Columns(path, header)
            for line, row in rows:
                sample = columns.parse(line, row)
                if sample is not None:
                    times.append(sample[0])
                    x_px.append(sample[1])
                    y_px.append(sample[2])
                    worn.append(sample[3])
        if not times:
            raise UndecodableSourceError(str(path), f"{path} has no row with gaze in it")
        elapsed, order = np.unique(np.frombuffer(times, np.int64), return_index=True)
        if columns.is_unix_time:
            elapsed = elapsed - _video_start(path, int(elapsed[0]))
        # (N,) each, in order of time: nanoseconds since the video's first frame, pixels, flag.
        self._elapsed_ns = elapsed
        self._x_px = np.frombuffer(x_px, np.float64)[order]
        self._y_px = np.frombuffer(y_px, np.float64)[order]
        self._worn = np.frombuffer(worn, np.uint8)[order].astype(bool)
        self.rate_hz = (
            float(_NS_PER_S / np.median(np.diff(elapsed))) if len(elapsed) > 1 else _DEFAULT_RATE_HZ
        )

    def __len__(self) -> int:
        return len(self._elapsed_ns)

    def data(self, start_unix_ns: int) -> Iterator[GazeDatum]:
        """Give the samples in order of time; those before the video's first frame too.

        Args:
            start_unix_ns: instant of the video's first frame.
        """
        for i in range(len(self)):
            yield GazeDatum(
                timestamp_unix_ns=start_unix_ns + int(self._elapsed_ns[i]),
                x_px=float(self._x_px[i]),
                y_px=float(self._y_px[i]),
                worn=bool(self._worn[i]),
            )


class _Columns:
    # Where in a row the values are, and what they mean.
    def __init__(self, path: Path, header: list[str]) -> None:
        self._path = path
        names = {name.strip(): index for index, name in enumerate(header)}
        unix_time = _find(names, _UNIX_TIME_COLUMNS)
        time = unix_time if unix_time is not None else _find(names, _RELATIVE_TIME_COLUMNS)
        x, y = _find(names, _X_COLUMNS), _find(names, _Y_COLUMNS)
        if time is None or x is None or y is None:
            raise UndecodableSourceError(
                str(path),
                f"{path} is not a table of gaze: its first line must name the columns "
                f"timestamp_unix_ns (or time_s), x_px and y_px, "
                f"or those of the vendor's export",
            )
        self.is_unix_time = unix_time is not None
        self._time, self._x, self._y = time, x, y
        self._worn = _find(names, _WORN_COLUMNS)

    def parse(self, line: int, row: list[str]) -> tuple[int, float, float, bool] | None:
        """Read time in nanoseconds, x, y and worn; None where x and y are empty."""
        try:
            if not row[self._x].strip() and not row[self._y].strip():
                return None
            if self.is_unix_time:
                time_ns = int(row[self._time])
            else:
                time_ns = round(float(row[self._time]) * _NS_PER_S)
            x_px, y_px = float(row[self._x]), float(row[self._y])
            if not (math.isfinite(x_px) and math.isfinite(y_px) and abs(time_ns) < 2**62):
                raise ValueError("out of range")
            is_worn = self._worn is None or _parse_worn(row[self._worn])
        except (ValueError, OverflowError, IndexError) as error:
            raise UndecodableSourceError(
                str(self._path),
                f"{self._path}, line {line}: this is not a row of gaze: {','.join(row)[:80]!r}",
            ) from error
        return time_ns, x_px, y_px, is_worn


def _find(names: dict[str, int], candidates: tuple[str, ...]) -> int | None:
    return next((names[name] for name in candidates if name in names), None)


def _parse_worn(text: str) -> bool:
    word = text.strip().lower()
    if word in _WORN_TRUE:
        return True
    if word in _WORN_FALSE:
        return False
    raise ValueError(f"worn is neither true nor false: {text!r}")


def _video_start(path: Path, default_unix_ns: int) -> int:
    timestamps = path.with_name(_WORLD_TIMESTAMPS_FILE)
    if not timestamps.exists():
        return default_unix_ns
    with _rows(timestamps) as (header, rows):
        try:
            column = header.index("timestamp [ns]")
            _, first_row = next(rows)
            return int(first_row[column])
        except (ValueError, IndexError, StopIteration) as error:
            raise UndecodableSourceError(
                str(timestamps),
                f"{timestamps} does not tell when the video begins: it needs a column "
                f"'timestamp [ns]' with a number in its first row",
            ) from error


@contextmanager
def _rows(path: Path) -> Iterator[tuple[list[str], Iterator[tuple[int, list[str]]]]]:
    # The header, and each row that is not blank with the number of its line.
    try:
        # A byte order mark is what spreadsheets put before UTF-8.
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            yield header, ((reader.line_num, row) for row in reader if row)
    except OSError as error:
        raise UnreadableSourceError(
            str(path), f"the gaze table {path} cannot be opened ({error.strerror}); check the path"
        ) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise UndecodableSourceError(
            str(path), f"{path} is not a CSV table in UTF-8: {error}"
        ) from error
