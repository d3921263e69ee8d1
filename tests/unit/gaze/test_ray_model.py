"""Rays of both eyes, one pair at a time."""

from __future__ import annotations

import math

import pytest

from gazewire.gaze import RayModels
from gazewire.gaze.ray_model import IncumbentRayModel, RayModel
from gazewire.optics import nominal_camera

CAMERA = nominal_camera(1280, 720)


def motion(x: float):
    """The eye camera lies in the scene's frame but for a step aside."""
    return ((1.0, 0.0, 0.0, x), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))


RIGHT, LEFT = motion(30.0), motion(-30.0)
MODELS = RayModels(right=RIGHT, left=LEFT, binocular=(RIGHT, LEFT))
CENTER = (0.0, 0.0, 0.0)


def eyes(pupil, x, z):
    """Both pupils of an eye pair that looks at a point straight ahead or aside."""
    lines = [(x - 30.0, 0.0, z), (x + 30.0, 0.0, z)]
    return tuple(
        pupil(
            eye,
            1.0 + 0.002 * eye,
            normal=tuple(part / math.hypot(*line) for part in line),
            center=CENTER,
        )
        for eye, line in enumerate(lines)
    )


@pytest.mark.parametrize("model", [RayModel, IncumbentRayModel])
def test_lines_of_sight_meet_where_the_eyes_look(pupil, model) -> None:
    (gaze,) = model(MODELS, CAMERA).gaze(eyes(pupil, 0.0, 700.0))
    assert gaze.point_mm == pytest.approx((0, 0, 700), abs=1e-6)
    assert gaze.norm_pos == pytest.approx((0.5, 0.5), abs=1e-3)
    assert gaze.timestamp_unix_ns == 1_001_000_000
    assert [ray.center_mm[0] for ray in gaze.rays] == [30, -30]


def test_the_mean_direction_is_that_of_gaze_aside_too(pupil) -> None:
    (gaze,) = RayModel(MODELS, CAMERA).gaze(eyes(pupil, 300.0, 700.0))
    assert gaze.point_mm == pytest.approx((300, 0, 700), abs=6)


def test_eyes_that_part_look_far(pupil) -> None:
    right, left = eyes(pupil, 0.0, -700.0)
    turned = [
        pupil(
            datum.eye_id,
            1.0,
            normal=tuple(-part for part in datum.model.circle.normal),
            center=CENTER,
        )
        for datum in (right, left)
    ]
    (gaze,) = RayModel(MODELS, None).gaze(tuple(turned))
    assert gaze.point_mm == pytest.approx((0, 0, 4000))
    assert gaze.norm_pos is None


@pytest.mark.parametrize("model", [RayModel, IncumbentRayModel])
def test_one_eye_looks_as_far_as_both_did_last(pupil, model) -> None:
    mapper = model(MODELS, CAMERA)
    alone = pupil(0, 2.0, normal=(0.0, 0.0, 1.0), center=CENTER)
    assert mapper.gaze((alone,))[0].point_mm[2] == pytest.approx(500)
    mapper.gaze(eyes(pupil, 0.0, 700.0))
    assert mapper.gaze((alone,))[0].point_mm[2] == pytest.approx(700, abs=1)


def test_parallel_lines_have_no_crossing_but_a_direction(pupil) -> None:
    ahead = tuple(pupil(eye, 1.0, normal=(0.0, 0.0, 1.0), center=CENTER) for eye in (0, 1))
    assert IncumbentRayModel(MODELS, CAMERA).gaze(ahead) == ()
    assert RayModel(MODELS, CAMERA).gaze(ahead)[0].point_mm == pytest.approx((0, 0, 4000))


def test_a_model_that_is_not_there_maps_nothing_as_the_incumbent(pupil) -> None:
    models = RayModels(right=RIGHT)
    pair = eyes(pupil, 0.0, 700.0)
    assert IncumbentRayModel(models, CAMERA).gaze(pair) == ()
    (gaze,) = RayModel(models, CAMERA).gaze(pair)
    assert [ray.eye_id for ray in gaze.rays] == [0]


@pytest.mark.parametrize("model", [RayModel, IncumbentRayModel])
def test_a_pupil_without_a_direction_has_no_gaze(pupil, model) -> None:
    lost = pupil(0, 1.0, normal=(math.nan, 0.0, 0.0), center=CENTER)
    flat = pupil(0, 1.0)
    assert model(MODELS, CAMERA).gaze((lost,)) == model(MODELS, CAMERA).gaze((flat,)) == ()
