"""Square fiducial markers in scene images: AprilTags, and the markers of ArUco.

::

    detector = MarkerDetector()
    for marker in detector.detect(gray):
        print(marker.id, marker.corners_px)

Codes are those of OpenCV's dictionaries. Squares are found and measured by
`gazewire.surface.dark_square`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.surface.dark_square import find_dark_squares, refine_squares, sampled

__all__ = ["MARKER_FAMILIES", "Marker", "MarkerDetector", "MarkerId"]

_Floats = NDArray[np.float64]

MARKER_FAMILIES = (
    "tag36h11",
    "tag36h10",
    "tag25h9",
    "tag16h5",
    *(f"aruco{side}x{side}_{count}" for side in (4, 5, 6, 7) for count in (50, 100, 250, 1000)),
    "aruco_original",
    "aruco_mip_36h12",
)
"""Families by the names that AprilTag gives them; those of ArUco with their number of modules."""

# How the Core programs call AprilTags; of ArUco they know nothing.
_APRILTAG = "apriltag_v3"
_ARUCO = "aruco"

# Wrong modules that are put right: two for AprilTags with a distance of 11, as their own detector
# has it, less where codes are nearer to each other.
_MOST_WRONG = 2
_MOST_WRONG_IN_BORDER = 3
# Samples in each module, at these parts of its side off its middle.
_WITHIN = (-0.2, 0.2)


@dataclass(frozen=True, slots=True, order=True)
class MarkerId:
    """Which marker it is.

    Attributes:
        family: one of `MARKER_FAMILIES`, or what another program calls its own.
        number: within the family.
    """

    family: str
    number: int

    @property
    def uid(self) -> str:
        """As definitions of surfaces have it: ``apriltag_v3:tag36h11:7``."""
        if self.family == "legacy":
            return f"legacy:{self.number}"
        kind = _APRILTAG if self.family.startswith("tag") else _ARUCO
        return f"{kind}:{self.family}:{self.number}"

    @classmethod
    def parse(cls, uid: str) -> MarkerId:
        """Read what `uid` gives.

        Raises:
            ValueError: it is no such text.
        """
        *words, number = uid.split(":")
        match words:
            case ["legacy"]:
                family = "legacy"
            case ["apriltag_v3" | "aruco", family]:
                pass
            case _:
                raise ValueError(f"a marker is kind:family:number, not {uid!r:.80}")
        if not number.isdecimal():
            raise ValueError(f"a marker has a number at the end, and not {uid!r:.80}")
        return cls(family, int(number))


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    """A marker in an image.

    Attributes:
        id: which one.
        corners_px: (4, 2) corners of its black square, clockwise as one sees it from the front,
            from the one that is first in OpenCV's drawing of it; (0, 0) is the centre of the top
            left pixel.
        margin: by how many grey levels modules differ from the threshold between dark and bright.
        wrong_modules: so many were put right.
    """

    id: MarkerId
    corners_px: _Floats
    margin: float
    wrong_modules: int = 0

    @property
    def perimeter_px(self) -> float:
        """Length of its outline."""
        sides = self.corners_px - np.roll(self.corners_px, 1, axis=0)
        return float(np.linalg.norm(sides, axis=1).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerDetector:
    """Finds markers; keeps nothing from image to image.

    Attributes:
        families: which are looked for.
        decimation: squares are looked for in an image that is so many times smaller. 2 finds
            markers from 25 px a side, 1 from 14 px, and takes three times as long.
        min_perimeter_px: markers with a shorter outline are passed over.
        min_margin: markers that are fainter are passed over, grey levels.

    Raises:
        ValueError: a family is not known, or a number makes no sense.
    """

    families: Sequence[str] = ("tag36h11",)
    decimation: int = 2
    min_perimeter_px: float = 60.0
    min_margin: float = 12.0

    def __post_init__(self) -> None:
        for family in self.families:
            if family not in MARKER_FAMILIES:
                raise ValueError(f"families of markers do not include {family!r:.80}")
        if not 1 <= self.decimation <= 8:
            raise ValueError(f"decimation is 1 to 8, not {self.decimation}")
        if not self.min_perimeter_px > 0 or not self.min_margin > 0:
            raise ValueError("the least perimeter and the least margin are positive")

    def detect(self, gray: NDArray[np.uint8]) -> list[Marker]:
        """Find all markers of an image, ordered by what they are.

        Where a marker is seen twice the larger one is told.

        Args:
            gray: (H, W) uint8; not kept.

        Raises:
            TypeError: the pixels are not uint8.
            ValueError: this is no image of one channel.
        """
        if gray.ndim != 2:
            raise ValueError(f"a grey image is (H, W), not {gray.shape}")
        if gray.dtype != np.uint8:
            raise TypeError(f"a grey image is uint8, not {gray.dtype}")
        squares = find_dark_squares(gray, self.decimation, self.min_perimeter_px)
        squares = refine_squares(gray, squares, is_rough=True)
        squares = squares[np.isfinite(squares).all(axis=(1, 2))]
        found: dict[MarkerId, Marker] = {}
        for marker in chain.from_iterable(_read(gray, squares, name) for name in self.families):
            is_clear = marker.margin >= self.min_margin
            other = found.get(marker.id)
            is_larger = other is None or other.perimeter_px < marker.perimeter_px
            if is_clear and is_larger and marker.perimeter_px >= self.min_perimeter_px:
                found[marker.id] = marker
        # What was measured from a rough outline is measured again from there.
        ids = sorted(found)
        rough = np.array([found[id].corners_px for id in ids]).reshape(-1, 4, 2)
        corners = refine_squares(gray, rough, is_rough=False)
        return [
            replace(found[id], corners_px=square)
            for id, square in zip(ids, corners, strict=True)
            if np.isfinite(square).all()
        ]


def _read(gray: NDArray[np.uint8], squares: _Floats, family: str) -> list[Marker]:
    """Markers of a family among (N, 4, 2) squares."""
    if not len(squares):
        return []
    code = _code(family)
    against, margins = _modules(gray, squares, code.side)
    in_border = np.ones(against.shape[1:], bool)
    in_border[1:-1, 1:-1] = False
    is_bordered = (against[:, in_border] > 0).sum(axis=1) <= _MOST_WRONG_IN_BORDER
    markers = []
    for number in np.flatnonzero(is_bordered).tolist():
        word = np.sign(against[number, 1:-1, 1:-1]).ravel().astype(np.float32)
        # Of signs the sum of products is how many agree less how many do not.
        agreement = code.words @ word
        best = int(agreement.argmax())
        wrong = round((word.size - float(agreement[best])) / 2)
        if wrong > code.most_wrong:
            continue
        # Word `turn` is the code as it looks after so many quarter turns clockwise: then its first
        # corner is that many places further on.
        name, turn = divmod(best, 4)
        corners = np.roll(squares[number], -turn, axis=0)
        markers.append(Marker(MarkerId(family, name), corners, float(margins[number]), wrong))
    return markers


def _modules(gray: NDArray[np.uint8], squares: _Floats, side: int) -> tuple[_Floats, _Floats]:
    """Brightness of the modules of squares, against the threshold between dark and bright.

    Returns:
        (N, S, S) with the border, S being side + 2; and (N,) the mean of its size inside.
    """
    count = side + 2
    # Modules from outside of the border to outside of it, in units of the square's side.
    middles = (np.arange(-1, count + 1) + 0.5) / count
    within = np.array(_WITHIN) / count
    at = (middles[:, None] + within).ravel()
    grid = np.stack(np.meshgrid(at, at), axis=-1)  # [row, column] -> (x, y)
    places = _projected(squares, grid.reshape(-1, 2))
    values = sampled(gray, places.reshape(len(squares), len(at), len(at), 2))
    size = len(_WITHIN)
    values = values.reshape(len(squares), count + 2, size, count + 2, size).mean(axis=(2, 4))

    # Light falls off across a marker: dark and bright are planes, fitted to the border and to the
    # ground around it.
    column, row = np.meshgrid(middles, middles)
    terms = np.stack([np.ones_like(column), column, row], axis=-1)
    ring = np.zeros((count + 2, count + 2), int)
    ring[1:-1, 1:-1] = 1
    ring[2:-2, 2:-2] = 2
    planes = []
    for part in (0, 1):
        chosen = ring == part
        weights = np.linalg.pinv(terms[chosen])  # (3, modules)
        planes.append(values[:, chosen] @ weights.T @ terms.reshape(-1, 3).T)
    threshold = ((planes[0] + planes[1]) / 2).reshape(values.shape)
    against = (values - threshold)[:, 1:-1, 1:-1]
    margins = np.abs(against[:, 1:-1, 1:-1]).mean(axis=(1, 2))
    return against, margins


def _projected(squares: _Floats, points: _Floats) -> _Floats:
    """Where (P, 2) points of the unit square (y down) fall in (N, 4, 2) squares: (N, P, 2)."""
    # Heckbert 1989, §2.2.3, square to quadrilateral.
    first, second, third, fourth = (squares[:, k] for k in range(4))
    across, down = second - third, fourth - third
    rest = first - second + third - fourth
    determinant = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        g = (rest[:, 0] * down[:, 1] - rest[:, 1] * down[:, 0]) / determinant
        h = (across[:, 0] * rest[:, 1] - across[:, 1] * rest[:, 0]) / determinant
        x, y = points.T
        scale = g[:, None] * x + h[:, None] * y + 1
        above = (
            (second - first + g[:, None] * second)[:, None] * x[:, None]
            + (fourth - first + h[:, None] * fourth)[:, None] * y[:, None]
            + first[:, None]
        )
        projected: _Floats = above / scale[..., None]
    return projected


@dataclass(frozen=True, slots=True)
class _Code:
    """The words of a family.

    Attributes:
        side: modules in a row, without the border.
        words: (4 numbers, side²) float32, -1 dark and 1 bright; each number as it looks after 0
            to 3 quarter turns.
        most_wrong: so many wrong modules can be put right.
    """

    side: int
    words: NDArray[np.float32]
    most_wrong: int


@cache
def _code(family: str) -> _Code:
    dictionary = cv2.aruco.getPredefinedDictionary(_dictionary_number(family))
    side = dictionary.markerSize
    upright = np.array([
        cv2.aruco.Dictionary.getBitsFromByteList(word[None], side)
        for word in dictionary.bytesList
    ])  # fmt: skip
    turned = [np.rot90(upright, -turn, axes=(1, 2)) for turn in range(4)]
    words = 2 * np.stack(turned, axis=1).reshape(4 * len(upright), -1).astype(np.float32) - 1
    return _Code(side, words, min(_MOST_WRONG, dictionary.maxCorrectionBits // 2))


def _dictionary_number(family: str) -> int:
    if family.startswith("tag"):
        name = f"DICT_APRILTAG_{family.removeprefix('tag')}"
    elif family.startswith("aruco_"):
        name = f"DICT_{family.upper()}"
    else:
        name = f"DICT_{family.removeprefix('aruco').upper()}"
    return int(getattr(cv2.aruco, name))
