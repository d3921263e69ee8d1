"""The part of the work that all cores share: the pupils in a piece of a film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.offline.footage import EyeView
from gazewire.compose.offline.pictures import open_pictures
from gazewire.errors import SourceError
from gazewire.eye import Detector2d, Pupil2d
from gazewire.model import EyeId

__all__ = ["FilmPiece", "FoundPupils", "find_pupils"]

# A detector also looks where the pupil was before. By so many pictures it begins ahead of its
# piece, so that it does not matter where a film is cut.
_LEAD = 8


@dataclass(frozen=True, slots=True)
class FilmPiece:
    """Some pictures of a film.

    Attributes:
        path: of the film.
        views: the eyes in it.
        start: number of the first picture.
        stop: number behind the last one.
    """

    path: Path
    views: tuple[EyeView, ...]
    start: int
    stop: int


@dataclass(frozen=True, slots=True, eq=False)
class FoundPupils:
    """What was found in a piece.

    Attributes:
        pupils: by eye, (N, 6) float64: centre across and down, smaller and larger axis in pixels,
            angle in degrees, confidence. NaN where no pupil was found.
        is_whole: (N,) bool, pictures that could be decoded, and have the size of the first.
    """

    pupils: Mapping[EyeId, NDArray[np.float64]]
    is_whole: NDArray[np.bool_]


def find_pupils(piece: FilmPiece) -> FoundPupils:
    """Look for the pupil of each eye in each picture of a piece.

    Raises:
        SourceError: the film itself cannot be opened any more.
    """
    pictures = open_pictures(piece.path)
    detectors = {view.eye_id: Detector2d() for view in piece.views}
    count = piece.stop - piece.start
    pupils = {view.eye_id: np.full((count, 6), np.nan) for view in piece.views}
    is_whole = np.ones(count, bool)
    for index in range(max(0, piece.start - _LEAD), piece.stop):
        row = index - piece.start
        try:
            picture = pictures.gray(index)
        except SourceError:
            picture = None
        for view in piece.views:
            part = _part(picture, view)
            if part is None:
                is_whole[max(row, 0)] &= row < 0
                continue
            found = detectors[view.eye_id].detect(part)
            if found is not None and row >= 0:
                pupils[view.eye_id][row] = _row(found)
    return FoundPupils(pupils, is_whole)


def _part(picture: NDArray[np.uint8] | None, view: EyeView) -> NDArray[np.uint8] | None:
    # Where it shows the eye; None where the picture is damaged, or not of the size of the others.
    if picture is None:
        return None
    first, width, height = view.first_column, view.camera.width, view.camera.height
    part = picture[:, first : first + width]
    return np.ascontiguousarray(part) if part.shape == (height, width) else None


def _row(found: Pupil2d) -> tuple[float, ...]:
    return (*found.center_px, *found.axes_px, found.angle_deg, found.confidence)
