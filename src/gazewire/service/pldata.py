"""The recordings of a service: what is on the bus, and pictures, in the layout of Core."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from uuid import uuid4

from gazewire.optics import Camera
from gazewire.recording import RecordingFolder
from gazewire.recording.core import CoreFiles, CoreVideo, intrinsics_bytes
from gazewire.recording.core.layout import INTRINSICS
from gazewire.service.recorded_pictures import CodedPicture
from gazewire.service.recording import RecordingPlan
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message

__all__ = ["PldataWriter", "RecordedOptics", "no_optics"]

_NS_PER_S = 1_000_000_000

RecordedOptics = Callable[[str, int, int], Camera | None]
"""Tells the intrinsics of a camera by its name and the size of its images; None: not known."""


def no_optics(camera: str, width: int, height: int) -> None:
    """Know no camera."""


class PldataWriter:
    """Writes a session; a video comes into being with its first picture.

    Args:
        plan: of the recording.
        optics: tells what is written beside a video, of the camera that took it.

    Raises:
        RecordingError: its first files cannot be made.
    """

    def __init__(self, plan: RecordingPlan, optics: RecordedOptics = no_optics) -> None:
        self._plan = plan
        self._optics = optics
        self._folder = RecordingFolder.existing(plan.folder)
        self._timebase = TimeBase(plan.start_unix_ns - round(plan.start_core_s * _NS_PER_S))
        self._videos: dict[str, CoreVideo] = {}
        with self._folder.disk_errors():
            self._files = CoreFiles(
                self._folder,
                recording_id=str(uuid4()),
                name=plan.session_name,
                start_unix_ns=plan.start_unix_ns,
                start_core_s=plan.start_core_s,
            )

    def write(self, item: Message | CodedPicture) -> None:
        """Write a message, or a picture; notifications only where they ask for it by ``record``.

        Raises:
            RecordingError: it could not be written.
        """
        with self._folder.disk_errors():
            if isinstance(item, Message):
                self._files.write(item)
                return
            # What was seen before is not part of the recording.
            if item.unit.timestamp_unix_ns < self._plan.start_unix_ns:
                return
            if item.camera not in self._videos:
                self._videos[item.camera] = self._begun(item)
            self._videos[item.camera].append(item.unit)

    def _begun(self, first: CodedPicture) -> CoreVideo:
        name, shape = first.camera, first.shape
        camera = self._optics(name, shape.width, shape.height)
        if camera is not None:
            self._folder.write_file(f"{name}{INTRINSICS}", intrinsics_bytes(camera))
        return CoreVideo(self._folder, name, shape, first.parameter_sets, self._timebase)

    def checkpoint(self, now_unix_ns: int) -> None:
        """Bring everything to the disk, and tell how long the recording is so far.

        Raises:
            RecordingError: the disk failed.
        """
        with self._folder.disk_errors():
            for video in self._videos.values():
                video.sync()
            self._files.sync(now_unix_ns)

    def finish(self, end_unix_ns: int) -> None:
        """Complete the recording; each part of it is tried.

        Raises:
            RecordingError: something could not be written.
        """
        self._folder.complete(self._last_steps(end_unix_ns))

    def _last_steps(self, end_unix_ns: int) -> Iterator[Callable[[], object]]:
        for video in self._videos.values():
            yield video.sync
            yield video.close
        yield partial(self._files.sync, end_unix_ns)
        yield self._files.close
