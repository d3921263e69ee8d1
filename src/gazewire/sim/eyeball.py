"""The eyeball: two spheres, a round pupil behind the one in front, and the bending of light.

The cornea is a single sphere that bends light once, with the index that stands for both of its
surfaces and the aqueous humour (Dierkes, Kassner & Bulling 2018, ETRA). The eye turns about the
centre of the larger sphere without torsion (Listing's law). What a camera sees is not the pupil
but its image through the cornea: larger by about 13 per cent, nearer, and less narrow from the
side than a bare disc (Fedtke, Manns & Ho 2010, Optics Express 18, 22364-22376).

Light is followed both ways, by different mathematics: `iris_coordinates` follows rays from the
camera into the eye, which is what drawing needs; `seen_through_cornea` asks where a point in the
eye appears, which is what truth needs. A test holds one against the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Vector3

__all__ = [
    "CorneaView",
    "Eyeball",
    "axes_of",
    "mirrored_on_sphere",
    "seen_on_cornea",
    "seen_through_cornea",
]

# Newton's method doubles the good digits each time: two or three steps suffice.
_NEWTON_STEPS = 8
_NEWTON_DONE_RAD = 1e-7  # the next step would be its square


@dataclass(frozen=True, slots=True)
class Eyeball:
    """The shape of one eye.

    Attributes:
        center_mm: about which it turns, scene camera frame.
        radius_mm: of the sclera.
        cornea_radius_mm: radius of curvature of the cornea.
        limbus_radius_mm: of the circle in which cornea and sclera meet.
        pupil_depth_mm: from the apex of the cornea back to the plane of the pupil.
        refractive_index: of what fills the space behind the cornea.
    """

    center_mm: Vector3
    radius_mm: float = 12.0
    cornea_radius_mm: float = 7.8
    limbus_radius_mm: float = 5.9
    pupil_depth_mm: float = 3.6
    refractive_index: float = 1.3375

    @property
    def cornea_offset_mm(self) -> float:
        """From the centre of the eyeball to the centre of the cornea's sphere, along the axis."""
        return math.sqrt(self.radius_mm**2 - self.limbus_radius_mm**2) - self.limbus_height_mm

    @property
    def limbus_height_mm(self) -> float:
        """From the centre of the cornea's sphere to the plane of the limbus."""
        return math.sqrt(self.cornea_radius_mm**2 - self.limbus_radius_mm**2)

    @property
    def pupil_height_mm(self) -> float:
        """From the centre of the cornea's sphere to the plane of the pupil and iris."""
        return self.cornea_radius_mm - self.pupil_depth_mm

    @property
    def pupil_offset_mm(self) -> float:
        """From the centre of the eyeball to the plane of the pupil and iris."""
        return self.cornea_offset_mm + self.pupil_height_mm

    def iris_coordinates(
        self,
        rays: NDArray[np.float32],
        cornea_mm: NDArray[np.float64],
        axes: NDArray[np.float64],
    ) -> CorneaView:
        """Follow rays from the camera through the cornea to the plane of the iris.

        Rays that miss the cornea continue smoothly what their neighbours do; `CorneaView` tells
        which they are.

        Args:
            rays: (3, N) float32 unit vectors, eye camera frame.
            cornea_mm: (3,) centre of the cornea's sphere, eye camera frame.
            axes: (3, 3) rows: two directions across the iris and the optical axis, same frame.
        """
        # Everything in the axes of the eye, from the centre of the cornea's sphere.
        across = axes.astype(np.float32) @ rays
        cornea = (axes @ cornea_mm).astype(np.float32)
        radius = np.float32(self.cornea_radius_mm)
        nearest = cornea @ across
        # How close the ray passes to the centre, squared, says whether and how steeply it enters.
        passing = np.float32(cornea_mm @ cornea_mm) - nearest * nearest
        depth = np.sqrt(np.maximum(radius * radius - passing, np.float32(0.01)))
        entry = (nearest - depth) * across - cornea[:, None]
        # Snell's law for vectors; the cosine at the surface is depth / radius.
        ratio = np.float32(1.0 / self.refractive_index)
        cosine = depth / radius
        bend = ratio * cosine - np.sqrt(1 - ratio * ratio * (1 - cosine * cosine))
        inside = ratio * across + (bend / radius) * entry
        length = (np.float32(self.pupil_height_mm) - entry[2]) / inside[2]
        u_mm, v_mm = entry[:2] + length * inside[:2]
        clearance = radius - np.sqrt(np.maximum(passing, np.float32(0)))
        return CorneaView(u_mm, v_mm, entry[2] - np.float32(self.limbus_height_mm), clearance)


class CorneaView(NamedTuple):
    """Where rays meet the plane of the iris, each (N,) float32.

    Attributes:
        u_mm: along the first direction across the iris, from its middle.
        v_mm: along the second.
        above_limbus_mm: how far before the plane of the limbus the ray entered; negative on the
            sclera.
        clearance_mm: how far within the outline of the cornea's sphere the ray passes; negative
            where it misses.
    """

    u_mm: NDArray[np.float32]
    v_mm: NDArray[np.float32]
    above_limbus_mm: NDArray[np.float32]
    clearance_mm: NDArray[np.float32]


