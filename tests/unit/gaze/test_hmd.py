"""Headsets: the incumbent's vectors to the digit, and the depth that it never gets right."""

from __future__ import annotations

import numpy as np
import pytest

from gazewire.gaze import fit_gazer, map_pupils, restore_gazer

EYES_MM = ((34.75, 0.0, 0.0), (-34.75, 0.0, 0.0))
BOTH = frozenset({0, 1})

# By scale: translations of both matrices, gaze at targets 1 and 7, and of each eye alone at 7.
VECTORS = {
    0.7: (
        [(26.345207, -1.741825, 37.022500), (-52.436220, 4.551564, 36.710773)],
        [(0, 0, 420), (55.62306, -195.383, 420)],
        [(57.257, -210.682, 452.887), (60.993, -206.993, 444.957)],
    ),
    1.0: (
        [(25.836201, -1.741739, 36.903259), (-51.928748, 4.551324, 36.950996)],
        [(0.0024, 0.00014, 484.323), (44.908, -157.609, 483.572)],
        [(44.734, -154.733, 475.350), (42.617, -153.253, 469.604)],
    ),
}


def fitted(made, mode="incumbent"):
    return fit_gazer(
        "GazerHMD3D", made.references, made.pupils, eye_translations=EYES_MM, mode=mode
    )


@pytest.mark.parametrize("scale", VECTORS)
def test_the_vector_of_the_incumbent_comes_out(calibration_hmd, scale) -> None:
    made = calibration_hmd(scale)
    fit = fitted(made)
    translations, gaze, alone = VECTORS[scale]
    matrices = fit.params["binocular_model"]
    for eye_id, translation in enumerate(translations):
        matrix = np.array(matrices[f"eye_camera_to_world_matrix{eye_id}"])
        assert matrix[:3, 3] == pytest.approx(translation, abs=5e-7)
    for target, expected in zip((0, 6), gaze, strict=True):
        right, left = made.pupils[8 * target : 8 * target + 2]
        mapper = fit.mapper()
        assert mapper.map(right, BOTH) == ()
        (both,) = mapper.map(left, BOTH)
        assert both.point_mm == pytest.approx(expected, abs=6e-4)
        assert both.norm_pos is None
        assert [ray.eye_id for ray in both.rays] == [0, 1]
    for eye_id, expected in enumerate(alone):
        mapper = fit.mapper()
        unsure = made.pupils[8 * 6 + eye_id]
        for _ in range(11):
            told = mapper.map(unsure, BOTH)
        assert told[0].point_mm == pytest.approx(expected, abs=6e-4)


def test_the_first_gaze_of_the_vector_is_that_of_the_protocol(calibration_hmd) -> None:
    made = calibration_hmd(0.7)
    first = map_pupils(fitted(made).mapper(), made.pupils)[0]
    assert first.rays[0].center_mm == pytest.approx((34.75, 0, 0), abs=1e-13)
    assert first.rays[1].center_mm == pytest.approx((-34.75, 0, 0), abs=1e-13)
    assert first.rays[0].normal == pytest.approx((-0.0824563453, 0, 0.9965946774), abs=5e-11)
    made = calibration_hmd(1.0)
    first = map_pupils(fitted(made).mapper(), made.pupils)[0]
    assert first.rays[0].normal == pytest.approx((-0.0715607575, 2.76e-07, 0.9974362425), abs=2e-9)
    assert first.point_mm == pytest.approx((0.0023975515, 0.0001396885, 484.3229618183), abs=1e-5)


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.4])
def test_the_default_finds_the_depth(calibration_hmd, scale) -> None:
    made = calibration_hmd(scale)
    fit = fitted(made, "default")
    for target, (x, y, z) in ((0, (0, 0, 600)), (6, (55.62306, 195.383, 600)), (1, (0, 0, 1000))):
        mapper = fit.mapper()
        told = [
            gaze
            for datum in made.pupils[8 * target : 8 * target + 2]
            for gaze in mapper.map(datum, BOTH)
        ]
        assert told[-1].point_mm == pytest.approx((x, -y, scale * z), rel=0.01, abs=2)


def test_the_depth_stays_true_where_nothing_tells_it(calibration_hmd) -> None:
    made = calibration_hmd(1.0)
    # Targets so near one another, at one depth, that scale and vergence cannot be told apart.
    rng = np.random.default_rng(0)
    near = [
        (reference, made.pupils[2 * number : 2 * number + 2])
        for number, reference in enumerate(made.references)
        if reference.mm_pos[2] == 600
    ]
    noisy = []
    for _, pair in near:
        noisy += [shaken(datum, rng) for datum in pair]
    fit = fit_gazer(
        "GazerHMD3D", [reference for reference, _ in near], noisy, eye_translations=EYES_MM
    )
    assert fit.models.gaze_distance_mm == pytest.approx(640, rel=0.1)


def shaken(datum, rng):
    import msgspec

    normal = np.array(datum.model.circle.normal) + rng.normal(0, 0.01, 3)
    normal /= np.linalg.norm(normal)
    circle = msgspec.structs.replace(datum.model.circle, normal=tuple(normal.tolist()))
    model = msgspec.structs.replace(datum.model, circle=circle)
    return msgspec.structs.replace(datum, model=model)


def test_posthoc_has_eyes_and_axes_of_its_own(calibration_hmd) -> None:
    made = calibration_hmd(1.0)
    fit = fit_gazer("PosthocGazerHMD3D", made.references, made.pupils, mode="incumbent")
    (gaze, *_) = map_pupils(fit.mapper(), made.pupils)
    assert gaze.rays[0].center_mm == pytest.approx((33.35, 0, 0), abs=1e-9)


def test_parameters_survive_the_way_there_and_back(calibration_hmd) -> None:
    made = calibration_hmd(1.0)
    fit = fitted(made, "default")
    restored = restore_gazer("GazerHMD3D", fit.params)
    assert map_pupils(restored, made.pupils) == map_pupils(fit.mapper(), made.pupils)
