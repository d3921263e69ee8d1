from __future__ import annotations

import numpy as np
import pytest

from gazewire.eye.confidence import evidence, probability
from gazewire.eye.ellipses import Ellipses
from gazewire.eye.picture import EyePicture

CENTER = (90.5, 100.5)


def odds(image, *outlines):
    picture = EyePicture.of(image, coarse_detection=True)
    ellipses = Ellipses.of_axes(*outlines[0])
    for outline in outlines[1:]:
        ellipses = ellipses.joined(Ellipses.of_axes(*outline))
    return evidence(picture.tones(), ellipses.scaled(0.5), 96)


def test_a_pupil_looks_more_like_one_than_its_iris_a_part_of_it_and_skin(draw):
    pupil, *others = odds(
        draw(CENTER, (40.0, 40.0)),
        (CENTER, (40.0, 40.0), 0.0),
        (CENTER, (96.0, 96.0), 0.0),
        (CENTER, (40.0, 20.0), 0.0),
        ((30.0, 30.0), (40.0, 40.0), 0.0),
    )
    assert pupil > max(others) + 1


def test_contrast_counts_relative_to_the_image(draw):
    bright, dark = (
        odds(draw(CENTER, (40.0, 40.0), levels=levels, noise=0.3), (CENTER, (40.0, 40.0), 0.0))[0]
        for levels in [(40, 100, 200), (8, 20, 40)]
    )
    assert bright == pytest.approx(dark, abs=2)


def test_a_pupil_that_glints_hide_is_not_even_looked_at():
    image = np.full((192, 192), 60, np.uint8)
    picture = EyePicture.of(image, coarse_detection=True)
    tones = np.full_like(picture.tones(), 1e6)
    assert np.isfinite(evidence(tones, Ellipses.of_axes((48, 48), (20, 20), 0.0), 96)).all()


def test_odds_are_probabilities():
    assert probability(0.0) == 0.5
    assert probability(1e9) == pytest.approx(1)
    assert probability(-1e9) == pytest.approx(0)
