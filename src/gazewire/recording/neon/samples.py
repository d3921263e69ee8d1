"""The rows of one stream with their instants, out of all its parts.

A recording may have been cut off at any byte, so each part is taken as far as it goes: partial rows
are ignored, and of rows and instants the surplus. Parts are evened out one by one, or all rows of
later parts would get wrong instants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.recording.neon.layout import (
    TIME,
    StreamLayout,
    dtype_from_text,
    parse_part,
)

__all__ = ["Samples", "find_parts", "read_array", "read_parts", "read_row_type"]

_S = TypeVar("_S", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Rows and their instants.

    Attributes:
        times_unix_ns: (N,) int64.
        rows: (N,) structured.
    """

    times_unix_ns: NDArray[np.int64]
    rows: NDArray[np.void]

    def __len__(self) -> int:
        return len(self.times_unix_ns)

    @classmethod
    def paired(cls, times_unix_ns: NDArray[np.int64], rows: NDArray[np.void]) -> Samples:
        """Join instants and rows; the surplus of either is cut off."""
        count = min(len(times_unix_ns), len(rows))
        return cls(times_unix_ns[:count].astype(np.int64, copy=False), rows[:count])

    def rising(self) -> Samples:
        """Put the samples in order of time; of several at one instant the first stays."""
        times, order = np.unique(self.times_unix_ns, return_index=True)
        return Samples(times, self.rows[order])

    def rows_at(
        self, times_unix_ns: NDArray[np.int64]
    ) -> tuple[NDArray[np.void], NDArray[np.bool_]]:
        """Look up the rows of given instants; the samples must be rising.

        Args:
            times_unix_ns: (M,) instants.

        Returns:
            (M,) rows, and (M,) whether there is a row of exactly this instant; where there is not,
            the row means nothing.
        """
        if not len(self):
            return np.zeros(len(times_unix_ns), self.rows.dtype), np.zeros(len(times_unix_ns), bool)
        at = np.searchsorted(self.times_unix_ns, times_unix_ns).clip(max=len(self) - 1)
        return self.rows[at], self.times_unix_ns[at] == times_unix_ns


def find_parts(folder: Path, base: str, suffix: str) -> list[int]:
    """Tell which parts of a stream or video there are, in order; there may be gaps.

    Args:
        folder: the recording.
        base: what the names of the files begin with.
        suffix: what they end with, with the dot.

    Raises:
        UnreadableSourceError: the folder cannot be listed.
    """
    try:
        names = [entry.name for entry in folder.iterdir() if entry.name.endswith(suffix)]
    except OSError as error:
        raise _unreadable(folder, error) from error
    parts = (parse_part(base, name) for name in names)
    return sorted({part for part in parts if part is not None})


def read_parts(
    folder: Path, stream: StreamLayout, row: np.dtype[np.void], clock: StreamLayout | None = None
) -> Samples:
    """Read all parts of a stream; none gives no samples.

    Args:
        folder: the recording.
        stream: whose rows.
        row: how they are laid out.
        clock: whose ``.time`` files hold their instants; None for the stream's own.

    Raises:
        UnreadableSourceError: a file is there and cannot be read.
    """
    parts = list(_parts(folder, stream, row, clock or stream))
    return Samples(
        np.concatenate([np.empty(0, np.int64), *(part.times_unix_ns for part in parts)]),
        np.concatenate([np.empty(0, row), *(part.rows for part in parts)]),
    )


def _parts(
    folder: Path, stream: StreamLayout, row: np.dtype[np.void], clock: StreamLayout
) -> Iterator[Samples]:
    for number in find_parts(folder, stream.base, ".raw"):
        times = read_array(folder / clock.time_file(number), TIME)
        rows = read_array(folder / stream.raw_file(number), row)
        yield Samples.paired(times, rows)


def read_array(path: Path, row: np.dtype[_S]) -> NDArray[_S]:
    """Read the whole rows of a file; one that is not there has none.

    Raises:
        UnreadableSourceError: it is there and cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise _unreadable(path, error) from error
    return np.frombuffer(content, row, count=len(content) // row.itemsize)


def read_row_type(folder: Path, stream: StreamLayout, needed: Collection[str]) -> np.dtype[np.void]:
    """Tell how the rows of a stream are laid out: as its ``.dtype`` says, else as usual.

    Args:
        folder: the recording.
        stream: whose rows.
        needed: the columns that it must have.

    Raises:
        UndecodableSourceError: the file does not make sense, or lacks columns.
    """
    path = folder / stream.dtype_file
    try:
        row = dtype_from_text(path.read_text("utf-8"))
    except FileNotFoundError:
        return stream.row
    except (OSError, ValueError) as error:
        raise UndecodableSourceError(
            str(path), f"{path} does not name the columns of its stream: {error}"
        ) from error
    missing = sorted(set(needed) - set(row.names or ()))
    if missing:
        raise UndecodableSourceError(str(path), f"{path} lacks the columns {', '.join(missing)}")
    return row


def _unreadable(path: Path, error: OSError) -> UnreadableSourceError:
    return UnreadableSourceError(
        str(path), f"{path} cannot be read ({error.strerror}); check its permissions"
    )
