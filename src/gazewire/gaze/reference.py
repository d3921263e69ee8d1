"""What a wearer was asked to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Point2, Vector3
from gazewire.optics import Camera

__all__ = ["GazeReference", "Reference", "reference_direction"]


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


def reference_direction(
    reference: Reference, scene_camera: Camera | None
) -> NDArray[np.float64] | None:
    """Which way the reference was.

    Args:
        reference: its `mm_pos` counts where it has one.
        scene_camera: the camera in whose image `norm_pos` is; None where it is not known.

    Returns:
        (3,) unit vector, scene camera frame (y down), or that of the headset with y turned down;
        None where it cannot be told.
    """
    if reference.mm_pos is not None:
        x, y, z = reference.mm_pos
        direction = np.array([x, -y, z], float)
        length = float(np.linalg.norm(direction))
        return direction / length if 0 < length < np.inf else None
    if reference.norm_pos is None or scene_camera is None:
        return None
    (found,) = scene_directions(np.array([reference.norm_pos], float), scene_camera)
    return np.asarray(found, float)


def scene_directions(norm_pos: NDArray[np.float64], scene_camera: Camera) -> NDArray[np.float64]:
    """Directions of places in the scene image.

    Args:
        norm_pos: (N, 2) parts of the image's size, origin bottom left.
        scene_camera: whose image.

    Returns:
        (N, 3) unit vectors, scene camera frame; NaN in gives NaN out.
    """
    size = np.array([scene_camera.width, scene_camera.height], float)
    flipped = np.column_stack([norm_pos[:, 0], 1.0 - norm_pos[:, 1]])
    return scene_camera.unproject(flipped * size)
