"""Whatever is shuffled, doubled, missing or absurd: our error or an answer, and never NaN."""

from __future__ import annotations

import math

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gazewire.gaze import (
    GazeFitError,
    GazeReference,
    IncumbentPairing,
    PunctualPairing,
    calibrate,
    evaluate_mapping,
    fit_gazer,
    map_pupils,
)
from gazewire.model import Circle3d, Ellipse, EyeModel, PupilDatum, Sphere
from gazewire.optics import known_camera

CAMERA = known_camera("Pupil Cam1 ID2", 1280, 720)
EYES_MM = ((34.75, 0.0, 0.0), (-34.75, 0.0, 0.0))
NOTHING = Ellipse(center_px=(0.0, 0.0), axes_px=(0.0, 0.0), angle_deg=0.0)
BOTH = frozenset({0, 1})

parts = st.one_of(st.floats(-0.2, 1.2), st.sampled_from([0.5, math.nan, 1e300, -math.inf]))
places = st.tuples(parts, parts)
lengths = st.one_of(st.floats(-1, 1), st.sampled_from([0.0, math.nan, 1e200]))
vectors = st.tuples(lengths, lengths, lengths)
instants = st.integers(0, 60).map(lambda tick: 1_000_000_000 + tick * 8_333_333)
confidences = st.sampled_from([0.0, 0.5, 0.9, 1.0])


@st.composite
def pupils(draw):
    is_3d = draw(st.booleans())
    center, normal = draw(vectors), draw(vectors)
    model = EyeModel(
        sphere=Sphere(center_mm=center, radius_mm=10.4),
        projected_sphere=NOTHING,
        circle=Circle3d(center_mm=center, normal=normal, radius_mm=2.0),
        confidence=1.0,
        theta_rad=0.0,
        phi_rad=0.0,
    )
    return PupilDatum(
        eye_id=draw(st.sampled_from([0, 1])),
        detector="3d" if is_3d else "2d",
        method="pye3d 0.3.2 real-time" if is_3d else "2d c++",
        timestamp_unix_ns=draw(instants),
        norm_pos=draw(places),
        diameter_px=30.0,
        ellipse=NOTHING,
        confidence=draw(confidences),
        # A 3-D detector without a model says so by having none.
        model=model if is_3d and draw(st.booleans()) else None,
    )


@st.composite
def references(draw):
    is_headset = draw(st.booleans())
    x, y, z = draw(vectors)
    return GazeReference(
        timestamp_unix_ns=draw(instants),
        norm_pos=None if is_headset else draw(places),
        mm_pos=(100 * x, 100 * y, 1000 * z) if is_headset else None,
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["Gazer2D", "Gazer3D", "NeonGazer3D", "GazerHMD3D", "PosthocGazerHMD3D"]),
    st.sampled_from(["default", "incumbent"]),
    st.lists(pupils(), max_size=30),
    st.lists(references(), max_size=20),
)
def test_a_fit_succeeds_or_says_why(gazer, mode, seen, wanted) -> None:
    failure = None
    try:
        fitted = fit_gazer(
            gazer, wanted, seen, scene_camera=CAMERA, eye_translations=EYES_MM, mode=mode
        )
    except GazeFitError as error:
        failure = error
    if failure is not None:
        assert str(failure)
        assert "eye" in str(failure.diagnosis)
        return
    gazes = map_pupils(fitted.mapper(), seen)
    for gaze in gazes:
        numbers = [*(gaze.norm_pos or ()), *(gaze.point_mm or ())]
        numbers += [number for ray in gaze.rays for number in (*ray.center_mm, *ray.normal)]
        assert all(map(math.isfinite, numbers))
    evaluate_mapping(gazes, wanted, CAMERA)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(pupils(), max_size=40), st.lists(references(), max_size=20))
def test_calibrate_answers_or_says_why(seen, wanted) -> None:
    scene = {
        "resolution": [1280, 720],
        "camera_matrix": CAMERA.matrix.tolist(),
        "dist_coefs": [list(CAMERA.distortion)],
        "cam_type": "radial",
    }
    maps = [
        {
            "id": one.eye_id,
            "timestamp": one.timestamp_unix_ns / 1e9,
            "confidence": one.confidence,
            "norm_pos": one.norm_pos,
        }
        for one in seen
    ]
    refs = [
        {
            "timestamp": one.timestamp_unix_ns / 1e9,
            "screen_pos": (one.norm_pos[0] * 1280, one.norm_pos[1] * 720),
        }
        for one in wanted
        if one.norm_pos is not None
    ]
    try:
        mapper = calibrate(maps, refs, scene)
    except GazeFitError:
        return
    assert mapper(maps, [one.timestamp_unix_ns / 1e9 for one in seen]).shape == (len(seen), 2)


@given(st.lists(pupils(), max_size=60), st.sets(st.sampled_from([0, 1])))
def test_each_pupil_is_given_at_most_once_and_in_order(stream, running) -> None:
    pairing = PunctualPairing()
    given_out = []
    for pupil in stream:
        given_out += pairing.add(pupil, frozenset(running))
    assert len({id(pupil) for base in given_out for pupil in base}) == sum(map(len, given_out))
    times = [sum(p.timestamp_unix_ns for p in base) / len(base) for base in given_out]
    assert times == sorted(times)
    for base in given_out:
        assert len(base) == 1 or [pupil.eye_id for pupil in base] == [0, 1]
    waiting = len(stream) - sum(map(len, given_out)) - pairing.late
    assert 0 <= waiting <= 10


@given(st.lists(pupils(), max_size=60))
def test_the_incumbent_gives_one_for_one(stream) -> None:
    pairing = IncumbentPairing()
    for pupil in stream:
        assert len(pairing.add(pupil, BOTH)) <= 1
