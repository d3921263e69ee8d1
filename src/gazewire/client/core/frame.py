"""Images of a Core program's cameras, as arrays.

The program sends a format that any client may have asked for; what is read here does not depend on
it. Images other than those that come as wanted are decoded by libav (extra ``video``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from gazewire.errors import RemoteProtocolError
from gazewire.time import TimeBase
from gazewire.wire.ipc import FrameFormat, Message, decode_frame
from gazewire.wire.ipc.quantity import instant

if TYPE_CHECKING:
    from gazewire.media.decoded import Picture

__all__ = ["CoreFrame"]


# Without slots, because the cached properties live in the instance's dictionary; compared by
# identity, because comparing pixels is nothing that should happen by the way.
@dataclass(frozen=True, eq=False, kw_only=True)
class CoreFrame:
    """One image of one camera of a Core program.

    Attributes:
        topic: ``frame.world``, ``frame.eye.0`` (the right eye) or ``frame.eye.1``.
        index: counts the camera's images; a gap means that images were lost.
        timestamp_unix_ns: instant of exposure, on our clock.
        width: pixels in a row.
        height: rows.
        format: of `data`.
        data: as it came, not copied.
    """

    topic: str
    index: int
    timestamp_unix_ns: int
    width: int
    height: int
    format: FrameFormat
    data: bytes | memoryview

    @classmethod
    def parse(cls, message: Message, timebase: TimeBase) -> Self:
        """Read an image. Its pixels are not looked at.

        Raises:
            RemoteProtocolError: it is none.
        """
        wire, data = decode_frame(message)
        return cls(
            topic=message.topic,
            index=wire.index,
            timestamp_unix_ns=instant(wire.timestamp, timebase),
            width=wire.width,
            height=wire.height,
            format=wire.format,
            data=data,
        )

    @cached_property
    def bgr(self) -> NDArray[np.uint8]:
        """The colours: (H, W, 3) uint8, blue first; made when first asked for, and kept.

        Read-only where the image came in this format.

        Raises:
            RemoteProtocolError: the image cannot be decoded.
            MissingExtraError: it has to be decoded, and libav is not installed.
        """
        if self.format == "bgr":
            return self._pixels().reshape(self.height, self.width, 3)
        if self.format == "gray":
            return np.repeat(self._pixels(), 3).reshape(self.height, self.width, 3)
        return self._picture.bgr

    @cached_property
    def gray(self) -> NDArray[np.uint8]:
        """The brightness, 0 to 255: (H, W) uint8, read-only; made when first asked for, and kept.

        Raises:
            RemoteProtocolError: the image cannot be decoded.
            MissingExtraError: it has to be decoded, and libav is not installed.
        """
        if self.format == "gray":
            return self._pixels().reshape(self.height, self.width)
        return self._picture.gray

    @cached_property
    def _picture(self) -> Picture:
        # Here, because whoever reads gaze alone needs no libav.
        from gazewire.media.still import picture_from_bytes

        try:
            return picture_from_bytes(
                self.data,
                self.format,
                width=self.width,
                height=self.height,
                timestamp_unix_ns=self.timestamp_unix_ns,
            )
        except ValueError as error:
            raise RemoteProtocolError(f"image {self.index} of {self.topic}: {error}") from error

    def _pixels(self) -> NDArray[np.uint8]:
        pixels = np.frombuffer(self.data, np.uint8)
        pixels.flags.writeable = False
        return pixels
