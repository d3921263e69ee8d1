"""What waits to be told of a surface: gaze and fixations, until an image after them shows it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gazewire.model import Point2
from gazewire.surface import SurfaceLocation, SurfaceTrail
from gazewire.wire.ipc import WireFixation, WireGaze, WireSurfaceFixation, WireSurfaceGaze

__all__ = ["GazeToPlace", "SurfaceGazeQueue"]

# Two seconds of gaze and of fixations, should there be no image for so long.
_WAITING = 1000


@dataclass(frozen=True, slots=True)
class GazeToPlace:
    """What is to be mapped to surfaces.

    Attributes:
        at_unix_ns: instant at which it is to be mapped.
        norm_pos: in the scene image, origin bottom left.
        wire: as it was told.
    """

    at_unix_ns: int
    norm_pos: Point2
    wire: WireGaze | WireFixation


class SurfaceGazeQueue:
    """Where one surface was, and what has not been told of it."""

    def __init__(self) -> None:
        self._trail = SurfaceTrail()
        self._waiting: deque[GazeToPlace] = deque(maxlen=_WAITING)

    def put(self, looks: Iterable[GazeToPlace]) -> None:
        """Let gaze and fixations wait until the surface is seen."""
        self._waiting.extend(looks)

    def take(
        self, timestamp_unix_ns: int, location: SurfaceLocation
    ) -> tuple[tuple[WireSurfaceGaze, ...], tuple[WireSurfaceFixation, ...]]:
        """Map all that waits, now that the surface has been seen.

        Args:
            timestamp_unix_ns: instant of the image.
            location: of the surface in it.

        Returns:
            Gaze, and fixations. What has no place, because the surface was out of sight for too
            long or because it is beyond the horizon, is left out.
        """
        self._trail.add(timestamp_unix_ns, location)
        looks = list(self._waiting)
        self._waiting.clear()
        camera = location.camera
        norm_pos = np.array([look.norm_pos for look in looks], float).reshape(-1, 2)
        points_px = (norm_pos * [1, -1] + [0, 1]) * [camera.width, camera.height]
        places = self._trail.places([look.at_unix_ns for look in looks], points_px)
        gaze: list[WireSurfaceGaze] = []
        fixations: list[WireSurfaceFixation] = []
        for look, (x, y) in zip(looks, places.tolist(), strict=True):
            if not np.isfinite(x + y):
                continue
            match look.wire:
                case WireFixation() as fixation:
                    fixations.append(_fixation_on(fixation, (x, y)))
                case wire:
                    gaze.append(_gaze_on(wire, (x, y)))
        return tuple(gaze), tuple(fixations)


def _gaze_on(gaze: WireGaze, norm_pos: Point2) -> WireSurfaceGaze:
    return WireSurfaceGaze(
        topic=f"{gaze.topic}_on_surface",
        norm_pos=norm_pos,
        confidence=gaze.confidence,
        on_surf=_is_on(norm_pos),
        base_data=(gaze.topic, gaze.timestamp),
        timestamp=gaze.timestamp,
    )


def _fixation_on(fixation: WireFixation, norm_pos: Point2) -> WireSurfaceFixation:
    return WireSurfaceFixation(
        topic=f"{fixation.topic}_on_surface",
        norm_pos=norm_pos,
        confidence=fixation.confidence,
        on_surf=_is_on(norm_pos),
        base_data=(fixation.topic, fixation.timestamp),
        timestamp=fixation.timestamp,
        id=fixation.id,
        duration=fixation.duration,
        dispersion=fixation.dispersion,
    )


def _is_on(norm_pos: Point2) -> bool:
    x, y = norm_pos
    return 0 <= x <= 1 and 0 <= y <= 1
