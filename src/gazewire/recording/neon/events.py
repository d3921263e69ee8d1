"""The events of a recording: a name a line, and an instant for each."""

from __future__ import annotations

import contextlib

import numpy as np

from gazewire.recording.append_file import AppendFile
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.neon.layout import EVENT_NAMES_FILE, EVENT_TIMES_FILE, TIME

__all__ = ["EventLog"]

# What Unicode calls the end of a line, which is where readers split: a name with one of them would
# move every later name by one.
_LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_ONE_LINE = str.maketrans(_LINE_BREAKS, " " * len(_LINE_BREAKS))
_INT64 = np.iinfo(np.int64)


class EventLog:
    """The two event files.

    Events stand in the order in which they came, which is not that of their instants where users
    give these; readers sort them.

    Attributes:
        dropped: how many were left out because no file can hold their instant.
    """

    def __init__(self, folder: RecordingFolder) -> None:
        """Make the files.

        Raises:
            OSError: they cannot be made.
        """
        self.dropped = 0
        self._names = AppendFile(folder.new_file(EVENT_NAMES_FILE))
        self._times = AppendFile(folder.new_file(EVENT_TIMES_FILE))

    def append(self, name: str, timestamp_unix_ns: int) -> bool:
        """Write an event.

        Args:
            name: anything; line breaks become blanks, and what is no text becomes ``?``.
            timestamp_unix_ns: anything that 64 bits can hold.

        Returns:
            Whether it was written; False where its instant is beyond 64 bits.

        Raises:
            OSError: a file could not be written; both are as they were before.
        """
        if not _INT64.min <= timestamp_unix_ns <= _INT64.max:
            self.dropped += 1
            return False
        before_bytes = self._names.size_bytes
        # A lone surrogate can come out of JSON, and is no UTF-8.
        self._names.append(name.translate(_ONE_LINE).encode(errors="replace") + b"\n")
        try:
            self._times.append(np.array(timestamp_unix_ns, TIME).tobytes())
        except OSError:
            with contextlib.suppress(OSError):
                self._names.truncate(before_bytes)
            raise
        return True

    def sync(self) -> None:
        """Return when all that was written would survive a power cut.

        Raises:
            OSError: the disk failed.
        """
        self._names.sync()
        self._times.sync()

    def close(self) -> None:
        """Let go of the files. Harmless when repeated."""
        self._names.close()
        self._times.close()
