from __future__ import annotations

import numpy as np
import pytest

from gazewire.eye.confidence import doubt
from gazewire.eye.ellipses import Ellipses
from gazewire.eye.lids import uncovered
from gazewire.eye.outline import refine
from gazewire.eye.picture import EyePicture

CENTER, AXES, ANGLE_DEG = (90.3, 101.6), (36.0, 42.0), 30.0


def outlines(image):
    """The outline on all edges, and the one without a lid's."""
    picture = EyePicture.of(image, coarse_detection=True)
    near = refine(picture.levels(), Ellipses.of_axes(CENTER, (38.0, 38.0), 0.0))
    on_all_edges = refine(picture.levels(), near.ellipses)
    return on_all_edges, uncovered(picture.levels(), on_all_edges)


@pytest.mark.parametrize("lid_row", [86, 90, 94])
def test_the_edge_of_a_lid_is_no_part_of_the_outline(draw, lid_row):
    on_all_edges, outline = outlines(draw(CENTER, AXES, ANGLE_DEG, lid_row=lid_row))
    center, axes, _ = outline.ellipses.outline(0)
    assert np.hypot(*(on_all_edges.ellipses.centers[0] - CENTER)) > 1
    assert center == pytest.approx(CENTER, abs=0.5)
    assert axes == pytest.approx(AXES, rel=0.04)


def test_a_whole_pupil_stays_as_it_is(draw):
    on_all_edges, outline = outlines(draw(CENTER, AXES, ANGLE_DEG))
    assert outline is on_all_edges


def test_a_dark_spot_beside_the_pupil_is_no_lid(draw):
    image = draw(CENTER, AXES, ANGLE_DEG, noise=3.0)
    image[95:103, 112:118] = 80
    on_all_edges, outline = outlines(image)
    assert outline is on_all_edges


def test_an_outline_on_the_edge_of_a_lid_is_doubted_and_a_whole_one_is_not(draw):
    cut, uncut = outlines(draw(CENTER, AXES, ANGLE_DEG, lid_row=92))
    whole, _ = outlines(draw(CENTER, AXES, ANGLE_DEG))
    assert doubt(whole) < 0
    assert doubt(whole) < doubt(uncut) < doubt(cut) - 1


def test_an_outline_without_edges_is_doubted(draw):
    _, skin = outlines(np.full((192, 192), 90, np.uint8))
    assert np.isfinite(doubt(skin))
