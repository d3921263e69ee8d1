"""What there is to look at: the pictures of eyes, who they are of, and when they were taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.offline.recorded_time import RecordedTime
from gazewire.model import EyeId
from gazewire.optics import Camera

__all__ = ["EyeFilm", "EyeFootage", "EyeView"]


@dataclass(frozen=True, slots=True)
class EyeView:
    """Where in a picture an eye is.

    Attributes:
        eye_id: whose.
        camera: that took this part of the picture, and has its size.
        first_column: at which the part begins.
    """

    eye_id: EyeId
    camera: Camera
    first_column: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class EyeFilm:
    """Pictures in a row: a video, or a folder of images.

    Attributes:
        path: of the file, or of the folder.
        times_unix_ns: (N,) int64, instants of its pictures, in order.
        times_core_s: (N,) float64, the same in Core time, to the last digit as they were recorded.
        views: the eyes in it.
    """

    path: Path
    times_unix_ns: NDArray[np.int64]
    times_core_s: NDArray[np.float64]
    views: tuple[EyeView, ...]

    def __len__(self) -> int:
        return len(self.times_unix_ns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EyeFootage:
    """All that was filmed of one wearer at a time; one detection is of one of these.

    Attributes:
        source: the recording, or the file that was named (first).
        name: what the result is called.
        films: of each eye in order of time.
        start_unix_ns: when it began.
        start_core_s: the same in Core time.
        is_core: the source is a recording in the layout of Core, whose other data go along.
        scene_camera: intrinsics; None where they are not known.
        images: names of the pictures, where it is a folder of images.
    """

    source: Path
    name: str
    films: tuple[EyeFilm, ...]
    start_unix_ns: int
    start_core_s: float
    is_core: bool = False
    scene_camera: Camera | None = None
    images: Sequence[str] | None = None

    @property
    def eye_ids(self) -> tuple[EyeId, ...]:
        """The eyes that are to be seen."""
        return tuple(sorted({view.eye_id for film in self.films for view in film.views}))

    @property
    def picture_count(self) -> int:
        """Pictures of an eye; one that shows both counts twice."""
        return sum(len(film) * len(film.views) for film in self.films)

    def recorded_time(self) -> RecordedTime:
        """Core time as it was recorded."""
        return RecordedTime(
            self.start_unix_ns,
            self.start_core_s,
            np.concatenate([film.times_unix_ns for film in self.films]),
            np.concatenate([film.times_core_s for film in self.films]),
        )
