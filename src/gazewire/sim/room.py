"""A furnished room: everything that stands still, painted when somebody looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.canvas import Canvas, Shape, ellipse, rgb
from gazewire.sim.desk import paint_desk, paint_keyboard, paint_mouse, paint_notebook, paint_phone
from gazewire.sim.gaze_path import Landmark
from gazewire.sim.monitor import paint_monitor
from gazewire.sim.ornaments import paint_books, paint_lamp, paint_mug, paint_plant
from gazewire.sim.palette import PALETTES, Palette
from gazewire.sim.wall import paint_clock_face, paint_shelf, paint_wall, paint_window

__all__ = ["HALF_HEIGHT", "HALF_WIDTH", "Room", "furnish"]

HALF_WIDTH = 1.0
"""How far the room reaches to either side, as the tangent seen by a head that looks ahead."""

HALF_HEIGHT = 0.78
"""How far the room reaches up and down."""


@dataclass(frozen=True, slots=True)
class Room:
    """A painted room. All places are tangents as seen by a head that looks straight ahead.

    Attributes:
        canvas: on which it is painted; its middle is (0, 0).
        palette: its colours.
        landmarks: what there is to look at.
        markers: corners of the fiducial markers' black squares, clockwise from the top left, by id.
        clock: x, y and radius of the clock's face, on which hands are still to be put.
    """

    canvas: Canvas
    palette: Palette
    landmarks: tuple[Landmark, ...]
    markers: dict[int, Shape]
    clock: tuple[float, float, float]

    def paint(self) -> NDArray[np.uint8]:
        """The picture of it, (H, W, 3) uint8, red, green, blue. It takes a second, each time."""
        return np.rint(np.clip(self.canvas.pixels, 0, 255)).astype(np.uint8)


def furnish(seed: int, px_per_unit: float) -> Room:
    """Set up a room. The seed decides its colours, which way round it is, and where things stand.

    Args:
        seed: 0 or more.
        px_per_unit: the focal length of the camera that will look at it.
    """
    rng = np.random.default_rng([seed, 0x2003])
    # Not by chance, so that the seeds people try first give rooms that are easily told apart.
    palette = PALETTES[seed % len(PALETTES)]
    side = 1 if seed % 2 == 0 else -1

    def near(place: float) -> float:
        """A place near the given one, on the side where it belongs in this room."""
        return side * place + float(rng.uniform(-0.015, 0.015))

    canvas = Canvas(half_width=HALF_WIDTH, half_height=HALF_HEIGHT, px_per_unit=px_per_unit)
    paint_wall(canvas, palette, side, rng)
    landmarks = paint_window(canvas, palette, near(-0.66), side, rng)
    landmarks += paint_shelf(canvas, palette, side, rng)
    clock = (near(0.60), -0.49, 0.105)
    landmarks.append(paint_clock_face(canvas, palette, *clock))
    paint_desk(canvas, palette, rng)
    landmarks.append(paint_plant(canvas, palette, near(-0.70), side, rng))
    landmarks.append(paint_lamp(canvas, palette, near(0.70), side))
    monitor = paint_monitor(canvas, palette, rng)
    landmarks += monitor.landmarks
    landmarks.append(paint_books(canvas, palette, near(-0.51), side, rng))
    landmarks.append(paint_mug(canvas, palette, near(0.50), side))
    landmarks += paint_keyboard(canvas, palette)
    landmarks.append(paint_notebook(canvas, palette, near(-0.50), side))
    landmarks.append(paint_mouse(canvas, near(0.37), side))
    landmarks.append(paint_phone(canvas, palette, near(0.55), side))
    _light(canvas, palette, side, rng)
    return Room(
        canvas=canvas,
        palette=palette,
        landmarks=tuple(landmarks),
        markers=monitor.markers,
        clock=clock,
    )


def _light(canvas: Canvas, palette: Palette, side: int, rng: np.random.Generator) -> None:
    # Light through the window lies as a slanted patch on the desk, the lamp's as a pool.
    patch = np.array([[-0.95, 0.24], [-0.45, 0.24], [-0.05, 0.80], [-0.75, 0.80]]) * [side, 1]
    canvas.glow(patch, palette.sky[1], softness=0.10, strength=0.16)
    warm = 0.40 if palette.dusk else 0.22
    canvas.glow(ellipse(0.52 * side, 0.34, 0.20, 0.09), "#ffcf8a", softness=0.25, strength=warm)

    def finish(pixels: NDArray[np.float32]) -> None:
        # The corners fall off a little, as with any lens.
        height, width, _ = pixels.shape
        x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
        pixels *= (1.0 - 0.16 * np.clip(x * x * 0.6 + y * y * 0.4, 0, 1) ** 1.5)[:, :, None]
        if palette.dusk:
            pixels *= rgb("#fff0dd") / np.float32(255.0)
        # Half a level of noise hides the steps of the gradients. Nothing random comes after it.
        pixels += rng.normal(0.0, 0.5, (height, width, 1)).astype(np.float32)

    canvas.touch(finish)
