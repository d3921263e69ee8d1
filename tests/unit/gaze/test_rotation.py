"""Rotations between sets of directions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gazewire.gaze.rotation import align_directions, align_directions_robustly, is_determined


@pytest.fixture
def vectors() -> np.ndarray:
    found = np.random.default_rng(1).normal((0, 0, 1), 0.3, (30, 3))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_a_rotation_is_found_again(vectors) -> None:
    truth = Rotation.from_rotvec([0.2, 2.9, 0.1]).as_matrix()
    assert align_directions(vectors, vectors @ truth.T) == pytest.approx(truth, abs=1e-12)


def test_outliers_do_not_turn_it(vectors) -> None:
    truth = Rotation.from_rotvec([0.2, 0.9, 0.1]).as_matrix()
    fixed = vectors @ truth.T
    fixed[:8] = (0, 1, 0)
    found, _ = align_directions_robustly(vectors, fixed)
    assert np.degrees(Rotation.from_matrix(found @ truth.T).magnitude()) < 0.5
    plain = align_directions(vectors, fixed)
    assert np.degrees(Rotation.from_matrix(plain @ truth.T).magnitude()) > 5


def test_one_direction_determines_none(vectors) -> None:
    assert is_determined(vectors)
    assert not is_determined(np.repeat(vectors[:1], 9, axis=0))
    assert not is_determined(np.empty((0, 3)))
