from __future__ import annotations

import pytest

from gazewire.service.surfaces import inverse, place_on

# The surface is the right half of an image of 200 by 100 pixels.
IMAGE_FROM_SURFACE = ((100.0, 0.0, 100.0), (0.0, -100.0, 100.0), (0.0, 0.0, 1.0))


@pytest.mark.parametrize(
    ("in_image", "on_surface"),
    [((0.5, 0.0), (0.0, 0.0)), ((1.0, 1.0), (1.0, 1.0)), ((0.25, 0.5), (-0.5, 0.5))],
)
def test_a_point_of_the_image_has_its_place_on_a_surface(
    in_image: tuple[float, float], on_surface: tuple[float, float]
) -> None:
    placed = place_on(inverse(IMAGE_FROM_SURFACE), in_image, (200, 100))
    assert placed == pytest.approx(on_surface, abs=1e-12)


def test_a_point_on_the_horizon_of_a_surface_lies_far_away() -> None:
    tilted = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, -100.0))
    assert place_on(tilted, (0.5, 0.5), (200, 100)) == (float("inf"), float("inf"))


def test_there_and_back_is_where_one_was() -> None:
    there_and_back = inverse(inverse(IMAGE_FROM_SURFACE))
    for row, expected in zip(there_and_back, IMAGE_FROM_SURFACE, strict=True):
        assert row == pytest.approx(expected)
