"""What is true of a picture of an eye: where its pupil is, and how much of it can be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.model import Vector3
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX
from gazewire.sim.eye_face import Face, Picture
from gazewire.sim.eye_lids import LidCurves
from gazewire.sim.eye_pose import EyePose, PosedEye
from gazewire.sim.eyeball import seen_on_cornea, seen_through_cornea
from gazewire.sim.person import Eye

__all__ = ["Glint", "PupilTruth", "pupil_outline_px", "pupil_truth"]

_CONTOUR_POINTS = 72
_CONTOUR_RAD = np.linspace(0, 2 * np.pi, _CONTOUR_POINTS, endpoint=False)
# Places spread evenly over the disc of the pupil: a spiral of golden angles, each the middle of
# an equal share of the area.
_DISC_POINTS = 160
_DISC_RAD = np.arange(_DISC_POINTS) * np.pi * (3 - np.sqrt(5))
_DISC_RADII = np.sqrt((np.arange(_DISC_POINTS) + 0.5) / _DISC_POINTS)
_PUPIL = np.concatenate([_CONTOUR_RAD, _DISC_RAD])
_PUPIL_RADII = np.concatenate([np.ones(_CONTOUR_POINTS), _DISC_RADII])
_AHEAD_DEG = 0.0


@dataclass(frozen=True, slots=True)
class Glint:
    """A lamp mirrored in the cornea.

    Attributes:
        x_px: of its middle; pixel centres are whole numbers, the top left one is (0, 0).
        y_px: the same.
        visible: it lies on the cornea, within the picture, and no lid covers it.
    """

    x_px: float
    y_px: float
    visible: bool


@dataclass(frozen=True, slots=True)
class PupilTruth:
    """One eye as its camera sees it. Three-dimensional values are in the eye camera frame, mm.

    Attributes:
        center_px: middle of the ellipse of the pupil, as seen through the cornea; pixel centres
            are whole numbers, the top left one is (0, 0).
        axes_px: full lengths of its smaller and its larger axis.
        angle_deg: from the x axis towards the y axis (downward) to the smaller axis, 0 to 180;
            with the axes in this order it is what OpenCV calls the angle.
        diameter_mm: of the pupil itself.
        gaze_normal: unit vector along the optical axis, out of the eye.
        pupil_center_mm: middle of the pupil itself.
        eyeball_center_mm: about which the eye turns.
        lid_opening: 0 closed, 1 as wide open as this person can.
        lid_top_rad: elevation of the upper lid's edge above the middle of the eye, upward, seen
            from the centre of the eyeball, scene camera frame.
        lid_bottom_rad: of the lower lid's edge.
        lid_aperture_mm: arc between the two on the eyeball; 0 for a closed eye.
        visible_fraction: share of the pupil's area that neither lids nor the edge of the cornea
            nor the edge of the picture hides, to a hundredth. Lashes and glints do not count.
        glints: of both lamps.
    """

    center_px: tuple[float, float]
    axes_px: tuple[float, float]
    angle_deg: float
    diameter_mm: float
    gaze_normal: Vector3
    pupil_center_mm: Vector3
    eyeball_center_mm: Vector3
    lid_opening: float
    lid_top_rad: float
    lid_bottom_rad: float
    lid_aperture_mm: float
    visible_fraction: float
    glints: tuple[Glint, Glint]


def pupil_truth(eye: Eye, face: Face, lids: LidCurves, pose: EyePose) -> PupilTruth:
    """What is true of the picture of this eye in this pose.

    The ellipse is that of least algebraic distance to `pupil_outline_px`. Refraction makes the
    outline no exact ellipse: it departs from it by some hundredths of a pixel for ordinary pupils,
    by half a pixel for one of 8 mm that is seen from 50 degrees aside.
    """
    posed, ball = PosedEye.of(eye, pose), eye.ball
    pupil = posed.cornea_mm + ball.pupil_height_mm * posed.axes[2]
    places = _places(eye, posed, pose.pupil_diameter_mm / 2 * _PUPIL_RADII, _PUPIL)
    lamps = np.array(eye.camera.lamps_mm)
    seen = seen_on_cornea(
        places, lamps, posed.cornea_mm, ball.cornea_radius_mm, ball.refractive_index
    )
    seen_px = eye.camera.project(seen)
    on_cornea = (seen - posed.cornea_mm) @ posed.axes[2] > ball.limbus_height_mm
    # Where on the face each pixel lies is asked as the pictures of the lids do.
    azimuth = np.append(_looked_up(face.azimuth_deg, seen_px), _AHEAD_DEG)
    elevation = _looked_up(face.elevation_deg, seen_px)
    rise = lids.rise(pose.lid_opening, pose.elevation_deg)
    upper = lids.upper(azimuth).elevation_deg(rise.upper)
    lower = lids.lower(azimuth).elevation_deg(rise.lower)
    visible = on_cornea & _within(seen_px) & (elevation < upper[:-1]) & (elevation > lower[:-1])

    center, axes, angle = _ellipse(seen_px[:_CONTOUR_POINTS])
    top, bottom = math.radians(upper[-1]), math.radians(lower[-1])
    first, second = (
        Glint(float(x), float(y), bool(shown))
        for (x, y), shown in zip(seen_px[-len(lamps) :], visible[-len(lamps) :], strict=True)
    )
    return PupilTruth(
        center_px=center,
        axes_px=axes,
        angle_deg=angle,
        diameter_mm=pose.pupil_diameter_mm,
        gaze_normal=_triple(posed.axes[2]),
        pupil_center_mm=_triple(pupil),
        eyeball_center_mm=_triple(posed.center_mm),
        lid_opening=pose.lid_opening,
        lid_top_rad=top,
        lid_bottom_rad=bottom,
        lid_aperture_mm=ball.radius_mm * max(top - bottom, 0.0),
        visible_fraction=float(visible[_CONTOUR_POINTS : -len(lamps)].mean()),
        glints=(first, second),
    )


def pupil_outline_px(eye: Eye, pose: EyePose) -> NDArray[np.float64]:
    """The outline of the pupil as it is seen through the cornea, (72, 2) pixels."""
    posed, ball = PosedEye.of(eye, pose), eye.ball
    radii = np.full(_CONTOUR_POINTS, pose.pupil_diameter_mm / 2)
    places = _places(eye, posed, radii, _CONTOUR_RAD)
    leaving = seen_through_cornea(
        places, posed.cornea_mm, ball.cornea_radius_mm, ball.refractive_index
    )
    return eye.camera.project(leaving)


def _places(
    eye: Eye, posed: PosedEye, radii_mm: NDArray[np.float64], turns_rad: NDArray[np.float64]
) -> NDArray[np.float64]:
    # In the plane of the pupil, from polar coordinates.
    middle = posed.cornea_mm + eye.ball.pupil_height_mm * posed.axes[2]
    across = (radii_mm * np.cos(turns_rad))[:, None] * posed.axes[0]
    down = (radii_mm * np.sin(turns_rad))[:, None] * posed.axes[1]
    places: NDArray[np.float64] = middle + across + down
    return places


def _within(points_px: NDArray[np.float64]) -> NDArray[np.bool_]:
    # The picture.
    inside = (points_px > -0.5) & (points_px < EYE_IMAGE_SIZE_PX - 0.5)
    within: NDArray[np.bool_] = inside[:, 0] & inside[:, 1]
    return within


def _looked_up(picture: Picture, points_px: NDArray[np.float64]) -> NDArray[np.float64]:
    across, down = points_px.astype(np.float32).T
    values = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values, np.float64).ravel()


def _ellipse(
    outline_px: NDArray[np.float64],
) -> tuple[tuple[float, float], tuple[float, float], float]:
    # Around its own middle, because OpenCV computes with 24 bits.
    middle = outline_px.mean(axis=0)
    (x, y), (first, second), angle = cv2.fitEllipse((outline_px - middle).astype(np.float32))
    if first > second:
        first, second, angle = second, first, angle + 90.0
    center = float(middle[0] + x), float(middle[1] + y)
    return center, (float(first), float(second)), float(angle % 180.0)


def _triple(vector: NDArray[np.float64]) -> Vector3:
    x, y, z = vector.tolist()
    return x, y, z
