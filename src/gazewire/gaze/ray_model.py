"""Maps 3-D pupils by where the eyes are and which way they look, one pair at a time."""

from __future__ import annotations

import math

from gazewire.gaze.matching import PupilMode
from gazewire.gaze.parameters import Matrix4, RayModels
from gazewire.gaze.scene_projection import SceneProjection
from gazewire.model import EyeModel, GazeRay, MappedGaze, PupilDatum, Vector3
from gazewire.optics import Camera

__all__ = ["IncumbentRayModel", "RayModel"]

# Vergence tells distance to a few metres; beyond, and where the lines of sight part, it is far.
_NEAREST_MM, _FURTHEST_MM = 100.0, 4000.0
# Lines of sight that pass one another further than this angle at the eyes' distance do not meet.
_PARALLEL = 1e-9
_FURTHEST_EYE_MM = 1000.0
_UNIT_TOLERANCE = 0.1


class IncumbentRayModel:
    """A `GazeModel` of 3-D pupils that maps exactly as the incumbent.

    Attributes:
        mode: takes pupils of 3-D detectors.

    Args:
        models: what was fitted.
        scene_camera: gives gaze its place in the image; None where there is no camera.
    """

    mode: PupilMode = "3d"

    def __init__(self, models: RayModels, scene_camera: Camera | None) -> None:
        self._models = models
        self._projection = None if scene_camera is None else SceneProjection(scene_camera)
        self._distance_mm = models.gaze_distance_mm

    def gaze(self, base: tuple[PupilDatum, ...]) -> tuple[MappedGaze, ...]:
        """Map one pupil, or the right and the left."""
        if len(base) == 2 and self._models.binocular is not None:
            rays = _rays(base, self._models.binocular)
            return () if rays is None else self._binocular(base, rays[0], rays[1])
        if len(base) == 2:
            return ()
        matrix = (self._models.right, self._models.left)[base[0].eye_id]
        ray = None if matrix is None else _ray(base[0], matrix)
        if ray is None:
            return ()
        point = _forward(_along(ray.center_mm, ray.normal, self._distance_mm))
        return self._told(base, (ray,), point)

    def _binocular(
        self, base: tuple[PupilDatum, ...], right: GazeRay, left: GazeRay
    ) -> tuple[MappedGaze, ...]:
        lengths = _meeting(right, left)
        if lengths is None:
            return ()
        (right_direction, left_direction), (to_right, to_left) = lengths
        point = _forward(
            _middle(
                _along(right.center_mm, right_direction, to_right),
                _along(left.center_mm, left_direction, to_left),
            )
        )
        if self._projection is not None:
            # It learns the distance only where there is a camera.
            between = _middle(right.center_mm, left.center_mm)
            self._distance_mm = math.dist(point, between)
        return self._told(base, (right, left), point)

    def _told(
        self, base: tuple[PupilDatum, ...], rays: tuple[GazeRay, ...], point: Vector3
    ) -> tuple[MappedGaze, ...]:
        return _told(base, rays, point, self._projection, is_held=False)


class RayModel:
    """A `GazeModel` of 3-D pupils.

    Both eyes look along the mean of their directions, from between them. How far, tells the
    vergence of their lines of sight, from 0.1 m to 4 m; lines that part are taken for 4 m. So noise
    of vergence moves the point along the gaze and never aside, where the incumbent's crossing of
    the lines may come to lie behind the head. One eye alone looks as far as both did last.

    Attributes:
        mode: takes pupils of 3-D detectors.

    Args:
        models: what was fitted.
        scene_camera: gives gaze its place in the image; None where there is no camera.
    """

    mode: PupilMode = "3d"

    def __init__(self, models: RayModels, scene_camera: Camera | None) -> None:
        self._models = models
        self._projection = None if scene_camera is None else SceneProjection(scene_camera)
        self._distance_mm = models.gaze_distance_mm

    def gaze(self, base: tuple[PupilDatum, ...]) -> tuple[MappedGaze, ...]:
        """Map one pupil, or the right and the left."""
        base = tuple(pupil for pupil in base if pupil.confidence > 0)
        if len(base) == 2 and self._models.binocular is not None:
            rays = _rays(base, self._models.binocular)
            if rays is not None:
                return self._binocular(base, rays[0], rays[1])
        known: tuple[MappedGaze, ...] = ()
        for pupil in sorted(base, key=lambda pupil: pupil.timestamp_unix_ns):
            ray = self._monocular_ray(pupil)
            if ray is not None:
                point = _along(ray.center_mm, ray.normal, self._distance_mm)
                known += _told((pupil,), (ray,), point, self._projection, is_held=True)
        return known

    def _monocular_ray(self, pupil: PupilDatum) -> GazeRay | None:
        matrix = (self._models.right, self._models.left)[pupil.eye_id]
        if matrix is None and self._models.binocular is not None:
            matrix = self._models.binocular[pupil.eye_id]
        return None if matrix is None else _ray(pupil, matrix)

    def _binocular(
        self, base: tuple[PupilDatum, ...], right: GazeRay, left: GazeRay
    ) -> tuple[MappedGaze, ...]:
        direction = _unit(_sum(right.normal, left.normal))
        if direction is None:
            return ()
        between = _middle(right.center_mm, left.center_mm)
        distance = _FURTHEST_MM
        met = _meeting(right, left)
        if met is not None:
            (right_direction, left_direction), (to_right, to_left) = met
            if to_right > 0 and to_left > 0:
                point = _middle(
                    _along(right.center_mm, right_direction, to_right),
                    _along(left.center_mm, left_direction, to_left),
                )
                distance = min(max(math.dist(point, between), _NEAREST_MM), _FURTHEST_MM)
        self._distance_mm = distance
        point = _along(between, direction, distance)
        return _told(base, (right, left), point, self._projection, is_held=True)


