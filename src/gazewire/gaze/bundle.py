"""Bundle adjustment of directions, as the incumbent's 3-D gazers do it.

Several "cameras" see the same targets: the scene camera, of which pixels give directions, and the
eyes, of which the pupils' normals do. A camera at t with the rotation R sees the target T along d,
and the residual is R d - (T - t) / |T - t|, three numbers.

The incumbent's digits depend on where its solver stops, some 1e-4 before the minimum. So this one
begins and stops there too: SciPy's trust region with an iterative inner solver, from rotations
between centred vectors. Whoever need not agree with it finds rotations in closed form
(`align_directions`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.sparse import block_diag, csc_matrix, hstack, vstack
from scipy.spatial.transform import Rotation

from gazewire.gaze.rotation import align_directions

__all__ = ["Bundle", "adjust", "first_rotation"]

_TOLERANCE = 1e-8
_MAX_EVALUATIONS = 100
_POSE_SCALE, _TARGET_SCALE = 1 / 20, 500 / 20
_SMALLEST_ANGLE = 1e-8


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Cameras that see the same targets.

    Attributes:
        observations: (C, N, 3) unit vectors by camera and target, each in its camera's frame.
        rotations: (C, 3, 3) from each camera's frame.
        positions: (C, 3).
        targets: (N, 3).
        turning: cameras whose rotation is to be found.
        moving: cameras whose position is to be found.
        has_open_targets: whether the targets are to be found too.
    """

    observations: NDArray[np.float64]
    rotations: NDArray[np.float64]
    positions: NDArray[np.float64]
    targets: NDArray[np.float64]
    turning: tuple[int, ...]
    moving: tuple[int, ...] = ()
    has_open_targets: bool = False


def first_rotation(turned: NDArray[np.float64], fixed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation (3, 3) from which the incumbent sets out.

    Args:
        turned: (N, 3).
        fixed: (N, 3), of any length.
    """
    return align_directions(turned - turned.mean(axis=0), fixed - fixed.mean(axis=0))


def adjust(bundle: Bundle) -> tuple[Bundle, float]:
    """Find what is open, by least squares from where it is.

    Returns:
        The bundle as it is then, and half the sum of its squared residuals.
    """
    start = np.concatenate(
        [
            Rotation.from_matrix(bundle.rotations[list(bundle.turning)]).as_rotvec().ravel(),
            bundle.positions[list(bundle.moving)].ravel(),
            bundle.targets.ravel() if bundle.has_open_targets else np.empty(0),
        ]
    )
    scale = np.ones(len(start))
    if bundle.has_open_targets:
        scale[: -bundle.targets.size] = _POSE_SCALE
        scale[-bundle.targets.size :] = _TARGET_SCALE

    def residuals(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return _residuals(_with_values(bundle, values))

    def derivatives(values: NDArray[np.float64]) -> csc_matrix:
        return _derivatives(_with_values(bundle, values), values)

    found = least_squares(
        residuals,
        start,
        jac=derivatives,
        x_scale=scale,
        tr_solver="lsmr",
        ftol=_TOLERANCE,
        xtol=_TOLERANCE,
        gtol=_TOLERANCE,
        max_nfev=_MAX_EVALUATIONS,
    )
    return _with_values(bundle, found.x), float(found.cost)


def _with_values(bundle: Bundle, values: NDArray[np.float64]) -> Bundle:
    turns, moves = 3 * len(bundle.turning), 3 * len(bundle.moving)
    rotations, positions = bundle.rotations.copy(), bundle.positions.copy()
    rotations[list(bundle.turning)] = Rotation.from_rotvec(
        values[:turns].reshape(-1, 3)
    ).as_matrix()
    positions[list(bundle.moving)] = values[turns : turns + moves].reshape(-1, 3)
    return Bundle(
        observations=bundle.observations,
        rotations=rotations,
        positions=positions,
        targets=values[turns + moves :].reshape(-1, 3)
        if bundle.has_open_targets
        else bundle.targets,
        turning=bundle.turning,
        moving=bundle.moving,
        has_open_targets=bundle.has_open_targets,
    )


def _residuals(bundle: Bundle) -> NDArray[np.float64]:
    """(3 C N,) by camera, target, and x, y and z."""
    seen = bundle.observations @ bundle.rotations.transpose(0, 2, 1)
    lines = bundle.targets - bundle.positions[:, None]
    return np.ravel(seen - lines / np.linalg.norm(lines, axis=2, keepdims=True))


def _derivatives(bundle: Bundle, values: NDArray[np.float64]) -> csc_matrix:
    """(3 C N, K) of the residuals by the values."""
    cameras, targets = bundle.observations.shape[:2]
    rows = 3 * targets
    columns = []
    for number, camera in enumerate(bundle.turning):
        seen = bundle.observations[camera] @ bundle.rotations[camera].T
        # d(R(w) v) / dw = -[R v] x J(w), with the left Jacobian J of the rotation vector.
        by_turn = -_cross_matrices(seen) @ _left_jacobian(values[3 * number : 3 * number + 3])
        columns.append(_in_rows(by_turn.reshape(rows, 3), camera, cameras))
    of_targets = []
    for camera in range(cameras):
        lines = bundle.targets - bundle.positions[camera]
        lengths = np.linalg.norm(lines, axis=1)[:, None, None]
        unit = lines[:, :, None] / lengths
        by_target = (unit @ unit.transpose(0, 2, 1) - np.eye(3)) / lengths
        of_targets.append(by_target)
    columns += [
        _in_rows(-of_targets[camera].reshape(rows, 3), camera, cameras) for camera in bundle.moving
    ]
    if bundle.has_open_targets:
        columns.append(vstack([block_diag(list(blocks)) for blocks in of_targets]))
    return csc_matrix(hstack(columns))


def _in_rows(block: NDArray[np.float64], camera: int, cameras: int) -> csc_matrix:
    """A camera's rows, and noughts in those of the others."""
    table = np.zeros((cameras, *block.shape))
    table[camera] = block
    return csc_matrix(table.reshape(-1, block.shape[1]))


def _cross_matrices(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3, 3) matrices [v] x of (N, 3) vectors: [v] x w is the cross product of v and w."""
    matrices = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    matrices[:, 0, 1], matrices[:, 0, 2], matrices[:, 1, 2] = -z, y, -x
    matrices[:, 1, 0], matrices[:, 2, 0], matrices[:, 2, 1] = z, -y, x
    return matrices


def _left_jacobian(rotation_vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3): how a small change of a rotation vector (3,) turns. Source: Solà 2018, eq. 145."""
    angle = float(np.linalg.norm(rotation_vector))
    if angle < _SMALLEST_ANGLE:
        return np.eye(3)
    cross = _cross_matrices(rotation_vector[None])[0]
    jacobian: NDArray[np.float64] = (
        np.eye(3)
        + (1 - np.cos(angle)) / angle**2 * cross
        + (angle - np.sin(angle)) / angle**3 * cross @ cross
    )
    return jacobian
