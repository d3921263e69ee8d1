"""The eye model against the simulator, which shares no code with it."""

import copy
import math
from collections.abc import Callable, Iterable
from itertools import chain

import numpy as np
import pytest

from gazewire.eye.model3d import Detector3dProperties, EyeModel3d, Pupil3d
from gazewire.optics import nominal_camera

SECOND_NS = 1_000_000_000
HALFWAY_NS = 15 * SECOND_NS


def shown(
    model: EyeModel3d, frames: Iterable, *, confidence: float = 1.0
) -> list[tuple[int, Pupil3d | None]]:
    return [
        (look, model.observe(instant, center, axes, angle, confidence))
        for look, instant, center, axes, angle in frames
    ]


def gaze_errors_deg(looks, told: list[tuple[int, Pupil3d | None]]) -> np.ndarray:
    cosines = [
        np.dot(pupil.circle_normal, looks.normals[look])
        for look, pupil in told
        if pupil is not None
    ]
    return np.degrees(np.arccos(np.clip(cosines, -1, 1)))


@pytest.fixture(scope="module")
def teacher(looked: Callable) -> EyeModel3d:
    model = EyeModel3d(looked().camera)
    shown(model, looked().frames())
    return model


@pytest.fixture
def model(teacher: EyeModel3d) -> EyeModel3d:
    """A model that has watched the eye of `looked` for a quarter of a minute."""
    return copy.deepcopy(teacher)


def test_gaze_diameter_and_eyeball_are_found(looked: Callable) -> None:
    looks = looked()
    told = shown(EyeModel3d(looks.camera), looks.frames())[-300:]
    pupils = [pupil for _, pupil in told if pupil is not None]
    assert len(pupils) == len(told)
    assert gaze_errors_deg(looks, told).mean() < 0.5
    diameters = np.array([pupil.diameter_mm for pupil in pupils])
    truth = looks.diameters_mm[[look for look, _ in told]]
    assert np.abs(diameters / truth - 1).mean() < 0.03
    assert pupils[-1].sphere_center_mm == pytest.approx(looks.center_mm, abs=0.8)
    assert {pupil.model_confidence for pupil in pupils} == {1.0}


def test_the_pupil_is_projected_where_it_was_seen(model: EyeModel3d, looked: Callable) -> None:
    looks = looked()
    for look, instant, center, axes, angle in looks.frames(60 * SECOND_NS, noise=0.0):
        pupil = model.observe(instant, center, axes, angle, 1.0)
        assert pupil is not None
        assert pupil.ellipse.center_px == pytest.approx(center, abs=1e-3)
        assert pupil.ellipse.axes_px == pytest.approx(axes, rel=0.02)
        if axes[0] < 0.8 * axes[1]:
            turn = math.remainder(pupil.ellipse.angle_deg - angle, 180.0)
            assert turn == pytest.approx(0, abs=3)
        sphere = pupil.projected_sphere
        assert math.dist(sphere.center_px, center) < sphere.axes_px[1] / 2, look


def test_a_slip_is_followed_within_five_seconds(model: EyeModel3d, looked: Callable) -> None:
    after = looked(moved_mm=1.0, seed=2)
    told = shown(model, after.frames(HALFWAY_NS, seed=1))
    errors_deg = gaze_errors_deg(after, told)
    assert errors_deg[:25].mean() > 3.0
    assert errors_deg[250:300].mean() < 1.0
    assert errors_deg[-100:].mean() < 0.6


def test_a_camera_that_was_turned_is_found_anew(model: EyeModel3d, looked: Callable) -> None:
    after = looked(moved_mm=9.0, seed=2)
    told = shown(model, chain(after.frames(HALFWAY_NS), after.frames(2 * HALFWAY_NS, seed=3)))
    assert gaze_errors_deg(after, told[-100:]).mean() < 0.7


def test_a_frozen_model_stays(model: EyeModel3d, looked: Callable) -> None:
    after = looked(moved_mm=1.0, seed=2)
    model.is_long_term_model_frozen = True
    told = shown(model, after.frames(HALFWAY_NS))
    centers = {pupil.sphere_center_mm for _, pupil in told if pupil is not None}
    assert len(centers) == 1
    model.is_long_term_model_frozen = False
    told = shown(model, after.frames(2 * HALFWAY_NS))
    assert gaze_errors_deg(after, told[-100:]).mean() < 0.7


def test_it_begins_anew_when_reset(model: EyeModel3d, looked: Callable) -> None:
    looks = looked()
    model.reset()
    told = shown(model, looks.frames())
    assert told[0][1] is None
    assert told[-1][1] is not None


