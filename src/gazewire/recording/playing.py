"""Opens a recording to be played, whichever program made it."""

from __future__ import annotations

from pathlib import Path

from gazewire.recording.core.archive import is_core
from gazewire.recording.core.playing import CoreRecording
from gazewire.recording.neon.reader import NeonRecording
from gazewire.recording.playable import Playable

__all__ = ["open_playable"]


def open_playable(folder: Path) -> Playable:
    """Open a recording of Neon, Pupil Invisible or Pupil Core.

    Raises:
        SourceError: it is no recording, or broken.
    """
    return CoreRecording(folder) if is_core(folder) else NeonRecording(folder)
