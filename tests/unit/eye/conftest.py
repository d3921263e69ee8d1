"""What tests of the 2-D detector share: eyes drawn from formulas, and one rendered eye."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gazewire.sim import EyePose, EyeRenderer, Person


def inside(
    size: tuple[int, int],
    center: tuple[float, float],
    axes: tuple[float, float],
    angle_deg: float = 0.0,
) -> NDArray[np.float64]:
    """Share of each pixel that an ellipse covers, (H, W), to a hundredth."""
    width, height = size
    y, x = np.ogrid[:height, :width]
    x, y = x - center[0], y - center[1]
    turn = np.radians(angle_deg)
    u = (x * np.cos(turn) + y * np.sin(turn)) / (axes[0] / 2)
    v = (y * np.cos(turn) - x * np.sin(turn)) / (axes[1] / 2)
    # The distance from the outline, to first order.
    slope = np.hypot(u / (axes[0] / 2), v / (axes[1] / 2))
    distance = (u * u + v * v - 1) / (2 * np.maximum(slope, 1e-6))
    return np.clip(0.5 - distance, 0, 1)


@pytest.fixture(scope="session")
def draw() -> Callable[..., NDArray[np.uint8]]:
    """Draw an eye: a pupil, an iris about it, skin, glints."""

    def draw(
        center=(90.3, 101.6),
        axes=(34.0, 44.0),
        angle_deg=30.0,
        *,
        size=(192, 192),
        levels=(25, 80, 170),
        iris=2.4,
        glints=(),
        glint_px=7.0,
        lid_row=0,
        blur_px=0.8,
        noise=1.0,
        seed=0,
    ) -> NDArray[np.uint8]:
        pupil_level, iris_level, skin_level = levels
        picture = np.full(size[::-1], float(skin_level))
        around = max(axes) * iris
        for outline, turn, level in (
            ((around, around), 0.0, iris_level),
            (axes, angle_deg, pupil_level),
        ):
            share = inside(size, center, outline, turn)
            picture += share * (level - picture)
        picture[:lid_row] = skin_level
        for glint in glints:
            picture += inside(size, glint, (glint_px, glint_px)) * (255 - picture)
        if blur_px:
            picture = cv2.GaussianBlur(picture, (0, 0), blur_px)
        picture += np.random.default_rng(seed).normal(0, noise, picture.shape)
        return np.clip(np.round(picture), 0, 255).astype(np.uint8)

    return draw


@pytest.fixture(scope="session")
def renderer() -> EyeRenderer:
    """A rendered eye with lashes and lids."""
    return EyeRenderer(Person.from_seed(7), "right")


@pytest.fixture(scope="session")
def pose() -> Callable[..., EyePose]:
    """A pose by how far the eye looks to the side and its lids are open."""

    def pose(azimuth_deg=0.0, *, lid_opening=1.0, diameter_mm=4.0) -> EyePose:
        turn = np.radians(azimuth_deg)
        return EyePose((float(np.sin(turn)), 0.0, float(np.cos(turn))), diameter_mm, lid_opening)

    return pose
