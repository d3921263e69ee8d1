from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gazewire.eye import Detector2d, DetectorSettings2d, detect

SIZE = 160


def eye(center, axes, angle_deg):
    """A pupil of level 30 on an iris of 90, drawn to a sixteenth of a pixel."""
    picture = np.full((SIZE, SIZE), 90, np.uint8)
    scaled = [(round(v * 16) for v in pair) for pair in (center, (axes[0] / 2, axes[1] / 2))]
    (x, y), (a, b) = scaled
    cv2.ellipse(picture, (x, y), (a, b), angle_deg, 0, 360, 30, -1, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


def is_sound(pupil, shape):
    return pupil is None or (
        0 <= pupil.center_px[0] <= shape[1]
        and 0 <= pupil.center_px[1] <= shape[0]
        and 0 < pupil.axes_px[0] <= pupil.axes_px[1]
        and 0 <= pupil.angle_deg < 180
        and 0 <= pupil.confidence <= 1
        and all(map(math.isfinite, (*pupil.center_px, *pupil.axes_px)))
    )


@given(
    arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=90)),
)
@settings(max_examples=60, deadline=None)
def test_any_image_gives_none_or_a_sound_pupil(image):
    assert is_sound(detect(image), image.shape)


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(64, 48), (120, 160), (200, 200)]),
    st.floats(1, 12),
)
@settings(max_examples=40, deadline=None)
def test_clouds_give_none_or_a_sound_pupil(seed, shape, blur_px):
    noise = np.random.default_rng(seed).normal(0, 1, shape)
    clouds = cv2.GaussianBlur(noise, (0, 0), blur_px)
    image = cv2.normalize(clouds, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    detector = Detector2d()
    for turned in (image, image.T, image[::-1]):
        assert is_sound(detector.detect(turned), turned.shape)


@given(
    st.tuples(st.floats(60, 100), st.floats(60, 100)),
    st.tuples(st.floats(24, 40), st.floats(24, 40)),
    st.floats(0, 180),
)
@settings(max_examples=60, deadline=None)
def test_a_pupil_is_found_wherever_and_whatever_its_shape(center, axes, angle_deg):
    pupil = detect(eye(center, axes, angle_deg))
    assert pupil.center_px == pytest.approx(center, abs=0.25)
    # OpenCV draws smooth outlines half a pixel outside of themselves.
    assert pupil.axes_px == pytest.approx([axis + 1 for axis in sorted(axes)], abs=1.0)


@given(st.tuples(st.floats(60, 100), st.floats(60, 100)), st.floats(20, 40))
@settings(max_examples=30, deadline=None)
def test_a_mirrored_image_has_a_mirrored_pupil(center, diameter):
    image = eye(center, (diameter, diameter), 0)
    x, y = detect(image).center_px
    mirrored = detect(np.ascontiguousarray(image[:, ::-1]))
    assert mirrored.center_px == pytest.approx((SIZE - 1 - x, y), abs=0.1)


@given(
    st.builds(
        DetectorSettings2d,
        coarse_detection=st.booleans(),
        intensity_range=st.integers(-5, 300),
        blur_size=st.integers(-5, 40),
        pupil_size_max=st.integers(-5, 500),
        pupil_size_min=st.integers(-5, 500),
        contour_size_min=st.integers(-5, 500),
        ellipse_roundness_ratio=st.floats(-1, 2),
        ellipse_true_support_min_dist=st.floats(-1, 20),
    ),
    st.none() | st.tuples(*[st.integers(-50, 250)] * 4),
)
@settings(max_examples=60, deadline=None)
def test_no_settings_or_regions_make_it_fail(detector_settings, roi):
    image = eye((80, 75), (30, 36), 20)
    pupil = Detector2d(detector_settings).detect(image, roi)
    assert is_sound(pupil, image.shape)
