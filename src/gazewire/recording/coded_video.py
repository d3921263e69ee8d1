"""The video of one camera and the instant of each of its frames."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gazewire.camera import AudioShape, VideoShape
from gazewire.errors import RecordingError
from gazewire.media import FragmentedMp4Writer
from gazewire.model import AccessUnit, AudioAccessUnit
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.fragments import whole_fragments

__all__ = ["CodedVideo", "Instants"]

_INT64_MAX = (1 << 63) - 1


class Instants(Protocol):
    """A file of the instants of pictures, one after the other."""

    @property
    def count(self) -> int:
        """How many there are."""

    def append(self, timestamp_unix_ns: int) -> None:
        """Write one, whole or not at all.

        Raises:
            OSError: it could not be written.
        """

    def truncate(self, count: int) -> None:
        """Take back all but the first.

        Raises:
            OSError: the disk failed.
        """

    def sync(self) -> None:
        """Return when all would survive a power cut.

        Raises:
            OSError: the disk failed.
        """

    def close(self) -> None:
        """Let go of the file. Harmless when repeated."""


class CodedVideo:
    """A container of coded pictures, and the sound with them, with a file of instants.

    The files come into being with the first key frame, because readers refuse a video without
    pictures. For each picture the instant is written first: whoever reads meanwhile finds at least
    as many instants as pictures.

    Attributes:
        first_unix_ns: instant of the first picture; None where there is none yet.
        frames: how many pictures were written.
        dropped: how many were left out because their instant did not lie after the one before, and
            of those that follow them up to the next key frame, which cannot be decoded without.
    """

    def __init__(
        self,
        folder: RecordingFolder,
        names: tuple[str, str],
        open_instants: Callable[[Path], Instants],
        shape: VideoShape,
        parameter_sets: tuple[bytes, bytes],
        sound: AudioShape | None = None,
    ) -> None:
        """Make no file yet.

        Args:
            folder: where the files go.
            names: of the container, and of the file of instants.
            open_instants: makes the latter.
            shape: size of the pictures.
            parameter_sets: sequence and picture parameter set of the H.264 stream.
            sound: of the microphone at this camera, coded as AAC-LC; None where there is none.
        """
        self.frames = 0
        self.dropped = 0
        self._folder = folder
        self._video_name, self._times_name = names
        self._open_instants = open_instants
        self._shape = shape
        self._parameter_sets = parameter_sets
        self._sound = sound
        self.first_unix_ns: int | None = None
        self._newest_unix_ns = -1
        self._needs_keyframe = True
        self._files: tuple[Instants, FragmentedMp4Writer] | None = None

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
        times.append(unit.timestamp_unix_ns)
        container.write(unit)
        self.frames += 1
        if self.first_unix_ns is None:
            self.first_unix_ns = unit.timestamp_unix_ns
        self._newest_unix_ns = unit.timestamp_unix_ns
        self._needs_keyframe = False
        return True

    def append_sound(self, unit: AudioAccessUnit) -> None:
        """Write sound, from the first picture on; see `AlignedSound`.

        Raises:
            RecordingError: it could not be written.
        """
        if self._files is not None:
            _, container = self._files
            container.write_sound(unit)

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
            lost = times.count - self.frames
            if lost:
                times.truncate(self.frames)
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
        return self._folder.path / self._video_name

    @property
    def _time_path(self) -> Path:
        return self._folder.path / self._times_name

    def _open(self) -> tuple[Instants, FragmentedMp4Writer]:
        times = self._open_instants(self._folder.new_file(self._times_name))
        try:
            container = FragmentedMp4Writer(
                self._folder.new_file(self._video_name),
                width=self._shape.width,
                height=self._shape.height,
                parameter_sets=self._parameter_sets,
                sound=None
                if self._sound is None
                else (self._sound.sample_rate_hz, self._sound.channels),
            )
        except RecordingError:
            times.close()
            self._time_path.unlink()
            raise
        return times, container
