from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gazewire.service.feature_tracker import FeatureTracker

HEIGHT, WIDTH = 300, 400


def scene(shift: tuple[float, float] = (0.0, 0.0), gain: float = 1.0) -> NDArray[np.uint8]:
    """Waves of many directions, moved by a part of a pixel."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    image = np.full((HEIGHT, WIDTH), 120.0)
    for turn, wavelength_px, phase in rng.uniform([0, 9, 0], [3.2, 40, 6.3], (10, 3)):
        along = (x - shift[0]) * np.cos(turn) + (y - shift[1]) * np.sin(turn)
        image += 12 * np.cos(2 * np.pi * along / wavelength_px + phase)
    return np.clip(gain * image, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (3.0, -2.0), (1.4, 2.7), (-6.5, 0.25)])
def test_a_thing_is_found_to_a_tenth_of_a_pixel(shift: tuple[float, float]) -> None:
    tracker = FeatureTracker.begin(scene(), (201.3, 150.8))
    assert tracker is not None
    place = tracker.follow(scene(shift))
    assert place == pytest.approx((201.3 + shift[0], 150.8 + shift[1]), abs=0.1)


def test_another_brightness_does_not_matter() -> None:
    tracker = FeatureTracker.begin(scene(), (200, 150))
    assert tracker is not None
    assert tracker.follow(scene((2.0, 1.0), gain=0.5)) == pytest.approx((202, 151), abs=0.15)


def test_a_long_way_in_small_steps_does_not_drift() -> None:
    tracker = FeatureTracker.begin(scene(), (200, 150))
    assert tracker is not None
    for step in range(1, 13):
        place = tracker.follow(scene((1.7 * step, 0.6 * step)))
    assert place == pytest.approx((200 + 1.7 * 12, 150 + 0.6 * 12), abs=0.3)


def test_what_has_gone_is_lost() -> None:
    tracker = FeatureTracker.begin(scene(), (200, 150))
    assert tracker is not None
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH), dtype=np.uint8)
    assert tracker.follow(noise) is None
    assert tracker.follow(np.zeros((HEIGHT, WIDTH), np.uint8)) is None
    assert tracker.follow(np.zeros((5, 5), np.uint8)) is None


@pytest.mark.parametrize("place", [(0, 0), (399, 150), (-5, 10), (200, 1e6)])
def test_nothing_is_followed_that_is_cut_by_the_edge(place: tuple[float, float]) -> None:
    assert FeatureTracker.begin(scene(), place) is None


def test_nothing_is_followed_on_an_even_ground() -> None:
    assert FeatureTracker.begin(np.full((HEIGHT, WIDTH), 128, np.uint8), (200, 150)) is None
