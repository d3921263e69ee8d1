"""The measuring chain on drawn eyes, as the parts of a service see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from gazewire.compose.scene_optics import scene_optics
from gazewire.compose.seeing_calibrator import SeeingCalibrator, Uncalibrated
from gazewire.compose.seeing_eye import SeeingEye
from gazewire.compose.seeing_parts import synthetic_parts
from gazewire.compose.spec import NO_SOURCE, SYNTHETIC
from gazewire.compose.synthetic_eye import LIFE_NS, exposures_from, side_of, synthetic_wearer
from gazewire.model import EyeId, Frame, PupilDatum
from gazewire.optics import Camera, nominal_camera
from gazewire.service import (
    CalibrationFailedError,
    CalibrationRequest,
    DetectorSettings,
    EyeParts,
    FrameExposure,
    Reference,
    Roi,
)

SEED = 3
NOW_NS = 1_700_000_000_000_000_000
EYES: tuple[EyeId, ...] = (0, 1)
SETTINGS = DetectorSettings()


@pytest.fixture(scope="module")
def eyes() -> dict[EyeId, EyeParts]:
    return {eye_id: synthetic_parts(SEED, eye_id, 200) for eye_id in EYES}


@pytest.fixture(scope="module")
def request_3d(eyes: dict[EyeId, EyeParts]) -> CalibrationRequest:
    """What both eyes saw in their rehearsal."""
    references: list[Reference] = []
    pupils: list[PupilDatum] = []
    for parts in eyes.values():
        assert parts.rehearse is not None
        rehearsed = list(parts.rehearse(NOW_NS))
        references = [reference for reference, _ in rehearsed]
        pupils += [pupil for _, found in rehearsed for pupil in found]
    return CalibrationRequest(
        gazer="NeonGazer3D", references=tuple(references), pupils=tuple(pupils)
    )


def images(
    eye_id: EyeId, parts: EyeParts, count: int
) -> Iterator[tuple[Frame, tuple[float, float]]]:
    """The eye four times a second, and where it looks."""
    wearer = synthetic_wearer(SEED)
    renderer = parts.camera.renderer  # type: ignore[attr-defined]  # of a synthetic eye
    for index, truth in enumerate(islice(exposures_from(wearer, LIFE_NS, 4), count)):
        eye = truth.right if side_of(eye_id) == "right" else truth.left
        assert eye is not None
        pixels = renderer.render(eye.pose, noise_seed=index)
        frame = Frame(
            camera="eye",
            index=index,
            timestamp_unix_ns=NOW_NS + (index + 1) * 250_000_000,
            width=192,
            height=192,
            pixel_format="gray",
            data=pixels.reshape(-1).data,
        )
        yield frame, truth.gaze_px


def optics() -> Camera:
    camera = scene_optics(SYNTHETIC, {})
    assert camera is not None
    return camera


def test_gaze_is_where_the_wearer_looks(
    eyes: dict[EyeId, EyeParts], request_3d: CalibrationRequest
) -> None:
    mapper = SeeingCalibrator(optics()).fit(request_3d).mapper
    errors = []
    both = [images(eye_id, eyes[eye_id], 40) for eye_id in EYES]
    for seen in zip(*both, strict=True):
        for eye_id, (frame, gaze_px) in zip(EYES, seen, strict=True):
            for pupil in eyes[eye_id].pupils.pupils(FrameExposure(frame), SETTINGS):
                if mapper.mode not in pupil.method:
                    continue
                for gaze in mapper.map(pupil, frozenset(EYES)):
                    if gaze.confidence >= 0.6 and gaze.norm_pos is not None:
                        x, y = gaze.norm_pos
                        found, true = optics().unproject([(1600 * x, 1200 * (1 - y)), gaze_px])
                        errors.append(np.degrees(np.arccos(min(1.0, found @ true))))
    assert len(errors) > 25
    assert np.median(errors) < 1.5


def test_a_fit_is_judged_for_each_target(request_3d: CalibrationRequest) -> None:
    calibrator = SeeingCalibrator(optics())
    params = calibrator.fit(request_3d).params
    found = calibrator.judge(request_3d, params)
    assert found is not None
    assert found.accuracy_deg is not None
    assert found.accuracy_deg < 2.0
    assert len(found.targets) > 15


def test_what_was_fitted_can_be_restored(request_3d: CalibrationRequest) -> None:
    calibrator = SeeingCalibrator(optics())
    params = calibrator.fit(request_3d).params
    assert calibrator.restore("NeonGazer3D", params).mode == "3d"
    with pytest.raises(CalibrationFailedError):
        calibrator.restore("NeonGazer3D", {"binocular_model": 5})


def test_a_failure_has_the_reason_that_clients_know(request_3d: CalibrationRequest) -> None:
    with pytest.raises(CalibrationFailedError, match="Not sufficient reference data available"):
        SeeingCalibrator(optics()).fit(replace(request_3d, references=()))


def test_without_a_fit_nothing_is_judged(request_3d: CalibrationRequest) -> None:
    assert SeeingCalibrator(optics()).judge(request_3d, {}) is None


def test_nothing_is_mapped_before_there_is_a_calibration(request_3d: CalibrationRequest) -> None:
    assert not Uncalibrated("2d").map(request_3d.pupils[0], frozenset(EYES))


# One eye


def test_a_pupil_outside_of_the_region_is_not_found(eyes: dict[EyeId, EyeParts]) -> None:
    eye = SeeingEye(0, nominal_camera)
    # Lids and glints are in the way of some.
    for frame, _ in images(0, eyes[0], 20):
        found = eye.pupils(FrameExposure(frame), SETTINGS)[0]
        if found.confidence > 0.8:
            break
    assert found.confidence > 0.8
    x, _ = found.ellipse.center_px
    away = Roi(0, 0, 40, 191) if x > 96 else Roi(151, 0, 191, 191)
    found = eye.pupils(FrameExposure(frame), replace(SETTINGS, roi=away))[0]
    assert found.confidence < 0.6


def test_colour_and_tiny_images_give_a_datum_too() -> None:
    eye = SeeingEye(1, nominal_camera)
    for width, height, kind in ((8, 4, "bgr24"), (1, 1, "gray"), (64, 48, "yuv420p")):
        data = bytes(width * height * 3 if kind == "bgr24" else width * height * 3 // 2 or 1)
        frame = Frame(
            camera="eye",
            index=0,
            timestamp_unix_ns=5,
            width=width,
            height=height,
            pixel_format=kind,  # type: ignore[arg-type]  # all of them are pixel formats
            data=data,
        )
        (found,) = eye.pupils(FrameExposure(frame), SETTINGS)
        assert (found.eye_id, found.confidence, found.timestamp_unix_ns) == (1, 0.0, 5)


def test_the_camera_that_an_image_tells_is_taken(eyes: dict[EyeId, EyeParts]) -> None:
    ((frame, _),) = images(0, eyes[0], 1)
    asked: list[int] = []

    def camera_of_size(width: int, height: int) -> Camera:
        asked.append(width)
        return nominal_camera(width, height)

    eye = SeeingEye(0, camera_of_size)
    eye.pupils(FrameExposure(frame, Camera(192, 192, (140.0, 140.0), (96.0, 96.0))), SETTINGS)
    assert asked == []
    eye.reset_model()
    eye.pupils(FrameExposure(frame), SETTINGS)


def test_eyes_without_a_scene_camera_look_into_the_wearers() -> None:
    eyes: dict[EyeId, str] = {0: SYNTHETIC, 1: NO_SOURCE}
    assert scene_optics(NO_SOURCE, eyes) == scene_optics(SYNTHETIC, eyes)
    assert scene_optics(NO_SOURCE, {0: NO_SOURCE}) is None