def axes_of(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """The axes of an eye that has turned from straight ahead the shortest way to `axis`.

    Args:
        axis: (3,) unit vector, scene camera frame, not straight backward.

    Returns:
        (3, 3) float64, rows: what was to the right, what was down, and `axis`.
    """
    x, y, z = axis
    # Rodrigues' formula for the turn that takes (0, 0, 1) to the axis.
    share = 1.0 / (1.0 + z)
    return np.array(
        [
            [1 - x * x * share, -x * y * share, -x],
            [-x * y * share, 1 - y * y * share, -y],
            [x, y, z],
        ]
    )


def seen_through_cornea(
    points_mm: NDArray[np.float64], cornea_mm: NDArray[np.float64], radius_mm: float, index: float
) -> NDArray[np.float64]:
    """Where light of points inside the eye leaves the cornea towards the camera.

    Args:
        points_mm: (N, 3) float64, within the cornea's sphere, eye camera frame.
        cornea_mm: (3,) centre of the sphere, eye camera frame.
        radius_mm: of the sphere.
        index: refractive index within.

    Returns:
        (N, 3) float64 points on the sphere, eye camera frame.
    """
    return _on_shortest_path(points_mm, cornea_mm, radius_mm, index)


def mirrored_on_sphere(
    lamps_mm: NDArray[np.float64], center_mm: NDArray[np.float64], radius_mm: float
) -> NDArray[np.float64]:
    """Where a mirroring sphere shows lamps to the camera.

    Args:
        lamps_mm: (N, 3) float64, outside the sphere, eye camera frame.
        center_mm: (3,) centre of the sphere, eye camera frame.
        radius_mm: of the sphere.

    Returns:
        (N, 3) float64 points on the sphere, eye camera frame.
    """
    return _on_shortest_path(lamps_mm, center_mm, radius_mm, 1.0)


def seen_on_cornea(
    inside_mm: NDArray[np.float64],
    lamps_mm: NDArray[np.float64],
    cornea_mm: NDArray[np.float64],
    radius_mm: float,
    index: float,
) -> NDArray[np.float64]:
    """Both of the above at once, which takes hardly longer than either.

    Args:
        inside_mm: (N, 3) float64, as for `seen_through_cornea`.
        lamps_mm: (M, 3) float64, as for `mirrored_on_sphere`.
        cornea_mm: (3,) centre of the sphere, eye camera frame.
        radius_mm: of the sphere.
        index: refractive index within.

    Returns:
        (N + M, 3) float64 points on the sphere, eye camera frame.
    """
    points = np.concatenate([inside_mm, lamps_mm])
    indexes = np.ones(len(points))
    indexes[: len(inside_mm)] = index
    return _on_shortest_path(points, cornea_mm, radius_mm, indexes)


def _on_shortest_path(
    points_mm: NDArray[np.float64],
    center_mm: NDArray[np.float64],
    radius_mm: float,
    index: float | NDArray[np.float64],
) -> NDArray[np.float64]:
    # Fermat's principle: light takes the way of stationary optical length, and by symmetry it
    # stays in the plane of the camera, the point and the centre of the sphere. In this plane one
    # angle is sought: from the direction of the camera to the place on the sphere.
    camera_distance = float(np.linalg.norm(center_mm))
    to_camera = -center_mm / camera_distance
    from_center = points_mm - center_mm
    distance = np.linalg.norm(from_center, axis=1)
    along = from_center @ to_camera
    sideways = from_center - along[:, None] * to_camera
    lateral = np.linalg.norm(sideways, axis=1)
    sideways /= np.maximum(lateral, 1e-12)[:, None]
    whole = np.arctan2(lateral, along)
    r, far = radius_mm, camera_distance
    # Begun where the way would be if all angles were small.
    bent = index * distance / np.abs(r - distance) * (far - r) / far
    angle = whole * bent / (1 + bent)
    # The camera sees no further around the sphere than where its ray only touches it.
    horizon = math.acos(r / far)
    squares_out, squares_in = far**2 + r**2, distance**2 + r**2
    for _ in range(_NEWTON_STEPS):
        rest = whole - angle
        ahead_out, ahead_in = far * np.cos(angle), distance * np.cos(rest)
        outer = np.sqrt(squares_out - 2 * r * ahead_out)
        inner = np.sqrt(squares_in - 2 * r * ahead_in)
        pull_out = far * np.sin(angle) / outer
        pull_in = distance * np.sin(rest) / inner
        slope = (ahead_out - r * pull_out**2) / outer
        slope += index * (ahead_in - r * pull_in**2) / inner
        step = (pull_out - index * pull_in) / slope
        angle = np.minimum(angle - step, horizon)
        if np.abs(step).max() < _NEWTON_DONE_RAD:
            break
    radial = np.cos(angle)[:, None] * to_camera + np.sin(angle)[:, None] * sideways
    found: NDArray[np.float64] = center_mm + r * radial
    return found
