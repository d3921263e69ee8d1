"""The wall and what hangs on it, each painted by a function that takes a canvas.

Each says by a `Landmark` (or several) what a wearer may look at. Lengths are room units. `side` is
1 where the light comes from the left, -1 where it comes from the right: what is not symmetrical is
painted the other way round then.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazewire.sim.canvas import Canvas, box, ellipse, gradient, mix, noise_to_come, rgb
from gazewire.sim.desk import DESK_BACK
from gazewire.sim.gaze_path import Landmark
from gazewire.sim.palette import Palette

__all__ = ["paint_clock_face", "paint_shelf", "paint_wall", "paint_window"]


def paint_wall(canvas: Canvas, palette: Palette, side: int, rng: np.random.Generator) -> None:
    """Paint the wall: bright near the window, with the fine unevenness of plaster."""
    height, width = canvas.shape
    coarse, fine = (noise_to_come(rng, canvas.shape, grain) for grain in ((90, 70), (5, 5)))

    def plaster(pixels: NDArray[np.float32]) -> None:
        across = np.linspace(0.0, 1.0, width, dtype=np.float32)[None, :]
        down = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None]
        far = across if side > 0 else 1 - across
        share = np.clip(0.12 + 0.62 * far**1.4 + 0.22 * (down - 0.3) ** 2, 0, 1)[:, :, None]
        pixels[:] = rgb(palette.wall) * (1 - share) + rgb(palette.wall_shade) * share
        pixels += (1.1 * coarse() + 0.8 * fine())[:, :, None]

    canvas.touch(plaster)
    # The skirting shadow where desk and wall meet.
    canvas.shadow(
        box(-2.0, DESK_BACK - 0.02, 4.0, 0.2), offset=(0, 0), softness=0.12, strength=0.30
    )


def paint_window(
    canvas: Canvas, palette: Palette, x: float, side: int, rng: np.random.Generator
) -> list[Landmark]:
    """Paint a window with hills behind it, its middle at `x`."""
    left, top, width, height = x - 0.2, -0.66, 0.40, 0.60
    outer = box(left - 0.025, top - 0.025, width + 0.05, height + 0.05)
    canvas.shadow(outer, offset=(0.012 * side, 0.02), softness=0.05, strength=0.35)
    canvas.fill(outer, gradient(palette.trim, mix(palette.trim, palette.wall_shade, 0.35)))
    canvas.fill(box(left, top, width, height), gradient(*palette.sky))
    if palette.dusk:
        sun = (x + rng.uniform(-0.08, 0.08), top + 0.36)
        canvas.glow(ellipse(*sun, 0.05, 0.05), "#ffe2a8", softness=0.10, strength=0.9)
        canvas.fill(ellipse(*sun, 0.032, 0.032), "#fff1cf")
    else:
        for _ in range(4):
            cloud = left + rng.uniform(0.06, 0.34), top + rng.uniform(0.06, 0.26)
            for puff in rng.uniform(-1, 1, (6, 2)):
                place = cloud[0] + 0.035 * puff[0], cloud[1] + 0.009 * puff[1]
                canvas.glow(ellipse(*place, 0.02, 0.011), "#ffffff", softness=0.015, strength=0.7)
    far = mix(palette.sky[1], "#5f7f95", 0.55)
    for layer, shade in enumerate((far, mix(far, palette.leaf, 0.5), mix(palette.leaf, far, 0.2))):
        ridge_x = np.linspace(left, left + width, 60)
        wave = rng.uniform(0, 2 * np.pi, 3)
        ridge = np.sin(ridge_x * 9 + wave[0]) + 0.5 * np.sin(ridge_x * 23 + wave[1])
        ridge_y = top + 0.41 + 0.055 * layer + 0.022 * ridge
        floor = [[left + width, top + height], [left, top + height]]
        hills = np.concatenate([np.stack([ridge_x, ridge_y], axis=1), floor])
        canvas.fill(hills, gradient(shade, mix(shade, "#22332a", 0.25)))
    bar = mix(palette.trim, palette.wall_shade, 0.15)
    for cross in (
        box(x - 0.009, top, 0.018, height),
        box(left, top + 0.27, width, 0.018),
    ):
        canvas.shadow(cross, offset=(0.004 * side, 0.004), softness=0.01, strength=0.25)
        canvas.fill(cross, bar)
    sill = box(left - 0.05, top + height + 0.02, width + 0.10, 0.028)
    canvas.shadow(sill, offset=(0.012 * side, 0.03), softness=0.05, strength=0.35)
    canvas.fill(sill, gradient(mix(palette.trim, "#ffffff", 0.5), palette.wall_shade))
    return [Landmark.around("window", box(left + 0.02, top + 0.30, width - 0.04, 0.18), 0.8)]


def paint_shelf(
    canvas: Canvas, palette: Palette, side: int, rng: np.random.Generator
) -> list[Landmark]:
    """Paint a shelf above the monitor with books on it, leaning on a globe."""
    board_y, left, right = -0.475, -0.33, 0.33
    board = box(left, board_y, right - left, 0.022)
    canvas.shadow(board, offset=(0.02 * side, 0.045), softness=0.07, strength=0.45)
    marks: list[Landmark] = []
    globe_x = 0.235 * side
    x = left + 0.03 if side > 0 else -0.135
    limit = 0.135 if side > 0 else right - 0.03
    first, tallest = x, 0.0
    while True:
        width, height = rng.uniform(0.022, 0.042), rng.uniform(0.105, 0.155)
        if x + width > limit:
            break
        _paint_spine(canvas, palette, (x, board_y), (width, height), rng)
        x, tallest = x + width + 0.0015, max(tallest, height)
    third = (x - first) / 2
    for name, begin in (("books, left part", first), ("books, right part", first + third)):
        marks.append(Landmark.around(name, box(begin, board_y - 0.11, third, 0.10), 0.6))
    foot = ellipse(globe_x, board_y - 0.006, 0.032, 0.008)
    canvas.fill(foot, "#4a3b32")
    canvas.stroke(
        ellipse(globe_x, board_y - 0.075, 0.066, 0.066, start_deg=-70, end_deg=95),
        0.007,
        "#8c6f4a",
    )
    globe = ellipse(globe_x, board_y - 0.075, 0.055, 0.055)
    canvas.fill(globe, gradient("#8fc0d6", "#3d7694"))
    for _ in range(6):
        angle, reach = rng.uniform(0, 2 * np.pi), 0.036 * np.sqrt(rng.uniform(0, 1))
        land = (globe_x + reach * np.cos(angle), board_y - 0.075 + reach * np.sin(angle))
        size = rng.uniform(0.008, 0.017, 2)
        canvas.fill(ellipse(*land, *size, tilt_deg=rng.uniform(0, 180)), "#86a86b")
    shine = ellipse(globe_x - 0.02 * side, board_y - 0.095, 0.014, 0.011)
    canvas.glow(shine, "#ffffff", softness=0.03, strength=0.5)
    marks.append(Landmark.around("globe", globe, 0.9))
    canvas.fill(board, gradient(mix(palette.wood, "#ffffff", 0.2), palette.wood_grain))
    return marks


def _paint_spine(
    canvas: Canvas,
    palette: Palette,
    foot: tuple[float, float],
    size: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    (x, floor), (width, height) = foot, size
    cover = mix(
        rng.choice(palette.accents), rng.choice(["#f3ead8", "#2b2b33"]), rng.uniform(0, 0.3)
    )
    edge = mix(cover, "#000000", 0.35)
    spine = box(x, floor - height, width, height)
    canvas.fill(spine, gradient(edge, cover, mix(cover, "#ffffff", 0.18), cover, edge, across=True))
    band = mix(cover, "#f6e7c4", 0.75)
    for share in (0.12, 0.80):
        canvas.fill(box(x, floor - height * (1 - share), width, 0.004), band, opacity=0.8)
    title = box(
        x + width * 0.35, floor - height * 0.75, width * 0.3, height * rng.uniform(0.3, 0.5)
    )
    canvas.fill(title, band, opacity=0.7)


def paint_clock_face(
    canvas: Canvas, palette: Palette, x: float, y: float, radius: float
) -> Landmark:
    """Paint a wall clock without its hands, which move."""
    rim = ellipse(x, y, radius, radius)
    canvas.shadow(rim, offset=(0.018, 0.03), softness=0.05, strength=0.40)
    canvas.fill(rim, gradient(mix(palette.accents[1], "#ffffff", 0.25), palette.accents[1]))
    face = ellipse(x, y, radius * 0.88, radius * 0.88)
    canvas.fill(face, gradient("#fdfbf5", "#e9e4d8"))
    for hour in range(12):
        out = np.array([np.sin(hour * np.pi / 6), -np.cos(hour * np.pi / 6)]) * radius
        length = 0.66 if hour % 3 == 0 else 0.74
        width = radius * (0.055 if hour % 3 == 0 else 0.03)
        canvas.stroke(np.array([[x, y] + out * length, [x, y] + out * 0.80]), width, "#33383d")
    return Landmark.around("clock", ellipse(x, y, radius * 0.7, radius * 0.7), 1.2)
