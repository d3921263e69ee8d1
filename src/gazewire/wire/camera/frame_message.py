"""An image in three parts with all that is known of it, our own form.

The topic ``frame``; a MessagePack map, the header; the pixels as they are. What may be added to
the header later has a default, and readers pass over what they do not know.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.camera.image_topic import ImageForm

__all__ = ["FrameHeader", "RawPixelFormat", "image_shape"]

RawPixelFormat = Literal["gray", "bgr24", "yuv420p"]
"""``gray``: (H, W). ``bgr24``: (H, W, 3), blue first. ``yuv420p``: (H * 3 / 2, W), planes of 4:2:0
one after the other, in video range."""


def image_shape(pixel_format: RawPixelFormat, width: int, height: int) -> tuple[int, ...]:
    """Tell the shape of the array of bytes that an image is.

    Raises:
        ValueError: an image of ``yuv420p`` has an odd side.
    """
    match pixel_format:
        case "gray":
            return height, width
        case "bgr24":
            return height, width, 3
        case "yuv420p":
            if width % 2 or height % 2:
                raise ValueError(f"sides of yuv420p are even, not {width}x{height}")
            return height * 3 // 2, width


class FrameHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the pixels.

    Attributes:
        id: of the camera.
        index: counts the images that came from the camera since the program began; where the
            camera counts too, a gap means that images were lost.
        exposure_unix_ns: instant of exposure, nanoseconds of the Unix epoch.
        pixel_format: layout of the pixels.
        shape: of the array of bytes: rows, bytes or pixels in a row, channels if there are any.
        drops: images lost so far, by cause.
        uncertainty_ns: how far off the instant may be; None where nobody knows.
    """

    id: str
    index: int
    exposure_unix_ns: int
    pixel_format: RawPixelFormat
    shape: tuple[int, ...]
    drops: dict[str, int] = {}
    uncertainty_ns: int | None = None

    def serialize(self) -> bytes:
        """Make the header alone: a MessagePack map."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, data: bytes | memoryview, most_bytes: int) -> FrameHeader:
        """Read a header alone, of pixels for which there are so many bytes at the most.

        Raises:
            RemoteProtocolError: it is none, or of more pixels.
        """
        try:
            header = _DECODER.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RemoteProtocolError(f"what stands before a frame is wrong: {error}") from error
        if not header._has_shape or header.nbytes > most_bytes:
            raise RemoteProtocolError(header._misfit(most_bytes))
        return header

    @property
    def nbytes(self) -> int:
        """Bytes that the pixels have."""
        return math.prod(self.shape)

    def message(self, pixels: bytes | memoryview) -> list[bytes | memoryview]:
        """Make the parts of a message. The pixels are not copied.

        Raises:
            LocalProtocolError: there are more or fewer bytes than the shape has.
        """
        got = memoryview(pixels).nbytes
        if not self._has_shape or got != self.nbytes:
            raise LocalProtocolError(self._misfit(got))
        return [ImageForm.MULTIPART.prefix, self.serialize(), pixels]

    @classmethod
    def parse(cls, parts: Sequence[bytes | memoryview]) -> tuple[FrameHeader, bytes | memoryview]:
        """Read a message: what stands before the pixels, and the pixels.

        Raises:
            RemoteProtocolError: that is no such message.
        """
        if len(parts) != 3 or parts[0] != ImageForm.MULTIPART.prefix:
            raise RemoteProtocolError("a frame has three parts, of which the first is frame")
        got = memoryview(parts[2]).nbytes
        header = cls.decode(parts[1], got)
        if header.nbytes != got:
            raise RemoteProtocolError(header._misfit(got))
        return header, parts[2]

    @property
    def _has_shape(self) -> bool:
        dimensions = 3 if self.pixel_format == "bgr24" else 2
        return len(self.shape) == dimensions and min(self.shape) > 0

    def _misfit(self, got: int) -> str:
        sides = "x".join(map(str, self.shape))
        return f"a {self.pixel_format} frame of {sides} has {self.nbytes} bytes, not {got}"


_DECODER = msgspec.msgpack.Decoder(FrameHeader)
