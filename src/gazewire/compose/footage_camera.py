"""Videos, recordings and cameras of this machine as cameras of a service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from msgspec.structs import replace

from gazewire.camera import LiveCamera, Published, Timeline, VideoShape
from gazewire.camera.v4l2 import camera_name
from gazewire.errors import UnreadableSourceError
from gazewire.flow import play
from gazewire.model import Frame
from gazewire.recording import open_source
from gazewire.service import Exposure, FrameExposure
from gazewire.time import Clock

__all__ = ["FootageCamera", "Place", "VideoCamera", "find_footage", "open_footage"]

Place = Literal["world", "eye0", "eye1"]
"""Which camera is wanted of a recording; 0 is the right eye."""

_VIDEO_SUFFIXES = (".mp4", ".mjpeg", ".avi", ".mkv")
# Luma is in video range, 16 to 235 (ITU-R BT.601-7 §2.5); gray has all levels.
_GRAY_OF_LUMA = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)


def open_footage(path: Path, place: Place) -> FootageCamera:
    """Open a video file, or one camera of a recording, as a camera that begins anew at its end.

    Args:
        path: of the video; or of a folder with a video that is called like the place; or of a
            recording that `gazewire.recording.open_source` opens.
        place: which camera of a recording.

    Raises:
        SourceError: there is no such file, or nothing in it that this camera would have seen.
    """
    path = find_footage(path, place)
    timeline = open_source(path)
    is_recording = path.is_dir()
    info = timeline.info
    shape = info.eyes if is_recording and place != "world" else info.scene
    if shape is None:
        raise UnreadableSourceError(str(path), f"there is no video of {place} in {path}")
    is_pair = is_recording and place != "world"
    width = shape.width // 2 if is_pair else shape.width
    return FootageCamera(timeline, place, width, shape.height, is_pair=is_pair)


def find_footage(path: Path, place: Place) -> Path:
    """Find the video in a folder that is called like the place; without one, the path itself."""
    named = (path / f"{place}{suffix}" for suffix in _VIDEO_SUFFIXES)
    return next((video for video in named if video.exists()), path)


@dataclass(frozen=True, slots=True)
class FootageCamera:
    """The frames of a recording, when their time comes: a `gazewire.service.Camera`.

    Attributes:
        timeline: of the recording.
        place: which of its cameras.
        width: pixels in a row.
        height: rows.
        is_pair: its eyes are side by side in one picture, the left one on the left.
    """

    timeline: Timeline
    place: Place
    width: int
    height: int
    is_pair: bool

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish each frame at its instant, without end."""
        await play(self.exposures(clock.unix_ns()), clock, publish)

    def exposures(self, start_unix_ns: int) -> Iterator[FrameExposure]:
        """The frames, the first of any camera at the given instant."""
        camera = "eyes" if self.is_pair else "world"
        for record in self.timeline.records(start_unix_ns):
            if isinstance(record, Frame) and record.camera == camera:
                frame = self._half(record) if self.is_pair else record
                yield FrameExposure(replace(frame, camera=self.place))

    def _half(self, pair: Frame) -> Frame:
        """One eye of two, gray as eye cameras are."""
        luma = np.frombuffer(pair.data, np.uint8)[: pair.width * pair.height]
        rows = luma.reshape(pair.height, pair.width)
        half = rows[:, : self.width] if self.place == "eye1" else rows[:, -self.width :]
        data = _GRAY_OF_LUMA[half].reshape(-1).data
        return replace(pair, width=self.width, pixel_format="gray", data=data)


class VideoCamera:
    """A camera on this machine: a `gazewire.service.Camera`.

    Args:
        path: of the device.
        place: what it looks at.
        shape: what is asked of it; it gives what is next to that.

    Raises:
        UnreadableSourceError: there is no such camera.
    """

    def __init__(self, path: Path, place: Place, shape: VideoShape) -> None:
        camera_name(path)  # it tells what is wrong with the path, now and not later
        self.width = shape.width
        self.height = shape.height
        self._path = path
        self._place = place
        self._rate_hz = shape.rate_hz

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish each picture when it comes, also after the camera was away for a while."""
        # Here, because OpenCV takes a while to load, and whoever has no camera needs none.
        from gazewire.camera.uvc import UvcCapture, open_uvc

        def open_capture() -> UvcCapture:
            return open_uvc(self._path, width=self.width, height=self.height, rate_hz=self._rate_hz)

        def take(item: Published) -> None:
            if isinstance(item, Frame):
                publish(FrameExposure(replace(item, camera=self._place)))

        async with LiveCamera(open_capture, name=f"the camera {self._path}") as camera:
            await camera.publish_to(take, clock)
