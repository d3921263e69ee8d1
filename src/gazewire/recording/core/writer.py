"""A Core recording, written as the records of a pair of glasses come.

::

    folder = RecordingFolder.create(root, recording_id=recording_id, start_unix_ns=now_unix_ns)
    writer = CoreRecordingWriter(
        folder,
        recording_id=recording_id,
        start_unix_ns=now_unix_ns,
        glasses=source.info,
        scene_parameter_sets=encoder.parameter_sets,
    )
    writer.write(gaze_datum)
    writer.finish(end_unix_ns)

What Core has no place for is left out and named in `CoreRecordingWriter.left_out`: inertial
samples, saccades, onsets and sound.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

from gazewire.camera import GlassesInfo
from gazewire.errors import RecordingError
from gazewire.model import AccessUnit, AudioChunk, Event, ImuDatum, Onset, Saccade
from gazewire.optics import Camera
from gazewire.recording.core.eye_split import EyeSplit
from gazewire.recording.core.files import CoreFiles
from gazewire.recording.core.intrinsics import intrinsics_bytes
from gazewire.recording.core.telling import CoreTeller
from gazewire.recording.core.video import CoreVideo
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.writer import EyesUnit, Recordable
from gazewire.time import TimeBase

__all__ = ["CoreRecordingWriter"]

# Core time at which a recording begins. Small, so that a double tells nanoseconds apart for years;
# not zero, so that what was just before has a time above zero, too.
_START_CORE_S = 1000
_NS_PER_S = 1_000_000_000
# What gaze is told in where there is no scene: the size of Core's own scene camera.
_SCENE_SIZE_PX = (1280, 720)
_NO_PLACE = {
    ImuDatum: "inertial samples",
    Saccade: "saccades",
    Onset: "onsets of eye events",
    AudioChunk: "sound",
}


class CoreRecordingWriter:
    """Writes one recording into a folder made for it; a `gazewire.recording.RecordingWriter`.

    Attributes:
        left_out: what Core has no place for, by name: how many records.
    """

    def __init__(
        self,
        folder: RecordingFolder,
        *,
        recording_id: str,
        start_unix_ns: int,
        glasses: GlassesInfo,
        name: str = "",
        scene_parameter_sets: tuple[bytes, bytes] | None = None,
        eyes_parameter_sets: tuple[bytes, bytes] | None = None,
        scene_camera: Camera | None = None,
    ) -> None:
        """Write what is known when a recording begins; from then on the folder can be read.

        Args:
            folder: made for this recording; `discard` removes it.
            recording_id: UUID.
            start_unix_ns: the instant at which it begins.
            glasses: what is recorded: sizes of scene and eyes.
            name: as users call it; empty for that of the folder.
            scene_parameter_sets: sequence and picture parameter set of the scene's H.264 stream;
                None where there is no scene camera.
            eyes_parameter_sets: the same of both eyes side by side.
            scene_camera: its intrinsics, where they are known.

        Raises:
            RecordingError: the files cannot be made.
        """
        self.left_out: dict[str, int] = {}
        self._folder = folder
        # As it will be read: a double tells the time of today to a quarter of a microsecond, which
        # is the beginning's alone to bear.
        start_unix_ns = round(start_unix_ns / _NS_PER_S * _NS_PER_S)
        self._timebase = TimeBase(start_unix_ns - _START_CORE_S * _NS_PER_S)
        scene = glasses.scene
        width, height = _SCENE_SIZE_PX if scene is None else (scene.width, scene.height)
        self._teller = CoreTeller(width, height, self._timebase)
        self._videos: dict[str, CoreVideo] = {}
        self._eyes: EyeSplit | None = None
        if scene is not None and scene_parameter_sets is not None:
            self._videos["world"] = CoreVideo(
                folder, "world", scene, scene_parameter_sets, self._timebase
            )
        if glasses.eyes is not None and eyes_parameter_sets is not None:
            self._eyes = EyeSplit(glasses.eyes, eyes_parameter_sets)
            for eye, sets in self._eyes.parameter_sets.items():
                self._videos[eye] = CoreVideo(folder, eye, self._eyes.shape, sets, self._timebase)
        with self._folder.disk_errors():
            if scene_camera is not None:
                folder.write_file("world.intrinsics", intrinsics_bytes(scene_camera))
            self._files = CoreFiles(
                folder,
                recording_id=recording_id,
                name=name or folder.path.name,
                start_unix_ns=start_unix_ns,
                start_core_s=float(_START_CORE_S),
            )
            folder.sync()

    def write(self, record: Recordable) -> None:
        """Write a record; one that Core has no place for is left out.

        Raises:
            RecordingError: it could not be written; what was written before is whole.
        """
        with self._folder.disk_errors():
            match record:
                case AccessUnit():
                    self._append("world", record)
                case EyesUnit():
                    for eye, unit in self._eyes.take(record.unit) if self._eyes else ():
                        self._append(eye, unit)
                case ImuDatum() | Saccade() | Onset() | AudioChunk():
                    name = _NO_PLACE[type(record)]
                    self.left_out[name] = self.left_out.get(name, 0) + 1
                case Event() | _:
                    for message in self._teller.messages(record):
                        self._files.write(message)

    def checkpoint(self, now_unix_ns: int) -> None:
        """Make sure that what was written survives a power cut, and say how long it is so far.

        Raises:
            RecordingError: the disk failed.
        """
        with self._folder.disk_errors():
            for video in self._videos.values():
                video.sync()
            self._files.sync(now_unix_ns)
            self._folder.sync()

    def finish(self, end_unix_ns: int) -> None:
        """Complete the recording and let go of its files, also after a write has failed.

        Each step is tried, whatever became of those before it.

        Raises:
            RecordingError: something could not be written; all that could be is there.
        """
        self._folder.complete(self._last_steps(end_unix_ns))

    def discard(self) -> None:
        """Remove the recording, finished or not, and nothing that it did not write.

        Raises:
            RecordingError: a file could not be removed.
        """
        for close in (*(video.close for video in self._videos.values()), self._files.close):
            # What cannot be completed is about to go.
            with contextlib.suppress(RecordingError, OSError):
                close()
        with self._folder.disk_errors():
            self._folder.remove()

    def _last_steps(self, end_unix_ns: int) -> Iterator[Callable[[], object]]:
        for video in self._videos.values():
            yield video.sync
            yield video.close
        yield partial(self._files.sync, end_unix_ns)
        yield self._files.close
        yield self._folder.sync

    def _append(self, camera: str, unit: AccessUnit) -> None:
        if camera in self._videos:
            self._videos[camera].append(unit)
