"""Single images in the formats of the Core network, as pictures of libav."""

from __future__ import annotations

from typing import Literal

import av
import numpy as np
from av.video.reformatter import ColorRange

from gazewire.media.decoded import Picture
from gazewire.media.plane import rows_of

__all__ = ["picture_from_bytes"]

# Rows and columns of an image are divided by these in each plane of the picture.
_PLANAR_422 = ((1, 1), (1, 2), (1, 2))
# By less than this many pixels.
_ROUNDED_UP = 64


def picture_from_bytes(
    data: bytes | memoryview,
    format: Literal["jpeg", "yuv", "bgr", "gray"],
    *,
    width: int,
    height: int,
    timestamp_unix_ns: int,
) -> Picture:
    """Make a picture of an image; a JPEG of 640x480 takes a millisecond.

    Args:
        data: a JPEG file; for ``yuv`` planes in 4:2:2 of full range; else rows of pixels.
        format: of `data`.
        width: pixels in a row.
        height: rows.
        timestamp_unix_ns: instant of exposure.

    Raises:
        ValueError: that is no image of this size.
    """
    match format:
        case "jpeg":
            frame = _decoded(data, width, height)
        case "yuv":
            frame = _filled(data, width, height, "yuvj422p", _PLANAR_422)
            frame.color_range = ColorRange.JPEG
        case "bgr":
            frame = _filled(data, 3 * width, height, "bgr24", ((1, 1),), width=width)
        case "gray":
            frame = _filled(data, width, height, "gray", ((1, 1),))
    return Picture(timestamp_unix_ns, frame)


def _decoded(data: bytes | memoryview, width: int, height: int) -> av.VideoFrame:
    codec = av.CodecContext.create("mjpeg", "r")
    # The file may claim any size, and libav would set memory aside for it. It rounds sizes up.
    codec.options = {"max_pixels": str((width + _ROUNDED_UP) * (height + _ROUNDED_UP))}
    try:
        frames = codec.decode(av.Packet(bytes(data)))
    except av.FFmpegError as error:
        raise ValueError(f"not a JPEG: {error.strerror}") from error
    if len(frames) != 1 or not isinstance(frames[0], av.VideoFrame):
        raise ValueError("not a JPEG")
    frame = frames[0]
    if frame.is_corrupt:
        raise ValueError("a JPEG that is damaged")
    if (frame.width, frame.height) != (width, height):
        raise ValueError(f"a JPEG of {frame.width}x{frame.height} is announced as {width}x{height}")
    return frame


def _filled(
    data: bytes | memoryview,
    columns: int,
    rows: int,
    pixel_format: str,
    planes: tuple[tuple[int, int], ...],
    *,
    width: int | None = None,
) -> av.VideoFrame:
    """Copy planes that follow each other without padding."""
    source = np.frombuffer(data, np.uint8)
    shapes = [(rows // down, columns // across) for down, across in planes]
    expected = sum(down * across for down, across in shapes)
    if source.size != expected or expected == 0:
        raise ValueError(f"{pixel_format} needs {expected} bytes, not {source.size}")
    frame = av.VideoFrame(columns if width is None else width, rows, pixel_format)
    offset = 0
    for plane, (height, across) in zip(frame.planes, shapes, strict=True):
        part = source[offset : offset + height * across].reshape(height, across)
        rows_of(plane)[:height, :across] = part
        offset += height * across
    return frame
