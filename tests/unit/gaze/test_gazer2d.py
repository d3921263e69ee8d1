"""Polynomials: the incumbent's to the digit, ours where data are few."""

from __future__ import annotations

import numpy as np
import pytest

from gazewire.gaze import GazeReference, fit_gazer, map_pupils, restore_gazer
from gazewire.optics import nominal_camera

CAMERA = nominal_camera(1280, 720)


def first_gaze(fitted, pupils):
    """Of the first datum of each eye."""
    return map_pupils(fitted.mapper(), pupils)[0]


def test_the_vector_of_the_incumbent_comes_out(calibration_2d) -> None:
    fitted = fit_gazer(
        "Gazer2D",
        calibration_2d.references,
        calibration_2d.pupils,
        scene_camera=CAMERA,
        mode="incumbent",
    )
    both = first_gaze(fitted, calibration_2d.pupils[:2])
    assert both.norm_pos == pytest.approx((0.49999988, 0.49999902), abs=5e-9)
    assert both.timestamp_unix_ns == 10_021_500_000
    assert both.confidence == 0.95
    for eye_id, place in ((0, (0.49614500, 0.49978089)), (1, (0.49965934, 0.49718954))):
        # An incumbent's mapper tells one eye alone at once if it is not sure.
        params = {**fitted.params, "binocular_model": {}}
        alone = restore_gazer("Gazer2D", params).map(
            calibration_2d.pupils[eye_id], frozenset({eye_id})
        )
        assert alone[0].norm_pos == pytest.approx(place, abs=5e-9)
    left = fitted.params["left_model"]
    assert left["intercept_"] == pytest.approx([2.0082617, -0.9318409], abs=5e-8)
    assert np.shape(left["coef_"]) == (2, 6)
    assert np.shape(fitted.params["binocular_model"]["coef_"]) == (2, 12)


@pytest.mark.parametrize("mode", ["default", "incumbent"])
def test_parameters_survive_the_way_there_and_back(calibration_2d, mode) -> None:
    fitted = fit_gazer(
        "Gazer2D", calibration_2d.references, calibration_2d.pupils, scene_camera=CAMERA, mode=mode
    )
    restored = restore_gazer("Gazer2D", fitted.params, mode=mode)
    assert map_pupils(restored, calibration_2d.pupils) == map_pupils(
        fitted.mapper(), calibration_2d.pupils
    )


def test_the_default_is_as_good_where_data_are_many(calibration_2d) -> None:
    fitted = fit_gazer(
        "Gazer2D", calibration_2d.references, calibration_2d.pupils, scene_camera=CAMERA
    )
    assert fitted.accuracy.accuracy_deg < 0.5
    assert fitted.accuracy.used == fitted.accuracy.total == 27


def eye_that_looks(place: tuple[float, float]) -> tuple[float, float]:
    """The pupil of an eye, bent as a sphere bends it."""
    x, y = (place[0] - 0.5) * 1.2, (place[1] - 0.5) * 0.8
    depth = 1 - np.sqrt(1 - x * x - y * y)
    return 0.5 - 0.35 * x + 0.1 * depth, 0.4 + 0.35 * y + 0.12 * depth


@pytest.mark.parametrize("mode", ["default", "incumbent"])
def test_five_targets_suffice_for_the_default_alone(pupil, mode) -> None:
    rng = np.random.default_rng(3)
    corners = [(0.5, 0.5), (0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    references, pupils = [], []
    for number, place in enumerate(np.repeat(corners, 20, axis=0).tolist()):
        t_s = 1 + number / 30
        references.append(GazeReference(timestamp_unix_ns=round(t_s * 1e9), norm_pos=tuple(place)))
        where = tuple((eye_that_looks(place) + rng.normal(0, 0.001, 2)).tolist())
        pupils.append(pupil(0, t_s, 1.0, where))
    fitted = fit_gazer("Gazer2D", references, pupils, scene_camera=CAMERA, mode=mode)
    mapper = restore_gazer("Gazer2D", fitted.params)
    errors = []
    for number, place in enumerate([(0.3, 0.5), (0.7, 0.5), (0.5, 0.3), (0.5, 0.7), (0.5, 0.9)]):
        (gaze,) = mapper.map(pupil(0, 100 + number, 1.0, eye_that_looks(place)), frozenset({0}))
        errors.append(np.hypot(*np.subtract(gaze.norm_pos, place)))
    assert (max(errors) < 0.015) == (mode == "default")
