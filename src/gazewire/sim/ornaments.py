"""What stands on the desk: a plant, books and an apple, a lamp, a mug.

As in `gazewire.sim.wall`, lengths are room units and `side` says where the light comes from.
"""

from __future__ import annotations

import numpy as np

from gazewire.sim.canvas import (
    Canvas,
    bar,
    box,
    cylinder,
    ellipse,
    gradient,
    mix,
    rounded_box,
)
from gazewire.sim.gaze_path import Landmark
from gazewire.sim.palette import Palette

__all__ = ["paint_books", "paint_lamp", "paint_mug", "paint_plant"]


def paint_plant(
    canvas: Canvas, palette: Palette, x: float, side: int, rng: np.random.Generator
) -> Landmark:
    """Paint a plant in a pot that stands at the back of the desk."""
    rim_y, foot_y, wide, narrow = 0.10, 0.275, 0.085, 0.060
    pot = np.array(
        [[x - wide, rim_y], [x + wide, rim_y], [x + narrow, foot_y], [x - narrow, foot_y]]
    )
    canvas.shadow(
        ellipse(x + 0.05 * side, foot_y, 0.12, 0.025), offset=(0, 0), softness=0.05, strength=0.5
    )
    stems = sorted(rng.uniform(-1.0, 1.0, 17), key=lambda lean: -abs(lean))
    for number, lean in enumerate(stems):
        tip_x = x + 0.19 * lean + rng.uniform(-0.02, 0.02)
        tip_y = rim_y - rng.uniform(0.13, 0.27) * (1.15 - 0.6 * abs(lean))
        shade = mix(palette.leaf, rng.choice(["#1f3d2b", "#c8dd8a"]), rng.uniform(0.05, 0.4))
        if number < 6:  # the ones behind
            shade = mix(shade, "#1c3326", 0.35)
        _paint_leaf(
            canvas, (x + 0.03 * lean, rim_y), (tip_x, tip_y), rng.uniform(0.020, 0.034), shade
        )
    canvas.fill(ellipse(x, rim_y, wide, 0.014), "#3b2c22")
    clay = mix(palette.accents[0], "#e8d9c5", 0.25)
    dark = mix(clay, "#2a1a14", 0.45)
    canvas.fill(pot, cylinder(clay, dark, side))
    lip = rounded_box(x - wide - 0.006, rim_y - 0.006, 2 * wide + 0.012, 0.034, 0.006)
    canvas.shadow(lip, offset=(0, 0.01), softness=0.015, strength=0.3)
    bright = mix(clay, "#ffffff", 0.10)
    canvas.fill(lip, cylinder(bright, dark, side))
    return Landmark.around("plant", box(x - 0.09, rim_y - 0.17, 0.18, 0.14), 0.8)


def _paint_leaf(
    canvas: Canvas,
    root: tuple[float, float],
    tip: tuple[float, float],
    half_width: float,
    colour: str,
) -> None:
    start, end = np.array(root), np.array(tip)
    bend = np.array([(start[0] * 0.7 + end[0] * 0.3), end[1] * 0.85 + start[1] * 0.15])
    t = np.linspace(0.0, 1.0, 25)[:, None]
    spine = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    way = np.gradient(spine, axis=0)
    normal = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.linalg.norm(way, axis=1)[:, None]
    width = half_width * np.sin(np.pi * np.clip(t * 1.15 - 0.15, 0.02, 1.0)) ** 0.8
    outline = np.concatenate([spine + normal * width, (spine - normal * width)[::-1]])
    canvas.fill(outline, gradient(mix(colour, "#ffffff", 0.14), mix(colour, "#0d2016", 0.30)))
    canvas.stroke(spine[4:-2], 0.003, mix(colour, "#e6f2c0", 0.40), opacity=0.7)


def paint_books(
    canvas: Canvas, palette: Palette, x: float, side: int, rng: np.random.Generator
) -> Landmark:
    """Paint books that lie in a pile on the desk, with an apple on top."""
    floor = 0.345
    canvas.shadow(
        box(x - 0.12, floor - 0.03, 0.24, 0.03),
        offset=(0.03 * side, 0.012),
        softness=0.05,
        strength=0.6,
    )
    y = floor
    for number in rng.permutation(4):
        tall, wide = rng.uniform(0.030, 0.042), rng.uniform(0.19, 0.24)
        left = x - wide / 2 + rng.uniform(-0.012, 0.012)
        cover = palette.accents[number]
        block = rounded_box(left, y - tall, wide, tall, 0.004)
        canvas.fill(block, gradient(mix(cover, "#ffffff", 0.2), cover, mix(cover, "#000000", 0.35)))
        pages = box(left + wide * 0.80, y - tall + 0.005, wide * 0.205, tall - 0.010)
        if side < 0:
            pages = box(left - wide * 0.005, y - tall + 0.005, wide * 0.205, tall - 0.010)
        canvas.fill(pages, gradient("#f4ecda", "#d9ccb2", "#f4ecda", "#cdbf9f"))
        words = left + wide * (0.12 if side > 0 else 0.32), y - tall * 0.62
        canvas.fill(box(*words, wide * 0.42, tall * 0.24), "#f6e7c4", opacity=0.75)
        canvas.shadow(
            box(left, y - 0.004, wide, 0.004), offset=(0, 0), softness=0.008, strength=0.35
        )
        y -= tall
    apple = (x + 0.01, y - 0.036)
    body = np.concatenate(
        [
            ellipse(apple[0] - 0.013, apple[1], 0.028, 0.036, start_deg=90, end_deg=270),
            ellipse(apple[0] + 0.013, apple[1], 0.028, 0.036, start_deg=-90, end_deg=90),
        ]
    )
    canvas.shadow(
        ellipse(apple[0] + 0.012 * side, y, 0.04, 0.006),
        offset=(0, 0),
        softness=0.012,
        strength=0.5,
    )
    canvas.fill(body, gradient("#e2574c", "#a3262a"))
    canvas.glow(
        ellipse(apple[0] - 0.018 * side, apple[1] - 0.014, 0.008, 0.010),
        "#ffffff",
        softness=0.014,
        strength=0.8,
    )
    canvas.stroke(
        np.array([[apple[0], apple[1] - 0.03], [apple[0] + 0.006, apple[1] - 0.05]]),
        0.005,
        "#5a3b22",
    )
    _paint_leaf(
        canvas,
        (apple[0] + 0.004, apple[1] - 0.042),
        (apple[0] + 0.035, apple[1] - 0.052),
        0.008,
        palette.leaf,
    )
    return Landmark.around("apple", body, 1.3)


