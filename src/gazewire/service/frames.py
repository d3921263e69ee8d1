"""Images on the bus, in the format that clients ask for and not in that of the camera.

A camera gives frames in one pixel format. What goes out is made of them here, and only where
somebody listens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from gazewire.media import encode_jpeg
from gazewire.media.picture import picture_from_frame
from gazewire.media.plane import rows_of
from gazewire.model import Frame, Notification
from gazewire.service.exposure import Exposure
from gazewire.time import TimeBase
from gazewire.wire.ipc import FrameFormat, Message, WireFrame

__all__ = ["DEFAULT_FORMAT", "FrameFeed", "frame_format", "frame_message", "image_bytes"]

DEFAULT_FORMAT: FrameFormat = "jpeg"

# What a camera's own JPEG looks like: no scaling, hardly a visible loss.
_JPEG_QUALITY = 90

# As libav calls what the bus calls by shorter names. Cameras' own YUV has full range.
_PIXEL_FORMATS = {"yuv": "yuvj422p", "bgr": "bgr24", "gray": "gray"}


def frame_format(value: object) -> FrameFormat | None:
    """Read the name of a format; None where there is no such format."""
    known: tuple[FrameFormat, ...] = get_args(FrameFormat)
    return next((name for name in known if name == value), None)


def image_bytes(frame: Frame, format: FrameFormat) -> bytes | memoryview:
    """Make what the bus carries of a frame; takes up to some milliseconds.

    Args:
        frame: of any pixel format and size.
        format: of the bytes.
    """
    if (format, frame.pixel_format) in {("gray", "gray"), ("bgr", "bgr24")}:
        return frame.data
    if format == "jpeg":
        return encode_jpeg(frame, max_width=frame.width, quality=_JPEG_QUALITY)
    if frame.pixel_format == "gray":
        return _from_gray(np.frombuffer(frame.data, np.uint8), format)
    picture = picture_from_frame(frame).reformat(format=_PIXEL_FORMATS[format])
    chroma_columns = (frame.width + 1) // 2
    columns = {
        "yuv": (frame.width, chroma_columns, chroma_columns),
        "bgr": (3 * frame.width,),
        "gray": (frame.width,),
    }[format]
    planes = [
        rows_of(plane)[: frame.height, :wanted].tobytes()
        for plane, wanted in zip(picture.planes, columns, strict=True)
    ]
    return b"".join(planes)


def _from_gray(pixels: NDArray[np.uint8], format: FrameFormat) -> bytes:
    if format == "bgr":
        return np.repeat(pixels, 3).tobytes()
    return pixels.tobytes() + bytes([128]) * pixels.size


def frame_message(
    exposure: Exposure, topic: str, format: FrameFormat, timebase: TimeBase
) -> Message:
    """Make the message of an exposure; takes up to some milliseconds."""
    frame = exposure.frame()
    if format == "yuv" and frame.width % 2:
        # The format has no place for half a pixel of colour.
        format = "bgr"
    wire = WireFrame.at(
        topic,
        width=frame.width,
        height=frame.height,
        index=frame.index,
        timestamp_unix_ns=frame.timestamp_unix_ns,
        format=format,
        timebase=timebase,
    )
    return wire.message(image_bytes(frame, format))


class FrameFeed:
    """Decides whether an exposure is published, and in which format.

    Args:
        topic: of the camera.
        wants: whether anybody subscribes to a topic.
    """

    def __init__(self, topic: str, wants: Callable[[str], bool]) -> None:
        self.topic = topic
        self._wants = wants
        self._format: FrameFormat | None = None

    @property
    def format(self) -> FrameFormat | None:
        """The format in which the next exposure is published; None where it is not."""
        return self._format if self._format and self._wants(self.topic) else None

    def handle(self, notification: Notification) -> None:
        """Follow ``frame_publishing.started`` and ``frame_publishing.stopped``."""
        match notification.subject:
            case "frame_publishing.started":
                named = notification.fields.get("format", DEFAULT_FORMAT)
                self._format = frame_format(named) or self._format
            case "frame_publishing.stopped":
                self._format = None
