"""What lies between the lids: the white of the eye, the iris, the pupil and the glints."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.sim.canvas import noise
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX
from gazewire.sim.eye_face import Face, Picture, pixel_grid
from gazewire.sim.eye_lids import LidCurves
from gazewire.sim.eye_pose import EyePose, PosedEye
from gazewire.sim.eye_texture import (
    IRIS_COLUMNS,
    IRIS_ROWS,
    SCLERA_REACH,
    SCLERA_SIZE,
    iris_texture,
    sclera_texture,
)
from gazewire.sim.eyeball import axes_of, mirrored_on_sphere
from gazewire.sim.person import Eye, Person

__all__ = ["Globe"]

# Directions on the sclera are found for every fourth pixel; in between they are smooth.
_SCLERA_STEP = 4
# How wide the edge of the pupil is: the pupil's own unevenness. The lens blurs it further.
_PUPIL_EDGE_MM = 0.16
# The iris goes on behind the limbus.
_IRIS_BEYOND_LIMBUS_MM = 0.25
_GLINT_REACH_PX = 5
_GLINT_SIGMA_PX = 1.15


class Globe:
    """Paints the eyeball of one eye, unhidden by lids, into a box.

    Attributes:
        rows: of the picture that lids can uncover.
        columns: the same.

    Args:
        person: whose.
        eye: which.
        face: of this eye.
        blur_px: deviation of the lens's blur.
    """

    def __init__(self, person: Person, eye: Eye, face: Face, *, blur_px: float) -> None:
        self._eye, self._looks, self._blur_px = eye, person.looks, blur_px
        self.rows, self.columns = _uncovered(person, face)
        rng = np.random.default_rng([person.seed, eye.side == "right", 0x617])
        self._iris = iris_texture(person.looks, rng)
        self._sclera = sclera_texture(person.looks, rng)
        self._rays = np.moveaxis(eye.camera.rays(pixel_grid()), 2, 0).astype(np.float32)
        step = _SCLERA_STEP
        middles = slice(step // 2 - 1, None, step), slice(step // 2 - 1, None, step)
        later = slice(step // 2, None, step), slice(step // 2, None, step)
        normals = (face.eyeball_normal[:, *middles] + face.eyeball_normal[:, *later]) / 2
        self._normals = normals[
            :,
            self.rows.start // step : self.rows.stop // step,
            self.columns.start // step : self.columns.stop // step,
        ]
        box = self.rows, self.columns
        self._iris_light = np.ascontiguousarray(face.eyeball_light[box])
        white, shine = self._white(person, face, rng)
        self._white_light, self._white_shine = white[box], shine[box]
        self._lamps = np.array(eye.camera.lamps_mm)
        self._glint_level = float(rng.uniform(520, 860))

    def paint(self, pose: EyePose, posed: PosedEye) -> Picture:
        """Grey levels of the box, (rows, columns) float32; beyond 255 is saturated.

        Args:
            pose: of the eye.
            posed: the same eye in the frame of its camera.
        """
        picture = self._paint_sclera(pose)
        self._paint_iris(picture, pose, posed)
        self._paint_glints(picture, posed)
        blur = self._blur_px
        return np.asarray(cv2.GaussianBlur(picture, (5, 5), blur, picture), np.float32)

    def _paint_sclera(self, pose: EyePose) -> Picture:
        axes = axes_of(np.array(pose.optical_axis)).astype(np.float32)
        directions = (axes @ self._normals.reshape(3, -1)).reshape(self._normals.shape)
        scale = np.float32(SCLERA_SIZE / (2 * SCLERA_REACH))
        share = scale / np.maximum(directions[2] + 1, np.float32(0.2))
        places = directions[:2] * share + np.float32(SCLERA_SIZE / 2)
        size = (self._iris_light.shape[1], self._iris_light.shape[0])
        across = cv2.resize(places[0], size, interpolation=cv2.INTER_LINEAR)
        down = cv2.resize(places[1], size, interpolation=cv2.INTER_LINEAR)
        white = cv2.remap(self._sclera, across, down, cv2.INTER_LINEAR)
        lit = cv2.multiply(white, self._white_light, white)
        return np.asarray(cv2.add(lit, self._white_shine, lit), np.float32)

    def _paint_iris(self, picture: Picture, pose: EyePose, posed: PosedEye) -> None:
        ball, looks = self._eye.ball, self._looks
        rows, columns = self._around_cornea(posed)
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        rays = self._rays[:, rows, columns]
        view = ball.iris_coordinates(rays.reshape(3, -1), posed.cornea_mm, posed.axes)
        u_mm, v_mm, above_limbus_mm, clearance_mm = (a.reshape(rays.shape[1:]) for a in view)
        radius_mm = np.sqrt(u_mm * u_mm + v_mm * v_mm)  # much faster than hypot
        angle_rad = cv2.phase(u_mm, v_mm)

        pupil_mm = pose.pupil_diameter_mm / 2
        root_mm = ball.limbus_radius_mm + _IRIS_BEYOND_LIMBUS_MM
        per_mm = (IRIS_ROWS - 1) / (root_mm - pupil_mm)
        out = cv2.addWeighted(radius_mm, per_mm, radius_mm, 0.0, -pupil_mm * per_mm)
        around = angle_rad * np.float32(IRIS_COLUMNS / (2 * np.pi))
        iris = cv2.remap(self._iris, around, out, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        y, x = self.rows.start, self.columns.start
        box = slice(rows.start - y, rows.stop - y), slice(columns.start - x, columns.stop - x)
        iris = cv2.multiply(iris, self._iris_light[box], iris)

        # Towards the pupil, by how far within its edge the ray meets its plane.
        opaque = _ramp(radius_mm, 1 / _PUPIL_EDGE_MM, 0.5 - pupil_mm / _PUPIL_EDGE_MM)
        iris = (iris - np.float32(looks.pupil_level)) * opaque + np.float32(looks.pupil_level)
        # Towards the sclera, across the limbus or the outline of the cornea, whichever is nearer.
        through = _ramp(above_limbus_mm, 1 / looks.limbus_softness_mm, 0.5)
        through *= _ramp(clearance_mm, 4.0, 0.0)
        under = picture[box]
        under += (iris - under) * through

    def _paint_glints(self, picture: Picture, posed: PosedEye) -> None:
        ball, camera = self._eye.ball, self._eye.camera
        places = mirrored_on_sphere(self._lamps, posed.cornea_mm, ball.cornea_radius_mm)
        heights = (places - posed.cornea_mm) @ posed.axes[2] - ball.limbus_height_mm
        places_px = camera.project(places) - [self.columns.start, self.rows.start]
        for (x, y), height in zip(places_px.tolist(), heights.tolist(), strict=True):
            # On its way over the limbus a glint fades.
            level = self._glint_level * min(max(0.5 + height / 0.5, 0.0), 1.0)
            if level > 0:
                _add_spot(picture, x, y, level)

    def _around_cornea(self, posed: PosedEye) -> tuple[slice, slice]:
        # The part of the box in which the cornea can be seen.
        ball, camera = self._eye.ball, self._eye.camera
        middle = posed.cornea_mm + ball.limbus_height_mm * posed.axes[2]
        x, y = camera.project(middle)
        # A little more than the limbus: from the side, the cornea bulges over it.
        reach = 1.15 * (ball.limbus_radius_mm + 0.8) * camera.focal_px / middle[2]
        bulge = camera.project(posed.cornea_mm + ball.cornea_radius_mm * posed.axes[2])
        low = np.minimum([x - reach, y - reach], bulge - 4)
        high = np.maximum([x + reach, y + reach], bulge + 4)
        rows = slice(max(int(low[1]), self.rows.start), min(int(high[1]) + 1, self.rows.stop))
        columns = slice(
            max(int(low[0]), self.columns.start), min(int(high[0]) + 1, self.columns.stop)
        )
        return rows, columns

    def _white(
        self, person: Person, face: Face, rng: np.random.Generator
    ) -> tuple[Picture, Picture]:
        # What multiplies the sclera's texture, and what is added: the corner with its red flesh,
        # and the lamps mirrored in the tears on it.
        looks, lids = person.looks, person.lids
        white = face.eyeball_light * np.float32(looks.sclera_level)
        shine = np.zeros_like(white)
        grain = noise(rng, white.shape, (6, 6))
        flesh = np.clip((lids.nasal_deg[0] + 15 - face.azimuth_deg) / 7, 0, 1)
        flesh = np.asarray(flesh * flesh * (3 - 2 * flesh), np.float32)
        shine += flesh * white * (0.82 + 0.05 * grain)
        white *= 1 - flesh
        spots = mirrored_on_sphere(
            np.array(self._eye.camera.lamps_mm),
            self._eye.camera.from_scene(np.array(self._eye.ball.center_mm)),
            self._eye.ball.radius_mm + 0.05,
        )
        x, y = np.moveaxis(pixel_grid(), 2, 0)
        for spot_x, spot_y in self._eye.camera.project(spots):
            near = np.exp(-((x - spot_x) ** 2 + (y - spot_y) ** 2) / (2 * 3.2**2))
            shine += 28 * np.asarray(near, np.float32) * np.maximum(1 + 0.8 * grain, 0)
        return white, shine


def _uncovered(person: Person, face: Face) -> tuple[slice, slice]:
    # The box of pixels that are not always under a lid, in whole blocks of the coarse grid.
    lids, azimuth = LidCurves(person.lids), face.azimuth_deg.astype(np.float64)
    below_upper = face.elevation_deg < lids.upper(azimuth).elevation_deg(lids.most.upper) + 2
    above_lower = face.elevation_deg > lids.lower(azimuth).elevation_deg(lids.most.lower) - 2
    between = below_upper & above_lower & (lids.upper(azimuth).mobility > 0)
    rows, columns = np.nonzero(between)
    step = _SCLERA_STEP

    def blocks(places: NDArray[np.int64]) -> slice:
        first, last = int(places.min()) // step, int(places.max()) // step
        return slice(first * step, min((last + 1) * step, EYE_IMAGE_SIZE_PX))

    return blocks(rows), blocks(columns)


def _ramp(values: NDArray[np.float32], slope: float, offset: float) -> NDArray[np.float32]:
    # A straight line, cut off at 0 and 1.
    line = values * np.float32(slope)
    line += np.float32(offset)
    return np.clip(line, np.float32(0), np.float32(1), out=line)


def _add_spot(picture: Picture, x: float, y: float, level: float) -> None:
    reach = _GLINT_REACH_PX
    column, row = round(x), round(y)
    height, width = picture.shape
    if not (reach <= column < width - reach and reach <= row < height - reach):
        return
    steps = np.arange(-reach, reach + 1)
    narrow = -0.5 / _GLINT_SIGMA_PX**2
    across = np.exp(narrow * (steps - (x - column)) ** 2)
    down = np.exp(narrow * (steps - (y - row)) ** 2)
    patch = picture[row - reach : row + reach + 1, column - reach : column + reach + 1]
    patch += (level * down[:, None] * across).astype(np.float32)
