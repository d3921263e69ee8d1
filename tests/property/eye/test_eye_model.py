"""Whatever a detector tells, the eye model answers with numbers or not at all."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.eye.model3d import EyeModel3d, Pupil3d
from gazewire.optics import Camera, axes_of_shape, shape_of_axes

CAMERA = Camera(192, 192, (140.0, 141.0), (95.5, 95.5))
INSTANTS = st.integers(0, 2**62)
ANY = st.floats(allow_nan=True, allow_infinity=True)
PAIRS = st.tuples(ANY, ANY)
PLACES = st.tuples(st.floats(0, 192), st.floats(0, 192))
AXES = st.tuples(st.floats(0.5, 100), st.floats(0.5, 100))
ANGLES = st.floats(-360, 360)


def numbers(pupil: Pupil3d) -> list[float]:
    return [
        *pupil.ellipse.center_px,
        *pupil.ellipse.axes_px,
        *pupil.sphere_center_mm,
        *pupil.projected_sphere.axes_px,
        *pupil.circle_center_mm,
        *pupil.circle_normal,
        pupil.diameter_mm,
        pupil.theta_rad,
        pupil.phi_rad,
        pupil.model_confidence,
    ]


def is_sound(pupil: Pupil3d | None) -> bool:
    if pupil is None:
        return True
    is_unit = math.isclose(math.hypot(*pupil.circle_normal), 1.0, rel_tol=1e-6)
    return is_unit and 0 <= pupil.confidence <= 1 and all(map(math.isfinite, numbers(pupil)))


@given(st.lists(st.tuples(INSTANTS, PAIRS, PAIRS, ANY, ANY), max_size=20))
@settings(max_examples=25, deadline=None)
def test_garbage_gives_no_number_that_is_none(observations: list) -> None:
    model = EyeModel3d(CAMERA)
    assert all(is_sound(model.observe(*observation)) for observation in observations)


@given(
    st.lists(st.tuples(PLACES, AXES, ANGLES, st.floats(0.8, 1)), min_size=15, max_size=40),
    st.sampled_from([0, 1, 20_000_000, 200_000_000, -20_000_000]),
)
@settings(max_examples=12, deadline=None)
def test_ellipses_of_no_eye_give_numbers_or_nothing(observations: list, step_ns: int) -> None:
    model = EyeModel3d(CAMERA)
    for number, (center, axes, angle, confidence) in enumerate(observations):
        instant = 2**60 + number * step_ns
        assert is_sound(model.observe(instant, center, axes, angle, confidence))


@given(AXES, ANGLES)
def test_axes_survive_being_a_shape(axes: tuple[float, float], angle: float) -> None:
    again, turn = axes_of_shape(*shape_of_axes(axes, angle))
    assert all(math.isclose(*pair, rel_tol=1e-6) for pair in zip(sorted(axes), again, strict=True))
    assert 0 <= turn <= 180
