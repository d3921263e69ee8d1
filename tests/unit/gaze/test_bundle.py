"""Bundle adjustment finds what was moved."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gazewire.gaze.bundle import Bundle, adjust


@pytest.fixture
def bundle() -> Bundle:
    rng = np.random.default_rng(6)
    rotations = Rotation.from_rotvec([(0, 0, 0), (0.3, 2.0, 0.1), (-0.2, 1.8, 0)]).as_matrix()
    positions = np.array([(0.0, 0, 0), (200, 15, -20), (-400, 15, -20)])
    targets = rng.normal((0, 0, 700), 150, (25, 3))
    lines = targets - positions[:, None]
    lines /= np.linalg.norm(lines, axis=2, keepdims=True)
    return Bundle(
        observations=lines @ rotations,
        rotations=rotations,
        positions=positions,
        targets=targets,
        turning=(1, 2),
        has_open_targets=True,
    )


def shifted(bundle: Bundle, **changes) -> Bundle:
    fields = {name: getattr(bundle, name) for name in bundle.__dataclass_fields__}
    return Bundle(**{**fields, **changes})


def test_turned_eyes_and_unknown_targets_are_found(bundle) -> None:
    turn = Rotation.from_rotvec([0.05, -0.03, 0.04]).as_matrix()
    start = shifted(
        bundle,
        rotations=np.stack([bundle.rotations[0], *(turn @ bundle.rotations[1:])]),
        targets=bundle.targets * 0.8,
    )
    found, cost = adjust(start)
    assert cost < 1e-6
    assert found.rotations == pytest.approx(bundle.rotations, abs=2e-3)


def test_a_moved_camera_is_found(bundle) -> None:
    start = shifted(
        bundle,
        positions=bundle.positions + np.array([(0, 0, 0), (5, -5, 5), (0, 0, 0)]),
        turning=(1,),
        moving=(1,),
        has_open_targets=False,
    )
    found, cost = adjust(start)
    assert cost < 1e-9
    assert found.positions == pytest.approx(bundle.positions, abs=0.1)
