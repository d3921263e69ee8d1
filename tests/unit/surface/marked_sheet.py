"""Pictures of markers on a plane, by a camera whose every number is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from gazewire.optics import Camera
from gazewire.surface import Marker, MarkerId

Floats = NDArray[np.float64]

PINHOLE = Camera(640, 480, (560.0, 560.0), (319.5, 239.5))
WIDE = Camera(640, 480, (420.0, 420.0), (319.5, 239.5), (-0.25, 0.08, 0.001, -0.001, -0.01))

# A sheet 2 wide and 1 high: number and bottom left corner of each tag of side 0.2.
TAG_SIDE = 0.2
TAGS = {0: (0.0, 0.8), 1: (1.8, 0.8), 2: (1.8, 0.0), 3: (0.0, 0.0), 7: (0.9, 0.4)}
_FINENESS = 200  # drawn pixels for one unit


@dataclass(frozen=True)
class Pose:
    """How the sheet lies before the camera: y up on the sheet, down in the camera frame."""

    turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    middle: tuple[float, float, float] = (0.0, 0.0, 3.0)

    def points(self, sheet: Floats) -> Floats:
        """(N, 3) in the camera frame, of (N, 2) on the sheet."""
        turn, _ = cv2.Rodrigues(np.radians(self.turn_deg))
        flat = np.column_stack([sheet[:, 0] - 1.0, 0.5 - sheet[:, 1], np.zeros(len(sheet))])
        return flat @ turn.T + self.middle


def tag_corners(number: int) -> Floats:
    """(4, 2) on the sheet, clockwise from the top left."""
    left, bottom = TAGS[number]
    top, right = bottom + TAG_SIDE, left + TAG_SIDE
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def on_surface(number: int) -> Floats:
    """The same on a surface that is the whole sheet."""
    return tag_corners(number) / [2.0, 1.0]


def truth(number: int, pose: Pose, camera: Camera) -> Marker:
    """The marker as a perfect detector sees it."""
    corners = camera.project(pose.points(tag_corners(number)))
    return Marker(MarkerId("tag36h11", number), corners, 100.0)


def truths(pose: Pose, camera: Camera, numbers: tuple[int, ...] = tuple(TAGS)) -> list[Marker]:
    return [truth(number, pose, camera) for number in numbers]


@dataclass(frozen=True)
class Sheet:
    """The drawn sheet, with a margin of paper around it."""

    family: str = "DICT_APRILTAG_36h11"
    margin: float = 0.1
    dark: float = 40.0
    bright: float = 210.0
    ground: float = 120.0
    drawn: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, self.family))
        shape = np.array([1.0, 2.0]) + 2 * self.margin
        drawn = np.full(np.rint(shape * _FINENESS).astype(int), 255, np.uint8)
        side = round(TAG_SIDE * _FINENESS)
        for number, (left, bottom) in TAGS.items():
            x = round((left + self.margin) * _FINENESS)
            y = round((1.0 - bottom - TAG_SIDE + self.margin) * _FINENESS)
            drawn[y : y + side, x : x + side] = dictionary.generateImageMarker(number, side)
        object.__setattr__(self, "drawn", drawn)

    def seen(
        self, pose: Pose, camera: Camera, *, blur_px: float = 0.6, noise: float = 2.0, seed: int = 1
    ) -> NDArray[np.uint8]:
        """A picture of it, of nine samples a pixel."""
        base = pose.points(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
        axes = np.column_stack([base[1] - base[0], base[2] - base[0], base[0]])
        per_unit, margin = _FINENESS, self.margin
        drawn_from_sheet = np.array([
            [per_unit, 0.0, margin * per_unit - 0.5],
            [0.0, -per_unit, (1.0 + margin) * per_unit - 0.5],
            [0.0, 0.0, 1.0],
        ])  # fmt: skip
        ink = self.dark + (self.bright - self.dark) * self.drawn.astype(np.float32) / 255
        shown = cv2.remap(
            ink,
            *_projected(drawn_from_sheet @ np.linalg.inv(axes), camera),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=self.ground,
        )
        picture = cv2.resize(shown, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
        picture = cv2.GaussianBlur(picture, (0, 0), blur_px)
        grain = np.random.default_rng(seed).normal(0, noise, picture.shape)
        return np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8)


def _projected(drawn_from_ray: Floats, camera: Camera) -> tuple[Floats, Floats]:
    """What is seen by each sample: float32 places in the drawing, across and down."""
    across, down = _tangents(camera)
    x, y, depth = (
        (row[0] * across + row[1] * down + row[2]).astype(np.float32)
        for row in drawn_from_ray.astype(np.float32)
    )
    # A sample may look along the sheet.
    with np.errstate(divide="ignore", invalid="ignore"):
        return x / depth, y / depth


@cache
def _tangents(camera: Camera) -> tuple[Floats, Floats]:
    """Tangents of all samples, by splines through some of them: they are smooth."""
    x = (np.arange(3 * camera.width) - 1) / 3
    y = (np.arange(3 * camera.height) - 1) / 3
    coarse_x, coarse_y = np.linspace(x[0], x[-1], 60), np.linspace(y[0], y[-1], 50)
    places = np.stack(np.meshgrid(coarse_x, coarse_y), axis=-1).reshape(-1, 2)
    tangents = (camera.undistort(places) - camera.middle_px) / camera.focal_px
    across, down = (
        RectBivariateSpline(coarse_y, coarse_x, values.reshape(50, 60))(y, x).astype(np.float32)
        for values in tangents.T
    )
    return across, down
