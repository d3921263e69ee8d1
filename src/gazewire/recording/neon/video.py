"""The video of one camera and the instant of each of its frames."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from gazewire.camera import VideoShape
from gazewire.errors import RecordingError
from gazewire.media import FragmentedMp4Writer
from gazewire.model import AccessUnit
from gazewire.recording.append_file import AppendFile
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.fragments import whole_fragments
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
        self._files: tuple[AppendFile, FragmentedMp4Writer] | None = None

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
        if self._files is None:
            self._files = self._open()
        times, container = self._files
        times.append(np.array(unit.timestamp_unix_ns, TIME).tobytes())
        container.write(unit)
        self.frames += 1
        self._newest_unix_ns = unit.timestamp_unix_ns
        self._needs_keyframe = False
        return True

    def sync(self) -> None:
        """Return when all but the fragment that is being filled would survive a power cut.

        Raises:
            OSError: the disk failed.
        """
        if self._files is None:
            return
        times, _ = self._files
        times.sync()
        # The container keeps its own descriptor to itself; what is flushed is the file.
        with self._video_path.open("r+b") as file:
            os.fsync(file.fileno())

    def close(self) -> None:
        """Write the last fragment and let go of the files. Harmless when repeated.

        Where something could not be written, now or before, what is whole remains: readers would
        stumble over a torn fragment, and over a video without any.

        Raises:
            OSError: the disk failed.
            RecordingError: the end of the video could not be written.
        """
        if self._files is None:
            return
        (times, container), self._files = self._files, None
        lost = 0
        try:
            container.close()
        finally:
            # Not every failure is reported by the library that writes the container.
            whole = whole_fragments(self._video_path)
            self.frames = 0 if whole is None else whole.samples
            lost = times.size_bytes // TIME.itemsize - self.frames
            if lost:
                times.truncate(self.frames * TIME.itemsize)
            times.close()
            if whole is None:
                self._video_path.unlink()
                self._time_path.unlink()
            elif lost:
                os.truncate(self._video_path, whole.size_bytes)
        if lost:
            raise RecordingError(f"the last {lost} pictures of {self._video_path} are not written")

    @property
    def _video_path(self) -> Path:
        return self._folder.path / self._layout.video_file(_PART)

    @property
    def _time_path(self) -> Path:
        return self._folder.path / self._layout.time_file(_PART)

    def _open(self) -> tuple[AppendFile, FragmentedMp4Writer]:
        times = AppendFile(self._folder.new_file(self._time_path.name))
        try:
            container = FragmentedMp4Writer(
                self._folder.new_file(self._video_path.name),
                width=self._shape.width,
                height=self._shape.height,
                parameter_sets=self._parameter_sets,
            )
        except RecordingError:
            times.close()
            self._time_path.unlink()
            raise
        return times, container
