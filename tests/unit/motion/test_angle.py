from __future__ import annotations

import math

import numpy as np
import pytest

from gazewire.model import MappedGaze
from gazewire.motion.angle import angle_between_deg, gaze_angles_deg, mapped_angles_deg
from gazewire.optics import nominal_camera

CAMERA = nominal_camera(1280, 720)


def test_right_and_down_are_positive_whatever_the_length() -> None:
    angles = gaze_angles_deg([(0, 0, 5), (1, 0, 1), (0, 2, 2), (-3, 0, 3)])
    np.testing.assert_allclose(angles, [(0, 0), (45, 0), (0, 45), (-45, 0)], atol=1e-12)


def test_no_direction_has_no_angles() -> None:
    assert np.isnan(gaze_angles_deg([(0, 0, 0)])).all()


def test_directions_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3,\)"):
        gaze_angles_deg([1, 2, 3])


def test_the_angle_between_directions_is_that_of_their_vectors() -> None:
    rng = np.random.default_rng(5)
    directions = rng.normal(size=(50, 2, 3))
    for first, second in directions:
        a, b = gaze_angles_deg([first, second]).tolist()
        cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
        assert angle_between_deg((a[0], a[1]), (b[0], b[1])) == pytest.approx(
            math.degrees(math.acos(cosine)), abs=1e-9
        )


def test_gaze_is_measured_by_its_point_or_else_by_the_camera() -> None:
    flat = MappedGaze(timestamp_unix_ns=0, confidence=1, base=(), norm_pos=(0.75, 0.5))
    x_deg, y_deg = mapped_angles_deg(flat, CAMERA)
    assert x_deg == pytest.approx(math.degrees(math.atan(320 / 1000)))
    assert y_deg == pytest.approx(0.0)
    solid = MappedGaze(
        timestamp_unix_ns=0, confidence=1, base=(), norm_pos=(0.75, 0.5), point_mm=(0, 50, 50)
    )
    assert mapped_angles_deg(solid, CAMERA) == pytest.approx((0, 45))


def test_gaze_that_nobody_knows_of_has_no_angles() -> None:
    nowhere = MappedGaze(timestamp_unix_ns=0, confidence=0, base=())
    assert all(map(math.isnan, mapped_angles_deg(nowhere, CAMERA)))
