from __future__ import annotations

import cv2
import numpy as np
import pytest

from gazewire.model import Frame, PixelFormat
from gazewire.multicam.preview import preview_jpeg

WIDTH, HEIGHT = 128, 96


def frame(pixel_format: PixelFormat, level: int) -> Frame:
    sizes = {"gray": 1.0, "bgr24": 3.0, "yuv420p": 1.5}
    data = np.full(round(WIDTH * HEIGHT * sizes[pixel_format]), level, np.uint8)
    if pixel_format == "yuv420p":
        data[WIDTH * HEIGHT :] = 128
    return Frame(
        camera="a",
        index=0,
        timestamp_unix_ns=0,
        width=WIDTH,
        height=HEIGHT,
        pixel_format=pixel_format,
        data=data.data,
    )


@pytest.mark.parametrize(
    ("pixel_format", "level", "shown"),
    [("gray", 200, 200), ("bgr24", 200, 200), ("yuv420p", 235, 255)],
)
@pytest.mark.parametrize(("width", "size"), [(64, (48, 64)), (1000, (HEIGHT, WIDTH))])
def test_an_image_becomes_small_and_stays_what_it_is(
    pixel_format: PixelFormat, level: int, shown: int, width: int, size: tuple[int, int]
) -> None:
    jpeg = preview_jpeg(frame(pixel_format, level), width=width, quality=75)
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels.shape == (*size, 3)
    assert np.abs(pixels.astype(int) - shown).max() <= 3
