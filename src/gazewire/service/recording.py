"""Where recordings go, and the seam where a layout on disk is put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Protocol

from gazewire.errors import RecordingError
from gazewire.service.recorded_pictures import CodedPicture
from gazewire.wire.ipc import Message

__all__ = ["OpenRecording", "RecordingPlan", "RecordingWriter", "session_folder"]

_MAX_NAME = 200
_MOST_RECORDINGS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPlan:
    """A recording that is about to begin.

    Attributes:
        folder: its own, made already, empty.
        session_name: of the session it belongs to.
        start_unix_ns: the instant at which it begins.
        start_core_s: the same in Core time.
        with_eyes: the eyes' pictures are wanted too.
    """

    folder: Path
    session_name: str
    start_unix_ns: int
    start_core_s: float
    with_eyes: bool = True


class RecordingWriter(Protocol):
    """A recording that is being written. It blocks; one thread calls it.

    Whatever stops the program between two calls, what was written before can be read.
    """

    def write(self, item: Message | CodedPicture) -> None:
        """Write a message of the bus, if it is of a kind that is recorded; or a picture.

        Raises:
            RecordingError: it could not be written; what was written before is whole.
        """

    def checkpoint(self, now_unix_ns: int) -> None:
        """Make sure that what was written survives a power cut.

        Raises:
            RecordingError: the disk failed.
        """

    def finish(self, end_unix_ns: int) -> None:
        """Complete the recording and let go of its files, also after a write has failed.

        Raises:
            RecordingError: something could not be written; all that could be is there.
        """


OpenRecording = Callable[[RecordingPlan], RecordingWriter]
"""Begins a recording; blocks, and may raise `RecordingError`."""


def session_folder(root: Path | None, session_name: str, *, anywhere: bool) -> Path:
    """Make the folder of a new recording: ``<root>/<session name>/<three digits>``.

    Args:
        root: under which recordings are kept; None: they are not.
        session_name: ``/`` makes folders in folders.
        anywhere: the name may lead elsewhere, and be absolute.

    Raises:
        RecordingError: it may not be there, or cannot be made; the text says why.
    """
    if root is None:
        raise RecordingError(
            "this service has no folder for recordings; start it with --record-dir"
        )
    if not session_name or len(session_name) > _MAX_NAME or "\0" in session_name:
        raise RecordingError(f"a session has a name of up to {_MAX_NAME} characters")
    if not anywhere and not _stays_within(session_name):
        raise RecordingError(f"the session {session_name!r} would lie outside of the recordings")
    session = root / session_name
    try:
        # Somebody may have put a link there.
        if not anywhere and not session.resolve().is_relative_to(root.resolve()):
            raise RecordingError(f"the session {session_name!r} leads out of the recordings")
        session.mkdir(parents=True, exist_ok=True)
        for number in range(_MOST_RECORDINGS):
            folder = session / f"{number:03}"
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RecordingError(f"Session dir {session} not writable: {reason}") from error
    raise RecordingError(f"the session {session_name!r} has {_MOST_RECORDINGS} recordings already")


def _stays_within(name: str) -> bool:
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.is_absolute() or path.anchor or ".." in path.parts:
            return False
    return True
