"""Failures say why, in the words that clients know and in more."""

from __future__ import annotations

import json

import msgspec
import pytest

from gazewire.gaze import GazeFitError, GazeReference, fit_gazer, restore_gazer
from gazewire.optics import nominal_camera

CAMERA = nominal_camera(1280, 720)
EYES_MM = ((34.75, 0.0, 0.0), (-34.75, 0.0, 0.0))


def fails(gazer, references, pupils, **kwargs) -> GazeFitError:
    with pytest.raises(GazeFitError) as failed:
        fit_gazer(gazer, references, pupils, scene_camera=CAMERA, **kwargs)
    assert str(failed.value) == failed.value.reason
    return failed.value


@pytest.mark.parametrize("mode", ["default", "incumbent"])
def test_reasons_are_those_of_the_incumbent(calibration_2d, calibration_hmd, mode) -> None:
    flat, deep = calibration_2d, calibration_hmd(1.0)
    later = [
        GazeReference(timestamp_unix_ns=one.timestamp_unix_ns + 10**12, norm_pos=one.norm_pos)
        for one in flat.references
    ]
    headset = {"eye_translations": EYES_MM, "mode": mode}
    right = [one for one in deep.pupils if one.eye_id == 0]
    for error, reason in [
        (fails("Gazer2D", flat.references, [], mode=mode), "Not sufficient pupil data available."),
        (
            fails("Gazer3D", flat.references, flat.pupils, mode=mode),
            "Not sufficient pupil data available.",
        ),
        (fails("Gazer2D", [], flat.pupils, mode=mode), "Not sufficient reference data available."),
        (fails("Gazer2D", later, flat.pupils, mode=mode), "Not sufficient data available."),
        (fails("GazerHMD3D", [], deep.pupils, **headset), "No reference data to match"),
        (fails("GazerHMD3D", deep.references, [], **headset), "No pupil data to match"),
        (fails("GazerHMD3D", deep.references, right, **headset), "Not sufficient data available."),
        (
            fails("GazerHMD3D", deep.references, deep.pupils, mode=mode),
            "GazerHMD3D can only be calibrated if it is initialised with valid eye translations.",
        ),
    ]:
        assert error.reason == reason


def test_the_diagnosis_tells_numbers(calibration_2d, pupil) -> None:
    unsure = [
        msgspec.structs.replace(one, confidence=0.5) if one.eye_id == 1 else one
        for one in calibration_2d.pupils
    ]
    late = [
        GazeReference(timestamp_unix_ns=one.timestamp_unix_ns + 5 * 10**9, norm_pos=one.norm_pos)
        for one in calibration_2d.references
    ]
    said = str(fails("Gazer2D", late, unsure).diagnosis)
    assert "There are 27 references on 9 targets, over 0.5 s." in said
    assert "The right eye sent 27 2d pupils at 50 Hz, of which 27 (100%)" in said
    assert "The left eye sent 27 2d pupils at 50 Hz, of which 0 (0%)" in said
    assert "the median is 0.50" in said
    assert "Pupils end 4.477 s before references begin" in said
    assert "Target 9 at (0.10, 0.50): the right eye saw 0 of its 3 references" in said
    none = str(fails("Gazer2D", late, []).diagnosis)
    assert "The left eye sent no pupils" in none
    only_3d = [pupil(0, 1.0, normal=(0.0, 0.0, -1.0))]
    assert "none of a 2d detector" in str(fails("Gazer2D", late, only_3d).diagnosis)
    assert "There are no references" in str(fails("Gazer2D", [], []).diagnosis)


def test_a_fit_tells_what_is_left_over(calibration_2d) -> None:
    fitted = fit_gazer(
        "Gazer2D", calibration_2d.references, calibration_2d.pupils, scene_camera=CAMERA
    )
    assert len(fitted.diagnosis.targets) == 9
    assert all(target.residual_deg < 1 for target in fitted.diagnosis.targets)
    assert "degrees off" in str(fitted.diagnosis)


@pytest.mark.parametrize("mode", ["default", "incumbent"])
def test_parameters_are_plain_data(calibration_2d, calibration_hmd, mode) -> None:
    made = calibration_hmd(1.0)
    fits = [
        fit_gazer("Gazer2D", calibration_2d.references, calibration_2d.pupils, mode=mode),
        fit_gazer("GazerHMD3D", made.references, made.pupils, eye_translations=EYES_MM, mode=mode),
    ]
    for fitted in fits:
        assert json.loads(json.dumps(fitted.params)) == fitted.params
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(fitted.params)) == fitted.params


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"left_model": {}, "right_model": {}, "binocular_model": {}},
        {"right_model": {"coef_": [[1, 2]], "intercept_": [0, 0]}},
        {"right_model": {"coef_": "x", "intercept_": [0, 0]}},
        {"right_model": 3},
        {"binocular_model": {"eye_camera_to_world_matrix0": [[float("nan")] * 4] * 4}},
    ],
)
@pytest.mark.parametrize("gazer", ["Gazer2D", "Gazer3D"])
def test_what_is_no_parameters_is_refused(gazer, params) -> None:
    with pytest.raises(GazeFitError):
        restore_gazer(gazer, params)


def test_a_gazer_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'Gazer4D'"):
        restore_gazer("Gazer4D", {})


def test_without_its_camera_a_3d_gazer_says_so(calibration_2d, pupil) -> None:
    pupils = [
        pupil(one.eye_id, one.timestamp_unix_ns / 1e9, normal=(0.0, 0.0, -1.0))
        for one in calibration_2d.pupils
    ]
    with pytest.raises(GazeFitError, match="intrinsics"):
        fit_gazer("Gazer3D", calibration_2d.references, pupils)


def test_pupils_that_were_not_found_have_no_gaze(calibration_2d, pupil) -> None:
    fitted = fit_gazer("Gazer2D", calibration_2d.references, calibration_2d.pupils)
    unseen = pupil(0, 50.0, 0.0, (0.0, 1.0))
    assert fitted.mapper().map(unseen, frozenset({0})) == ()
