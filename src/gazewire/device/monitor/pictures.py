"""Scene pictures as JPEG: made when somebody asks, and once for all who ask.

There is no task here. Of those who wait for the next picture one makes it, and the others find it
made. So nothing is encoded while nobody watches, and whoever is busy sending an old picture simply
does not ask: he misses some and delays nobody.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

from gazewire.flow import Topic
from gazewire.media import encode_jpeg
from gazewire.model import Frame

__all__ = ["ScenePicture", "ScenePictures"]

# 15 a second of a camera that makes 30, with room for the jitter of its timestamps.
_INTERVAL_NS = 60_000_000
_MAX_WIDTH_PX = 960
_QUALITY = 80

_HEADER = struct.Struct(">QHH")


@dataclass(frozen=True, slots=True)
class ScenePicture:
    """One picture for the page.

    Attributes:
        timestamp_unix_ns: instant of exposure.
        width: of the scene camera's picture, whose pixels gaze is in; the JPEG may be smaller.
        height: likewise.
        jpeg: a JPEG file.
    """

    timestamp_unix_ns: int
    width: int
    height: int
    jpeg: bytes

    def to_bytes(self) -> bytes:
        """Write it as a binary message: a header of 12 bytes, then the JPEG."""
        return _HEADER.pack(self.timestamp_unix_ns, self.width, self.height) + self.jpeg


class ScenePictures:
    """The scene in pictures, at most 15 a second and 960 pixels wide.

    Args:
        frames: of the scene camera.
    """

    def __init__(self, frames: Topic[Frame]) -> None:
        self._frames = frames
        self._making = asyncio.Lock()
        self._made = 0
        self._latest: ScenePicture | None = None

    async def next(self) -> ScenePicture | None:
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

    async def _make(self) -> ScenePicture | None:
        frame = await self._next_due()
        return None if frame is None else await asyncio.to_thread(_encode, frame)

    async def _next_due(self) -> Frame | None:
        last_ns = 0 if self._latest is None else self._latest.timestamp_unix_ns
        with self._frames.subscribe(capacity=1) as frames:
            async for frame in frames:
                if frame.timestamp_unix_ns - last_ns >= _INTERVAL_NS:
                    return frame
        return None


def _encode(frame: Frame) -> ScenePicture:
    jpeg = encode_jpeg(frame, max_width=_MAX_WIDTH_PX, quality=_QUALITY)
    return ScenePicture(frame.timestamp_unix_ns, frame.width, frame.height, jpeg)
