"""A table with named columns, and how it is written as CSV or as Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire.errors import MissingExtraError

__all__ = ["Column", "Table", "require_parquet", "write_csv", "write_parquet"]

Column = NDArray[np.generic] | Sequence[str]
"""(N,) numbers, or texts. NaN and the empty text are what is not known."""

# Rows that are made into text at once: enough to spread the cost of a call, little to keep.
_CHUNK = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table.

    Attributes:
        name: of its file, without ending.
        columns: as long as each other, by name, in order.
    """

    name: str
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return min(map(len, self.columns.values()), default=0)


def write_csv(table: Table, folder: Path) -> Path:
    """Write ``<name>.csv``: comma, dot, a header line.

    Numbers have the shortest text that reads back the same; what is not known is empty.

    Raises:
        OSError: it cannot be written.
    """
    path = folder / f"{table.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_line(table.columns) + "\n")
        for start in range(0, len(table), _CHUNK):
            part = slice(start, start + _CHUNK)
            cells = [_cells(column[part]) for column in table.columns.values()]
            file.write("\n".join(map(",".join, zip(*cells, strict=True))) + "\n")
    return path


def require_parquet() -> None:
    """See that Parquet can be written.

    Raises:
        MissingExtraError: the library for it is not installed.
    """
    if find_spec("polars") is None:
        raise MissingExtraError("tables")


def write_parquet(table: Table, folder: Path) -> Path:
    """Write ``<name>.parquet`` with the same columns; what is not known is null.

    Raises:
        MissingExtraError: the library for it is not installed.
        OSError: it cannot be written.
    """
    require_parquet()
    import polars

    path = folder / f"{table.name}.parquet"
    columns = {}
    for name, column in table.columns.items():
        series = polars.Series(name, column)
        if isinstance(column, np.ndarray) and column.dtype.kind == "f":
            series = series.fill_nan(None)
        columns[name] = series
    polars.DataFrame(columns).write_parquet(path)
    return path


def _cells(column: Column) -> Sequence[str]:
    if not isinstance(column, np.ndarray):
        return _all_quoted(column)
    if not len(column):
        return []
    if column.dtype.kind == "U":
        return _all_quoted(column.tolist())
    # JSON has the same numbers, and is made fast; NaN is null there.
    cells = msgspec.json.encode(column.tolist()).decode()[1:-1].split(",")
    if column.dtype.kind == "f":
        return ["" if cell == "null" else cell for cell in cells]
    return cells


def _line(texts: Mapping[str, Column]) -> str:
    return ",".join(map(_quoted, texts))


def _all_quoted(texts: Sequence[str]) -> Sequence[str]:
    # Seldom does any need it, and one look at all of them is quick.
    return texts if _is_plain("".join(texts)) else [_quoted(text) for text in texts]


def _is_plain(text: str) -> bool:
    return not any(mark in text for mark in ',"\r\n')


def _quoted(text: str) -> str:
    if _is_plain(text):
        return text
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([text])
    return line.getvalue()
