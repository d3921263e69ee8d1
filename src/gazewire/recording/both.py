"""One recording in two layouts at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gazewire.errors import RecordingError
from gazewire.recording.writer import Recordable, RecordingWriter

__all__ = ["BothLayouts"]


class BothLayouts:
    """Hands everything to several writers; a `gazewire.recording.RecordingWriter`.

    Where one of them fails, the others are still told of this record, and then it fails.

    Args:
        writers: each with a folder of its own.
    """

    def __init__(self, writers: Sequence[RecordingWriter]) -> None:
        self._writers = tuple(writers)

    def write(self, record: Recordable) -> None:
        """Write a record."""
        self._all(lambda writer: writer.write(record))

    def checkpoint(self, now_unix_ns: int) -> None:
        """Make sure that what was written survives a power cut."""
        self._all(lambda writer: writer.checkpoint(now_unix_ns))

    def finish(self, end_unix_ns: int) -> None:
        """Complete the recordings."""
        self._all(lambda writer: writer.finish(end_unix_ns))

    def discard(self) -> None:
        """Remove the recordings."""
        self._all(lambda writer: writer.discard())

    def _all(self, step: Callable[[RecordingWriter], None]) -> None:
        failure: RecordingError | None = None
        for writer in self._writers:
            try:
                step(writer)
            except RecordingError as error:
                failure = failure or error
        if failure is not None:
            raise failure
