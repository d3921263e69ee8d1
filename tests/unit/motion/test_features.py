"""Features tell of movement, and of nothing else."""

import numpy as np
import pytest

from gazewire.motion.features import FEATURES, features
from gazewire.motion.grid import GRID_HZ, GridTrace


def walk(points: int = 2500) -> np.ndarray:
    return np.cumsum(np.random.default_rng(3).normal(0, 0.05, (2, points)), axis=1)


def of(position_deg: np.ndarray, lost: np.ndarray | None = None) -> np.ndarray:
    nothing = np.zeros(position_deg.shape[1])
    return features(GridTrace(0.0, position_deg, nothing if lost is None else lost))


def test_there_are_as_many_as_said() -> None:
    assert of(walk(700)).shape == (FEATURES, 700)
    assert of(walk(700)).dtype == np.float32


@pytest.mark.parametrize("angle", [0.3, 1.2, np.pi])
def test_a_trace_that_is_moved_turned_or_mirrored_has_the_same(angle: float) -> None:
    cos, sin = np.cos(angle), np.sin(angle)
    plain = of(walk())
    assert of(np.array([[cos, -sin], [sin, cos]]) @ walk()) == pytest.approx(plain, abs=1e-3)
    assert of(walk() * [[1], [-1]]) == pytest.approx(plain, abs=1e-3)
    assert of(walk() + np.array([[60], [-40]])) == pytest.approx(plain, abs=1e-3)


def test_another_scale_shifts_the_logarithms_and_leaves_the_shapes() -> None:
    plain, double = of(walk()), of(2 * walk())
    shift = np.median(double - plain, axis=1)
    assert shift[:11] == pytest.approx(np.log(2), abs=0.1)
    assert shift[11:20] == pytest.approx(0, abs=0.05)


def test_speed_is_that_of_the_movement() -> None:
    t_s = np.arange(1000) / GRID_HZ
    slow, fast = (of(np.stack((v * t_s, 0 * t_s)))[0:7, 200:-200] for v in (20.0, 200.0))
    assert fast - slow == pytest.approx(np.log(10), abs=0.05)


def test_no_movement_and_no_points_are_finite() -> None:
    assert np.isfinite(of(np.zeros((2, 40)))).all()
    assert np.isfinite(of(np.zeros((2, 1)))).all()


def test_lost_points_are_told() -> None:
    lost = np.zeros(400)
    lost[200:220] = 1
    assert (of(walk(400), lost) != of(walk(400))).any(axis=1).sum() == 3
