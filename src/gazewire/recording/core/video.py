"""The video of one camera with its column of Core times."""

from __future__ import annotations

from functools import partial

from gazewire.camera import VideoShape
from gazewire.recording.coded_video import CodedVideo
from gazewire.recording.core.column import CoreInstants
from gazewire.recording.core.layout import TIMESTAMPS
from gazewire.recording.folder import RecordingFolder
from gazewire.time import TimeBase

__all__ = ["CoreVideo"]


class CoreVideo(CodedVideo):
    """A container of coded pictures with its ``_timestamps.npy``; see `CodedVideo`."""

    def __init__(
        self,
        folder: RecordingFolder,
        camera: str,
        shape: VideoShape,
        parameter_sets: tuple[bytes, bytes],
        timebase: TimeBase,
    ) -> None:
        """Make no file yet.

        Args:
            folder: where the files go.
            camera: ``world``, ``eye0`` or ``eye1``.
            shape: size of the pictures.
            parameter_sets: sequence and picture parameter set of the H.264 stream.
            timebase: by which Core times are told.
        """
        names = f"{camera}.mp4", f"{camera}{TIMESTAMPS}"
        instants = partial(CoreInstants, timebase=timebase)
        super().__init__(folder, names, instants, shape, parameter_sets)
