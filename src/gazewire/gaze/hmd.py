"""Fits the eyes' cameras inside a headset, whose targets have a place in space: ``GazerHMD3D``."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from gazewire.gaze.bundle import Bundle, adjust, first_rotation
from gazewire.gaze.failure import NOT_CONVERGED, NOT_SUFFICIENT_DATA, GazeFitError
from gazewire.gaze.gazer3d import normal_and_center
from gazewire.gaze.matching import Matches
from gazewire.gaze.parameters import DEFAULT_GAZE_DISTANCE_MM, Matrix4, RayModels, matrix4
from gazewire.gaze.rotation import align_directions_robustly, is_determined
from gazewire.model import Vector3

__all__ = ["POSTHOC_EYES_MM", "fit_hmd_rays", "fit_incumbent_hmd_rays"]

POSTHOC_EYES_MM: tuple[Vector3, Vector3] = ((33.35, 0.0, 0.0), (-33.35, 0.0, 0.0))
"""Where ``PosthocGazerHMD3D`` has the eyes, the right one first."""

# The incumbent's five values in 0.7 to 10, of which the last is tried only if none of these fits.
_INCUMBENT_SCALES = (0.7, 3.025, 5.35, 7.675)
_LAST_INCUMBENT_SCALE = 10.0
_LARGEST_COST = 1000.0
# What is not between a millimetre and a hundred kilometres is no target.
_NEAREST_MM, _FURTHEST_MM = 1.0, 1e8
# Depth as it is sent is mostly true; half to twice is possible, and worth a degree's disagreement.
_SMALLEST_SCALE, _LARGEST_SCALE = 0.25, 4.0
_SCALE_LOG_SD = 0.35


def fit_hmd_rays(
    matches: Matches, eyes_mm: tuple[Vector3, Vector3], *, is_y_up: bool = True
) -> RayModels:
    """Fit both eyes' rotations, and how deep the headset's space really is.

    The depth of all targets has one scale, which is fitted with them, between 1/4 and 4; where
    nothing tells it, it stays 1. Samples that disagree lose weight.

    Args:
        matches: references with `mm_pos`, and their pupils.
        eyes_mm: where the headset has its eyes, the right one first, in the frame of references.
        is_y_up: whether the references' y is up, as game engines have it.

    Raises:
        GazeFitError: there is nothing to fit to, or all targets lie in one direction.
    """
    targets, normals, centers = _observations(matches, is_y_up)
    if not is_determined(targets / np.linalg.norm(targets, axis=1, keepdims=True)):
        raise GazeFitError(NOT_SUFFICIENT_DATA)

    def loss(log_scale: float) -> float:
        lines = _lines(targets, eyes_mm, math.exp(log_scale))
        of_eyes = sum(align_directions_robustly(normals[eye], lines[eye])[1] for eye in (0, 1))
        return of_eyes + 0.5 * (log_scale / _SCALE_LOG_SD) ** 2

    best = minimize_scalar(
        loss,
        bounds=(math.log(_SMALLEST_SCALE), math.log(_LARGEST_SCALE)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    scale = math.exp(float(best.x))
    lines = _lines(targets, eyes_mm, scale)
    rotations = [align_directions_robustly(normals[eye], lines[eye])[0] for eye in (0, 1)]
    distance_mm = float(np.median(np.linalg.norm(targets, axis=1))) * scale
    return _models(rotations, eyes_mm, np.median(centers, axis=1), distance_mm)


def fit_incumbent_hmd_rays(
    matches: Matches, eyes_mm: tuple[Vector3, Vector3], *, is_y_up: bool = True
) -> RayModels:
    """Fit as the incumbent does: the best of four scales of depth, none of which is 1.

    Args:
        matches: references with `mm_pos`, and their pupils.
        eyes_mm: where the headset has its eyes, the right one first, in the frame of references.
        is_y_up: whether the references' y is up, as game engines have it.

    Raises:
        GazeFitError: there is nothing to fit to, or nothing fits.
    """
    targets, normals, centers = _observations(matches, is_y_up)

    def fitted(scale: float) -> tuple[float, list[NDArray[np.float64]]]:
        scaled = targets * (1.0, 1.0, scale)
        bundle, cost = adjust(
            Bundle(
                observations=normals,
                rotations=np.stack([first_rotation(of_eye, scaled) for of_eye in normals]),
                positions=np.array(eyes_mm),
                targets=scaled,
                turning=(0, 1),
            )
        )
        return cost, list(bundle.rotations)

    cost, rotations = min((fitted(scale) for scale in _INCUMBENT_SCALES), key=lambda fit: fit[0])
    if cost > _LARGEST_COST:
        cost, rotations = fitted(_LAST_INCUMBENT_SCALE)
    if not cost <= _LARGEST_COST:
        raise GazeFitError(NOT_CONVERGED)
    return _models(rotations, eyes_mm, centers[:, -1], DEFAULT_GAZE_DISTANCE_MM)


def _observations(
    matches: Matches, is_y_up: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Targets (N, 3), y down, and by eye normals (2, N, 3) and eyeballs (2, N, 3)."""
    targets, eyes = [], []
    for reference, right, left in matches.binocular:
        if reference.mm_pos is not None:
            x, y, z = reference.mm_pos
            targets.append((x, -y if is_y_up else y, z))
            eyes.append([normal_and_center(right), normal_and_center(left)])
    table = np.array(eyes, float).reshape(-1, 2, 2, 3)
    places = np.array(targets, float).reshape(-1, 3)
    usable = np.isfinite(table).all(axis=(1, 2, 3)) & np.isfinite(places).all(axis=1)
    distances = np.abs(places).max(axis=1, initial=0.0)
    usable &= (distances > _NEAREST_MM) & (distances < _FURTHEST_MM)
    if not usable.any():
        raise GazeFitError(NOT_SUFFICIENT_DATA)
    table = table[usable]
    return places[usable], table[:, :, 0].transpose(1, 0, 2), table[:, :, 1].transpose(1, 0, 2)


def _lines(
    targets: NDArray[np.float64], eyes_mm: tuple[Vector3, Vector3], scale: float
) -> NDArray[np.float64]:
    """Unit vectors (2, N, 3) from each eye to the targets."""
    lines = (targets * (1.0, 1.0, scale))[None] - np.array(eyes_mm)[:, None]
    # Of a target inside an eye no direction is known; none is a residual like any other.
    lengths = np.maximum(np.linalg.norm(lines, axis=2, keepdims=True), _NEAREST_MM)
    unit: NDArray[np.float64] = lines / lengths
    return unit


def _models(
    rotations: list[NDArray[np.float64]],
    eyes_mm: tuple[Vector3, Vector3],
    centers: NDArray[np.float64],
    distance_mm: float,
) -> RayModels:
    matrices: list[Matrix4] = [
        matrix4(rotations[eye], np.array(eyes_mm[eye]) - rotations[eye] @ centers[eye])
        for eye in (0, 1)
    ]
    return RayModels(
        right=matrices[0],
        left=matrices[1],
        binocular=(matrices[0], matrices[1]),
        gaze_distance_mm=distance_mm,
    )
