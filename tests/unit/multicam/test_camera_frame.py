from __future__ import annotations

import numpy as np

from gazewire.multicam import CameraFrame


def test_brightness_is_there_for_every_pixel_format() -> None:
    white = np.full((2, 2, 3), 255, np.uint8)
    planes = np.concatenate([np.full((2, 2), 90, np.uint8), np.full((1, 2), 128, np.uint8)])
    images = [
        CameraFrame("a", 0, white[..., 0]),
        CameraFrame("a", 0, white, "bgr24"),
        CameraFrame("a", 0, planes, "yuv420p"),
    ]
    assert [image.gray.tolist() for image in images] == [
        [[255, 255]] * 2,
        [[255, 255]] * 2,
        [[90, 90]] * 2,
    ]


def test_pixels_of_its_own_stay() -> None:
    frame = CameraFrame("a", 0, np.zeros((2, 2), np.uint8))
    assert frame.is_intact
    assert frame.copied() is frame
