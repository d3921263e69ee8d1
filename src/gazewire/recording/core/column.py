"""A ``_timestamps.npy`` that grows: a column of doubles whose header tells how many there are."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np

from gazewire.time import TimeBase

__all__ = ["CoreInstants", "NpyColumn"]

_TIME = np.dtype("<f8")
_HEADER_BYTES = 128


class NpyColumn:
    """A column of doubles that can be read at any instant (NEP 1).

    The header has one length for any count and is written anew at each `sync`: readers accept more
    numbers than it tells of, and refuse fewer.

    Attributes:
        count: how many numbers there are.
    """

    def __init__(self, path: Path) -> None:
        """Create the file.

        Raises:
            OSError: it cannot be created, or exists already.
        """
        self.count = 0
        # A sync goes back to the header, and may come from another thread than what is appended.
        self._lock = threading.Lock()
        self._file = path.open("xb", buffering=0)
        self._write(0, _header(0))

    def append(self, value: float) -> None:
        """Write a number, whole or not at all.

        Raises:
            OSError: it did not fit, or the disk failed; the file is as it was before.
        """
        end = _HEADER_BYTES + self.count * _TIME.itemsize
        with self._lock:
            try:
                self._write(end, np.array(value, _TIME).tobytes())
            except OSError:
                self._file.truncate(end)
                raise
            self.count += 1

    def truncate(self, count: int) -> None:
        """Take back all but the first numbers.

        Raises:
            OSError: the disk failed.
        """
        self._file.truncate(_HEADER_BYTES + count * _TIME.itemsize)
        self.count = count

    def sync(self) -> None:
        """Tell how many there are, and return when all would survive a power cut.

        Raises:
            OSError: the disk failed.
        """
        if not self._file.closed:
            with self._lock:
                self._write(0, _header(self.count))
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file. Harmless when repeated.

        Raises:
            OSError: the disk failed.
        """
        if not self._file.closed:
            self._write(0, _header(self.count))
            self._file.close()

    def _write(self, offset: int, content: bytes) -> None:
        self._file.seek(offset)
        rest = memoryview(content)
        # At the end of the space a write is cut short, and the next one says why.
        while rest:
            rest = rest[self._file.write(rest) or 0 :]


class CoreInstants:
    """The instants of pictures as Core times; see `gazewire.recording.coded_video.Instants`.

    Args:
        path: of the file.
        timebase: by which Core times are told.

    Raises:
        OSError: it cannot be created.
    """

    def __init__(self, path: Path, timebase: TimeBase) -> None:
        self._column = NpyColumn(path)
        self._timebase = timebase

    @property
    def count(self) -> int:
        """How many there are."""
        return self._column.count

    def append(self, timestamp_unix_ns: int) -> None:
        """Write one; see `NpyColumn`."""
        self._column.append(self._timebase.core_s(timestamp_unix_ns))

    def truncate(self, count: int) -> None:
        """Take back all but the first."""
        self._column.truncate(count)

    def sync(self) -> None:
        """Return when all would survive a power cut."""
        self._column.sync()

    def close(self) -> None:
        """Let go of the file."""
        self._column.close()


def _header(count: int) -> bytes:
    magic = b"\x93NUMPY\x01\x00"
    told = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({count},), }}".encode()
    length = _HEADER_BYTES - len(magic) - 2
    return magic + length.to_bytes(2, "little") + told.ljust(length - 1) + b"\n"
