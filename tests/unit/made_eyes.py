"""Videos of drawn eyes, as the eye cameras of a Core headset record them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

SIZE_PX = 192
# A point of the eyeball's pupil circle, seen from a camera 40 mm in front of it.
_BALL_PX, _PUPIL_PX = 60.0, 18.0


def eye_image(across_deg: float, down_deg: float = 0.0, *, seed: int = 0) -> NDArray[np.uint8]:
    """An eye that looks so far to the side of the camera; (192, 192) uint8."""
    rng = np.random.default_rng(seed)
    image = rng.normal(170, 4, (SIZE_PX, SIZE_PX)).clip(0, 255).astype(np.uint8)
    across, down = math.radians(across_deg), math.radians(down_deg)
    middle = (SIZE_PX - 1) / 2
    direction = np.array(
        [math.sin(across) * math.cos(down), math.sin(down), math.cos(across) * math.cos(down)]
    )
    x, y = middle + _BALL_PX * direction[:2]
    tilt = math.degrees(math.atan2(direction[1], direction[0]))
    for radius, shade in ((2.4 * _PUPIL_PX, 110), (_PUPIL_PX, 25)):
        box = ((x, y), (2 * radius * float(direction[2]), 2 * radius), tilt)
        cv2.ellipse(image, box, shade, cv2.FILLED, cv2.LINE_AA)
    return image


def write_video(
    path: Path, images: Iterable[NDArray[np.uint8]], *, rate_hz: int = 100, codec: str = "mjpeg"
) -> Path:
    """Write images of gray, (H, W) uint8, by default as Core does: a key frame each."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz)
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.time_base = Fraction(1, rate_hz)
        if codec == "mjpeg":
            stream.options = {"qmin": "2", "qmax": "2"}
        for index, image in enumerate(images):
            if not index:
                stream.height, stream.width = image.shape
            picture = av.VideoFrame.from_ndarray(image, format="gray")
            picture.pts, picture.time_base = index, Fraction(1, rate_hz)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def damage_picture(path: Path, index: int) -> None:
    """Overwrite the bytes of one picture of a video."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        start, size = packets[index].pos, packets[index].size
    content = bytearray(path.read_bytes())
    content[start : start + size] = bytes(size)
    path.write_bytes(content)
