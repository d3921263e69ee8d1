"""Ellipses come out of the lens straight, and rest in means."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from gazewire.eye.model3d.observation import (
    LASTING_VARIANCE,
    GlimpseMaker,
    IdealCamera,
    Observation,
    duals_of,
)
from gazewire.optics import Camera, ellipse_of_dual, known_camera

PLAIN = Camera(192, 192, (140.0, 141.0), (96.0, 95.0))


def back(ideal: IdealCamera, seen: Observation) -> tuple:
    center, shape = ellipse_of_dual(duals_of([seen.ellipse])[0])
    return ideal.ellipse_px(center, shape)


def distorting(width: int, height: int) -> Camera:
    camera = known_camera("Pupil Cam1 ID2", width, height)
    assert camera is not None
    return camera


@pytest.mark.parametrize("camera", [PLAIN, distorting(640, 480), distorting(1920, 1080)])
def test_an_ellipse_survives_the_way_there_and_back(camera: Camera) -> None:
    ideal = IdealCamera(camera)
    middle = (camera.width * 0.4, camera.height * 0.6)
    seen = ideal.observe(0, middle, (20.0, 30.0), 40.0, 1.0)
    assert seen is not None
    center, axes, angle = back(ideal, seen)
    # A lens makes an ellipse not quite one again.
    assert center == pytest.approx(middle, abs=0.01)
    assert axes == pytest.approx((20.0, 30.0), abs=0.05)
    assert angle == pytest.approx(40.0, abs=0.3)


def test_focal_lengths_need_not_be_equal() -> None:
    seen = IdealCamera(PLAIN).observe(0, (96.0, 95.0), (14.0, 14.1), 0.0, 1.0)
    assert seen is not None
    assert seen.center == (0.0, 0.0)
    assert seen.shape == pytest.approx((0.05**2, 0.0, 0.05**2))


@pytest.mark.parametrize(
    ("center", "axes", "angle", "confidence"),
    [
        ((0.0, 0.0), (0.0, 0.0), -90.0, 0.0),
        ((math.nan, 1.0), (10.0, 12.0), 0.0, 1.0),
        ((1.0, 1.0), (math.inf, 12.0), 0.0, 1.0),
        ((1.0, 1.0), (10.0, 12.0), math.nan, 1.0),
        ((1.0, 1.0), (10.0, 12.0), 0.0, math.nan),
        ((1.0, 1.0), (-10.0, 12.0), 0.0, 1.0),
        ((1.0, 1.0), (1e-9, 12.0), 0.0, 1.0),
        ((1.0, 1.0), (10.0, 1e6), 0.0, 1.0),
        ((1.0, 1.0), (1e-200, 1e-200), 0.0, 1.0),
        ((1e9, 1.0), (10.0, 12.0), 0.0, 1.0),
    ],
)
def test_what_is_no_pupil_is_not_observed(
    center: tuple, axes: tuple, angle: float, confidence: float
) -> None:
    assert IdealCamera(PLAIN).observe(0, center, axes, angle, confidence) is None


def seen_at(milliseconds: float, x: float, confidence: float = 1.0) -> Observation:
    shape = (0.01, 0.0, 0.01)
    return Observation(round(milliseconds * 1e6), (x, 0.0), shape, 1e-4, confidence)


def test_what_stays_in_place_becomes_one_glimpse() -> None:
    glimpses = GlimpseMaker(140.0)
    for number in range(4):
        assert glimpses.add(seen_at(5.0 * number, 0.001 * number)) is None
    glimpse = glimpses.add(seen_at(20.0, 0.2))
    assert glimpse is not None
    assert glimpse.count == 4
    assert glimpse.ellipse == pytest.approx((0.0015, 0.0, 0.01, 0.0, 0.01))
    assert glimpse.timestamp_unix_ns == 15_000_000


def test_a_glimpse_lasts_a_tenth_of_a_second_at_most() -> None:
    glimpses = GlimpseMaker(140.0)
    made = [glimpses.add(seen_at(10.0 * number, 0.0)) for number in range(31)]
    assert [glimpse.count for glimpse in made if glimpse] == [10, 10, 10]


def test_averaging_makes_a_glimpse_surer_but_never_sure() -> None:
    def variance(count: int) -> float:
        glimpses = GlimpseMaker(140.0)
        for number in range(count):
            glimpses.add(seen_at(0.1 * number, 0.0))
        glimpse = glimpses.add(seen_at(1000.0, 0.0))
        assert glimpse is not None
        return glimpse.variance

    assert variance(1) > variance(10) > LASTING_VARIANCE


def test_going_back_in_time_ends_a_glimpse() -> None:
    glimpses = GlimpseMaker(140.0)
    glimpses.add(seen_at(50.0, 0.0))
    assert glimpses.add(seen_at(40.0, 0.0)) is not None


def test_duals_of_nothing_are_none() -> None:
    assert duals_of([]).shape == (0, 3, 3)


def test_looks_are_ellipses(looked: Callable) -> None:
    assert (np.linalg.eigvalsh(ellipse_of_dual(looked().evidence().duals)[1]) > 0).all()