def test_nothing_is_told_of_a_stare(stare) -> None:
    told = shown(EyeModel3d(stare.camera), stare.frames())
    assert [pupil for _, pupil in told if pupil is not None] == []


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.79])
def test_doubtful_pupils_teach_nothing(confidence: float, looked: Callable) -> None:
    looks = looked(looks=20)
    told = shown(EyeModel3d(looks.camera), looks.frames(), confidence=confidence)
    assert [pupil for _, pupil in told if pupil is not None] == []


def test_a_blink_is_no_pupil_and_teaches_nothing(model: EyeModel3d, looked: Callable) -> None:
    looks = looked()
    for frame in range(20):
        instant = HALFWAY_NS + frame * 20_000_000
        assert model.observe(instant, (0.0, 0.0), (0.0, 0.0), -90.0, 0.0) is None
    told = shown(model, looks.frames(HALFWAY_NS + SECOND_NS))
    assert gaze_errors_deg(looks, told).mean() < 0.5


def test_a_doubtful_ellipse_that_fits_is_believed_more(model: EyeModel3d, looked: Callable) -> None:
    looks = looked()
    x, y, first, second, angle = looks.ellipses[5].tolist()
    fits = model.observe(HALFWAY_NS, (x, y), (first, second), angle, 0.4)
    other = model.observe(HALFWAY_NS, (x, y), (0.6 * first, second), angle + 40, 0.4)
    assert fits is not None
    assert other is not None
    assert 0.5 < fits.confidence <= 0.6
    assert other.confidence < 0.1


def test_confidence_above_the_limit_is_passed_on(model: EyeModel3d, looked: Callable) -> None:
    looks = looked()
    x, y, first, second, angle = looks.ellipses[5].tolist()
    pupil = model.observe(HALFWAY_NS, (x, y), (first, second), angle, 0.83)
    assert pupil is not None
    assert pupil.confidence == 0.83


def test_an_iris_is_no_pupil_however_sure_the_detector_is(
    model: EyeModel3d, looked: Callable
) -> None:
    x, y, first, second, angle = looked().ellipses[5].tolist()
    iris = model.observe(HALFWAY_NS, (x, y), (3 * first, 3 * second), angle, 1.0)
    assert iris is not None
    assert iris.confidence < 0.01


def test_a_known_distance_sets_the_size(looked: Callable) -> None:
    looks = looked()
    distance_mm = float(np.linalg.norm(looks.center_mm))
    instant, x, y, *ellipse = HALFWAY_NS, *looks.ellipses[5].tolist()
    sizes = []
    for expected_mm in (distance_mm, 0.9 * distance_mm):
        properties = Detector3dProperties(distance_mm=expected_mm, distance_deviation_mm=1.5)
        model = EyeModel3d(looks.camera, properties)
        shown(model, looks.frames())
        pupil = model.observe(instant, (x, y), (ellipse[0], ellipse[1]), ellipse[2], 1.0)
        assert pupil is not None
        sizes.append((pupil.diameter_mm, math.dist(pupil.sphere_center_mm, (0, 0, 0))))
    # About half of what is missing is a smaller eye.
    assert 0.93 < sizes[1][0] / sizes[0][0] < 0.96
    assert sizes[1][1] / sizes[0][1] == pytest.approx(sizes[1][0] / sizes[0][0])


def test_without_a_focal_length_nothing_breaks(looked: Callable) -> None:
    looks = looked()
    told = shown(EyeModel3d(nominal_camera(192, 192)), looks.frames())
    pupils = [pupil for _, pupil in told if pupil is not None]
    assert pupils
    assert all(map(math.isfinite, chain.from_iterable(p.circle_normal for p in pupils)))
    # The eyeball is as many times too far away as the focal length is too long.
    assert pupils[-1].model_confidence == 0.1


def test_time_that_goes_back_costs_the_last_seconds(model: EyeModel3d, looked: Callable) -> None:
    looks = looked()
    told = shown(model, looks.frames(-100 * SECOND_NS))
    assert gaze_errors_deg(looks, told).mean() < 0.5


def test_a_frame_rate_of_zero_does_not_hang(looked: Callable) -> None:
    looks = looked(looks=10)
    told = shown(EyeModel3d(looks.camera), ((look, 5, *rest) for look, _, *rest in looks.frames()))
    assert len(told) == 150


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300, -1.0])
def test_numbers_that_are_none_are_no_pupil(
    value: float, model: EyeModel3d, looked: Callable
) -> None:
    looks = looked()
    x, y, first, second, angle = looks.ellipses[5].tolist()
    assert model.observe(HALFWAY_NS, (x, y), (value, second), angle, 1.0) is None
    for pupil in (
        model.observe(HALFWAY_NS, (value, y), (first, second), angle, 1.0),
        model.observe(HALFWAY_NS, (x, y), (first, second), value, 1.0),
    ):
        assert pupil is None or all(map(math.isfinite, (*pupil.circle_normal, pupil.diameter_mm)))
