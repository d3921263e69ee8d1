from __future__ import annotations

import numpy as np
import pytest

from gazewire.eye.picture import GLINT, EyePicture


@pytest.mark.parametrize(
    ("width", "shrunk", "coarsened"), [(100, 1, 1), (192, 1, 2), (400, 2, 2), (640, 2, 2)]
)
def test_sizes_follow_the_width(width, shrunk, coarsened):
    picture = EyePicture.of(np.zeros((width, width), np.uint8), coarse_detection=True)
    assert (picture.shrunk, picture.coarsened) == (shrunk, coarsened)
    assert picture.coarse.shape == (width // shrunk // coarsened,) * 2


def test_without_coarse_detection_there_is_one_size():
    picture = EyePicture.of(np.zeros((192, 192), np.uint8), coarse_detection=False)
    assert picture.coarse is picture.gray


def test_glints_are_marked_in_both_sizes_and_skin_is_not(draw):
    picture = EyePicture.of(draw(glints=[(96.0, 100.0)]), coarse_detection=True)
    tones, levels = picture.tones(), picture.levels()
    assert tones[50, 48] == GLINT
    assert levels[100, 96] == GLINT
    assert (levels == GLINT).mean() < 0.02


def test_a_border_is_not_what_is_black(draw):
    image = draw()
    image[:50] = 0
    assert EyePicture.of(image, coarse_detection=True).black > 15


def test_tones_keep_ratios():
    image = np.repeat(np.array([40, 80, 160], np.uint8), 60)[None].repeat(180, axis=0)
    tones = EyePicture.of(image, coarse_detection=True).tones()
    dark, middle, bright = tones[45, [10, 45, 80]]
    assert dark < middle < bright
    assert bright - middle < 1.2 * (middle - dark)
