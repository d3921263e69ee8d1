"""The face around an eye, as its camera sees it: where each pixel lies on it, and how bright.

The face is a height field over the frontal plane: lids that lie on a sphere around the eyeball,
the brow, the wall of the nose, the cheek and the temple. It does not move; what moves on it (lids
and lashes) is told by where it is on it: by azimuth (towards the temple) and elevation (upward),
as seen from the centre of the eyeball.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX
from gazewire.sim.person import Eye

__all__ = ["Face", "Picture", "falloff", "pixel_grid"]

Picture = NDArray[np.float32]
"""(192, 192) float32."""

# Lids are so much further out than the sclera: they clear the cornea, and are as thick as they are.
_LID_ABOVE_SCLERA_MM = 0.9
# The face is smooth: found on every second pixel.
_COARSE = 2
_MARCH_MM = np.arange(9.0, 70.0, 0.6)
_BLEND_MM = 3.4
_RADII_STEP_DEG = 1.25
_RADII_AZIMUTH_DEG = np.arange(-80.0, 80.1, _RADII_STEP_DEG)
_RADII_ELEVATION_DEG = np.arange(60.0, -60.1, -_RADII_STEP_DEG)


@dataclass(frozen=True, slots=True)
class Face:
    """What does not change from picture to picture.

    Attributes:
        radius_mm: of the face, from the centre of the eyeball: (97, 129) float32, a row for each
            degree and a quarter of elevation from 60 down, a column for each of azimuth from -80.
        across_mm: of each pixel's place on the face, towards the temple.
        down_mm: the same, downward.
        azimuth_deg: the same place as seen from the centre of the eyeball.
        elevation_deg: the same.
        light: how bright white skin would be there; 1 in the middle of the eye.
        px_per_deg: how many pixels a degree of elevation takes.
        eyeball_normal: (3, 192, 192) float32, scene camera frame: where each pixel's ray meets the
            sclera's sphere, as a direction from its centre; by its outline where it misses.
        eyeball_light: how bright a white eyeball would be.
    """

    radius_mm: NDArray[np.float32]
    across_mm: Picture
    down_mm: Picture
    azimuth_deg: Picture
    elevation_deg: Picture
    light: Picture
    px_per_deg: Picture
    eyeball_normal: NDArray[np.float32]
    eyeball_light: Picture

    @classmethod
    def of(cls, eye: Eye) -> Face:
        """Look at the face of this eye."""
        lid_radius = eye.ball.radius_mm + _LID_ABOVE_SCLERA_MM
        outward = np.array([1.0 if eye.side == "right" else -1.0, 1.0, 1.0])
        step = _COARSE
        rays = eye.camera.rays(pixel_grid(step)) @ np.array(eye.camera.rotation).T * outward
        rays = rays.reshape(-1, 3)
        center = np.array(eye.ball.center_mm)
        origin = (np.array(eye.camera.position_mm) - center) * outward
        points = _meet(origin, rays, lid_radius)
        lamps = np.array(eye.camera.lamps_mm) @ np.array(eye.camera.rotation).T * outward + origin

        h, y, z = points.T
        normals = np.stack(_normal(h, y, lid_radius), axis=1)
        light = _lit(points, normals, lamps, origin, wrap=0.35)
        azimuth = np.degrees(np.arctan2(h, z))
        elevation = np.degrees(np.arctan2(-y, np.hypot(h, z)))

        ball = _on_sphere(origin, rays, eye.ball.radius_mm)
        ball_light = _lit(ball, ball / eye.ball.radius_mm, lamps, origin, wrap=1.0)
        front, forward = np.array([[0, 0, lid_radius]]), np.array([[0, 0, 1.0]])
        ahead = _lit(front, forward, lamps, origin, wrap=0.35)[0]

        elevations = _enlarged(elevation)
        down, across = np.gradient(elevations)
        steepness = np.maximum(np.hypot(down, across), 0.2)
        darkening = falloff(eye.camera.focal_px)
        return cls(
            radius_mm=_radii(lid_radius),
            across_mm=_enlarged(h),
            down_mm=_enlarged(y),
            azimuth_deg=_enlarged(azimuth),
            elevation_deg=elevations,
            light=_exposed(_enlarged((light / ahead) ** 0.6)) * darkening,
            px_per_deg=np.asarray(1.0 / steepness, np.float32),
            eyeball_normal=np.stack([_enlarged(axis) for axis in (ball * outward).T])
            / np.float32(eye.ball.radius_mm),
            eyeball_light=_enlarged((ball_light / ahead) ** 0.5) * darkening,
        )

    def surface_radius_mm(
        self, azimuth_deg: NDArray[np.float64], elevation_deg: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """How far the face is from the centre of the eyeball in these directions, all (N,)."""
        across = ((azimuth_deg - _RADII_AZIMUTH_DEG[0]) / _RADII_STEP_DEG).astype(np.float32)
        down = ((_RADII_ELEVATION_DEG[0] - elevation_deg) / _RADII_STEP_DEG).astype(np.float32)
        radius = cv2.remap(
            self.radius_mm, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(radius, np.float64).ravel()


def pixel_grid(step: int = 1) -> NDArray[np.float64]:
    """Middles of blocks of `step` x `step` pixels, (192 / step, 192 / step, 2): x, y."""
    places = np.arange(EYE_IMAGE_SIZE_PX // step) * step + (step - 1) / 2
    return np.stack(np.meshgrid(places, places), axis=-1)


def falloff(focal_px: float) -> Picture:
    """How a small lens darkens the corners: by the third power of the cosine."""
    middle = (EYE_IMAGE_SIZE_PX - 1) / 2
    squared = ((pixel_grid() - middle) ** 2).sum(axis=2) / focal_px**2
    return np.asarray((1 + squared) ** -1.5, np.float32)


def _height(
    h: NDArray[np.float64], y: NDArray[np.float64], lid_radius: float
) -> NDArray[np.float64]:
    """How far the face stands out before the centre of the eyeball, mm, at `h` outward, `y` down.

    Sizes follow the rule that the cornea stands 16 mm before the outer rim of the orbit, a little
    behind the brow and before the cheek.
    """
    around = 9.2 + 6.5 * np.exp(-(((y + 22) / 8.5) ** 2))  # brow
    around = around - 1.5 * np.exp(-(((y + 13) / 5) ** 2) - ((h + 3) / 14) ** 2)  # above the lid
    around = around + 5.0 * _smooth((y - 4) / 26)  # cheek
    around = around - 0.5 * np.exp(-(((y - 15) / 4) ** 2) - ((h + 4) / 14) ** 2)  # below the lid
    around = around + 11.0 * _smooth((-h - 12) / 20)  # nose
    around = around - 8.0 * _smooth((h - 12) / 36)  # temple
    squared = lid_radius**2 - h**2 - y**2
    lids = np.where(squared > 4, np.sqrt(np.maximum(squared, 4)), 2 + (squared - 4) / 4)
    # A smooth maximum: the lids rise out of what surrounds them.
    return around + _BLEND_MM * np.logaddexp(0.0, (lids - around) / _BLEND_MM)


def _normal(
    h: NDArray[np.float64], y: NDArray[np.float64], lid_radius: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    e = 0.05
    slope_h = (_height(h + e, y, lid_radius) - _height(h - e, y, lid_radius)) / (2 * e)
    slope_y = (_height(h, y + e, lid_radius) - _height(h, y - e, lid_radius)) / (2 * e)
    length = np.sqrt(1 + slope_h**2 + slope_y**2)
    return -slope_h / length, -slope_y / length, 1 / length


def _meet(
    origin: NDArray[np.float64], rays: NDArray[np.float64], lid_radius: float
) -> NDArray[np.float64]:
    # March along each ray until it is below the face, then close in on the place.
    def above(t: NDArray[np.float64]) -> NDArray[np.float64]:
        places = origin + t[..., None] * rays
        return places[..., 2] - _height(places[..., 0], places[..., 1], lid_radius)

    near = np.full(len(rays), _MARCH_MM[-1])
    far = near
    open_rays = np.ones(len(rays), bool)
    for low, high in itertools.pairwise(_MARCH_MM):
        here = open_rays & (above(np.full(len(rays), high)) <= 0)
        near, far = np.where(here, low, near), np.where(here, high, far)
        open_rays &= ~here
        if not open_rays.any():
            break
    for _ in range(8):
        middle = (near + far) / 2
        below = above(middle) <= 0
        near, far = np.where(below, near, middle), np.where(below, middle, far)
    met: NDArray[np.float64] = origin + ((near + far) / 2)[:, None] * rays
    return met


def _radii(lid_radius: float) -> NDArray[np.float32]:
    azimuth, elevation = np.radians(np.meshgrid(_RADII_AZIMUTH_DEG, _RADII_ELEVATION_DEG))
    h, y = np.sin(azimuth) * np.cos(elevation), -np.sin(elevation)
    z = np.cos(azimuth) * np.cos(elevation)
    # Halve the interval between a place within the head and one before the face.
    near, far = np.full(h.shape, 5.0), np.full(h.shape, 40.0)
    for _ in range(18):
        middle = (near + far) / 2
        within = middle * z < _height(middle * h, middle * y, lid_radius)
        near, far = np.where(within, middle, near), np.where(within, far, middle)
    return near.astype(np.float32)


def _exposed(light: Picture) -> Picture:
    # A shoulder, as automatic exposure leaves the brightest skin: steep below, flat above.
    return np.asarray(1.35 * light / (1 + 0.35 * light), np.float32)


def _on_sphere(
    origin: NDArray[np.float64], rays: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    nearest = -(rays @ origin)
    depth = np.sqrt(np.maximum(nearest**2 - (origin @ origin - radius**2), 0.0))
    places = origin + (nearest - depth)[:, None] * rays
    on_sphere: NDArray[np.float64] = places / np.linalg.norm(places, axis=1, keepdims=True)
    return radius * on_sphere


def _lit(
    points: NDArray[np.float64],
    normals: NDArray[np.float64],
    lamps: NDArray[np.float64],
    camera: NDArray[np.float64],
    *,
    wrap: float,
) -> NDArray[np.float64]:
    # Light goes some way within skin before it comes out, and further within the sclera, so that
    # edges of shadows are soft: the cosine is wrapped around the edge. A share comes from the room.
    aim = -camera / np.linalg.norm(camera)
    light = np.full(len(points), 1.2e-4)
    for lamp in lamps:
        ways = lamp - points
        distance = np.linalg.norm(ways, axis=1)
        cosine = (ways * normals).sum(axis=1) / distance
        beam = np.maximum(-(ways @ aim) / distance, 0.05)
        light += np.maximum((cosine + wrap) / (1 + wrap), 0.0) * beam / (distance**2 + 120.0)
    return light


def _smooth(x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def _enlarged(coarse: NDArray[np.float64]) -> Picture:
    side = EYE_IMAGE_SIZE_PX // _COARSE
    size = (EYE_IMAGE_SIZE_PX, EYE_IMAGE_SIZE_PX)
    picture = np.asarray(coarse, np.float32).reshape(side, side)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.float32)
