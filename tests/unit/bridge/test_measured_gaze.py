from __future__ import annotations

import math

import pytest

from gazewire.bridge.measured_gaze import GazeTeller
from gazewire.model import (
    Circle3d,
    Ellipse,
    EyeId,
    EyeModel,
    GazeRay,
    MappedGaze,
    PupilDatum,
    Sphere,
)

FLAT = Ellipse(center_px=(1.0, 1.0), axes_px=(2.0, 2.0), angle_deg=0.0)


def pupil(eye_id: EyeId) -> PupilDatum:
    model = EyeModel(
        sphere=Sphere(center_mm=(0.0, 0.0, 35.0), radius_mm=10.4),
        projected_sphere=FLAT,
        circle=Circle3d(center_mm=(0.0, 0.0, 25.0), normal=(0.0, 0.0, -1.0), radius_mm=1.5),
        confidence=1.0,
        theta_rad=math.pi / 2,
        phi_rad=-math.pi / 2,
    )
    return PupilDatum(
        eye_id=eye_id,
        detector="3d",
        method="3d",
        timestamp_unix_ns=10,
        norm_pos=(0.5, 0.5),
        diameter_px=2.0,
        ellipse=FLAT,
        confidence=0.9,
        model=model,
    )


def gaze(*eyes: EyeId, instant_ns: int = 10, confidence: float = 0.9) -> MappedGaze:
    return MappedGaze(
        timestamp_unix_ns=instant_ns,
        confidence=confidence,
        base=tuple(pupil(eye) for eye in eyes),
        norm_pos=(0.25, 0.75),
        rays=tuple(
            GazeRay(eye_id=eye, center_mm=(1.0, 2.0, 3.0), normal=(0.0, 0.0, 1.0)) for eye in eyes
        ),
        point_mm=(0.0, 0.0, 500.0),
    )


def test_gaze_is_told_in_pixels_from_the_top_left() -> None:
    datum = GazeTeller(1600, 1200).datum(gaze(0, 1))
    assert datum is not None
    assert (datum.x_px, datum.y_px) == (400.0, 300.0)
    assert datum.eye_state_left is not None
    assert datum.eye_state_left.pupil_diameter_mm == 3.0
    assert datum.eye_state_left.eyeball_center_mm == (1.0, 2.0, 3.0)


def test_of_an_eye_that_was_not_measured_nothing_is_known() -> None:
    datum = GazeTeller(1600, 1200).datum(gaze(1))
    assert datum is not None
    assert datum.eye_state_right is not None
    assert math.isnan(datum.eye_state_right.pupil_diameter_mm)


def test_gaze_comes_once_and_in_order() -> None:
    teller = GazeTeller(1600, 1200)
    instants = [10, 20, 20, 15, 30]
    told = [teller.datum(gaze(0, instant_ns=instant)) for instant in instants]
    assert [datum.timestamp_unix_ns for datum in told if datum] == [10, 20, 30]


@pytest.mark.parametrize("confidence", [0.0, 0.59])
def test_gaze_of_eyes_that_were_seen_badly_is_not_told(confidence: float) -> None:
    assert GazeTeller(1600, 1200).datum(gaze(0, 1, confidence=confidence)) is None
