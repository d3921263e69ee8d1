"""Lashes: thin curved cones that grow from the edge of a lid and turn with it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX
from gazewire.sim.eye_face import Face, Picture
from gazewire.sim.eye_lids import LidEdge
from gazewire.sim.person import Eye

__all__ = ["Lashes"]

_FINE = 4  # the mask is so many times finer than the picture
_SHIFT = 3  # fractional bits of coordinates handed to OpenCV
_JOINTS = 7


class Lashes:
    """The lashes of one lid.

    Attributes:
        azimuth_deg: (N,) where they grow on the edge.

    Args:
        eye: whose.
        upper: of the upper lid.
        count: how many.
        length_mm: of the longest.
        width_mm: at the root.
        clumping: 0 each on its own, 1 glued together at the tips.
        face: on which they grow.
        reach_deg: the azimuths of the corners of the eye.
        rng: decides how they grow.
    """

    def __init__(
        self,
        eye: Eye,
        *,
        upper: bool,
        count: int,
        length_mm: float,
        width_mm: float,
        clumping: float,
        face: Face,
        reach_deg: tuple[float, float],
        rng: np.random.Generator,
    ) -> None:
        self._eye = eye
        self._face = face
        self._sign = 1.0 if upper else -1.0
        low, high = reach_deg
        spread = (np.arange(count) + rng.uniform(-0.4, 0.4, count)) / (count - 1)
        spread = np.clip(spread, 0.0, 1.0)
        # None grow at the inner corner.
        self.azimuth_deg = low + (0.14 + 0.83 * spread) * (high - low)
        # They are longest a little outward of the middle.
        profile = 0.55 + 0.45 * np.sin(np.pi * np.clip(0.08 + 0.84 * spread**0.8, 0, 1))
        self._length_mm = length_mm * profile * rng.uniform(0.6, 1.0, count)
        self._width_mm = width_mm * rng.uniform(0.7, 1.2, count)
        # Degrees from the lid's surface normal towards the brow (or the cheek): root and tip.
        self._root_deg = rng.normal(-22.0 if upper else 8.0, 9.0, count)
        self._tip_deg = self._root_deg + rng.normal(62.0 if upper else 42.0, 10.0, count)
        splay = 26.0 * (2 * spread - 0.85) + rng.normal(0.0, 7.0, count)
        # Neighbours stick together in tufts of three or four and share their direction.
        tuft = (np.cumsum(rng.random(count) < 0.3)).astype(int)
        shared = np.array([splay[tuft == tuft[i]].mean() for i in range(count)])
        center = np.array([self.azimuth_deg[tuft == tuft[i]].mean() for i in range(count)])
        self._splay_deg = splay + clumping * (shared - splay)
        self._splay_deg += 1.2 * clumping * (center - self.azimuth_deg)
        self._row = rng.uniform(0.0, 3.0, count)  # several rows: degrees away from the edge
        self._opacity = rng.uniform(0.65, 1.0, count)

    def mask(self, edge: LidEdge, rise: float) -> Picture:
        """How much of each pixel lashes cover, 0 to 1.

        Args:
            edge: of the lid, at `azimuth_deg`.
            rise: of the lid.
        """
        joints_px, widths_px = self._project(edge.elevation_deg(rise))
        steps = np.diff(joints_px, axis=1, append=2 * joints_px[:, -1:] - joints_px[:, -2:-1])
        length = np.maximum(np.hypot(steps[..., 0], steps[..., 1]), 1e-6)
        across = np.stack([-steps[..., 1], steps[..., 0]], axis=-1) / length[..., None]
        half = across * widths_px[..., None] / 2
        outlines = np.concatenate([joints_px + half, (joints_px - half)[:, ::-1]], axis=1)
        fine = np.rint(((outlines + 0.5) * _FINE - 0.5) * (1 << _SHIFT)).astype(np.int32)
        side = EYE_IMAGE_SIZE_PX * _FINE
        mask = np.zeros((side, side), np.uint8)
        for outline, opacity in zip(fine, self._opacity, strict=True):
            cv2.fillPoly(mask, [outline], int(255 * opacity), cv2.LINE_8, _SHIFT)
        size = (EYE_IMAGE_SIZE_PX, EYE_IMAGE_SIZE_PX)
        small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32) / np.float32(255)

    def _project(
        self, elevation_deg: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        # Joints, (N, J, 2) pixels, and widths there, (N, J) pixels.
        sign = self._sign
        elevation = np.radians(elevation_deg + sign * self._row)
        azimuth = np.radians(self.azimuth_deg)
        out = _direction(azimuth, elevation)
        toward = sign * _direction(azimuth, elevation + np.pi / 2)
        sideways = np.stack([np.cos(azimuth), np.zeros_like(azimuth), -np.sin(azimuth)], axis=1)
        share = np.linspace(0.0, 1.0, _JOINTS)
        bend = np.radians(
            self._root_deg[:, None] + np.diff([self._root_deg, self._tip_deg], axis=0).T * share
        )
        splay = np.radians(self._splay_deg)[:, None] * (0.6 + 0.4 * share)
        headings = (
            np.cos(bend)[..., None] * out[:, None]
            + np.sin(bend)[..., None] * toward[:, None]
            + np.tan(splay)[..., None] * sideways[:, None]
        )
        headings /= np.linalg.norm(headings, axis=-1, keepdims=True)
        step_mm = self._length_mm[:, None, None] / (_JOINTS - 1)
        radius_mm = self._face.surface_radius_mm(np.degrees(azimuth), np.degrees(elevation))
        root = (radius_mm[:, None] * out)[:, None]
        joints = np.concatenate(
            [root, root + np.cumsum(headings[:, :-1] * step_mm, axis=1)], axis=1
        )
        mirror = [1.0 if self._eye.side == "right" else -1.0, 1.0, 1.0]
        camera = self._eye.camera
        seen = camera.from_scene(joints * mirror + self._eye.ball.center_mm)
        # What reaches past the lens is not seen.
        seen[..., 2] = np.maximum(seen[..., 2], 3.0)
        taper = (1 - share**2) * 0.9 + 0.1
        widths = self._width_mm[:, None] * taper * camera.focal_px / seen[..., 2]
        return camera.project(seen), widths


def _direction(azimuth: NDArray[np.float64], elevation: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack(
        [
            np.sin(azimuth) * np.cos(elevation),
            -np.sin(elevation),
            np.cos(azimuth) * np.cos(elevation),
        ],
        axis=-1,
    )
