"""The record on the wire."""

import math
from dataclasses import replace

import pytest

from gazewire.eye.model3d import SPHERE_RADIUS_MM, Pupil3d
from gazewire.model import Ellipse

ELLIPSE = Ellipse(center_px=(101.9, 73.97), axes_px=(35.2, 39.0), angle_deg=104.3)
PUPIL = Pupil3d(
    timestamp_unix_ns=7,
    ellipse=ELLIPSE,
    sphere_center_mm=(0.05, 0.16, 40.0),
    projected_sphere=ELLIPSE,
    circle_center_mm=(1.1, -4.0, 31.0),
    circle_normal=(0.0, 0.0, -1.0),
    diameter_mm=4.0,
    confidence=0.9,
)


@pytest.mark.parametrize(
    ("normal", "phi", "theta"),
    [
        ((-0.51477, 0.21470, -0.83001), -2.1259326671330108, 1.3544127103515808),
        ((0.0, 0.0, -1.0), -math.pi / 2, math.pi / 2),
    ],
)
def test_angles_are_those_of_the_wire(
    normal: tuple[float, float, float], phi: float, theta: float
) -> None:
    pupil = replace(PUPIL, circle_normal=normal)
    assert pupil.phi_rad == pytest.approx(phi)
    assert pupil.theta_rad == pytest.approx(theta, abs=1e-5)  # the vector has five digits


@pytest.mark.parametrize(
    "change",
    [
        {"sphere_center_mm": (15.1, 0.0, 40.0)},
        {"sphere_center_mm": (0.0, -10.1, 40.0)},
        {"sphere_center_mm": (0.0, 0.0, 75.1)},
        {"sphere_center_mm": (0.0, 0.0, 14.9)},
        {"diameter_mm": 9.1},
        {"diameter_mm": 0.9},
        {"circle_normal": (0.6, 0.0, 0.8)},
        {"circle_normal": (0.0, 0.99, -math.sqrt(1 - 0.99**2))},
    ],
)
def test_what_eyes_do_not_do_is_doubted(change: dict) -> None:
    assert PUPIL.model_confidence == 1.0
    assert replace(PUPIL, **change).model_confidence == 0.1


def test_the_datum_has_all_of_the_record() -> None:
    datum = PUPIL.datum(eye_id=1, method="gazewire 3d", width=192, height=192)
    assert (datum.eye_id, datum.detector, datum.method) == (1, "3d", "gazewire 3d")
    assert datum.timestamp_unix_ns == 7
    assert datum.norm_pos == pytest.approx((101.9 / 192, 1 - 73.97 / 192))
    assert datum.diameter_px == 39.0
    assert datum.confidence == 0.9
    assert datum.model is not None
    assert datum.model.sphere.radius_mm == SPHERE_RADIUS_MM
    assert datum.model.pupil_diameter_mm == 4.0
    assert datum.model.confidence == 1.0
    assert datum.model.theta_rad == PUPIL.theta_rad
