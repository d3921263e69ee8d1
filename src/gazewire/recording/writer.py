"""What every layout of a recording on disk looks like to the recorder."""

from __future__ import annotations

from typing import Protocol

import msgspec

from gazewire.model import AccessUnit, AudioChunk, Event, EyeEvent, GazeDatum, ImuDatum

__all__ = ["EyesUnit", "Recordable", "RecordingWriter"]


class EyesUnit(msgspec.Struct, frozen=True):
    """One coded picture of both eyes side by side.

    Attributes:
        unit: the picture.
    """

    unit: AccessUnit

    @property
    def timestamp_unix_ns(self) -> int:
        """Instant of exposure."""
        return self.unit.timestamp_unix_ns


Recordable = GazeDatum | ImuDatum | EyeEvent | Event | AccessUnit | EyesUnit | AudioChunk
"""What can be recorded. Access units by themselves are those of the scene camera."""


class RecordingWriter(Protocol):
    """A recording that is being written. It blocks; one thread calls it.

    Another thread may call `checkpoint`, while the first one writes; nothing else goes on then.
    Whatever stops the program between two calls, what was written before can be read.
    """

    def write(self, record: Recordable) -> None:
        """Write a record.

        Raises:
            RecordingError: it could not be written; what was written before is whole.
        """

    def checkpoint(self, now_unix_ns: int) -> None:
        """Make sure that what was written survives a power cut.

        Args:
            now_unix_ns: how far the recording has come.

        Raises:
            RecordingError: the disk failed.
        """

    def finish(self, end_unix_ns: int) -> None:
        """Complete the recording and let go of its files, also after a write has failed.

        Raises:
            RecordingError: something could not be written; all that could be is there.
        """

    def discard(self) -> None:
        """Remove the recording, finished or not, and nothing that it did not write.

        Raises:
            RecordingError: a file could not be removed.
        """
