from __future__ import annotations

import numpy as np
import pytest

from gazewire.eye.candidates import dark_blobs
from gazewire.eye.picture import EyePicture
from gazewire.model import DetectorSettings2d

SETTINGS = DetectorSettings2d()


def nearest(blobs, center, diameter):
    away = np.hypot(*(blobs.centers - np.array(center)).T) + np.abs(2 * blobs.radii - diameter)
    return away.min()


def test_a_pupil_is_among_the_blobs(draw):
    picture = EyePicture.of(draw((90.5, 100.5), (40.0, 40.0)), coarse_detection=True)
    blobs = dark_blobs(picture, SETTINGS, min_px=5, max_px=50)
    assert nearest(blobs, (45, 50), 20) < 2


def test_a_shadow_of_a_quarter_of_the_image_hides_none(draw):
    image = draw((90.5, 70.5), (40.0, 40.0))
    image[140:] = 10
    picture = EyePicture.of(image, coarse_detection=True)
    blobs = dark_blobs(picture, SETTINGS, min_px=5, max_px=50)
    assert nearest(blobs, (45, 35), 20) < 2


@pytest.mark.parametrize("level", [0, 90, 255])
def test_an_even_image_has_none(level):
    picture = EyePicture.of(np.full((192, 192), level, np.uint8), coarse_detection=True)
    assert len(dark_blobs(picture, SETTINGS, min_px=5, max_px=50)) == 0


def test_blobs_of_other_sizes_are_left_out(draw):
    picture = EyePicture.of(draw((90.5, 100.5), (40.0, 40.0), iris=1.0), coarse_detection=True)
    for min_px, max_px in [(25, 90), (3, 9)]:
        blobs = dark_blobs(picture, SETTINGS, min_px=min_px, max_px=max_px)
        assert len(blobs) == 0 or nearest(blobs, (45, 50), 20) > 4
