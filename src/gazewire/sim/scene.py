"""What the scene camera sees: a furnished room that slides through the picture as the head sways.

A frame is a pure function of time, so whoever holds a frame's timestamp can ask again for the
picture that was sent. The room is painted once, and turned into planes of brightness and colour; a
frame is a crop of these at a fraction of a pixel, with the few things that move drawn on top.
"""

from __future__ import annotations

import threading

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.sim.ball import BALL_RADIUS, Ball
from gazewire.sim.canvas import mix, rgb
from gazewire.sim.exhibit import Exhibit
from gazewire.sim.gaze_path import Landmark
from gazewire.sim.head import HeadMotion
from gazewire.sim.monitor import PICTURE_AREA
from gazewire.sim.pinhole import Pinhole
from gazewire.sim.room import Room, furnish

__all__ = ["Scene"]

# Rows: Y, Cb, Cr from red, green, blue of 0 to 255 (ITU-R BT.601-7 §2.5, studio range): what
# decoders assume of a stream that does not say.
_YCBCR = np.array([
    [65.481, 128.553, 24.966, 16.0 * 255],
    [-37.797, -74.203, 112.0, 128.0 * 255],
    [112.0, -93.786, -18.214, 128.0 * 255],
]) / 255  # fmt: skip

_SHIFT = 4  # fractional bits of coordinates handed to OpenCV

Plane = NDArray[np.uint8]


