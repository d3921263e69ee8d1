from __future__ import annotations

import numpy as np
import pytest

from gazewire.eye.ellipses import Ellipses
from gazewire.eye.outline import refine, snap
from gazewire.eye.picture import EyePicture

CENTER, AXES, ANGLE_DEG = (90.3, 101.6), (36.0, 44.0), 30.0


@pytest.fixture
def picture(draw):
    return EyePicture.of(draw(CENTER, AXES, ANGLE_DEG), coarse_detection=True)


@pytest.mark.parametrize("diameter", [32.0, 40.0, 50.0])
@pytest.mark.parametrize("aside", [(-5, 0), (0, 0), (3, 3)])
def test_a_rough_circle_snaps_to_the_pupil(picture, diameter, aside):
    center = (CENTER[0] + aside[0], CENTER[1] + aside[1])
    rough = Ellipses.of_axes(center, (diameter, diameter), 0.0).scaled(0.5)
    found = snap(picture.tones(), rough).scaled(2)
    assert np.hypot(*(found.centers[0] - CENTER)) < 3
    assert 2 * found.radii[0] == pytest.approx(40, abs=6)


def test_an_ellipse_off_by_some_pixels_is_laid_on_the_edge(picture):
    near = Ellipses.of_axes((92.3, 99.6), (40.0, 40.0), 0.0)
    for _ in range(2):
        found = refine(picture.levels(), near)
        near = found.ellipses
    center, axes, angle_deg = near.outline(0)
    assert center == pytest.approx(CENTER, abs=0.1)
    assert axes == pytest.approx(AXES, rel=0.01)
    assert angle_deg == pytest.approx(ANGLE_DEG, abs=2)
    assert 0.5 < found.agreement(2.5)[0] <= 1


def test_edges_agree_with_a_pupil_more_than_with_skin(picture):
    both = Ellipses.of_axes(CENTER, AXES, ANGLE_DEG).joined(
        Ellipses.of_axes((20.0, 20.0), (30.0, 30.0), 0.0)
    )
    agreement = refine(picture.levels(), both).agreement(2.5)
    assert agreement[0] > 2 * agreement[1]


def test_behind_a_glint_the_pupil_goes_on_round(draw):
    image = draw(CENTER, (40.0, 40.0), glints=[(90.3, 118.0)], glint_px=18.0)
    picture = EyePicture.of(image, coarse_detection=True)
    found = refine(picture.levels(), Ellipses.of_axes(CENTER, (38.0, 38.0), 0.0)).ellipses
    assert np.hypot(*(found.centers[0] - CENTER)) < 0.5
    assert found.roundness[0] > 0.96
