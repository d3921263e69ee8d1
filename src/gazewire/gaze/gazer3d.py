"""Fits where the eyes' cameras are, seen from the scene camera: ``Gazer3D`` and ``NeonGazer3D``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from gazewire.gaze.bundle import Bundle, adjust, first_rotation
from gazewire.gaze.failure import NOT_CONVERGED, NOT_SUFFICIENT_DATA, GazeFitError
from gazewire.gaze.matching import Matches
from gazewire.gaze.parameters import DEFAULT_GAZE_DISTANCE_MM, Matrix4, RayModels, matrix4
from gazewire.gaze.ray_model import is_measured
from gazewire.gaze.reference import scene_directions
from gazewire.gaze.rotation import align_directions_robustly, is_determined
from gazewire.gaze.targets import split_targets
from gazewire.model import EyeId, PupilDatum, Vector3
from gazewire.optics import Camera

__all__ = ["CORE_EYES_MM", "NEON_EYES_MM", "fit_incumbent_rays", "fit_rays"]

CORE_EYES_MM: tuple[Vector3, Vector3] = ((20.0, 15.0, -20.0), (-40.0, 15.0, -20.0))
"""Where a Core headset's scene camera has the eyes, the right one first."""

NEON_EYES_MM: tuple[Vector3, Vector3] = ((30.0, 5.0, -10.0), (-30.0, 5.0, -10.0))
"""Where a Neon's scene camera has them."""

_EYE_IDS: tuple[EyeId, EyeId] = (0, 1)
_LARGEST_COST = 1000.0
_NEAREST_MM, _FURTHEST_MM = 150.0, 5000.0
# Calibration targets are at arm's length, or on a wall; half to twice is likely.
_USUAL_DISTANCE_MM, _DISTANCE_LOG_SD = 700.0, 0.7


def fit_rays(
    matches: Matches, scene_camera: Camera, eyes_mm: tuple[Vector3, Vector3] = CORE_EYES_MM
) -> RayModels:
    """Fit robustly, each target counting once.

    The eyes are where the headset has them, all targets at one distance, which is fitted. Then each
    eye's rotation is that of least angles between its normals and the lines to the targets, found
    in closed form; targets that disagree lose weight. So one eye alone is mapped like both.

    Args:
        matches: references with `norm_pos`, and their pupils.
        scene_camera: the camera.
        eyes_mm: where it has the eyes, the right one first.

    Raises:
        GazeFitError: there is nothing to fit to, or all targets lie in one direction.
    """
    directions, normals, centers = _observations(matches, scene_camera)
    runs = split_targets(directions)
    places = np.array([np.median(directions[run], axis=0) for run in runs]).reshape(-1, 3)
    places /= np.linalg.norm(places, axis=1, keepdims=True)
    eyes: list[tuple[EyeId, NDArray[np.float64], NDArray[np.float64]]] = []
    for eye_id in _EYE_IDS:
        means = np.array([_median_direction(normals[run, eye_id]) for run in runs]).reshape(-1, 3)
        seen = np.isfinite(means).all(axis=1)
        if is_determined(places[seen]):
            eyes.append((eye_id, places[seen], means[seen]))
    if not eyes:
        raise GazeFitError(NOT_SUFFICIENT_DATA)

    def fits(log_distance: float) -> tuple[dict[EyeId, NDArray[np.float64]], float]:
        rotations: dict[EyeId, NDArray[np.float64]] = {}
        total = 0.5 * (log_distance - math.log(_USUAL_DISTANCE_MM)) ** 2 / _DISTANCE_LOG_SD**2
        for eye_id, seen_places, eye_normals in eyes:
            lines = math.exp(log_distance) * seen_places - eyes_mm[eye_id]
            lines /= np.linalg.norm(lines, axis=1, keepdims=True)
            rotations[eye_id], loss = align_directions_robustly(eye_normals, lines)
            total += loss
        return rotations, total

    best = minimize_scalar(
        lambda log_distance: fits(log_distance)[1],
        bounds=(math.log(_NEAREST_MM), math.log(_FURTHEST_MM)),
        method="bounded",
    )
    rotations, _ = fits(float(best.x))
    matrices = {
        eye_id: _motion(rotation, np.array(eyes_mm[eye_id]), _median(centers[:, eye_id]))
        for eye_id, rotation in rotations.items()
    }
    right, left = matrices.get(0), matrices.get(1)
    return RayModels(
        right=right,
        left=left,
        binocular=None if right is None or left is None else (right, left),
        gaze_distance_mm=math.exp(float(best.x)),
    )


