"""The pupils that were found, as one table."""

from __future__ import annotations

from pathlib import Path

from gazewire.compose.offline.footage import EyeFootage
from gazewire.export import Table, tables_of, write_csv, write_parquet
from gazewire.export.table import Column, require_parquet
from gazewire.recording import open_recording

__all__ = ["TABLE_SUFFIXES", "require_table", "write_pupil_table"]

TABLE_SUFFIXES = frozenset({".csv", ".parquet"})
"""By which a table is told from a folder."""


def require_table(path: Path) -> None:
    """See that a table can be written there.

    Raises:
        MissingExtraError: a library for it is not installed.
    """
    if path.suffix == ".parquet":
        require_parquet()


def write_pupil_table(footage: EyeFootage, folder: Path, name: str) -> Path:
    """Write the pupils in a folder of data as a table beside them.

    It has the columns of Pupil Player's ``pupil_positions.csv``; pupils in images of a folder have
    the name of the image in front.

    Args:
        footage: in which they were found.
        folder: of the data.
        name: of the table.
    """
    with open_recording(folder) as recording:
        table = next(table for table in tables_of(recording) if table.name == "pupil_positions")
    columns: dict[str, Column] = {}
    if footage.images is not None:
        names = dict(zip(footage.films[0].times_core_s.tolist(), footage.images, strict=True))
        columns["image"] = [names[at] for at in _numbers(table.columns["pupil_timestamp"])]
    stem, _, suffix = name.rpartition(".")
    write = write_csv if suffix == "csv" else write_parquet
    return write(Table(stem, columns | dict(table.columns)), folder)


def _numbers(column: Column) -> list[float]:
    return [float(value) for value in column]
