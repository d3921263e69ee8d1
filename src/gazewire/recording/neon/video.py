"""The video of one camera and the instant of each of its frames."""

from __future__ import annotations

import contextlib
import os

import numpy as np

from gazewire.camera import VideoShape
from gazewire.errors import RecordingError
from gazewire.media import FragmentedMp4Writer
from gazewire.model import AccessUnit
from gazewire.recording.append_file import AppendFile
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.neon.layout import TIME, VideoLayout

__all__ = ["VideoTrack"]

_PART = 1
_INT64_MAX = (1 << 63) - 1


class VideoTrack:
    """A container of coded pictures with its ``.time`` file.

    The files come into being with the first key frame, because readers refuse a video without
    pictures. For each picture the instant is written first: whoever reads meanwhile finds at least
    as many instants as pictures.

    Attributes:
        frames: how many pictures were written.
        dropped: how many were left out because their instant did not lie after the one before, and
            of those that follow them up to the next key frame, which cannot be decoded without.
    """

    def __init__(
        self,
        folder: RecordingFolder,
        layout: VideoLayout,
        shape: VideoShape,
        parameter_sets: tuple[bytes, bytes],
    ) -> None:
        """Make no file yet.

        Args:
            folder: where the files go.
            layout: how they are called.
            shape: size of the pictures.
            parameter_sets: sequence and picture parameter set of the H.264 stream.
        """
        self.frames = 0
        self.dropped = 0
        self._folder = folder
        self._layout = layout
        self._shape = shape
        self._parameter_sets = parameter_sets
        self._newest_unix_ns = -1
        self._needs_keyframe = True
        self._times: AppendFile | None = None
        self._container: FragmentedMp4Writer | None = None

    def append(self, unit: AccessUnit) -> bool:
        """Write a picture. Those before the first key frame are not part of the recording.

        Returns:
            Whether nothing was dropped.

        Raises:
            OSError: the instant could not be written.
            RecordingError: the picture could not be written.
        """
        if not self._newest_unix_ns < unit.timestamp_unix_ns <= _INT64_MAX:
            self._needs_keyframe = True
            self.dropped += 1
            return False
        if self._needs_keyframe and not unit.is_keyframe:
            if self.frames == 0:
                return True
            self.dropped += 1
            return False
        times, container = self._open()
        times.append(np.array(unit.timestamp_unix_ns, TIME).tobytes())
        try:
            container.write(unit)
        except RecordingError:
            with contextlib.suppress(OSError):
                times.truncate(self.frames * TIME.itemsize)
            raise
        self.frames += 1
        self._newest_unix_ns = unit.timestamp_unix_ns
        self._needs_keyframe = False
        return True

    def sync(self) -> None:
        """Return when all but the fragment that is being filled would survive a power cut.

        Raises:
            OSError: the disk failed.
        """
        if self._times is None:
            return
        self._times.sync()
        # The container keeps its own descriptor to itself; what is flushed is the file.
        with (self._folder.path / self._layout.video_file(_PART)).open("r+b") as file:
            os.fsync(file.fileno())

    def close(self) -> None:
        """Write the last fragment and let go of the files. Harmless when repeated.

        Raises:
            RecordingError: the last fragment could not be written.
        """
        if self._times is not None:
            self._times.close()
        if self._container is not None:
            container, self._container = self._container, None
            container.close()

    def _open(self) -> tuple[AppendFile, FragmentedMp4Writer]:
        if self._container is None:
            self._container = FragmentedMp4Writer(
                self._folder.new_file(self._layout.video_file(_PART)),
                width=self._shape.width,
                height=self._shape.height,
                parameter_sets=self._parameter_sets,
            )
        if self._times is None:
            self._times = AppendFile(self._folder.new_file(self._layout.time_file(_PART)))
        return self._times, self._container
