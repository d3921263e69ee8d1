"""The recordings of a service: what is on the bus, in the layout of Core."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from gazewire.errors import RecordingError
from gazewire.recording import RecordingFolder
from gazewire.recording.core import CoreFiles
from gazewire.service.recording import RecordingPlan
from gazewire.wire.ipc import Message

__all__ = ["PldataWriter"]


class PldataWriter:
    """Writes the data of a session; no pictures.

    Args:
        plan: of the recording.

    Raises:
        RecordingError: its first files cannot be made.
    """

    def __init__(self, plan: RecordingPlan) -> None:
        self._plan = plan
        with self._translated():
            self._files = CoreFiles(
                RecordingFolder.existing(plan.folder),
                recording_id=str(uuid4()),
                name=plan.session_name,
                start_unix_ns=plan.start_unix_ns,
                start_core_s=plan.start_core_s,
            )

    def write(self, message: Message) -> None:
        """Write a message; notifications only where they ask for it by ``record``.

        Raises:
            RecordingError: it could not be written.
        """
        with self._translated():
            self._files.write(message)

    def checkpoint(self, now_unix_ns: int) -> None:
        """Bring everything to the disk, and tell how long the recording is so far.

        Raises:
            RecordingError: the disk failed.
        """
        with self._translated():
            self._files.sync(now_unix_ns)

    def finish(self, end_unix_ns: int) -> None:
        """Complete the recording.

        Raises:
            RecordingError: something could not be written.
        """
        with self._translated():
            try:
                self._files.sync(end_unix_ns)
            finally:
                self._files.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RecordingError(
                f"cannot write to {self._plan.folder}: {error.strerror or error}"
            ) from error
