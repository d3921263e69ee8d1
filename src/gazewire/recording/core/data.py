"""Pupil and gaze data, fixations and blinks as Core programs write them, and as rows of numbers.

The columns are named, and stand in the order, as in the tables that Pupil Player exports.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import msgspec

__all__ = [
    "BLINK_COLUMNS",
    "FIXATION_COLUMNS",
    "GAZE_COLUMNS",
    "PUPIL_COLUMNS",
    "CoreBlink",
    "CoreDatum",
    "CoreFixation",
    "CoreGaze",
    "CorePupil",
    "base_times_s",
    "blink_row",
    "fixation_row",
    "gaze_row",
    "pupil_row",
]

_NAN = math.nan
_NO_PAIR = (_NAN, _NAN)
_NO_POINT = (_NAN, _NAN, _NAN)
_Pair = tuple[float, float]
_Point = tuple[float, float, float]
_S = TypeVar("_S")


def _xyz(name: str) -> tuple[str, str, str]:
    return (f"{name}_x", f"{name}_y", f"{name}_z")


class _Ellipse(msgspec.Struct, frozen=True):
    center: _Pair = _NO_PAIR
    axes: _Pair = _NO_PAIR
    angle: float = _NAN


class _Sphere(msgspec.Struct, frozen=True):
    center: _Point = _NO_POINT
    radius: float = _NAN


class _Circle(msgspec.Struct, frozen=True):
    center: _Point = _NO_POINT
    normal: _Point = _NO_POINT
    radius: float = _NAN


class CoreBase(msgspec.Struct, frozen=True):
    """What a datum was computed from.

    Attributes:
        timestamp: Core time.
        id: of the eye, where it is a pupil.
    """

    timestamp: float = _NAN
    id: int | None = None


class CoreDatum(msgspec.Struct, frozen=True, kw_only=True):
    """What all data have.

    Attributes:
        timestamp: Core time.
        confidence: 0 to 1.
        base_data: what it was computed from.
    """

    timestamp: float
    confidence: float = _NAN
    base_data: tuple[CoreBase, ...] = ()


class CorePupil(CoreDatum, frozen=True, kw_only=True):
    """A pupil; fields as on the bus."""

    id: int
    norm_pos: _Pair = _NO_PAIR
    diameter: float = _NAN
    method: str = ""
    ellipse: _Ellipse = _Ellipse()
    diameter_3d: float = _NAN
    model_confidence: float = _NAN
    sphere: _Sphere = _Sphere()
    circle_3d: _Circle = _Circle()
    theta: float = _NAN
    phi: float = _NAN
    projected_sphere: _Ellipse = _Ellipse()


class CoreGaze(CoreDatum, frozen=True, kw_only=True):
    """Gaze of one eye or of both; fields as on the bus."""

    norm_pos: _Pair = _NO_PAIR
    gaze_point_3d: _Point = _NO_POINT
    eye_center_3d: _Point | None = None
    gaze_normal_3d: _Point | None = None
    eye_centers_3d: dict[str | int, _Point] = {}
    gaze_normals_3d: dict[str | int, _Point] = {}


class CoreFixation(msgspec.Struct, frozen=True, kw_only=True):
    """A fixation; fields as on the bus. The duration is in milliseconds.

    Attributes:
        base_data: gaze that it consists of: whole maps, or pairs of topic and Core time.
    """

    timestamp: float
    confidence: float = _NAN
    base_data: tuple[CoreBase | tuple[str, float], ...] = ()
    id: int = 0
    duration: float = _NAN
    norm_pos: _Pair = _NO_PAIR
    dispersion: float = _NAN
    method: str = ""
    gaze_point_3d: _Point = _NO_POINT


class CoreBlink(CoreDatum, frozen=True, kw_only=True):
    """Onset or offset of a blink; fields as on the bus."""

    type: str = ""


PUPIL_COLUMNS = (
    "eye_id",
    "confidence",
    "norm_pos_x",
    "norm_pos_y",
    "diameter",
    "method",
    "ellipse_center_x",
    "ellipse_center_y",
    "ellipse_axis_a",
    "ellipse_axis_b",
    "ellipse_angle",
    "diameter_3d",
    "model_confidence",
    *_xyz("sphere_center"),
    "sphere_radius",
    *_xyz("circle_3d_center"),
    *_xyz("circle_3d_normal"),
    "circle_3d_radius",
    "theta",
    "phi",
    "projected_sphere_center_x",
    "projected_sphere_center_y",
    "projected_sphere_axis_a",
    "projected_sphere_axis_b",
    "projected_sphere_angle",
)
GAZE_COLUMNS = (
    "confidence",
    "norm_pos_x",
    "norm_pos_y",
    *_xyz("gaze_point_3d"),
    *_xyz("eye_center0_3d"),
    *_xyz("gaze_normal0"),
    *_xyz("eye_center1_3d"),
    *_xyz("gaze_normal1"),
)
FIXATION_COLUMNS = (
    "id",
    "duration_ms",
    "norm_pos_x",
    "norm_pos_y",
    "dispersion",
    "confidence",
    "method",
    *_xyz("gaze_point_3d"),
)
BLINK_COLUMNS = ("type", "confidence")


def pupil_row(pupil: CorePupil, _topic: str) -> tuple[object, ...]:
    """Give the values of `PUPIL_COLUMNS`."""
    ellipse, ball, sphere, circle = (
        pupil.ellipse,
        pupil.projected_sphere,
        pupil.sphere,
        pupil.circle_3d,
    )
    return (
        *(pupil.id, pupil.confidence, *pupil.norm_pos, pupil.diameter, pupil.method),
        *(*ellipse.center, *ellipse.axes, ellipse.angle),
        *(pupil.diameter_3d, pupil.model_confidence),
        *(*sphere.center, sphere.radius, *circle.center, *circle.normal, circle.radius),
        *(pupil.theta, pupil.phi, *ball.center, *ball.axes, ball.angle),
    )


def gaze_row(gaze: CoreGaze, topic: str) -> tuple[object, ...]:
    """Give the values of `GAZE_COLUMNS`; eye 0 is the right one."""
    centers = {str(eye): at for eye, at in gaze.eye_centers_3d.items()}
    normals = {str(eye): at for eye, at in gaze.gaze_normals_3d.items()}
    if gaze.eye_center_3d is not None or gaze.gaze_normal_3d is not None:
        # Gaze of one eye says which in its topic alone: gaze.3d.0.
        eye = _one_eye(gaze, topic)
        centers = {eye: gaze.eye_center_3d or _NO_POINT}
        normals = {eye: gaze.gaze_normal_3d or _NO_POINT}
    return (
        *(gaze.confidence, *gaze.norm_pos, *gaze.gaze_point_3d),
        *(*centers.get("0", _NO_POINT), *normals.get("0", _NO_POINT)),
        *(*centers.get("1", _NO_POINT), *normals.get("1", _NO_POINT)),
    )


def fixation_row(fixation: CoreFixation, _topic: str) -> tuple[object, ...]:
    """Give the values of `FIXATION_COLUMNS`."""
    return (
        *(fixation.id, fixation.duration, *fixation.norm_pos, fixation.dispersion),
        *(fixation.confidence, fixation.method, *fixation.gaze_point_3d),
    )


def base_times_s(fixation: CoreFixation) -> list[float]:
    """Give the Core times of the gaze that a fixation consists of."""
    return [
        base.timestamp if isinstance(base, CoreBase) else base[1] for base in fixation.base_data
    ]


def blink_row(blink: CoreBlink, _topic: str) -> tuple[object, ...]:
    """Give the values of `BLINK_COLUMNS`."""
    return (blink.type, blink.confidence)


def _one_eye(gaze: CoreGaze, topic: str) -> str:
    ids: Sequence[int | None] = [base.id for base in gaze.base_data]
    if len(ids) == 1 and ids[0] is not None:
        return str(ids[0])
    return "1" if topic.rstrip(".").endswith("1") else "0"
