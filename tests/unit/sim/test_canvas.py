from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim.canvas import (
    Canvas,
    box,
    ellipse,
    gradient,
    mix,
    noise,
    rgb,
    rounded_box,
)


def sheet() -> Canvas:
    return Canvas(half_width=1.0, half_height=0.5, px_per_unit=100.0)


def covered_px(canvas: Canvas) -> float:
    return float(canvas.pixels[:, :, 0].sum() / 255.0)


def test_a_canvas_has_even_sides_for_chroma_of_half_the_resolution() -> None:
    assert Canvas(half_width=0.333, half_height=0.777, px_per_unit=99.0).pixels.shape == (
        154,
        66,
        3,
    )


def test_what_is_painted_later_lies_over_what_was_painted_before_the_pixels_were_seen() -> None:
    canvas = sheet()
    canvas.fill(box(-1.0, -0.5, 2.0, 1.0), "#ffffff")
    assert canvas.pixels[50, 100, 0] == 255.0
    canvas.fill(box(-0.5, -0.25, 1.0, 0.5), "#000000")
    assert canvas.pixels[50, 100, 0] == 0.0
    assert canvas.pixels[2, 2, 0] == 255.0


def test_the_middle_of_the_room_is_the_middle_of_the_canvas() -> None:
    assert sheet().to_px(np.zeros((1, 2))).tolist() == [[99.5, 49.5]]


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        (box(-0.2, -0.1, 0.4, 0.2), 800.0),
        (box(-0.2033, -0.1017, 0.4, 0.2), 800.0),
        (ellipse(0.1, 0.1, 0.3, 0.2), np.pi * 600.0),
        (ellipse(0.1, 0.1, 0.3, 0.1, tilt_deg=35), np.pi * 300.0),
        (rounded_box(-0.3, -0.2, 0.6, 0.4, 0.1), 2400.0 - (4 - np.pi) * 100.0),
    ],
)
def test_a_shape_covers_its_area_to_a_fraction_of_a_pixel_along_its_edge(
    shape: np.ndarray, area: float
) -> None:
    canvas = sheet()
    canvas.fill(shape, "#ffffff")
    assert covered_px(canvas) == pytest.approx(area, rel=0.06)


def test_what_leaves_the_canvas_is_cut_off() -> None:
    canvas = sheet()
    canvas.fill(box(0.5, -2.0, 9.0, 4.0), "#ffffff")
    canvas.fill(box(5.0, 5.0, 1.0, 1.0), "#ffffff")
    canvas.stroke(np.array([[5.0, 5.0], [6.0, 6.0]]), 0.1, "#ffffff")
    canvas.shadow(box(5.0, 5.0, 1.0, 1.0), offset=(0, 0), softness=0.1, strength=1.0)
    canvas.text("beyond", (4.0, 4.0), 0.1, "#ffffff")
    assert covered_px(canvas) == pytest.approx(50 * 100, rel=0.02)


def test_opacity_lets_what_is_under_it_show() -> None:
    canvas = sheet()
    canvas.fill(box(-2, -2, 4, 4), "#808080")
    canvas.fill(box(-2, -2, 4, 4), "#ffffff", opacity=0.5)
    assert np.allclose(canvas.pixels, (128 + 255) / 2, atol=1.0)


def test_a_shadow_darkens_and_a_glow_brightens_without_burning_out() -> None:
    canvas = sheet()
    canvas.fill(box(-2, -2, 4, 4), "#c0c0c0")
    canvas.shadow(box(-0.8, -0.2, 0.4, 0.4), offset=(0, 0), softness=0.05, strength=0.5)
    canvas.glow(box(0.4, -0.2, 0.4, 0.4), "#ffffff", softness=0.05, strength=1.0)
    assert canvas.pixels[50, 40, 0] == pytest.approx(96, abs=1)
    assert 192 < canvas.pixels[50, 160, 0] <= 255
    assert canvas.pixels[50, 100, 0] == pytest.approx(192, abs=1)


def test_a_gradient_goes_through_its_colours() -> None:
    canvas = sheet()
    canvas.fill(box(-1, -0.5, 2, 1), gradient("#000000", "#ffffff", "#000000", across=True))
    row = canvas.pixels[50, :, 0]
    assert row[1] < 5
    assert row[198] < 5
    assert row[100] > 250


def test_a_stroke_is_as_wide_as_it_says() -> None:
    canvas = sheet()
    canvas.stroke(np.array([[-0.5, 0.0], [0.5, 0.0]]), 0.10, "#ffffff")
    assert canvas.pixels[:, 100, 0].sum() / 255 == pytest.approx(10, abs=0.6)


def test_text_leaves_ink_beside_its_beginning() -> None:
    canvas = sheet()
    canvas.text("HELLO", (-0.5, 0.1), 0.2, "#ffffff")
    rows, columns = np.nonzero(canvas.pixels[:, :, 0] > 128)
    assert 48 <= columns.min() <= 54
    assert rows.max() <= 61
    assert rows.min() >= 35


def test_a_placed_picture_keeps_hard_edges_and_its_orientation() -> None:
    canvas = sheet()
    canvas.place(np.array([[255, 0], [0, 0]], np.uint8), box(-0.2, -0.2, 0.4, 0.4))
    assert canvas.pixels[33:48, 83:98].min() == 255.0
    assert canvas.pixels[33:48, 103:118].max() == 0.0
    assert canvas.pixels[53:68, 83:118].max() == 0.0


def test_colours_mix_by_share() -> None:
    assert rgb("#102030").tolist() == [16, 32, 48]
    assert mix("#000000", "#ffffff", 0.0) == "#000000"
    assert mix("#000000", "#ff8000", 1.0) == "#ff8000"
    assert mix("#000000", "#808080", 0.5) == "#404040"


def test_noise_is_seeded_and_of_unit_deviation() -> None:
    first = noise(np.random.default_rng(1), (60, 80), (9, 5))
    assert first.shape == (60, 80)
    assert first.std() == pytest.approx(1.0, abs=1e-3)
    assert np.array_equal(first, noise(np.random.default_rng(1), (60, 80), (9, 5)))
