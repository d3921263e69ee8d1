from __future__ import annotations

import numpy as np
import pytest

from gazewire.motion.diameter import AngularDiameter


def test_nothing_and_one_direction_have_no_angle() -> None:
    diameter = AngularDiameter()
    assert diameter.angle_deg == 0.0
    diameter.insert(0, np.array([0.0, 0.0, 2.0]))
    assert diameter.angle_deg == 0.0


def test_small_angles_are_exact() -> None:
    diameter = AngularDiameter()
    for offset in (0.0, 1e-9):
        diameter.insert(len(diameter), np.array([offset, 0.0, 1.0]))
    assert diameter.angle_deg == pytest.approx(np.degrees(1e-9), rel=1e-6)


def test_opposite_directions_are_half_a_turn_apart() -> None:
    diameter = AngularDiameter()
    for z in (1.0, -1.0):
        diameter.insert(len(diameter), np.array([0.0, 0.0, z]))
    assert diameter.angle_deg == pytest.approx(180.0)


def test_cleared_it_begins_anew() -> None:
    diameter = AngularDiameter()
    for x in (0.0, 1.0):
        diameter.insert(0, np.array([x, 0.0, 1.0]))
    diameter.clear()
    assert len(diameter) == 0
    assert diameter.angle_deg == 0.0


@pytest.mark.parametrize("direction", [(0.0, 0.0, 0.0), (np.nan, 0.0, 1.0), (np.inf, 0.0, 1.0)])
def test_what_is_no_direction_is_refused(direction: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="no direction"):
        AngularDiameter().insert(0, np.array(direction))
