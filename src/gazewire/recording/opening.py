"""Opens a recording for reading, whichever program made it."""

from __future__ import annotations

import os
from pathlib import Path

from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.recording.core import is_core, open_core
from gazewire.recording.neon.archive import is_neon, open_neon
from gazewire.recording.recording import Recording

__all__ = ["open_recording"]


def open_recording(folder: str | os.PathLike[str]) -> Recording:
    """Open a recording of Neon, of Pupil Invisible, or of Pupil Core (2.x).

    ::

        with open_recording("2025-10-17_17-53-08") as recording:
            gaze = recording.series("gaze")
            print(len(gaze), gaze.rate_hz, gaze["x_px"].mean())
            picture = recording.videos["world"].frame_at(int(gaze.times_unix_ns[0]))

    Nothing but small documents is read at once. Damage is no error: see `Recording.findings`.

    Raises:
        UnreadableSourceError: there is no such folder, or it may not be read.
        UndecodableSourceError: it is no recording.
    """
    path = Path(folder)
    if not path.is_dir():
        raise UnreadableSourceError(
            str(path), f"there is no recording folder {path}; check the path"
        )
    try:
        if is_core(path):
            return open_core(path)
        if is_neon(path):
            return open_neon(path)
    except PermissionError as error:
        raise UnreadableSourceError(str(path), f"{path} may not be read") from error
    raise UndecodableSourceError(
        str(path),
        f"{path} is not a recording: it has neither info.json nor info.player.json nor gaze; "
        f"name the folder that the phone, or the program, has made",
    )
