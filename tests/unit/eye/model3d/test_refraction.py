"""Light leaves the cornea as Snell's law and Fermat's principle say."""

import numpy as np
import pytest

from gazewire.eye.model3d.refraction import apparent_points
from gazewire.sim.eyeball import seen_through_cornea

CORNEA = np.array([3.0, 2.0, 28.0])
RADIUS, INDEX = 7.8, 1.3375


def pupil(lean: float) -> np.ndarray:
    normal = np.array([lean, -0.1, -1.0])
    normal /= np.linalg.norm(normal)
    across = np.cross(normal, [0, 1, 0])
    across /= np.linalg.norm(across)
    angle = np.linspace(0, 6, 13)[:, None]
    rim = np.cos(angle) * across + np.sin(angle) * np.cross(normal, across)
    return CORNEA + 4.2 * normal + 2.0 * rim


@pytest.mark.parametrize("lean", [0.0, 0.4, 1.0, 2.0])
def test_rays_and_shortest_paths_agree(lean: float) -> None:
    points = pupil(lean)
    found = apparent_points(points, np.tile(CORNEA, (13, 1)), RADIUS, INDEX)
    assert found == pytest.approx(seen_through_cornea(points, CORNEA, RADIUS, INDEX), abs=1e-7)


def test_without_refraction_a_point_is_seen_where_it_is() -> None:
    points = pupil(0.3)
    found = apparent_points(points, np.tile(CORNEA, (13, 1)), RADIUS, 1.0)
    assert found / found[:, 2:] == pytest.approx(points / points[:, 2:], abs=1e-9)


def test_what_the_cornea_hides_is_not_seen() -> None:
    behind = CORNEA + np.array([[0.0, 7.5, 1.5]])
    assert np.isnan(apparent_points(behind, CORNEA[None], RADIUS, INDEX)).all()
