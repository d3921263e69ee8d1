"""Images of our cameras on the bus: topics ``frame.world``, ``frame.eye.0`` and ``frame.eye.1``.

The map describes the image, a raw frame holds it. A client may change the format for all at any
time, so that readers look at ``format`` in each message.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.time import TimeBase
from gazewire.wire.ipc.map_codec import decode_struct
from gazewire.wire.ipc.message import Message

__all__ = ["FrameFormat", "PixelCount", "WireFrame", "decode_frame", "frame_bytes"]

FrameFormat = Literal["jpeg", "yuv", "bgr", "gray"]
"""``jpeg`` as a camera gives it; ``yuv``: planar 4:2:2; ``bgr``, ``gray``: rows of 8-bit pixels."""

PixelCount = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
"""Width or height of an image."""

_BYTES_PER_PIXEL = {"yuv": 2, "bgr": 3, "gray": 1}


def frame_bytes(format: FrameFormat, width: int, height: int) -> int | None:
    """Tell how many bytes an image has; None for ``jpeg``, whose size nothing tells."""
    per_pixel = _BYTES_PER_PIXEL.get(format)
    return None if per_pixel is None else per_pixel * width * height


class WireFrame(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map beside an image.

    Attributes:
        topic: which camera.
        width: pixels in a row.
        height: rows.
        index: counts the camera's images.
        timestamp: Core seconds of the exposure.
        format: of the bytes in the raw frame.
    """

    topic: str
    width: PixelCount
    height: PixelCount
    index: int
    timestamp: float
    format: FrameFormat

    @classmethod
    def at(
        cls,
        topic: str,
        *,
        width: int,
        height: int,
        index: int,
        timestamp_unix_ns: int,
        format: FrameFormat,
        timebase: TimeBase,
    ) -> Self:
        """Describe an image by its instant."""
        return cls(
            topic=topic,
            width=width,
            height=height,
            index=index,
            timestamp=timebase.core_s(timestamp_unix_ns),
            format=format,
        )

    def message(self, data: bytes | memoryview) -> Message:
        """Make the message of an image. The pixels are not copied.

        Raises:
            LocalProtocolError: there are more or fewer bytes than the format has.
        """
        if fault := self._size_fault(data):
            raise LocalProtocolError(fault)
        return Message.from_struct(self.topic, self, [data])

    def _size_fault(self, data: bytes | memoryview) -> str | None:
        expected = frame_bytes(self.format, self.width, self.height)
        if len(data) == expected or (expected is None and data):
            return None
        return (
            f"{self.format} of {self.width}x{self.height} has "
            f"{'some' if expected is None else expected} bytes, not {len(data)}"
        )


_DECODER = msgspec.msgpack.Decoder(WireFrame)


def decode_frame(message: Message) -> tuple[WireFrame, bytes | memoryview]:
    """Read an image and what describes it.

    Raises:
        RemoteProtocolError: a key is missing or of another type, there is no raw frame, or it has
            not the bytes that the format needs.
    """
    if len(message.extra) != 1:
        raise RemoteProtocolError(f"an image comes in one raw frame, not {len(message.extra)}")
    wire, (data,) = decode_struct(message.payload, _DECODER), message.extra
    if fault := wire._size_fault(data):
        raise RemoteProtocolError(fault)
    return wire, data