def paint_lamp(canvas: Canvas, palette: Palette, x: float, side: int) -> Landmark:
    """Paint a jointed lamp at the back of the desk that shines towards the middle."""
    metal = mix(palette.accents[2], "#6a5a48", 0.15)
    dark = mix(metal, "#20160e", 0.55)
    foot = (x, 0.275)
    elbow, wrist = (x + 0.075 * side, -0.03), (x - 0.085 * side, -0.205)
    canvas.shadow(
        ellipse(foot[0] + 0.03 * side, foot[1] + 0.01, 0.10, 0.022),
        offset=(0, 0),
        softness=0.04,
        strength=0.5,
    )
    canvas.fill(ellipse(foot[0], foot[1] + 0.012, 0.078, 0.021), dark)
    canvas.fill(ellipse(*foot, 0.078, 0.021), cylinder(metal, dark, side))
    arm = np.array([foot, elbow, wrist])
    canvas.shadow(bar(arm, 0.007), offset=(0.03 * side, 0.03), softness=0.03, strength=0.25)
    canvas.stroke(arm, 0.014, dark)
    canvas.stroke(arm - [0.002, 0.002], 0.007, metal)
    for joint in (elbow, wrist):
        canvas.fill(ellipse(*joint, 0.014, 0.014), gradient(mix(metal, "#ffffff", 0.3), dark))
    # The shade is a cone whose mouth looks down and inward.
    axis = np.array([-0.42 * side, 0.91])
    across = np.array([axis[1], -axis[0]])
    neck, mouth = np.array(wrist) - axis * 0.02, np.array(wrist) + axis * 0.085
    cone = np.array(
        [
            neck - across * 0.024,
            neck + across * 0.024,
            mouth + across * 0.085,
            mouth - across * 0.085,
        ]
    )
    tilt = float(np.degrees(np.arctan2(across[1], across[0])))
    opening = ellipse(mouth[0], mouth[1], 0.085, 0.022, tilt_deg=tilt)
    canvas.glow(opening + axis * 0.03, "#ffdf9e", softness=0.16, strength=0.75)
    canvas.fill(cone, cylinder(metal, dark, side))
    canvas.fill(opening, gradient("#fff6dc", "#ffd98a"))
    canvas.glow(opening, "#fff3cf", softness=0.03, strength=0.8)
    return Landmark.around("lamp", cone, 0.9)


def paint_mug(canvas: Canvas, palette: Palette, x: float, side: int) -> Landmark:
    """Paint a mug of coffee."""
    top, foot, wide, narrow = 0.255, 0.405, 0.068, 0.056
    glaze = palette.accents[0]
    dark = mix(glaze, "#1d0f0a", 0.5)
    canvas.shadow(
        ellipse(x + 0.035 * side, foot, 0.10, 0.022), offset=(0, 0), softness=0.045, strength=0.6
    )
    ring = ellipse(x + (wide + 0.012) * side, (top + foot) / 2 - 0.006, 0.034, 0.044)
    canvas.stroke(ring, 0.018, dark)
    canvas.stroke(ring - [0.002, 0.003], 0.010, glaze)
    lower = ellipse(x, foot - 0.012, narrow, 0.016, start_deg=0, end_deg=180)
    body = np.concatenate([np.array([[x - wide, top], [x + wide, top]]), lower])
    canvas.fill(body, cylinder(glaze, dark, side))
    for level in (0.62, 0.70):
        half = wide + (narrow - wide) * level
        y = top + (foot - top) * level
        band = np.concatenate(
            [
                ellipse(x, y, half, 0.016, start_deg=0, end_deg=180),
                ellipse(x, y - 0.006, half, 0.016, start_deg=0, end_deg=180)[::-1],
            ]
        )
        canvas.fill(band, "#f6ead2", opacity=0.75)
    canvas.fill(ellipse(x, top, wide, 0.019), mix(glaze, "#ffffff", 0.35))
    canvas.fill(ellipse(x, top + 0.001, wide - 0.007, 0.015), dark)
    canvas.fill(ellipse(x, top + 0.004, wide - 0.010, 0.0115), gradient("#3a2113", "#6b4226"))
    canvas.glow(
        ellipse(x - 0.02 * side, top + 0.004, 0.016, 0.003), "#ffffff", softness=0.008, strength=0.5
    )
    return Landmark.around("mug", box(x - wide, top, 2 * wide, foot - top), 1.3)
