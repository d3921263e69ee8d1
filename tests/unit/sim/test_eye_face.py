from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.eye_camera import Side
from gazewire.sim.eye_face import Face
from gazewire.sim.person import Person

PERSON = Person.from_seed(4)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_pixel_looks_at_the_place_on_the_face_that_it_is_said_to(side: Side) -> None:
    eye = PERSON.eye(side)
    face = Face.of(eye)
    rows, columns = np.mgrid[60:140:10, 60:140:10].reshape(2, -1)
    azimuth = face.azimuth_deg[rows, columns].astype(float)
    elevation = face.elevation_deg[rows, columns].astype(float)
    radius = face.surface_radius_mm(azimuth, elevation)
    outward = 1.0 if side == "right" else -1.0
    a, e = np.radians(azimuth), np.radians(elevation)
    ways = [outward * np.sin(a) * np.cos(e), -np.sin(e), np.cos(a) * np.cos(e)]
    points = radius[:, None] * np.stack(ways, axis=1) + eye.ball.center_mm
    pixels = eye.camera.project(eye.camera.from_scene(points))
    assert np.abs(pixels - np.stack([columns, rows], axis=1)).max() < 0.7


def test_the_face_lies_outside_of_the_eye() -> None:
    for seed in range(3):
        eye = Person.from_seed(seed).left
        face = Face.of(eye)
        apex_mm = eye.ball.cornea_offset_mm + eye.ball.cornea_radius_mm
        ahead = face.surface_radius_mm(np.zeros(1), np.zeros(1))
        assert ahead[0] > apex_mm
        assert face.radius_mm.min() > 0.9 * eye.ball.radius_mm


def test_light_is_positive_and_falls_off_towards_the_temple() -> None:
    face = Face.of(PERSON.right)
    assert face.light.min() > 0
    assert face.light[96, 10] < face.light[96, 120]
