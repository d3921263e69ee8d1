"""Ellipses of the pupil of a synthetic eye whose place, gaze and pupil are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gazewire.eye.model3d.observation import duals_of
from gazewire.eye.model3d.sphere import Evidence
from gazewire.optics import Camera, shape_of_axes
from gazewire.sim import EyePose
from gazewire.sim.eye_camera import EyeCamera
from gazewire.sim.eye_pose import PosedEye
from gazewire.sim.eye_truth import pupil_outline_px
from gazewire.sim.eyeball import Eyeball
from gazewire.sim.person import Eye

FRAME_NS = 20_000_000
FRAMES_A_LOOK = 15
FOCAL_PX, MIDDLE_PX = 140.0, 95.5


@dataclass(frozen=True)
class Looks:
    """One eye that looks in N directions.

    Attributes:
        camera: that sees it.
        center_mm: (3,) of the eyeball, eye camera frame.
        normals: (N, 3) gaze.
        diameters_mm: (N,).
        ellipses: (N, 5) x, y, first and second axis, angle.
    """

    camera: Camera
    center_mm: NDArray[np.float64]
    normals: NDArray[np.float64]
    diameters_mm: NDArray[np.float64]
    ellipses: NDArray[np.float64]

    def evidence(self, *, noise: float = 0.0, seed: int = 0) -> Evidence:
        """The looks as the fits take them; `noise` is a share of the axes."""
        rng = np.random.default_rng(seed)
        rows = []
        for x, y, first, second, angle in self.ellipses.tolist():
            axes = np.array([first, second]) * (1 + noise * rng.standard_normal(2))
            xx, xy, yy = shape_of_axes((axes[0], axes[1]), angle)
            # As much aside as along; nothing is special about the axes.
            xy += noise * rng.standard_normal() / np.sqrt(2) * (xx + yy)
            tangents = (x - MIDDLE_PX) / FOCAL_PX, (y - MIDDLE_PX) / FOCAL_PX
            rows.append((*tangents, *(value / FOCAL_PX**2 for value in (xx, xy, yy))))
        return Evidence(duals_of(rows), np.full(len(rows), max(noise, 0.002) ** 2))

    def frames(
        self, begun_ns: int = 0, *, noise: float = 1.0, seed: int = 0
    ) -> Iterator[tuple[int, int, tuple[float, float], tuple[float, float], float]]:
        """Number of the look, instant, centre, axes and angle of each frame at 50 Hz."""
        rng = np.random.default_rng(seed)
        for frame in range(FRAMES_A_LOOK * len(self.ellipses)):
            look = frame // FRAMES_A_LOOK
            x, y, first, second, angle = self.ellipses[look].tolist()
            x, y = (np.array([x, y]) + 0.15 * noise * rng.standard_normal(2)).tolist()
            axes = np.array([first, second]) * (1 + 0.01 * noise * rng.standard_normal(2))
            yield look, begun_ns + frame * FRAME_NS, (x, y), (axes[0], axes[1]), angle


@lru_cache(maxsize=8)
def _looked(moved_mm: float, looks: int, seed: int) -> Looks:
    camera = EyeCamera.of_neon("right", focal_px=FOCAL_PX)
    # The average eye of `EyeAnatomy`, but told to the simulator in its own words.
    ball = Eyeball(center_mm=(31.7 - moved_mm, 14.5, -36.0), limbus_radius_mm=5.855)
    eye = Eye(side="right", ball=ball, kappa_deg=(0.0, 0.0), camera=camera)
    rng = np.random.default_rng(seed)
    ellipses, normals, diameters_mm = [], [], []
    for _ in range(looks):
        across, down = rng.normal(0, 0.22, 2)
        axis = np.array([across, down, 1.0]) / np.sqrt(1 + across**2 + down**2)
        pose = EyePose((axis[0], axis[1], axis[2]), 3.0 + float(rng.uniform(-0.3, 0.3)), 1.0)
        outline = pupil_outline_px(eye, pose)
        middle = outline.mean(axis=0)
        (x, y), axes, angle = cv2.fitEllipse((outline - middle).astype(np.float32))
        ellipses.append([middle[0] + x, middle[1] + y, *axes, angle])
        normals.append(PosedEye.of(eye, pose).axes[2])
        diameters_mm.append(pose.pupil_diameter_mm)
    return Looks(
        Camera(192, 192, (FOCAL_PX, FOCAL_PX), (MIDDLE_PX, MIDDLE_PX)),
        PosedEye.of(eye, pose).center_mm,
        np.array(normals),
        np.array(diameters_mm),
        np.array(ellipses),
    )


@pytest.fixture(scope="session")
def looked() -> Callable[..., Looks]:
    """Make an eye look about; `moved_mm` is by how much the glasses have slipped aside."""

    def make(*, moved_mm: float = 0.0, looks: int = 50, seed: int = 1) -> Looks:
        return _looked(moved_mm, looks, seed)

    return make


@pytest.fixture(scope="session")
def stare(looked: Callable[..., Looks]) -> Looks:
    """An eye that looks in one direction all the time."""
    looks = looked()
    kept = np.full(50, 7)
    return replace(
        looks,
        normals=looks.normals[kept],
        diameters_mm=looks.diameters_mm[kept],
        ellipses=looks.ellipses[kept],
    )
