"""How far measured gaze is from where the wearer really looks, while it is measured."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from gazewire.compose.wearer_memory import WearerMemory
from gazewire.model import GazeDatum

__all__ = ["GazeError", "LiveAccuracy"]

_WINDOW_NS = 10_000_000_000
# Ten seconds of both eyes at 200 Hz, each told alone.
_MOST = 4000


@dataclass(frozen=True, slots=True)
class GazeError:
    """Angles between measured and true gaze, seen from the scene camera, of the last ten seconds.

    Attributes:
        count: how many data.
        mean_deg: their mean.
        median_deg: their median.
        p95_deg: 95 % are nearer than this.
    """

    count: int
    mean_deg: float
    median_deg: float
    p95_deg: float


class LiveAccuracy:
    """Compares each gaze with the truth of its instant, saccades and all.

    Args:
        memory: of the wearer.
    """

    def __init__(self, memory: WearerMemory) -> None:
        self._memory = memory
        self._errors: deque[tuple[int, float]] = deque(maxlen=_MOST)

    def take(self, datum: GazeDatum) -> None:
        """Compare gaze with what was true within 2.5 ms of it."""
        truth = self._memory.near(datum.timestamp_unix_ns)
        if truth is None:
            return
        camera = self._memory.wearer.scene.camera
        places_px = np.array([truth.gaze_px, (datum.x_px, datum.y_px)])
        rays = np.column_stack([camera.unproject(places_px), np.ones(2)])
        true, measured = rays / np.linalg.norm(rays, axis=1, keepdims=True)
        error_deg = np.degrees(
            np.arctan2(np.linalg.norm(np.cross(true, measured)), true @ measured)
        )
        self._errors.append((datum.timestamp_unix_ns, float(error_deg)))

    def error(self) -> GazeError | None:
        """The error of late; None where nothing could be compared."""
        if not self._errors:
            return None
        newest_ns = self._errors[-1][0]
        angles = np.array([deg for ns, deg in self._errors if ns > newest_ns - _WINDOW_NS])
        median_deg, p95_deg = np.percentile(angles, [50, 95]).tolist()
        return GazeError(len(angles), float(angles.mean()), median_deg, p95_deg)
