"""In which layouts programs record, and where the second one goes."""

from __future__ import annotations

import enum

from gazewire.errors import RecordingError
from gazewire.recording.folder import RecordingFolder

__all__ = ["LayoutChoice", "core_folder"]

_CORE_SUFFIX = "-core"


class LayoutChoice(enum.StrEnum):
    """How recordings are laid out on disk."""

    NEON = "neon"
    """As the vendor's phone does; of Pupil Invisible where the glasses are."""

    CORE = "core"
    """As Pupil Capture does, for Pupil Player."""

    BOTH = "both"
    """Both at once, in two folders side by side; the one for Player ends in ``-core``."""


def core_folder(folder: RecordingFolder) -> RecordingFolder:
    """Make the folder of the same recording in the layout of Core, beside that of Neon.

    Raises:
        RecordingError: it cannot be made.
    """
    path = folder.path.with_name(f"{folder.path.name}{_CORE_SUFFIX}")
    try:
        return RecordingFolder(path)
    except OSError as error:
        raise RecordingError(f"cannot make {path}: {error.strerror or error}") from error
