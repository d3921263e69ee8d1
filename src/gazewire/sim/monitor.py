"""The monitor on the desk and what it shows, with a fiducial marker in each corner."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gazewire.sim.canvas import Canvas, Shape, box, ellipse, gradient, mix, moved, rounded_box
from gazewire.sim.gaze_path import Landmark
from gazewire.sim.palette import Palette

__all__ = ["MARKER_IDS", "PICTURE_AREA", "Monitor", "paint_monitor"]

MARKER_IDS = (0, 1, 2, 3)
"""The AprilTags (family 36h11) at the corners of the screen, clockwise from the top left."""

PICTURE_AREA = -0.356, -0.361, 0.712, 0.432
"""Left, top, width and height of what the monitor shows its picture on, in room units."""

_LEFT, _TOP, _WIDTH, _HEIGHT = PICTURE_AREA
_TAG = 0.064  # side of a marker's black square
_QUIET = 0.0085  # white around it, at least one of its eight modules


@dataclass(frozen=True, slots=True)
class Monitor:
    """What became of the monitor, in room units.

    Attributes:
        landmarks: what is worth looking at on it.
        markers: the corners of each marker's black square, by id: (4, 2), clockwise from the
            top left.
    """

    landmarks: tuple[Landmark, ...]
    markers: dict[int, Shape]


def paint_monitor(canvas: Canvas, palette: Palette, rng: np.random.Generator) -> Monitor:
    """Paint the monitor in the middle of the room."""
    _paint_case(canvas)
    canvas.fill(
        box(_LEFT, _TOP, _WIDTH, _HEIGHT),
        gradient(mix(palette.accents[1], "#0b1020", 0.2), mix(palette.accents[3], "#0b1020", 0.1)),
    )
    left, top, width, height = _LEFT + 0.094, _TOP + 0.020, _WIDTH - 0.188, _HEIGHT - 0.040
    page = rounded_box(left, top, width, height, 0.010)
    canvas.shadow(page, offset=(0, 0.008), softness=0.02, strength=0.45)
    canvas.fill(page, "#fbfaf7")
    canvas.fill(rounded_box(left, top, width, 0.032, 0.010), "#e4e3df")
    canvas.fill(box(left, top + 0.018, width, 0.014), "#e4e3df")
    for number, colour in enumerate(("#ee6a5f", "#f5bd4f", "#61c454")):
        canvas.fill(ellipse(left + 0.018 + 0.018 * number, top + 0.016, 0.0055, 0.0055), colour)
    canvas.fill(rounded_box(left + 0.16, top + 0.007, 0.22, 0.018, 0.009), "#f7f6f3")
    column = (width - 0.045) / 2
    picture = (left + 0.015, top + 0.047, column, 0.160)
    arena = (left + 0.015, top + 0.222, column, 0.155)
    _paint_landscape(canvas, palette, picture, rng)
    _paint_arena(canvas, palette, arena)
    right = left + 0.030 + column
    landmarks = (
        Landmark.around("photograph", box(*picture), 1.4),
        Landmark.around("ball game", box(*arena), 1.4),
        *_paint_article(canvas, palette, right, top + 0.047, column),
        _paint_chart(canvas, palette, (right, top + 0.262, column, 0.115), rng),
    )
    return Monitor(landmarks=landmarks, markers=_paint_markers(canvas))


def _paint_case(canvas: Canvas) -> None:
    case = rounded_box(_LEFT - 0.016, _TOP - 0.016, _WIDTH + 0.032, _HEIGHT + 0.048, 0.012)
    foot = ellipse(0.0, 0.285, 0.15, 0.026)
    canvas.shadow(case, offset=(0.015, 0.035), softness=0.09, strength=0.45)
    canvas.shadow(foot, offset=(0.0, 0.012), softness=0.035, strength=0.6)
    canvas.fill(moved(foot, 0.0, 0.007), "#5d6166")
    canvas.fill(foot, gradient("#c9ccd0", "#8d9298", across=True))
    neck = np.array([[-0.042, 0.09], [0.042, 0.09], [0.050, 0.282], [-0.050, 0.282]])
    canvas.fill(neck, gradient("#7d8288", "#c4c8cc", "#8e9399", "#5f646a", across=True))
    canvas.shadow(box(-0.05, 0.09, 0.10, 0.03), offset=(0, 0), softness=0.04, strength=0.5)
    canvas.fill(case, gradient("#2b2e33", "#17191c"))
    canvas.fill(box(_LEFT - 0.016, _TOP + _HEIGHT + 0.030, _WIDTH + 0.032, 0.002), "#4a4e55")
    canvas.fill(ellipse(0.0, _TOP + _HEIGHT + 0.016, 0.004, 0.004), "#9fe08a")


def _paint_markers(canvas: Canvas) -> dict[int, Shape]:
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    far_x, far_y = _LEFT + _WIDTH - _TAG - 0.014, _TOP + _HEIGHT - _TAG - 0.014
    places = (
        (_LEFT + 0.014, _TOP + 0.014),
        (far_x, _TOP + 0.014),
        (far_x, far_y),
        (_LEFT + 0.014, far_y),
    )
    markers = {}
    for number, (x, y) in zip(MARKER_IDS, places, strict=True):
        card = box(x - _QUIET, y - _QUIET, _TAG + 2 * _QUIET, _TAG + 2 * _QUIET)
        canvas.fill(card, "#ffffff")
        # Eight modules: six of code inside a black border of one.
        modules = np.asarray(cv2.aruco.generateImageMarker(family, number, 8), np.uint8)
        markers[number] = box(x, y, _TAG, _TAG)
        canvas.place(modules, markers[number])
    return markers


def _paint_landscape(
    canvas: Canvas,
    palette: Palette,
    frame: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> None:
    left, top, width, height = frame
    canvas.fill(box(*frame), gradient("#3f4f86", "#c9798c", "#f6b26b", "#fbdc9c"))
    sun = left + width * rng.uniform(0.3, 0.7), top + height * 0.56
    canvas.glow(ellipse(*sun, 0.02, 0.02), "#fff2c4", softness=0.05, strength=0.9)
    canvas.fill(ellipse(*sun, 0.016, 0.016), "#fff6da")
    across = np.linspace(0.0, 1.0, 80)
    for layer, colour in enumerate(("#8b6a97", "#5c4a7d", "#2f2b52")):
        peaks = rng.uniform(0, 2 * np.pi, 4)
        ridge = sum(np.abs(np.sin(across * (5 + 6 * n) + peaks[n])) / (1 + n) for n in range(4))
        ridge_y = top + height * (0.66 + 0.11 * layer) - height * 0.11 * np.asarray(ridge)
        floor = [[left + width, top + height], [left, top + height]]
        hills = np.stack([left + width * across, ridge_y], axis=1)
        canvas.fill(np.concatenate([hills, floor]), gradient(colour, mix(colour, "#0d0b1e", 0.4)))
    lake = box(left, top + height * 0.90, width, height * 0.10)
    canvas.fill(lake, gradient("#b07a8c", "#4a4478"))


def _paint_arena(
    canvas: Canvas, palette: Palette, frame: tuple[float, float, float, float]
) -> None:
    left, top, width, height = frame
    night = mix(palette.accents[1], "#101626", 0.55)
    canvas.fill(box(*frame), gradient(night, mix(night, palette.accents[3], 0.35)))
    for number in range(1, 8):
        x = left + width * number / 8
        canvas.fill(box(x, top, 0.001, height), "#ffffff", opacity=0.10)
    for number in range(1, 5):
        y = top + height * number / 5
        canvas.fill(box(left, y, width, 0.001), "#ffffff", opacity=0.10)
    canvas.fill(box(left, top + height - 0.006, width, 0.006), palette.accents[2], opacity=0.9)


def _paint_article(
    canvas: Canvas, palette: Palette, left: float, top: float, width: float
) -> list[Landmark]:
    canvas.text("Where eyes rest", (left, top + 0.024), 0.0195, "#23262b", weight=0.12)
    canvas.fill(box(left, top + 0.036, 0.05, 0.004), palette.accents[0])
    lengths = (1.0, 0.94, 0.98, 0.90, 0.97, 0.62, 0.96, 0.99, 0.45)
    pitch = 0.0165
    for number, share in enumerate(lengths):
        y = top + 0.053 + pitch * number
        end = left + width * share
        x, word = left, number
        while x < end:
            long = min(0.012 + 0.0085 * ((word * 7 + number * 3) % 5), end - x)
            canvas.fill(rounded_box(x, y, max(long, 0.006), 0.0072, 0.003), "#7d838c")
            x, word = x + long + 0.0055, word + 1
    text_top, text_height = top + 0.05, pitch * len(lengths)
    return [
        Landmark.around("headline", box(left, top + 0.006, 0.21, 0.022), 1.1),
        Landmark.around("text, upper part", box(left, text_top, width, text_height / 2), 1.5),
        Landmark.around(
            "text, lower part", box(left, text_top + text_height / 2, width, text_height / 2), 1.3
        ),
    ]


def _paint_chart(
    canvas: Canvas,
    palette: Palette,
    frame: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> Landmark:
    left, top, width, height = frame
    canvas.fill(rounded_box(*frame, 0.006), "#f0eeea")
    floor = top + height - 0.014
    for number in range(1, 4):
        canvas.fill(box(left + 0.01, floor - number * 0.026, width - 0.02, 0.001), "#d5d2cc")
    bars = 8
    pitch = (width - 0.024) / bars
    heights = 0.03 + 0.055 * rng.uniform(0.1, 1.0, bars)
    for number, tall in enumerate(heights):
        x = left + 0.012 + pitch * number
        colour = palette.accents[0] if tall == heights.max() else palette.accents[3]
        bar = box(x + 0.003, floor - tall, pitch - 0.006, tall)
        canvas.fill(bar, gradient(mix(colour, "#ffffff", 0.15), colour))
    canvas.fill(box(left + 0.01, floor, width - 0.02, 0.0018), "#6f7278")
    return Landmark.around("chart", box(*frame), 1.2)
