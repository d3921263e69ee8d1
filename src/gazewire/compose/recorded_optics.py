"""Which lens took the pictures that somebody has recorded."""

from __future__ import annotations

from pathlib import Path

from gazewire.compose.footage_camera import Place, find_footage
from gazewire.errors import SourceError
from gazewire.optics import Camera
from gazewire.recording import open_recording
from gazewire.recording.core import read_intrinsics
from gazewire.recording.core.layout import INTRINSICS
from gazewire.recording.finding import Findings

__all__ = ["recorded_optics"]


def recorded_optics(path: Path, place: Place) -> tuple[Camera, ...]:
    """Read what is told of a camera beside its video, or in its recording.

    Args:
        path: a video, or a folder with one, as a user names it.
        place: which of the cameras.

    Returns:
        One for each size of image; none where nothing is told.
    """
    video = find_footage(path, place)
    if not video.is_dir():
        return read_intrinsics(video.with_suffix(INTRINSICS), Findings())
    try:
        with open_recording(path) as recording:
            camera = recording.cameras.get(place)
    except SourceError:
        return ()
    return () if camera is None else (camera,)
