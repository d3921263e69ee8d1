"""The polynomials say what traced light does."""

import numpy as np
import pytest

from gazewire.eye.model3d import EyeAnatomy
from gazewire.eye.model3d.appearance import Appearance
from gazewire.eye.model3d.eye_view import EyeView
from gazewire.optics import circle_outline

AVERAGE = EyeAnatomy()


def test_they_are_made_once() -> None:
    assert Appearance.of(AVERAGE) is Appearance.of(EyeAnatomy())


def test_a_small_pupil_seen_from_before_is_round_and_magnified_by_an_eighth() -> None:
    lean, size, aspect = Appearance.of(AVERAGE).at(np.array([0.02]))[0, :, 0, 0]
    assert aspect == pytest.approx(1.0, abs=0.005)
    assert size == pytest.approx(1.12, abs=0.02)
    # The image of the pupil lies half a millimetre before it.
    assert 1 / np.sqrt(lean) == pytest.approx(1.05, abs=0.02)


def test_without_refraction_a_pupil_is_a_disc() -> None:
    eye = EyeAnatomy(refractive_index=1.0)
    center_mm = np.array([2.0, -1.0, 35.0])
    normal = np.array([0.5, 0.2, -np.sqrt(1 - 0.29)])
    pupil_mm = center_mm + eye.pupil_distance_mm * normal
    seen = EyeView(center_mm[None], eye).see(circle_outline(pupil_mm, normal, 2.0)[None])
    assert seen.radius_mm[0, 0] == pytest.approx(2.0, rel=0.005)
    assert seen.narrow[0, 0] == pytest.approx(0, abs=0.005)
    assert np.cos(seen.turn[0, 0]) == pytest.approx(
        -normal @ center_mm / np.linalg.norm(center_mm), abs=0.002
    )
