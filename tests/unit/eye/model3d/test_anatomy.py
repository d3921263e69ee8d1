"""The average eye."""

import pytest

from gazewire.eye.model3d import EyeAnatomy


def test_both_spheres_meet_in_the_limbus() -> None:
    eye = EyeAnatomy()
    to_limbus = (eye.eyeball_radius_mm**2 - eye.limbus_radius_mm**2) ** 0.5
    from_cornea = to_limbus - eye.cornea_distance_mm
    assert from_cornea**2 + eye.limbus_radius_mm**2 == pytest.approx(eye.cornea_radius_mm**2)


def test_the_pupil_lies_behind_the_apex() -> None:
    eye = EyeAnatomy()
    apex_mm = eye.cornea_distance_mm + eye.cornea_radius_mm
    assert apex_mm - eye.pupil_distance_mm == pytest.approx(3.6)
    assert eye.pupil_distance_mm == pytest.approx(9.52, abs=0.01)
