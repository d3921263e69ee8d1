"""Parameters of mappings as data: read and written in the form that Core programs exchange.

``calibration.result.v2``, session settings and recordings hold them as maps of lists of numbers. A
model that nobody has fitted is an empty map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.gaze.failure import GazeFitError

__all__ = ["FEATURES", "Matrix4", "Polynomial2d", "Polynomials", "RayModels"]

Matrix4 = tuple[
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
]
"""Four rows of a rigid motion of homogeneous columns."""

FEATURES = 6
"""Of one eye at ``norm_pos`` (x, y): x, y, x y, x², y², x² y²."""

DEFAULT_GAZE_DISTANCE_MM = 500.0
"""How far away things are thought to be, where nothing tells."""


@dataclass(frozen=True, slots=True)
class Polynomial2d:
    """A polynomial from pupils to a place in the scene image.

    Attributes:
        coefficients: two rows, for x and y; a column for each feature of one eye, or for those of
            the left eye and then those of the right.
        intercept: x and y.
    """

    coefficients: tuple[tuple[float, ...], tuple[float, ...]]
    intercept: tuple[float, float]

    @classmethod
    def of(cls, coefficients: ArrayLike, intercept: ArrayLike) -> Polynomial2d:
        """Make one of arrays (2, K) and (2,)."""
        across, down = np.asarray(coefficients, float).tolist()
        x, y = np.asarray(intercept, float).tolist()
        return cls((tuple(across), tuple(down)), (x, y))

    def to_params(self) -> dict[str, object]:
        """As scikit-learn names them, in whose words they are exchanged."""
        return {
            "coef_": [list(row) for row in self.coefficients],
            "intercept_": list(self.intercept),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Polynomials:
    """Parameters of a ``Gazer2D``.

    Attributes:
        right: of eye 0; None where it was not fitted.
        left: of eye 1; None where it was not fitted.
        binocular: of both; None where it was not fitted.
    """

    right: Polynomial2d | None = None
    left: Polynomial2d | None = None
    binocular: Polynomial2d | None = None

    def to_params(self) -> dict[str, object]:
        """The form in which they are exchanged."""
        named = {
            "left_model": self.left,
            "right_model": self.right,
            "binocular_model": self.binocular,
        }
        return {
            name: {} if polynomial is None else polynomial.to_params()
            for name, polynomial in named.items()
        }

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> Polynomials:
        """Read them.

        Raises:
            GazeFitError: they are none, or tell of no model.
        """
        read = cls(
            right=_polynomial(params, "right_model", FEATURES),
            left=_polynomial(params, "left_model", FEATURES),
            binocular=_polynomial(params, "binocular_model", 2 * FEATURES),
        )
        if read == cls():
            raise GazeFitError("these are no parameters of a Gazer2D: it has no model")
        return read


@dataclass(frozen=True, slots=True, kw_only=True)
class RayModels:
    """Parameters of the gazers that map by rays: ``Gazer3D`` and those of headsets.

    Attributes:
        right: motion from the camera of eye 0 to the scene; None where it was not fitted.
        left: the same of eye 1.
        binocular: both, of a fit to both eyes together; None where there was none.
        gaze_distance_mm: how far away things are thought to be where one eye is seen alone.
    """

    right: Matrix4 | None = None
    left: Matrix4 | None = None
    binocular: tuple[Matrix4, Matrix4] | None = None
    gaze_distance_mm: float = DEFAULT_GAZE_DISTANCE_MM

    def to_params(self) -> dict[str, object]:
        """The form in which they are exchanged."""
        binocular: dict[str, object] = {}
        if self.binocular is not None:
            binocular = {
                f"eye_camera_to_world_matrix{eye_id}": [list(row) for row in matrix]
                for eye_id, matrix in enumerate(self.binocular)
            }
        return {
            "left_model": self._monocular(self.left),
            "right_model": self._monocular(self.right),
            "binocular_model": binocular,
        }

    def _monocular(self, matrix: Matrix4 | None) -> dict[str, object]:
        if matrix is None:
            return {}
        return {
            "eye_camera_to_world_matrix": [list(row) for row in matrix],
            "gaze_distance": self.gaze_distance_mm,
        }

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> RayModels:
        """Read them.

        Raises:
            GazeFitError: they are none, or tell of no model.
        """
        both = _model(params, "binocular_model")
        names = ("eye_camera_to_world_matrix0", "eye_camera_to_world_matrix1")
        monocular = {name: _model(params, name) for name in ("right_model", "left_model")}
        distances = [
            model["gaze_distance"] for model in monocular.values() if "gaze_distance" in model
        ]
        right, left = (
            _matrix(model, "eye_camera_to_world_matrix") if model else None
            for model in monocular.values()
        )
        read = cls(
            right=right,
            left=left,
            binocular=(_matrix(both, names[0]), _matrix(both, names[1])) if both else None,
            gaze_distance_mm=float(_numbers(distances[0], "gaze_distance", ()))
            if distances
            else DEFAULT_GAZE_DISTANCE_MM,
        )
        if right is None and left is None and read.binocular is None:
            raise GazeFitError("these are no parameters of a 3-D gazer: it has no model")
        return read


def matrix4(rotation: NDArray[np.float64], translation: NDArray[np.float64]) -> Matrix4:
    """The motion that turns by a rotation (3, 3) and then moves by a translation (3,)."""
    first, second, third = np.column_stack([rotation, translation]).tolist()
    return tuple(first), tuple(second), tuple(third), (0.0, 0.0, 0.0, 1.0)


def _polynomial(params: Mapping[str, object], name: str, features: int) -> Polynomial2d | None:
    model = _model(params, name)
    if not model:
        return None
    return Polynomial2d.of(
        _numbers(model.get("coef_"), f"{name}.coef_", (2, features)),
        _numbers(model.get("intercept_"), f"{name}.intercept_", (2,)),
    )


def _model(params: Mapping[str, object], name: str) -> Mapping[str, object]:
    model = params.get(name) or {}
    if not isinstance(model, Mapping):
        raise GazeFitError(f"{name} is a map, not {model!r:.80}")
    return model


def _matrix(model: Mapping[str, object], name: str) -> Matrix4:
    matrix = _numbers(model.get(name), name, (4, 4))
    return matrix4(matrix[:3, :3], matrix[:3, 3])


def _numbers(value: object, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    try:
        numbers = np.array(value, float)
    except (TypeError, ValueError) as error:
        raise GazeFitError(f"{name} is no array of numbers: {value!r:.80}") from error
    if numbers.shape != shape or not np.isfinite(numbers).all():
        raise GazeFitError(f"{name} is {shape} finite numbers, not {value!r:.80}")
    return numbers
