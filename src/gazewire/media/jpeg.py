"""Frames as JPEG, for pages that show a camera."""

from __future__ import annotations

from fractions import Fraction

import av
from av.video.reformatter import ColorRange, Interpolation

from gazewire.media.picture import picture_from_frame
from gazewire.model import Frame

__all__ = ["encode_jpeg"]

# The coder's own scale of quantisation: 2 is the best that it does, 31 the worst.
_BEST_QUANTISER = 2
_WORST_QUANTISER = 31


def encode_jpeg(frame: Frame, *, max_width: int, quality: int) -> bytes:
    """Scale a frame down and encode it; it takes milliseconds, so call it in a worker thread.

    Args:
        frame: any pixel format.
        max_width: a wider frame is made this wide, in proportion; a narrower one stays as it is.
        quality: 1 (worst) to 100 (best).

    Returns:
        A JPEG file.
    """
    if not 1 <= quality <= 100:
        raise ValueError(f"the quality of a JPEG goes from 1 to 100, not {quality}")
    width = min(frame.width, max_width)
    height = max(1, round(frame.height * width / frame.width))
    picture = picture_from_frame(frame).reformat(
        width=width,
        height=height,
        format="yuvj420p",
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.AREA,
    )
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width = width
    codec.height = height
    codec.pix_fmt = "yuvj420p"
    codec.time_base = Fraction(1, 1000)
    span = _WORST_QUANTISER - _BEST_QUANTISER
    codec.qmin = codec.qmax = _BEST_QUANTISER + round((100 - quality) * span / 99)
    (packet,) = codec.encode(picture)
    return bytes(packet)