def _told(
    base: tuple[PupilDatum, ...],
    rays: tuple[GazeRay, ...],
    point: Vector3,
    projection: SceneProjection | None,
    *,
    is_held: bool,
) -> tuple[MappedGaze, ...]:
    """One gaze, if all of it can be told."""
    norm_pos = None if projection is None else projection.norm_pos(point, is_held=is_held)
    is_told = all(map(math.isfinite, point)) and (projection is None or norm_pos is not None)
    if not is_told:
        return ()
    return (
        MappedGaze(
            timestamp_unix_ns=sum(pupil.timestamp_unix_ns for pupil in base) // len(base),
            confidence=sum(pupil.confidence for pupil in base) / len(base),
            base=base,
            norm_pos=norm_pos,
            rays=rays,
            point_mm=point,
        ),
    )


def _rays(
    base: tuple[PupilDatum, ...], matrices: tuple[Matrix4, Matrix4]
) -> tuple[GazeRay, GazeRay] | None:
    right, left = _ray(base[0], matrices[0]), _ray(base[1], matrices[1])
    return None if right is None or left is None else (right, left)


def _ray(pupil: PupilDatum, matrix: Matrix4) -> GazeRay | None:
    """Where an eye is and which way it looks; None where the pupil does not tell."""
    if pupil.model is None or not is_measured(pupil.model):
        return None
    x, y, z = pupil.model.sphere.center_mm
    normal_x, normal_y, normal_z = pupil.model.circle.normal
    rows = matrix[:3]
    center = tuple(a * x + b * y + c * z + d for a, b, c, d in rows)
    normal = tuple(a * normal_x + b * normal_y + c * normal_z for a, b, c, _ in rows)
    return GazeRay(
        eye_id=pupil.eye_id,
        center_mm=(center[0], center[1], center[2]),
        normal=(normal[0], normal[1], normal[2]),
    )


def is_measured(model: EyeModel) -> bool:
    """Whether numbers are such as a camera can have given: NaN is none."""
    is_near = math.hypot(*model.sphere.center_mm) < _FURTHEST_EYE_MM
    return is_near and abs(math.hypot(*model.circle.normal) - 1) < _UNIT_TOLERANCE


def _meeting(
    right: GazeRay, left: GazeRay
) -> tuple[tuple[Vector3, Vector3], tuple[float, float]] | None:
    """Both directions in the plane of eyes and mean direction, and how far along them they meet.

    Lines in space pass one another; within the plane that holds both eyes and lies between both
    directions they meet. None where they are parallel.
    """
    base_line = _difference(left.center_mm, right.center_mm)
    mean = _sum(right.normal, left.normal)
    across = _unit(_cross(mean, base_line))
    if across is None:
        return None
    right_direction = _in_plane(right.normal, across)
    left_direction = _in_plane(left.normal, across)
    # The shortest line between both: its ends are at right angles to both directions.
    a = _dot(right_direction, right_direction)
    b = _dot(right_direction, left_direction)
    c = _dot(left_direction, left_direction)
    determinant = a * c - b * b
    if determinant <= _PARALLEL * a * c:
        return None
    along_right = _dot(right_direction, base_line)
    along_left = _dot(left_direction, base_line)
    to_right = (c * along_right - b * along_left) / determinant
    to_left = (b * along_right - a * along_left) / determinant
    return (right_direction, left_direction), (to_right, to_left)


def _forward(point: Vector3) -> Vector3:
    """Points behind are turned to the front."""
    x, y, z = point
    return (-x, -y, -z) if z < 0 else point


def _in_plane(direction: Vector3, across: Vector3) -> Vector3:
    height = _dot(direction, across)
    return (
        direction[0] - height * across[0],
        direction[1] - height * across[1],
        direction[2] - height * across[2],
    )


def _along(start: Vector3, direction: Vector3, length: float) -> Vector3:
    return (
        start[0] + length * direction[0],
        start[1] + length * direction[1],
        start[2] + length * direction[2],
    )


def _middle(first: Vector3, second: Vector3) -> Vector3:
    return _along(first, _difference(second, first), 0.5)


def _sum(first: Vector3, second: Vector3) -> Vector3:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def _difference(first: Vector3, second: Vector3) -> Vector3:
    return first[0] - second[0], first[1] - second[1], first[2] - second[2]


def _dot(first: Vector3, second: Vector3) -> float:
    return first[0] * second[0] + first[1] * second[1] + first[2] * second[2]


def _cross(first: Vector3, second: Vector3) -> Vector3:
    return (
        first[1] * second[2] - first[2] * second[1],
        first[2] * second[0] - first[0] * second[2],
        first[0] * second[1] - first[1] * second[0],
    )


def _unit(vector: Vector3) -> Vector3 | None:
    length = math.sqrt(_dot(vector, vector))
    if not 0 < length < math.inf:
        return None
    return vector[0] / length, vector[1] / length, vector[2] / length
