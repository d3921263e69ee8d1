"""An image in three parts, the later form of pyMultiVideo's socket.

The topic ``image``; a MessagePack map with ``unique_id``, ``timestamp``, ``height`` and ``width``,
in that order; one byte a pixel, row by row.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.camera.image_topic import ImageForm

__all__ = ["ImageMap"]


class ImageMap(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the pixels.

    Attributes:
        unique_id: of the camera.
        timestamp: nanoseconds by the camera's clock.
        height: rows.
        width: pixels in a row, of a byte each.
    """

    unique_id: str
    timestamp: int
    height: int
    width: int

    def message(self, pixels: bytes | memoryview) -> list[bytes | memoryview]:
        """Make the parts of a message. The pixels are not copied.

        Raises:
            LocalProtocolError: there are more or fewer bytes than pixels.
        """
        if fault := self._size_fault(pixels):
            raise LocalProtocolError(fault)
        return [ImageForm.MAP.prefix, msgspec.msgpack.encode(self), pixels]

    @classmethod
    def parse(cls, parts: Sequence[bytes | memoryview]) -> tuple[ImageMap, bytes | memoryview]:
        """Read a message: what stands before the pixels, and the pixels.

        Raises:
            RemoteProtocolError: that is no such message.
        """
        if len(parts) != 3 or parts[0] != ImageForm.MAP.prefix:
            raise RemoteProtocolError("such an image has three parts, of which the first is image")
        try:
            image = _DECODER.decode(parts[1])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RemoteProtocolError(f"what stands before an image is wrong: {error}") from error
        if fault := image._size_fault(parts[2]):
            raise RemoteProtocolError(fault)
        return image, parts[2]

    def _size_fault(self, pixels: bytes | memoryview) -> str | None:
        expected, got = self.height * self.width, memoryview(pixels).nbytes
        if min(self.height, self.width) > 0 and got == expected:
            return None
        return f"an image of {self.width}x{self.height} has {expected} bytes, not {got}"


_DECODER = msgspec.msgpack.Decoder(ImageMap)
