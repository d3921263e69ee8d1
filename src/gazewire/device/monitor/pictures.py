"""Pictures of a camera as JPEG: made when somebody asks, and once for all who ask.

There is no task here. Of those who wait for the next picture one makes it, and the others find it
made. So nothing is encoded while nobody watches, and whoever is busy sending an old picture simply
does not ask: he misses some and delays nobody.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass
from typing import Literal

from gazewire.flow import Topic
from gazewire.media import encode_jpeg
from gazewire.model import Frame

__all__ = ["CameraName", "Picture", "Pictures"]

CameraName = Literal["scene", "eyes"]
"""What the page calls the cameras."""

_MAX_WIDTH_PX = 960
_QUALITY = 80

_NUMBERS: dict[CameraName, int] = {"scene": 0, "eyes": 1}
_HEADER = struct.Struct(">BQHH")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture for the page.

    Attributes:
        camera: which camera it is of.
        timestamp_unix_ns: instant of exposure.
        width: of the camera's picture, whose pixels gaze is in; the JPEG may be smaller.
        height: likewise.
        jpeg: a JPEG file.
    """

    camera: CameraName
    timestamp_unix_ns: int
    width: int
    height: int
    jpeg: bytes

    def to_bytes(self) -> bytes:
        """Write it as a binary message: a header of 13 bytes, then the JPEG."""
        number = _NUMBERS[self.camera]
        return _HEADER.pack(number, self.timestamp_unix_ns, self.width, self.height) + self.jpeg


class Pictures:
    """A camera in pictures, none wider than 960 pixels.

    Args:
        camera: which one.
        frames: of that camera.
        interval_ns: the least time from one picture to the next.
    """

    def __init__(self, camera: CameraName, frames: Topic[Frame], *, interval_ns: int) -> None:
        self._camera = camera
        self._frames = frames
        self._interval_ns = interval_ns
        self._making = asyncio.Lock()
        self._made = 0
        self._latest: Picture | None = None

    async def next(self) -> Picture | None:
        """Wait for the next picture; None when there will be no more.

        It is new: it was not ready when it was asked for. Any number of tasks may wait. Cancelling
        one of them takes nothing from the others.
        """
        made_before = self._made
        async with self._making:
            if self._made == made_before:
                self._latest = await self._make()
                self._made += 1
            return self._latest

    async def _make(self) -> Picture | None:
        frame = await self._next_due()
        return None if frame is None else await asyncio.to_thread(self._encode, frame)

    async def _next_due(self) -> Frame | None:
        last_ns = 0 if self._latest is None else self._latest.timestamp_unix_ns
        with self._frames.subscribe(capacity=1) as frames:
            async for frame in frames:
                if frame.timestamp_unix_ns - last_ns >= self._interval_ns:
                    return frame
        return None

    def _encode(self, frame: Frame) -> Picture:
        jpeg = encode_jpeg(frame, max_width=_MAX_WIDTH_PX, quality=_QUALITY)
        return Picture(self._camera, frame.timestamp_unix_ns, frame.width, frame.height, jpeg)