def fit_incumbent_rays(
    matches: Matches, scene_camera: Camera, eyes_mm: tuple[Vector3, Vector3] = CORE_EYES_MM
) -> RayModels:
    """Fit as the incumbent does: bundle adjustment of all samples.

    With both eyes all models are fitted; with one eye alone its own. Of both eyes that never saw a
    reference together, the right one is taken.

    Args:
        matches: references with `norm_pos`, and their pupils.
        scene_camera: the camera.
        eyes_mm: where it has the eyes, the right one first.

    Raises:
        GazeFitError: there is nothing to fit to, or nothing fits.
    """
    directions, normals, centers = _observations(matches, scene_camera)
    is_placed = np.isfinite(directions).all(axis=1)
    usable = np.isfinite(normals).all(axis=2) & is_placed.reshape(-1, 1)
    both: NDArray[np.bool_] = usable.all(axis=1) & np.array(
        [match.is_binocular for match in matches.all], bool
    )
    positions = np.array(eyes_mm)
    binocular: tuple[Matrix4, Matrix4] | None = None
    if both.any():
        binocular = _adjusted_eyes(directions[both], normals[both], centers[both][-1], positions)
    monocular: dict[EyeId, Matrix4] = {}
    for eye_id in _EYE_IDS:
        of_eye = usable[:, eye_id]
        if of_eye.any() and (binocular is not None or not monocular):
            monocular[eye_id] = _adjusted_eye(
                directions[of_eye],
                normals[of_eye, eye_id],
                centers[of_eye, eye_id][-1],
                positions[eye_id],
            )
    if binocular is None and not monocular:
        raise GazeFitError(NOT_SUFFICIENT_DATA)
    return RayModels(right=monocular.get(0), left=monocular.get(1), binocular=binocular)


def _adjusted_eyes(
    directions: NDArray[np.float64],
    normals: NDArray[np.float64],
    last_centers: NDArray[np.float64],
    positions: NDArray[np.float64],
) -> tuple[Matrix4, Matrix4]:
    """Both eyes' motions: the scene camera and the eyes are in place, all else is found."""
    first = [first_rotation(normals[:, eye], directions) for eye in _EYE_IDS]
    bundle, cost = adjust(
        Bundle(
            observations=np.stack([directions, normals[:, 0], normals[:, 1]]),
            rotations=np.stack([np.eye(3), *first]),
            positions=np.vstack([np.zeros(3), positions]),
            targets=DEFAULT_GAZE_DISTANCE_MM * directions,
            turning=(1, 2),
            has_open_targets=True,
        )
    )
    if not cost < _LARGEST_COST:
        raise GazeFitError(NOT_CONVERGED)
    right, left = (
        _motion(bundle.rotations[eye + 1], positions[eye], last_centers[eye]) for eye in _EYE_IDS
    )
    return right, left


def _adjusted_eye(
    directions: NDArray[np.float64],
    normals: NDArray[np.float64],
    last_center: NDArray[np.float64],
    position: NDArray[np.float64],
) -> Matrix4:
    """One eye's motion: targets are where the eye looks, the scene camera's pose is found."""
    first = first_rotation(directions, normals)
    bundle, cost = adjust(
        Bundle(
            observations=np.stack([directions, normals]),
            rotations=np.stack([first, np.eye(3)]),
            positions=np.stack([-first @ position, np.zeros(3)]),
            targets=DEFAULT_GAZE_DISTANCE_MM * normals,
            turning=(0,),
            moving=(0,),
        )
    )
    if not cost < _LARGEST_COST:
        raise GazeFitError(NOT_CONVERGED)
    rotation = bundle.rotations[0].T
    return _motion(rotation, -rotation @ bundle.positions[0], last_center)


def normal_and_center(pupil: PupilDatum | None) -> tuple[Vector3, Vector3]:
    """A pupil's normal and its eyeball's centre, eye camera frame; NaN where there is none."""
    if pupil is None or pupil.model is None or not is_measured(pupil.model):
        unknown = (math.nan, math.nan, math.nan)
        return unknown, unknown
    return pupil.model.circle.normal, pupil.model.sphere.center_mm


def _observations(
    matches: Matches, scene_camera: Camera
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Directions (N, 3), normals (N, 2, 3) and eyeballs (N, 2, 3) of references with a place."""
    places, eyes = [], []
    for match in matches.all:
        places.append(match.reference.norm_pos)
        eyes.append([normal_and_center(pupil) for pupil in match.eyes])
    table = np.array(eyes, float).reshape(-1, 2, 2, 3)
    directions = scene_directions(places, scene_camera)
    return directions, table[:, :, 0], table[:, :, 1]


def _motion(
    rotation: NDArray[np.float64],
    eye_mm: NDArray[np.float64],
    sphere_center_mm: NDArray[np.float64],
) -> Matrix4:
    """From the eye camera's frame to the scene's, so that the eyeball comes to lie where it is."""
    return matrix4(rotation, eye_mm - rotation @ sphere_center_mm)


def _median(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    finite = vectors[np.isfinite(vectors).all(axis=1)]
    median: NDArray[np.float64] = np.median(finite, axis=0)
    return median


def _median_direction(vectors: NDArray[np.float64]) -> Sequence[float]:
    finite = vectors[np.isfinite(vectors).all(axis=1)]
    if not len(finite):
        return math.nan, math.nan, math.nan
    median = np.median(finite, axis=0)
    length = float(np.linalg.norm(median))
    direction: list[float] = (median / length).tolist() if length > 0 else [math.nan] * 3
    return direction
