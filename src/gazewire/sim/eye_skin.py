"""The lids as they are laid over the eye: skin, crease, rim, lashes and their shadow.

A lid has one degree of freedom, its rise, so its picture is painted beforehand for rises that lie
a pixel apart; in between, neighbours are mixed. Each picture is light and cover:
``seen = light + (1 - cover) * what_lies_behind``.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX
from gazewire.sim.eye_face import Face, Picture
from gazewire.sim.eye_lashes import Lashes
from gazewire.sim.eye_lids import LidCurves, LidEdge
from gazewire.sim.eye_texture import skin_texture
from gazewire.sim.person import Eye, Person

__all__ = ["LidCover", "LidPictures"]

_LEVEL_PX = 1.0
_BROW_DEG = 48.0  # skin above this elevation does not move
_MM_PER_DEG = 0.23
_TEXELS_PER_MM = 7.0
_TEXTURE_SHAPE = (448, 512)


class LidCover(NamedTuple):
    """A lid over the eye, (192, 192) uint8 each: light, and how much it covers, 255 for all."""

    light: NDArray[np.uint8]
    cover: NDArray[np.uint8]


class LidPictures:
    """Pictures of one lid at any rise.

    Args:
        person: whose.
        eye: which.
        face: of this eye.
        upper: the upper lid.
        blur_px: deviation of the lens's blur.
    """

    def __init__(
        self, person: Person, eye: Eye, face: Face, *, upper: bool, blur_px: float
    ) -> None:
        painter = _LidPainter(person, eye, face, upper=upper, blur_px=blur_px)
        lids = LidCurves(person.lids)
        self._low = lids.least.upper if upper else lids.least.lower
        high = lids.most.upper if upper else lids.most.lower
        count = 2 + int((high - self._low) * painter.travel_px / _LEVEL_PX)
        self._per_rise = (count - 1) / (high - self._low)
        self._levels = [painter.paint(self._low + i / self._per_rise) for i in range(count)]

    def at(self, rise: float) -> LidCover:
        """The lid at this rise, in arrays of its own or shared ones; do not write to them."""
        place = (rise - self._low) * self._per_rise
        index = min(int(place), len(self._levels) - 2)
        share = place - index
        if share < 1e-6:
            return self._levels[index]
        first, second = self._levels[index], self._levels[index + 1]
        return LidCover(
            _mixed(first.light, second.light, share), _mixed(first.cover, second.cover, share)
        )


class _LidPainter:
    def __init__(
        self, person: Person, eye: Eye, face: Face, *, upper: bool, blur_px: float
    ) -> None:
        rng = np.random.default_rng([person.seed, eye.side == "right", upper, 0x5C1])
        self._face, self._looks, self._shape = face, person.looks, person.lids
        self._upper, self._blur_px = upper, blur_px
        lids = LidCurves(person.lids)
        self._edge_at = lids.upper if upper else lids.lower
        self._edge = self._edge_at(face.azimuth_deg.astype(np.float64))
        # How far the middle of the edge moves for one unit of rise.
        middle = np.abs(face.azimuth_deg) < 25
        per_deg = face.px_per_deg[middle & (np.abs(face.elevation_deg) < 25)]
        travel_deg = np.abs(self._edge.travel_deg[middle]).max()
        self.travel_px = float(travel_deg * np.median(per_deg))
        # Near the corners skin hardly moves, and beyond them not at all.
        self._window = self._edge.mobility.astype(np.float32)
        # Both lids of an eye have the same grain, so that they join in its corners.
        grain = np.random.default_rng([person.seed, eye.side == "right", 0x5C2])
        self._texture = skin_texture(person.looks, _TEXTURE_SHAPE, grain)
        bold = person.looks.make_up != "none"
        looks = person.looks
        self._lashes = Lashes(
            eye,
            upper=upper,
            count=looks.upper_lashes if upper else looks.lower_lashes,
            length_mm=looks.lash_length_mm * (1.0 if upper else 0.6),
            width_mm=looks.lash_width_mm * (1.0 if upper else 0.75),
            clumping=0.9 if bold else 0.55,
            face=face,
            reach_deg=(person.lids.nasal_deg[0], person.lids.temporal_deg[0]),
            rng=rng,
        )
        self._lash_edge: LidEdge = self._edge_at(self._lashes.azimuth_deg)
        # Wet spots on the rim: which azimuths shine.
        self._wet = np.maximum(rng.standard_normal(160) - 0.6, 0.0)

    def paint(self, rise: float) -> LidCover:
        face, looks = self._face, self._looks
        sign = 1.0 if self._upper else -1.0
        edge = self._edge.elevation_deg(rise)
        above = (sign * (face.elevation_deg - edge)).astype(np.float32)  # degrees into the lid
        away_px = above * face.px_per_deg
        skin = self._skin(above, rise) * face.light * np.float32(looks.skin_level)
        cover = np.clip(away_px + 0.5, 0.0, 1.0)
        # The lid throws a soft shadow on the eye, the upper one a wider one.
        depth, reach_px = (0.42, 9.0) if self._upper else (0.22, 3.5)
        fissure = self._window
        shadow = np.float32(depth) * fissure * np.exp(np.minimum(away_px, 0) / np.float32(reach_px))
        light = skin * cover
        cover = 1 - (1 - cover) * (1 - np.where(away_px < 0.5, shadow, 0))
        lashes = self._lashes.mask(self._lash_edge, rise)
        # They are nearer to the lens than what is sharp.
        lashes = np.asarray(cv2.GaussianBlur(lashes, (0, 0), 0.6), np.float32)
        shade = np.asarray(cv2.GaussianBlur(lashes, (0, 0), 2.5), np.float32)
        light *= 1 - 0.35 * shade
        shine = np.float32(looks.lash_level) * np.sqrt(face.light)
        light = light * (1 - lashes) + shine * lashes
        cover = 1 - (1 - cover) * (1 - lashes)
        return LidCover(self._finished(light), self._finished(255 * cover))

    def _skin(self, above: Picture, rise: float) -> Picture:
        # Shares of the skin's level.
        face, shape, looks = self._face, self._shape, self._looks
        tone = cv2.remap(
            self._texture,
            np.float32(_TEXTURE_SHAPE[1] / 2) + np.float32(_TEXELS_PER_MM) * face.across_mm,
            self._material(above, rise),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ).astype(np.float32)
        window = self._window
        if self._upper:
            # The fold lies close to the edge of an open lid and is smoothed out by closing it.
            opened = float(np.clip(rise / 0.75, 0.0, 1.3))
            depth = shape.crease_depth * (0.25 + 0.75 * min(opened, 1.0)) * np.sqrt(window)
            fold = (30.0 + (shape.crease_deg - 30.0) * min(opened, 1.0)) * (0.45 + 0.55 * window)
            off = above - fold.astype(np.float32)
            tone *= 1 - np.float32(0.42) * depth * np.exp(-((off / np.float32(1.5)) ** 2))
            bulge = np.exp(-(((off - 5) / np.float32(4.0)) ** 2))
            tone *= 1 + np.float32(0.10) * depth * bulge
            # What is below the fold is turned away from the brow's shadow and a little brighter.
            tone *= 1 + np.float32(0.06) * window * np.clip(-off / 4, 0, 1)
        else:
            for place, strength in ((7.0, 0.06), (13.0, 0.10), (21.0, 0.08)):
                off = above - np.float32(place) * (0.6 + 0.4 * window)
                line = np.exp(-((off / np.float32(1.3)) ** 2))
                lit = np.exp(-(((off - 2.5) / np.float32(2.0)) ** 2))
                tone *= 1 + np.float32(strength * looks.wrinkles) * (0.5 * lit - line) * window
        return tone * self._rim(above, rise)

    def _rim(self, above: Picture, rise: float) -> Picture:
        # The edge of a lid is a ledge some 2 mm wide, bright and wet below, in shade above.
        looks, window = self._looks, np.minimum(np.float32(1), 2 * self._window)
        opened = np.float32(np.clip(rise / 0.3, 0, 1)) if self._upper else np.float32(1.0)
        if self._upper:
            rim = 1 - np.float32(0.20) * opened * np.exp(-(((above - 0.8) / 1.6) ** 2))
        else:
            rim = 1 + np.float32(0.12) * np.exp(-(((above - 1.8) / 1.3) ** 2))
            rim -= np.float32(0.16) * np.exp(-(((above - 4.2) / 1.2) ** 2))
            places = np.linspace(-80, 80, len(self._wet))
            wet = np.interp(self._face.azimuth_deg, places, self._wet).astype(np.float32)
            rim += np.float32(0.25) * wet * np.exp(-(((above - 0.5) / 0.6) ** 2))
        rim = 1 + (rim - 1) * window
        if looks.make_up == "mascara and eyeliner":
            width = 3.2 if self._upper else 1.6
            line = np.exp(-((np.maximum(above - width, 0) / 0.9) ** 2)) * (above > -2)
            rim *= 1 - np.float32(0.62) * line * window
        return np.asarray(rim, np.float32)

    def _material(self, above: Picture, rise: float) -> Picture:
        # Rows of the texture: which piece of skin has come to lie where. A closed upper lid shows
        # what an open one hides in its fold.
        face = self._face
        if self._upper:
            closed = self._edge.closed_deg.astype(np.float32)
            edge = face.elevation_deg - above
            # Near the edge the lid is stiff; skin is used up from the fold on.
            share = np.clip(above / np.maximum(_BROW_DEG - edge, 8.0), 0.0, 1.0)
            raised_deg = (edge - closed) * (1 - share) ** 2
        else:
            raised_deg = (rise - 1.0) * self._edge.travel_deg.astype(np.float32)
            raised_deg = raised_deg * np.exp(-np.maximum(above, 0) / 18.0)
        material_mm = face.down_mm + np.float32(_MM_PER_DEG) * raised_deg
        rows = _TEXTURE_SHAPE[0] / 2 + np.float32(_TEXELS_PER_MM) * material_mm
        return np.asarray(rows, np.float32)

    def _finished(self, picture: NDArray[np.float32]) -> NDArray[np.uint8]:
        blurred = cv2.GaussianBlur(np.asarray(picture, np.float32), (0, 0), self._blur_px)
        return np.clip(np.rint(blurred), 0, 255).astype(np.uint8)


def _mixed(first: NDArray[np.uint8], second: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    assert first.shape == (EYE_IMAGE_SIZE_PX, EYE_IMAGE_SIZE_PX)
    return np.asarray(cv2.addWeighted(first, 1.0 - share, second, share, 0.0), np.uint8)
