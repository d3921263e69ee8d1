"""Opens whatever path a user names as a source."""

from __future__ import annotations

from pathlib import Path

from gazewire.camera import FootageTimeline, Timeline
from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.media import VideoFile
from gazewire.recording.gaze_table import GazeTable
from gazewire.recording.replay import RecordingTimeline

__all__ = ["open_source"]


def open_source(path: Path, gaze_csv: Path | None = None, *, loop: bool = True) -> Timeline:
    """Open a recording (a folder), or a video of a scene camera (a file).

    Args:
        path: the folder or file.
        gaze_csv: a table of gaze that belongs to the video (see `GazeTable`); None for no gaze. A
            recording brings its own.
        loop: begin again at the end, for ever.

    Raises:
        UnreadableSourceError: a file is not there, or may not be read.
        UndecodableSourceError: it is none of these, or it is damaged.
    """
    if not path.exists():
        raise UnreadableSourceError(str(path), f"there is no file or folder {path}; check the path")
    if path.is_dir():
        if gaze_csv is not None:
            raise UndecodableSourceError(
                str(gaze_csv),
                f"the recording {path} brings its own gaze; leave out {gaze_csv}, "
                f"or name the video file instead of the folder",
            )
        return RecordingTimeline(path, loop=loop)
    return FootageTimeline(
        VideoFile(path),
        GazeTable(gaze_csv) if gaze_csv is not None else None,
        description=f"footage {path.name}",
        loop=loop,
    )
