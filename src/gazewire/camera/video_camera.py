"""A video, or a folder of images, as a camera that is there now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from gazewire.camera.camera_source import Shot
from gazewire.camera.control import Control, live_control
from gazewire.camera.footage import Video
from gazewire.camera.source import VideoShape
from gazewire.model import Frame
from gazewire.time import Clock

__all__ = ["VideoCamera"]

_NS_PER_S = 1_000_000_000
_LONGEST_WAIT_NS = _NS_PER_S // 2


class VideoCamera:
    """Plays a video again and again, each frame at its instant; see `CameraSource`.

    Where frames are taken or decoded too slowly, those that are more than two intervals late are
    passed over, and counted as lost in the buffer.

    Args:
        camera: what frames say they come from.
        video: read from its beginning.
        clock: the program's.
    """

    def __init__(self, camera: str, video: Video, clock: Clock) -> None:
        self.shape = VideoShape(width=video.width, height=video.height, rate_hz=video.rate_hz)
        self._camera = camera
        self._clock = clock
        self._interval_ns = round(_NS_PER_S / video.rate_hz)
        self._frames = self._play(video, clock.unix_ns())
        self._next: Frame | None = None

    @property
    def controls(self) -> Mapping[str, Control]:
        """There are none."""
        return {}

    def set_control(self, name: str, value: float | str) -> None:
        """There is none to set."""
        live_control(self.controls, name)

    def take(self) -> Shot | None:
        """Wait for the next frame."""
        frame = next(self._frames) if self._next is None else self._next
        passed_over = 0
        while self._clock.unix_ns() - frame.timestamp_unix_ns > 2 * self._interval_ns:
            frame = next(self._frames)
            passed_over += 1
        wait_ns = frame.timestamp_unix_ns - self._clock.unix_ns()
        if wait_ns > 0:
            time.sleep(min(wait_ns, _LONGEST_WAIT_NS) / _NS_PER_S)
        if wait_ns > _LONGEST_WAIT_NS and not passed_over:
            self._next = frame
            return None
        self._next = None
        return Shot(frame, {"buffer": passed_over} if passed_over else {}, uncertainty_ns=None)

    def close(self) -> None:
        """Close the file."""
        self._frames = iter(())

    def _play(self, video: Video, start_ns: int) -> Iterator[Frame]:
        index = 0
        while True:
            last_ns = start_ns
            for frame in video.frames(start_ns, index):
                yield replace(frame, camera=self._camera)
                last_ns, index = frame.timestamp_unix_ns, frame.index + 1
            start_ns = last_ns + self._interval_ns
