"""Images from a client: how a game engine or a camera server is the camera of the program.

They come under ``hmd_streaming.world``, or any topic that the source was told, with the intrinsics
of the camera in each.
"""

from __future__ import annotations

import math
from typing import Literal, Self

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Matrix3
from gazewire.time import TimeBase
from gazewire.wire.ipc.frame import PixelCount
from gazewire.wire.ipc.map_codec import decode_struct
from gazewire.wire.ipc.message import Message
from gazewire.wire.ipc.quantity import double3x3, instant

__all__ = ["HmdFormat", "HmdFrame"]

HmdFormat = Literal["rgb", "bgr", "gray"]
"""``rgb`` as game engines have it: **bottom row first**. ``bgr`` and ``gray``: top row first."""

_BYTES_PER_PIXEL = {"rgb": 3, "bgr": 3, "gray": 1}
_NO_DISTORTION = (0.0, 0.0, 0.0, 0.0, 0.0)
_MAX_COEFFICIENTS = 14


class _WireHmdFrame(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    width: PixelCount
    height: PixelCount
    index: int
    timestamp: float
    format: HmdFormat
    # Nine numbers in a row, or three rows of three.
    projection_matrix: tuple[float | tuple[float, ...], ...]
    distortion_coeffs: tuple[float | tuple[float, ...], ...] = _NO_DISTORTION


_DECODER = msgspec.msgpack.Decoder(_WireHmdFrame)


class HmdFrame(msgspec.Struct, frozen=True, kw_only=True):
    """One image that a client sends, with the camera that took it.

    Attributes:
        topic: by which the source that wants it listens.
        width: pixels in a row.
        height: rows.
        index: counts the sender's images.
        timestamp_unix_ns: instant, as the sender says.
        format: layout of `data`.
        camera_matrix: ``((fx, 0, cx), (0, fy, cy), (0, 0, 1))`` in pixels.
        distortion: coefficients of OpenCV's radial model; five zeros for none.
        data: the pixels, not copied.
    """

    topic: str
    width: int
    height: int
    index: int
    timestamp_unix_ns: int
    format: HmdFormat
    camera_matrix: Matrix3
    distortion: tuple[float, ...] = _NO_DISTORTION
    data: bytes | memoryview

    @classmethod
    def parse(cls, message: Message, timebase: TimeBase) -> Self:
        """Read an image.

        Raises:
            RemoteProtocolError: a key is missing or of another type, the format is another one, the
                raw frame is missing or has not the bytes that the format needs, or a number is not
                finite.
        """
        wire = decode_struct(message.payload, _DECODER)
        if len(message.extra) != 1:
            raise RemoteProtocolError(f"an image comes in one raw frame, not {len(message.extra)}")
        frame = cls(
            topic=message.topic,
            width=wire.width,
            height=wire.height,
            index=wire.index,
            timestamp_unix_ns=instant(wire.timestamp, timebase),
            format=wire.format,
            camera_matrix=_matrix(_flat(wire.projection_matrix)),
            distortion=_coefficients(_flat(wire.distortion_coeffs)),
            data=message.extra[0],
        )
        if fault := frame._size_fault():
            raise RemoteProtocolError(fault)
        return frame

    def message(self, timebase: TimeBase) -> Message:
        """Make the message of an image.

        Raises:
            LocalProtocolError: there are more or fewer bytes than the format has.
        """
        if fault := self._size_fault():
            raise LocalProtocolError(fault)
        wire = _WireHmdFrame(
            topic=self.topic,
            width=self.width,
            height=self.height,
            index=self.index,
            timestamp=timebase.core_s(self.timestamp_unix_ns),
            format=self.format,
            projection_matrix=double3x3(self.camera_matrix),
            distortion_coeffs=tuple(map(float, self.distortion)),
        )
        return Message.from_struct(self.topic, wire, [self.data])

    def _size_fault(self) -> str | None:
        expected = _BYTES_PER_PIXEL[self.format] * self.width * self.height
        if len(self.data) == expected:
            return None
        return (
            f"{self.format} of {self.width}x{self.height} has {expected} bytes, "
            f"not {len(self.data)}"
        )


def _flat(numbers: tuple[float | tuple[float, ...], ...]) -> list[float]:
    flat: list[float] = []
    for item in numbers:
        flat += item if isinstance(item, tuple) else (item,)
    if not all(map(math.isfinite, flat)):
        raise RemoteProtocolError("the numbers of a camera are finite")
    return flat


def _matrix(numbers: list[float]) -> Matrix3:
    if len(numbers) != 9:
        raise RemoteProtocolError(f"a projection matrix has nine numbers, not {len(numbers)}")
    a, b, c, d, e, f, g, h, i = numbers
    return (a, b, c), (d, e, f), (g, h, i)


def _coefficients(numbers: list[float]) -> tuple[float, ...]:
    if len(numbers) > _MAX_COEFFICIENTS:
        raise RemoteProtocolError(f"{len(numbers)} coefficients of distortion are too many")
    return tuple(numbers)
