"""Circles and spheres are seen where their points are, and circles are found again."""

import numpy as np
import pytest

from gazewire.optics import (
    circle_outline,
    dual_conic,
    ellipse_of_dual,
    sphere_outline,
    unproject_circle,
)

CENTER = np.array([4.0, -3.0, 30.0])
NORMAL = np.array([0.48, 0.36, -0.8])


def off_ellipse(points: np.ndarray, dual: np.ndarray) -> np.ndarray:
    center, shape = ellipse_of_dual(dual)
    off = points[:, :2] / points[:, 2:] - center
    return np.einsum("ni,ij,nj->n", off, np.linalg.inv(shape), off) - 1


def test_the_rim_of_a_circle_lies_on_its_image() -> None:
    across = np.cross(NORMAL, [0, 1, 0])
    across /= np.linalg.norm(across)
    angle = np.linspace(0, 6, 15)[:, None]
    rim = CENTER + 2 * (np.cos(angle) * across + np.sin(angle) * np.cross(NORMAL, across))
    assert off_ellipse(rim, circle_outline(CENTER, NORMAL, 2.0)) == pytest.approx(0, abs=1e-9)


def test_rays_that_touch_a_sphere_lie_on_its_outline() -> None:
    rng = np.random.default_rng(1)
    # A point of the sphere is on the outline where the ray is square to the radius.
    distance = np.linalg.norm(CENTER)
    axis = CENTER / distance
    beside = np.cross(axis, rng.standard_normal((10, 3)))
    beside /= np.linalg.norm(beside, axis=1, keepdims=True)
    sine = 10.0 / distance
    points = axis * np.sqrt(1 - sine**2) + sine * beside
    assert off_ellipse(points, sphere_outline(CENTER, 10.0)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_a_circle_is_one_of_the_two_that_its_image_tells_of(seed: int) -> None:
    rng = np.random.default_rng(seed)
    center = np.array([*rng.uniform(-10, 10, 2), rng.uniform(15, 50)])
    normal = rng.standard_normal(3)
    normal /= np.linalg.norm(normal) * (np.sign(normal @ center) * -1)
    found = unproject_circle(circle_outline(center, normal, 2.5))
    assert found is not None
    centers, normals = found
    errors = np.hypot(
        np.linalg.norm(2.5 * centers - center, axis=1), np.linalg.norm(normals - normal, axis=1)
    )
    assert errors.min() < 1e-6


def test_both_circles_look_the_same() -> None:
    dual = circle_outline(CENTER, NORMAL, 1.0)
    found = unproject_circle(dual)
    assert found is not None
    for center, normal in zip(*found, strict=True):
        again = circle_outline(center, normal, 1.0)
        assert again / again[2, 2] == pytest.approx(dual / dual[2, 2], abs=1e-9)
        assert center[2] > 0 > normal @ center


@pytest.mark.parametrize("shape", [np.zeros((2, 2)), -np.eye(2), np.full((2, 2), np.nan)])
def test_what_is_no_ellipse_is_no_circle(shape: np.ndarray) -> None:
    assert unproject_circle(dual_conic(np.zeros(2), shape)) is None
