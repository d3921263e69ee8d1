"""A camera of a device as a camera of a service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from typing import Literal

import av

from gazewire.bridge.picture_demand import PictureDemand
from gazewire.client import VideoFrame
from gazewire.client.models import SensorName
from gazewire.client.tools import DeviceLink
from gazewire.media.luma import gray_from_picture
from gazewire.media.picture import frame_from_picture
from gazewire.model import Frame
from gazewire.service import Exposure
from gazewire.time import Clock

__all__ = ["DeviceCamera", "Part"]

Part = Literal["whole", "left", "right"]
"""Of the picture of a device's camera: both eyes are in one, side by side."""

# Who is slower than the camera sees the newest picture.
_PICTURES_WAITING = 2


@dataclass(frozen=True, slots=True)
class _PictureExposure:
    """A picture that has been decoded, and not converted."""

    index: int
    timestamp_unix_ns: int
    picture: av.VideoFrame
    part: Part

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return self.picture.width if self.part == "whole" else self.picture.width // 2

    @property
    def height(self) -> int:
        """Rows."""
        return self.picture.height

    def frame(self) -> Frame:
        """The image: as it was decoded, and of an eye what is bright and dark in it."""
        if self.part == "whole":
            return frame_from_picture(
                self.picture,
                camera="world",
                index=self.index,
                timestamp_unix_ns=self.timestamp_unix_ns,
            )
        gray = gray_from_picture(self.picture)
        half = gray[:, : self.width] if self.part == "left" else gray[:, -self.width :]
        return Frame(
            camera="eye1" if self.part == "left" else "eye0",
            index=self.index,
            timestamp_unix_ns=self.timestamp_unix_ns,
            width=self.width,
            height=self.height,
            pixel_format="gray",
            data=half.tobytes(),
        )


class DeviceCamera:
    """Receives pictures while somebody wants them: a `gazewire.service.Camera`.

    Args:
        link: to the device.
        sensor: whose pictures.
        size_px: width and height of its pictures, as far as they are known before they come.
        demand: tells when they are wanted.
        part: of each picture that is shown.
    """

    def __init__(
        self,
        link: DeviceLink,
        sensor: SensorName,
        size_px: tuple[int, int],
        demand: PictureDemand,
        part: Part = "whole",
    ) -> None:
        self._link = link
        self._sensor = sensor
        self._size_px = size_px
        self._demand = demand
        self._part = part
        self._index = 0

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return self._size_px[0]

    @property
    def height(self) -> int:
        """Rows."""
        return self._size_px[1]

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish pictures as they come, while they are wanted; for ever."""
        while True:
            await self._demand.wait_wanted()
            topic = self._link.feed(self._sensor).topic
            leave = self._link.switch(self._sensor).join()
            try:
                with topic.subscribe(capacity=_PICTURES_WAITING) as pictures:
                    receiving = asyncio.ensure_future(self._receive(pictures, publish))
                    unwanted = asyncio.ensure_future(self._demand.wait_unwanted())
                    try:
                        await asyncio.wait(
                            {receiving, unwanted}, return_when=asyncio.FIRST_COMPLETED
                        )
                    finally:
                        receiving.cancel()
                        unwanted.cancel()
            finally:
                leave()

    async def _receive(
        self, pictures: AsyncIterable[VideoFrame], publish: Callable[[Exposure], None]
    ) -> None:
        async for picture in pictures:
            exposure = _PictureExposure(
                self._index, picture.timestamp_unix_ns, picture.av_frame, self._part
            )
            self._index += 1
            publish(exposure)
