"""The shortest turn to the z axis."""

import numpy as np
import pytest

from gazewire.optics import rotation_to_axis


def test_directions_become_the_z_axis_without_mirroring() -> None:
    directions = np.random.default_rng(0).standard_normal((20, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    turns = rotation_to_axis(directions)
    assert np.einsum("nij,nj->ni", turns, directions) == pytest.approx(
        np.tile([0, 0, 1.0], (20, 1)), abs=1e-12
    )
    assert np.linalg.det(turns) == pytest.approx(1.0)
    assert turns @ turns.transpose(0, 2, 1) == pytest.approx(np.tile(np.eye(3), (20, 1, 1)))


def test_the_turn_is_the_shortest() -> None:
    direction = np.array([0.6, 0.0, 0.8])
    angle = np.arccos((np.trace(rotation_to_axis(direction)) - 1) / 2)
    assert angle == pytest.approx(np.arccos(0.8))


def test_straight_backward_is_a_turn_too() -> None:
    turn = rotation_to_axis(np.array([0.0, 0.0, -1.0]))
    assert turn @ [0, 0, -1.0] == pytest.approx([0, 0, 1.0])
    assert np.linalg.det(turn) == pytest.approx(1.0)
