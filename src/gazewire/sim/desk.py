"""The desk and what lies flat on it, drawn in perspective.

As in `gazewire.sim.wall`, lengths are room units and `side` says where the light comes from.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.sim.canvas import (
    Canvas,
    Shape,
    bar,
    box,
    ellipse,
    gradient,
    mix,
    moved,
    noise_to_come,
    rgb,
    rounded_box,
)
from gazewire.sim.gaze_path import Landmark
from gazewire.sim.palette import Palette

__all__ = [
    "DESK_BACK",
    "paint_desk",
    "paint_keyboard",
    "paint_mouse",
    "paint_notebook",
    "paint_phone",
]

DESK_BACK = 0.20
"""Where the far edge of the desk meets the wall, down from the middle of the room."""

# The desk is a plane seen from above: a point `x` to the side and `depth` away lies at
# (x / depth, _HORIZON + 1 / depth). Depth 1 is 0.45 below the middle.
_HORIZON = -0.55

# What is written in the notebook: where words begin and end, in widths of the page from its middle.
_WORDS = (
    ((-0.40, -0.22), (-0.18, 0.06), (0.10, 0.33)),
    ((-0.40, -0.10), (-0.06, 0.08), (0.12, 0.36)),
    ((-0.40, -0.30), (-0.26, -0.02), (0.02, 0.20), (0.24, 0.35)),
    ((-0.40, -0.16), (-0.12, 0.18)),
)


def _on_desk(x: float, depth: float) -> tuple[float, float]:
    return x / depth, _HORIZON + 1.0 / depth


def _desk_quad(x: float, depth: float, width: float, length: float) -> Shape:
    """A rectangle lying on the desk, by its far left corner, clockwise."""
    near = depth - length
    corners = [(x, depth), (x + width, depth), (x + width, near), (x, near)]
    return np.array([_on_desk(*corner) for corner in corners])


def paint_desk(canvas: Canvas, palette: Palette, rng: np.random.Generator) -> None:
    """Paint the desk top: planks that run from left to right, with a grain."""
    height, width = 700, 2400
    grains = [
        (strength, noise_to_come(rng, (height, width), grain_px))
        for strength, grain_px in ((0.7, (900, 7)), (0.4, (300, 3)), (0.7, (1400, 60)))
    ]
    light, dark = rgb(palette.wood), rgb(palette.wood_grain)
    planks = rng.uniform(-0.10, 0.10, 6)
    half_height, half_width = (size / 2 / canvas.px_per_unit for size in canvas.shape)

    def wood(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        depth = 1.0 / (DESK_BACK + y * (half_height - DESK_BACK) - _HORIZON)
        sideways = (x - 0.5) * 2 * half_width * depth
        column = ((sideways + 1.4) / 2.8 * (width - 1)).astype(np.float32)
        along = (1.34 - depth) / 0.60
        row = np.broadcast_to(along * (height - 1), column.shape).astype(np.float32)
        grain = np.zeros((height, width), np.float32)
        for strength, made in grains:
            grain += strength * made()
        streaks = np.asarray(cv2.remap(grain, column, row, cv2.INTER_LINEAR), np.float32)
        plank = along * len(planks)
        number = np.clip(plank.astype(int), 0, len(planks) - 1)
        share = 0.36 + 0.13 * streaks + planks[number]
        # A fine dark line between two planks.
        gap = np.abs(plank - np.rint(plank))
        share = np.clip(share + 0.5 * np.exp(-((gap / 0.016) ** 2)), 0, 1)[:, :, None]
        return np.asarray(light * (1 - share) + dark * share, np.float32)

    top = box(-2.0, DESK_BACK, 4.0, 2.0)
    canvas.fill(top, wood)
    canvas.fill(box(-2.0, DESK_BACK, 4.0, 0.006), mix(palette.wood, "#ffffff", 0.25), opacity=0.6)


def paint_keyboard(canvas: Canvas, palette: Palette) -> list[Landmark]:
    """Paint a keyboard in front of the monitor."""
    left, depth, width, length = -0.29, 1.055, 0.58, 0.160
    base = _desk_quad(left, depth, width, length)
    canvas.shadow(base, offset=(0.0, 0.014), softness=0.03, strength=0.55)
    canvas.fill(moved(base, 0.0, 0.008), "#6c6f74")
    canvas.fill(base, gradient("#d9dbdd", "#c3c6ca"))
    dark, light, accent = "#aeb4ba", "#f2f3f3", palette.accents[0]
    inner_left, inner_width = left + width * 0.03, width * 0.94
    pitch, step = width * 0.066, length * 0.172
    # How many keys in a row, and by how much the first one is wider than the others.
    for number, (keys, wider) in enumerate(((14, 0.0), (14, 0.5), (13, 0.8), (12, 1.2))):
        far = depth - length * 0.09 - number * step
        edges = inner_left + pitch * (np.arange(keys + 1) + wider)
        edges[0], edges[-1] = inner_left, inner_left + inner_width
        colours = [dark, *[light] * (keys - 2), dark]
        if number == 0:
            colours[0] = accent
        elif number == 2:
            colours[-1] = accent
        for begin, end, colour in zip(edges[:-1], edges[1:], colours, strict=True):
            _paint_key(canvas, (begin, far), (end - begin, step), colour)
    far = depth - length * 0.09 - 4 * step
    for begin, wide in ((0.03, 0.16), (0.20, 0.08), (0.29, 0.40), (0.70, 0.08), (0.79, 0.18)):
        colour = light if wide > 0.3 else dark
        _paint_key(canvas, (left + width * begin, far), (width * wide, step), colour)
    low, high = base.min(axis=0), base.max(axis=0)
    size = high - low
    return [
        Landmark.around(
            "keyboard, left hand",
            box(low[0] + 0.12 * size[0], low[1] + 0.2 * size[1], 0.3 * size[0], 0.5 * size[1]),
        ),
        Landmark.around(
            "keyboard, right hand",
            box(low[0] + 0.58 * size[0], low[1] + 0.2 * size[1], 0.3 * size[0], 0.5 * size[1]),
        ),
    ]


def _paint_key(
    canvas: Canvas, far_left: tuple[float, float], size: tuple[float, float], colour: str
) -> None:
    cap = _desk_quad(*far_left, size[0] - 0.004, size[1] - 0.004)
    canvas.fill(moved(cap, 0.0, 0.003), mix(colour, "#000000", 0.40))
    canvas.fill(cap, gradient(mix(colour, "#000000", 0.06), mix(colour, "#ffffff", 0.35)))


def paint_mouse(canvas: Canvas, x: float, side: int) -> Landmark:
    """Paint a mouse beside the keyboard."""
    middle = _on_desk(x, 0.965)
    body = ellipse(*middle, 0.042, 0.058)
    canvas.shadow(body, offset=(0.012 * side, 0.016), softness=0.03, strength=0.55)
    canvas.fill(moved(body, 0.0, 0.006), "#7d8085")
    canvas.fill(body, gradient("#fafafa", "#c9cccf"))
    canvas.stroke(
        np.array([[middle[0], middle[1] - 0.055], [middle[0], middle[1] - 0.012]]), 0.003, "#8d9196"
    )
    wheel = rounded_box(middle[0] - 0.006, middle[1] - 0.042, 0.012, 0.022, 0.006)
    canvas.fill(wheel, gradient("#3a3d41", "#6a6e73"))
    return Landmark.around("mouse", body, 0.6)


def paint_notebook(canvas: Canvas, palette: Palette, x: float, side: int) -> Landmark:
    """Paint an open notebook with a pen across it."""
    depth, width, length = 1.03, 0.25, 0.20
    cover = _desk_quad(x - width / 2 - 0.008, depth + 0.008, width + 0.016, length + 0.016)
    canvas.shadow(cover, offset=(0.014 * side, 0.016), softness=0.03, strength=0.5)
    canvas.fill(cover, mix(palette.accents[3], "#000000", 0.2))
    page = _desk_quad(x - width / 2, depth, width, length)
    canvas.fill(page, gradient("#efe9dc", "#fdfaf2"))
    for line in range(9):
        far = depth - 0.022 - line * 0.019
        rule = np.array([_on_desk(x - width * 0.42, far), _on_desk(x + width * 0.42, far)])
        canvas.stroke(rule, 0.0015, "#9db4cf", opacity=0.8)
        for word in _WORDS[line] if line < len(_WORDS) else ():
            canvas.stroke(_handwriting(x, width, far, word), 0.0018, "#2c3e63", opacity=0.85)
    tip, end = _on_desk(x + 0.02 * side, depth - 0.155), _on_desk(x + 0.15 * side, depth - 0.095)
    pen = np.array([tip, end])
    canvas.shadow(bar(pen, 0.006), offset=(0.006 * side, 0.010), softness=0.012, strength=0.5)
    canvas.stroke(pen, 0.012, palette.accents[1])
    canvas.stroke(pen - [0.001, 0.002], 0.004, mix(palette.accents[1], "#ffffff", 0.5))
    canvas.stroke(np.array([tip, pen[0] * 0.88 + pen[1] * 0.12]), 0.009, "#d9c28a")
    return Landmark.around("notebook", page, 1.0)


def _handwriting(x: float, width: float, depth: float, word: tuple[float, float]) -> Shape:
    """A word written on the notebook: the pen goes round and round while the hand moves on."""
    along = np.linspace(*word, max(12, int(400 * (word[1] - word[0]))))
    turn = along * 190.0
    sideways = x + width * along + 0.0022 * np.cos(turn)
    tall = 0.0040 * (1.0 + 0.5 * np.sin(along * 71.0))
    depths = depth + 0.003 + tall * np.sin(turn)
    return np.array([_on_desk(s, d) for s, d in zip(sideways, depths, strict=True)])


def paint_phone(canvas: Canvas, palette: Palette, x: float, side: int) -> Landmark:
    """Paint a phone that lies on the desk."""
    body = _desk_quad(x - 0.045, 0.985, 0.09, 0.13)
    canvas.shadow(body, offset=(0.010 * side, 0.010), softness=0.02, strength=0.5)
    canvas.stroke(np.concatenate([body, body[:1]]), 0.010, "#1b1d20")
    canvas.fill(
        body,
        gradient(mix(palette.accents[1], "#0d1117", 0.6), mix(palette.accents[4], "#0d1117", 0.3)),
    )
    for number in range(12):
        column, row = number % 3, number // 3
        icon = _desk_quad(x - 0.034 + 0.025 * column, 0.970 - 0.026 * row, 0.018, 0.016)
        canvas.fill(
            icon, mix(palette.accents[(number * 3 + row) % 5], "#ffffff", 0.30), opacity=0.9
        )
    return Landmark.around("phone", body, 0.8)
