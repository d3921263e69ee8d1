"""An image of a camera as a client has it, whatever the form in which it came."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gazewire.net.shared_images import SharedImage
from gazewire.net.shared_memory import SharedSlot
from gazewire.wire.camera import (
    FrameHeader,
    ImageForm,
    ImageJson,
    ImageMap,
    RawPixelFormat,
)

__all__ = ["CameraFrame", "form_of_message", "read_message", "read_shared"]


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """An image that has come.

    Attributes:
        camera: id of the camera.
        timestamp_unix_ns: instant of exposure, where the publisher is ours; else nanoseconds by
            the clock of the camera.
        pixels: (H, W) uint8 where it is ``gray``, (H, W, 3) where it is ``bgr24``, blue first,
            (H * 3 / 2, W) where it is ``yuv420p``; read-only.
        pixel_format: what the pixels are.
        index: counts the images of the camera; None where the message does not tell.
        drops: images lost by the publisher so far, by cause.
        uncertainty_ns: how far off the instant may be; None where nobody knows.
        slot: where the pixels lie in shared memory; None: they are the frame's own.
    """

    camera: str
    timestamp_unix_ns: int
    pixels: NDArray[np.uint8]
    pixel_format: RawPixelFormat = "gray"
    index: int | None = None
    drops: Mapping[str, int] = field(default_factory=dict)
    uncertainty_ns: int | None = None
    slot: SharedSlot | None = field(default=None, repr=False, compare=False)

    @property
    def is_intact(self) -> bool:
        """Whether all that was read from `pixels` so far was this image.

        In shared memory an image stays for about 0.2 s, while others come; who asks after the work
        knows that it was done on one image. It is always true of pixels that came another way.
        """
        return self.slot is None or self.slot.is_intact

    def copied(self) -> CameraFrame | None:
        """Give the same image with pixels of its own, to be kept; None where it is gone."""
        if self.slot is None:
            return self
        pixels = self.pixels.copy()
        pixels.flags.writeable = False
        return replace(self, pixels=pixels, slot=None) if self.slot.is_intact else None

    @property
    def gray(self) -> NDArray[np.uint8]:
        """The brightness: (H, W) uint8; of a ``yuv420p`` image in video range, 16 to 235."""
        match self.pixel_format:
            case "gray":
                return self.pixels
            case "yuv420p":
                return self.pixels[: self.pixels.shape[0] * 2 // 3]
            case "bgr24":
                # ITU-R BT.601-7 §2.5.1, in 256ths.
                weighted = self.pixels.astype(np.uint32) @ np.array([29, 150, 77], np.uint32)
                return (weighted >> 8).astype(np.uint8)


def form_of_message(parts: Sequence[memoryview]) -> ImageForm:
    """Tell the form of a message by its first part, also of one that turns out to be garbage."""
    if len(parts) == 1:
        return ImageForm.JSON
    first = bytes(parts[0][:8])
    return next((form for form in ImageForm if first == form.prefix), ImageForm.JSON)


def read_message(parts: Sequence[memoryview]) -> CameraFrame:
    """Read an image that came with its pixels.

    Raises:
        RemoteProtocolError: it is none.
    """
    match form_of_message(parts):
        case ImageForm.MULTIPART:
            header, pixels = FrameHeader.parse(parts)
            return _frame(header, _array(pixels, header.shape))
        case ImageForm.MAP:
            described, pixels = ImageMap.parse(parts)
            shape = (described.height, described.width)
            return CameraFrame(described.unique_id, described.timestamp, _array(pixels, shape))
        case _:
            image = ImageJson.parse(parts[0])
            shape = (image.height, image.width)
            return CameraFrame(image.unique_id, image.timestamp, _array(image.image, shape))


def read_shared(image: SharedImage) -> CameraFrame:
    """Give an image in shared memory."""
    pixels = _array(image.slot.pixels, image.frame.shape)
    return _frame(image.frame, pixels, image.slot)


def _frame(
    header: FrameHeader, pixels: NDArray[np.uint8], slot: SharedSlot | None = None
) -> CameraFrame:
    return CameraFrame(
        camera=header.id,
        timestamp_unix_ns=header.exposure_unix_ns,
        pixels=pixels,
        pixel_format=header.pixel_format,
        index=header.index,
        drops=header.drops,
        uncertainty_ns=header.uncertainty_ns,
        slot=slot,
    )


def _array(
    data: bytes | memoryview | NDArray[np.uint8], shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    array = np.frombuffer(data, np.uint8, math.prod(shape)).reshape(shape)
    array.flags.writeable = False
    return array