class Scene:
    """A room, a head and a camera.

    Attributes:
        camera: the geometry of the scene camera.
        head: how the head moves.
        landmarks: what there is to look at, all of it in view whichever way the head is turned.
        markers: corners of the fiducial markers (AprilTag 36h11) on the monitor, by id: (4, 2)
            tangents, clockwise from the top left.
        display: left, top, width and height of what the monitor can fill with a picture.
        ball: what bounces on the monitor.
    """

    display = PICTURE_AREA

    def __init__(self, camera: Pinhole, seed: int) -> None:
        self.camera = camera
        self.head = HeadMotion(seed)
        room = furnish(seed, camera.focal_px)
        reach = np.array(camera.half_view) - np.abs(self.head.furthest_tangents())
        self.landmarks: tuple[Landmark, ...] = tuple(
            landmark
            for landmark in room.landmarks
            if np.all(np.abs(landmark.middle) + np.array(landmark.extent) < reach)
        )
        self.markers = room.markers
        self.ball = Ball.of_room(self.landmarks, seed)
        self._clock = room.clock
        self._ink = {
            "ball": _ycbcr(mix(room.palette.accents[2], "#ffffff", 0.25)),
            "shine": _ycbcr("#ffffff"),
            "hour": _ycbcr("#2a2e33"),
            "second": _ycbcr(room.palette.accents[0]),
        }
        rng = np.random.default_rng([seed, 0xC10C])
        self._time_of_day_s = float(rng.uniform(0.0, 43200.0))
        self._room: Room | None = room
        self._planes: tuple[Plane, Plane, Plane] | None = None
        self._painting = threading.Lock()

    def paint(self) -> tuple[Plane, Plane, Plane]:
        """Paint the room, once, so that the first picture takes no longer than others: a second.

        Returns:
            The planes of which pictures are cut out, Y, U and V; not to be written to.
        """
        with self._painting:
            if self._planes is None:
                assert self._room is not None
                self._planes = _planes(self._room.paint())
                # The canvas is four times as large.
                self._room = None
            return self._planes

    def project(self, points: NDArray[np.float64], t_s: float) -> NDArray[np.float64]:
        """Pixels at which points of the room are seen at an instant.

        Args:
            points: (N, 2) tangents, as `landmarks` has them.
            t_s: seconds since the scene began.
        """
        return self.camera.project(points - self.head.tangents(np.array([t_s])))

    def render(self, t_rel_ns: int, exhibit: Exhibit | None = None) -> NDArray[np.uint8]:
        """The picture at an instant.

        Args:
            t_rel_ns: nanoseconds since the scene began.
            exhibit: what is there besides, before everything else; None where nothing is.

        Returns:
            (3 * width * height / 2,) uint8: planes Y, U and V in the layout of ``yuv420p``, BT.601
            studio range. The array is new and belongs to the caller.
        """
        t_s = t_rel_ns / 1e9
        width, height = self.camera.width, self.camera.height
        slide = self.camera.focal_px * self.head.tangents(np.array([t_s]))[0]
        data = np.empty(width * height * 3 // 2, np.uint8)
        luma = data[: width * height].reshape(height, width)
        chroma = data[width * height :].reshape(2, height // 2, width // 2)
        for plane, room, divisor in zip((luma, *chroma), self.paint(), (1, 2, 2), strict=True):
            # The middle of the crop. Chroma samples lie in the middle of two by two pixels.
            middle = (np.array(room.shape[::-1]) - 1) / 2 + slide / divisor
            size = (plane.shape[1], plane.shape[0])
            cv2.getRectSubPix(room, size, (float(middle[0]), float(middle[1])), plane)
        picture = _Picture(luma, chroma)
        self._draw_ball(picture, t_s)
        self._draw_hands(picture, t_s)
        if exhibit is not None:
            self._draw_exhibit(picture, exhibit, t_s)
        return data

    def _draw_ball(self, picture: _Picture, t_s: float) -> None:
        middle = self.project(self.ball.places(np.array([t_s])), t_s)[0]
        radius_px = BALL_RADIUS * self.camera.focal_px
        picture.disc(middle, radius_px, self._ink["ball"])
        picture.disc(middle - 0.32 * radius_px, 0.26 * radius_px, self._ink["shine"])

    def _draw_hands(self, picture: _Picture, t_s: float) -> None:
        x, y, radius = self._clock
        middle, time_s = np.array([x, y]), self._time_of_day_s + t_s
        for period_s, length, tail, width, ink in (
            (43200.0, 0.46, 0.0, 0.060, "hour"),
            (3600.0, 0.68, 0.0, 0.042, "hour"),
            (60.0, 0.74, 0.16, 0.018, "second"),
        ):
            turn = 2 * np.pi * time_s / period_s
            way = radius * np.array([np.sin(turn), -np.cos(turn)])
            ends = self.project(np.array([middle - tail * way, middle + length * way]), t_s)
            picture.line(ends, width * radius * self.camera.focal_px, self._ink[ink])
        hub = self.project(middle[None, :], t_s)[0]
        picture.disc(hub, 0.05 * radius * self.camera.focal_px, self._ink["second"])

    def _draw_exhibit(self, picture: _Picture, exhibit: Exhibit, t_s: float) -> None:
        if exhibit.ground is not None:
            left, top, width, height = exhibit.ground
            corners = self.project(np.array([(left, top), (left + width, top + height)]), t_s)
            picture.box(corners, _ycbcr(exhibit.ground_colour))
        middle = self.project(np.array([exhibit.point]), t_s)[0]
        for radius, colour in exhibit.discs:
            picture.disc(middle, radius * self.camera.focal_px, _ycbcr(colour))


class _Picture:
    """The planes of one picture, drawn on with places in pixels of the whole picture."""

    def __init__(self, luma: Plane, chroma: Plane) -> None:
        self._planes = ((luma, 1), (chroma[0], 2), (chroma[1], 2))

    def disc(self, middle: NDArray[np.float64], radius: float, ink: tuple[int, int, int]) -> None:
        for (plane, divisor), level in zip(self._planes, ink, strict=True):
            x, y = _fixed(middle, divisor)
            size = round(radius / divisor * (1 << _SHIFT))
            cv2.circle(plane, (x, y), size, level, cv2.FILLED, cv2.LINE_AA, _SHIFT)

    def box(self, corners: NDArray[np.float64], ink: tuple[int, int, int]) -> None:
        for (plane, divisor), level in zip(self._planes, ink, strict=True):
            (left, top), (right, bottom) = (_fixed(corner, divisor) for corner in corners)
            outline = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
            cv2.fillConvexPoly(plane, outline, level, cv2.LINE_AA, _SHIFT)

    def line(self, ends: NDArray[np.float64], width: float, ink: tuple[int, int, int]) -> None:
        for (plane, divisor), level in zip(self._planes, ink, strict=True):
            start, end = _fixed(ends[0], divisor), _fixed(ends[1], divisor)
            thickness = max(1, round(width / divisor))
            cv2.line(plane, start, end, level, thickness, cv2.LINE_AA, _SHIFT)


def _fixed(point: NDArray[np.float64], divisor: int) -> tuple[int, int]:
    # A chroma sample k lies at divisor * k + (divisor - 1) / 2 of the whole picture.
    x, y = (point - (divisor - 1) / 2) / divisor * (1 << _SHIFT)
    return round(x), round(y)


def _planes(picture: NDArray[np.uint8]) -> tuple[Plane, Plane, Plane]:
    full = cv2.transform(picture.astype(np.float32), _YCBCR)
    height, width, _ = picture.shape
    half = cv2.resize(full, (width // 2, height // 2), interpolation=cv2.INTER_AREA)

    y, cb, cr = full[:, :, 0], half[:, :, 1], half[:, :, 2]
    levels = [np.ascontiguousarray(np.rint(plane), np.uint8) for plane in (y, cb, cr)]
    return levels[0], levels[1], levels[2]


def _ycbcr(colour: str) -> tuple[int, int, int]:
    y, cb, cr = np.rint(_YCBCR @ np.append(rgb(colour), 1.0)).astype(int)
    return int(y), int(cb), int(cr)
