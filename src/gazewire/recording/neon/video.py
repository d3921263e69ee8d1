"""The video of one camera with its ``.time`` file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gazewire.camera import AudioShape, VideoShape
from gazewire.recording.append_file import AppendFile
from gazewire.recording.coded_video import CodedVideo
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.neon.layout import TIME, VideoLayout

__all__ = ["VideoTrack"]

_PART = 1


class VideoTrack(CodedVideo):
    """A container of coded pictures with its ``.time`` file; see `CodedVideo`."""

    def __init__(
        self,
        folder: RecordingFolder,
        layout: VideoLayout,
        shape: VideoShape,
        parameter_sets: tuple[bytes, bytes],
        sound: AudioShape | None = None,
    ) -> None:
        """Make no file yet.

        Args:
            folder: where the files go.
            layout: how they are called.
            shape: size of the pictures.
            parameter_sets: sequence and picture parameter set of the H.264 stream.
            sound: of the microphone at this camera; None where there is none.
        """
        names = layout.video_file(_PART), layout.time_file(_PART)
        super().__init__(folder, names, _TimeFile, shape, parameter_sets, sound)


class _TimeFile:
    """Instants as they are."""

    def __init__(self, path: Path) -> None:
        self._file = AppendFile(path)

    @property
    def count(self) -> int:
        return self._file.size_bytes // TIME.itemsize

    def append(self, timestamp_unix_ns: int) -> None:
        self._file.append(np.array(timestamp_unix_ns, TIME).tobytes())

    def truncate(self, count: int) -> None:
        self._file.truncate(count * TIME.itemsize)

    def sync(self) -> None:
        self._file.sync()

    def close(self) -> None:
        self._file.close()
