"""What a wearer was asked to look at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Point2, Vector3
from gazewire.optics import Camera

__all__ = ["GazeReference", "Reference", "reference_directions", "scene_directions"]

# Programs clamp places to this many images; what is not between a millimetre and a hundred
# kilometres away is no target.
_FURTHEST_NORM = 100.0
_NEAREST_MM, _FURTHEST_MM = 1.0, 1e8


class Reference(Protocol):
    """What fits take as references; `GazeReference` is one."""

    @property
    def timestamp_unix_ns(self) -> int:
        """The instant."""

    @property
    def norm_pos(self) -> Point2 | None:
        """Place in the scene image as a part of its size, origin bottom left."""

    @property
    def mm_pos(self) -> Vector3 | None:
        """Place in the frame of a headset, millimetres, y up and z forward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GazeReference:
    """What the wearer was asked to look at, at one instant.

    Attributes:
        timestamp_unix_ns: the instant.
        norm_pos: where it was in the scene image, as a part of its size, origin bottom left; None
            of a headset's.
        mm_pos: where it was in the headset's frame, millimetres, y up and z forward; None of a
            screen's.
    """

    timestamp_unix_ns: int
    norm_pos: Point2 | None = None
    mm_pos: Vector3 | None = None


def reference_directions(
    references: Sequence[Reference], scene_camera: Camera | None
) -> NDArray[np.float64]:
    """Which way references were.

    Args:
        references: the `mm_pos` counts of such as have one.
        scene_camera: the camera in whose image `norm_pos` is; None where it is not known.

    Returns:
        (N, 3) unit vectors, scene camera frame (y down), or that of the headset with y turned down;
        NaN where it cannot be told.
    """
    directions = scene_directions([one.norm_pos for one in references], scene_camera)
    for index, reference in enumerate(references):
        if reference.mm_pos is not None:
            x, y, z = reference.mm_pos
            length = math.hypot(x, y, z)
            is_place = _NEAREST_MM < length < _FURTHEST_MM
            directions[index] = (x / length, -y / length, z / length) if is_place else math.nan
    return directions


def scene_directions(
    norm_pos: Sequence[Point2 | None], scene_camera: Camera | None
) -> NDArray[np.float64]:
    """Directions of places in the scene image.

    Args:
        norm_pos: parts of the image's size, origin bottom left.
        scene_camera: whose image; None where it is not known.

    Returns:
        (N, 3) unit vectors, scene camera frame; NaN of what is no place, or has no camera.
    """
    directions = np.full((len(norm_pos), 3), np.nan)
    if scene_camera is None:
        return directions
    size = np.array([scene_camera.width, scene_camera.height], float)
    places = np.array([(np.nan, np.nan) if one is None else one for one in norm_pos], float)
    places = places.reshape(-1, 2)
    in_reach = (np.abs(places) <= _FURTHEST_NORM).all(axis=1)
    if in_reach.any():
        flipped = np.column_stack([places[in_reach, 0], 1.0 - places[in_reach, 1]])
        directions[in_reach] = scene_camera.unproject(flipped * size)
    return directions
