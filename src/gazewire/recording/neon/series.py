"""The rows of a stream and the instant of each, so that one never lacks the other."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import numpy as np

from gazewire.recording.append_file import AppendFile
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.neon.layout import TIME, StreamLayout

__all__ = ["Series"]

_PART = 1
_INT64_MAX = (1 << 63) - 1


class Series:
    """Streams that share one ``.time`` file, such as gaze and what is known with it.

    The files come into being with their first row, because readers refuse some streams that have
    none. A stream that begins late, or misses a row, is filled with NaN, so that row i of each
    stream has the instant i. For each sample the rows are written first, then the instant: whoever
    reads meanwhile finds at least as many rows as instants.

    Attributes:
        rows: how many samples were written.
        dropped: how many were left out because their instant did not lie after the one before.
        newest_unix_ns: the last instant; -1 where there is none.
    """

    def __init__(self, folder: RecordingFolder, leader: StreamLayout) -> None:
        """Make no file yet.

        Args:
            folder: where the files go.
            leader: the stream that the ``.time`` file is named after.
        """
        self.rows = 0
        self.dropped = 0
        self._folder = folder
        self._leader = leader
        self.newest_unix_ns = -1
        self._raw: dict[StreamLayout, AppendFile] = {}
        self._times: AppendFile | None = None

    def open(self) -> None:
        """Make the files of the leader now, even if no row will follow.

        Raises:
            OSError: they cannot be made.
        """
        self._open_raw(self._leader)
        self._open_times()

    def append(self, timestamp_unix_ns: int, rows: Mapping[StreamLayout, bytes]) -> bool:
        """Write a sample: a row for each stream that has one, and their instant.

        Returns:
            Whether it was written; False where its instant does not lie after the one before.

        Raises:
            OSError: a file could not be written; all are as they were before.
        """
        if not self.newest_unix_ns < timestamp_unix_ns <= _INT64_MAX:
            self.dropped += 1
            return False
        try:
            for layout in rows:
                self._open_raw(layout)
            for layout, file in self._raw.items():
                missed = self.rows - file.size_bytes // layout.row.itemsize
                if missed:
                    file.append(_nan_rows(layout, missed))
                file.append(rows.get(layout) or _nan_rows(layout, 1))
            self._open_times().append(np.array(timestamp_unix_ns, TIME).tobytes())
        except OSError:
            self._take_back()
            raise
        self.rows += 1
        self.newest_unix_ns = timestamp_unix_ns
        return True

    def sync(self) -> None:
        """Return when all that was written would survive a power cut.

        Raises:
            OSError: the disk failed.
        """
        for file in self._files():
            file.sync()

    def close(self) -> None:
        """Let go of the files. Harmless when repeated."""
        for file in self._files():
            file.close()

    def _files(self) -> tuple[AppendFile, ...]:
        return (*self._raw.values(), *([self._times] if self._times else []))

    def _open_raw(self, layout: StreamLayout) -> None:
        if layout not in self._raw:
            self._raw[layout] = AppendFile(self._folder.new_file(layout.raw_file(_PART)))

    def _open_times(self) -> AppendFile:
        if self._times is None:
            name = self._leader.time_file(_PART)
            self._times = AppendFile(self._folder.new_file(name))
        return self._times

    def _take_back(self) -> None:
        with contextlib.suppress(OSError):
            for layout, file in self._raw.items():
                if file.size_bytes > self.rows * layout.row.itemsize:
                    file.truncate(self.rows * layout.row.itemsize)


def _nan_rows(layout: StreamLayout, count: int) -> bytes:
    rows = np.empty(count, layout.row)
    for name in layout.row.names or ():
        rows[name] = np.nan
    return rows.tobytes()
