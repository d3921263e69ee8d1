"""The folder of one recording: it knows every file that it holds, because it named them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from gazewire.errors import RecordingError

__all__ = ["RecordingFolder"]

_NS_PER_S = 1_000_000_000
# Matches the name of no stream, so that a reader of a killed recording does not stumble over it.
_UNFINISHED = ".unfinished"


class RecordingFolder:
    """A folder made for one recording, and the files made in it.

    Attributes:
        path: where it is.
    """

    def __init__(self, path: Path) -> None:
        """Make the folder.

        Args:
            path: it must not exist yet, its parent must.

        Raises:
            OSError: it exists, or cannot be made.
        """
        path.mkdir()
        self.path = path
        self._names: dict[str, None] = {}

    @classmethod
    def existing(cls, path: Path) -> Self:
        """Take a folder that was made for a recording and holds nothing yet."""
        folder = cls.__new__(cls)
        folder.path = path
        folder._names = {}
        return folder

    @classmethod
    def create(cls, root: Path, *, recording_id: str, start_unix_ns: int) -> Self:
        """Make the folder of a new recording.

        It is called ``YYYY-MM-DD_HH-MM-SS-<first 8 of the id>``, the time in UTC, so that names
        sort as the recordings were made, on whichever machine. Where that exists, ``-2``, ``-3``,
        ... is added.

        Args:
            root: where recordings are kept; made where it does not exist.
            recording_id: its UUID.
            start_unix_ns: the instant at which it begins.

        Raises:
            RecordingError: `root` cannot be made or written to.
        """
        start = datetime.fromtimestamp(start_unix_ns // _NS_PER_S, UTC)
        name = f"{start:%Y-%m-%d_%H-%M-%S}-{recording_id[:8]}"
        number = 1
        try:
            root.mkdir(parents=True, exist_ok=True)
            while True:
                try:
                    return cls(root / (name if number == 1 else f"{name}-{number}"))
                except FileExistsError:
                    number += 1
        except OSError as error:
            raise RecordingError(
                f"cannot record in {root} ({error.strerror or error}); "
                f"choose a folder that this user may write to"
            ) from error

    @property
    def names(self) -> tuple[str, ...]:
        """The files made so far, in order."""
        return tuple(self._names)

    def new_file(self, name: str) -> Path:
        """Name a file that the caller is about to make."""
        self._names[name] = None
        return self.path / name

    def write_file(self, name: str, content: bytes) -> None:
        """Write a small file, or replace it: at every instant it is whole, as it was or as it is.

        Raises:
            OSError: it cannot be written; an earlier content is left as it was.
        """
        unfinished = self.path / f"{name}{_UNFINISHED}"
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.path / name)
        except OSError:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        self._names[name] = None

    @contextlib.contextmanager
    def disk_errors(self) -> Iterator[None]:
        """Let what the system says against writing be a `RecordingError` that says what to do."""
        try:
            yield
        except OSError as error:
            raise RecordingError(
                f"the recording in {self.path} cannot be written "
                f"({error.strerror or error}); make room on that disk or choose another one"
            ) from error

    def complete(self, steps: Iterable[Callable[[], object]]) -> None:
        """Take the last steps of a recording, each of them whatever became of those before it.

        Raises:
            RecordingError: the first thing that could not be written; all that could be is there.
        """
        failure: RecordingError | None = None
        for step in steps:
            try:
                with self.disk_errors():
                    step()
            except RecordingError as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def sync(self) -> None:
        """Return when the names of the files would survive a power cut.

        Raises:
            OSError: the disk failed.
        """
        if not hasattr(os, "O_DIRECTORY"):
            return  # Windows has no such call: its file system keeps a journal of names.
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self) -> None:
        """Remove the files made here, and the folder unless somebody else put something in it.

        Raises:
            OSError: a file cannot be removed.
        """
        for name in self._names:
            (self.path / name).unlink(missing_ok=True)
        self._names.clear()
        with contextlib.suppress(OSError):
            self.path.rmdir()
