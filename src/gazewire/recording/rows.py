"""Rows of fixed size out of a file, as far as they are whole."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gazewire.recording.finding import Findings

__all__ = ["check_rising", "even", "read_file", "read_rows"]

_S = TypeVar("_S", bound=np.generic)


def read_file(path: Path, findings: Findings) -> bytes:
    """Read a whole file; one that is not there, or may not be read, is empty."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    except OSError as error:
        findings.add(path.name, None, f"it cannot be read ({error.strerror})")
    return b""


def read_rows(path: Path, row: np.dtype[_S], findings: Findings) -> NDArray[_S]:
    """Read the whole rows of a file."""
    content = read_file(path, findings)
    count, rest = divmod(len(content), row.itemsize)
    if rest:
        findings.add(
            path.name,
            count * row.itemsize,
            f"the last {rest} bytes are no whole row of {row.itemsize}",
        )
    return np.frombuffer(content, row, count=count)


def even(
    times: Path, n_times: int, rows: Path, n_rows: int, row_bytes: int, findings: Findings
) -> int:
    """Tell how many rows have an instant, and note the surplus of either file."""
    count = min(n_times, n_rows)
    if n_rows > count:
        findings.add(rows.name, count * row_bytes, f"{n_rows - count} rows have no instant")
    if n_times > count:
        findings.add(times.name, count * 8, f"{n_times - count} instants have no row")
    return count


def check_rising(path: Path, times_unix_ns: NDArray[np.int64], findings: Findings) -> None:
    """Note where instants do not lie after the one before."""
    back = np.flatnonzero(times_unix_ns[1:] <= times_unix_ns[:-1]) + 1
    if len(back):
        step_ns = int(times_unix_ns[back[0]]) - int(times_unix_ns[back[0] - 1])
        findings.add(
            path.name,
            int(back[0]) * 8,
            f"time stands or steps back in {len(back)} places, first by {-step_ns / 1e9:.3f} s",
        )
