from __future__ import annotations

import numpy as np
import pytest

from gazewire.model import (
    DetectedFixation,
    DetectedSaccade,
    DispersionFixation,
    Ellipse,
    EyeId,
    MappedGaze,
    PupilDatum,
)
from gazewire.motion.fixation import MovementFixations
from gazewire.optics import nominal_camera

MS = 1_000_000
CAMERA = nominal_camera(1280, 720)
BOTH: tuple[EyeId, ...] = (0, 1)


def pupil(eye_id: EyeId) -> PupilDatum:
    return PupilDatum(
        eye_id=eye_id,
        detector="2d",
        method="2d",
        timestamp_unix_ns=0,
        norm_pos=(0.5, 0.5),
        diameter_px=40.0,
        ellipse=Ellipse(center_px=(96, 96), axes_px=(38, 40), angle_deg=0),
        confidence=1.0,
    )


def gaze_at(
    index: int, x_px: float, eyes: tuple[EyeId, ...] = BOTH, confidence: float = 1.0
) -> MappedGaze:
    return MappedGaze(
        timestamp_unix_ns=(1000 + 5 * index) * MS,
        confidence=confidence,
        base=tuple(pupil(eye_id) for eye_id in eyes),
        norm_pos=(x_px / CAMERA.width, 0.5),
    )


def trace() -> np.ndarray:
    """200 Hz: half a second here, 40 ms on the way, half a second there."""
    return 600 + 120 * np.clip((np.arange(208) - 100) / 8, 0.0, 1.0)


def detector(min_duration_ms: float = 100.0) -> MovementFixations:
    return MovementFixations(lambda: CAMERA, min_duration_ms=min_duration_ms)


def told(gaze: list[MappedGaze], finder: MovementFixations) -> list[DispersionFixation]:
    return [fixation for datum in gaze for fixation in finder.fixations(datum, "gaze.2d.01.")]


def test_a_fixation_grows_from_where_it_began() -> None:
    answers = told([gaze_at(i, x) for i, x in enumerate(trace())], detector())
    first = [answer for answer in answers if answer.id == 0]
    assert {answer.start_unix_ns for answer in first} == {1000 * MS}
    durations_ms = [answer.duration_ns / MS for answer in first]
    assert durations_ms == sorted(set(durations_ms))
    assert durations_ms[0] == 100
    assert durations_ms[-1] == pytest.approx(495, abs=15)
    # Thirty times a second, and once at the end.
    assert 10 <= len(first) <= 14
    assert first[-1].norm_pos == pytest.approx((600 / 1280, 0.5), abs=0.002)
    assert first[-1].dispersion_deg < 1.0
    assert first[-1].base[0].topic == "gaze.2d.01."
    assert {answer.id for answer in answers} == {0, 1}


def test_movements_are_told_once() -> None:
    finder = detector()
    told([gaze_at(i, x) for i, x in enumerate(trace())], finder)
    first, second = finder.movements()
    assert isinstance(first, DetectedFixation)
    assert isinstance(second, DetectedSaccade)
    assert second.amplitude_deg == pytest.approx(6.85, abs=0.4)
    assert finder.movements() == []


def test_short_fixations_are_not_told() -> None:
    assert told([gaze_at(i, x) for i, x in enumerate(trace())], detector(600.0)) == []


def test_gaze_without_confidence_is_not_seen() -> None:
    gaze = [gaze_at(i, 600.0, confidence=0.5) for i in range(200)]
    assert told(gaze, detector()) == []


def test_one_eye_between_the_gaze_of_both_is_passed_over() -> None:
    gaze = [gaze_at(i, 600.0 if i % 4 else 650.0, BOTH if i % 4 else (1,)) for i in range(1, 200)]
    answers = told(gaze, detector())
    assert {answer.id for answer in answers} == {0}
    assert answers[-1].dispersion_deg == 0.0


def test_one_eye_will_do_where_there_is_no_other() -> None:
    gaze = [gaze_at(i, 600.0) for i in range(100)]
    gaze += [gaze_at(i, 650.0, (1,)) for i in range(100, 300)]
    finder = detector()
    assert {answer.id for answer in told(gaze, finder)} == {0, 1}
    assert not any(isinstance(movement, DetectedSaccade) for movement in finder.movements())


def test_a_point_in_space_decides_where_there_is_one() -> None:
    gaze = [
        MappedGaze(
            timestamp_unix_ns=(1000 + 5 * i) * MS,
            confidence=1.0,
            base=tuple(pupil(eye_id) for eye_id in BOTH),
            point_mm=(0.0, 0.0, 600.0),
        )
        for i in range(100)
    ]
    answer = told(gaze, detector())[-1]
    assert answer.point_mm == pytest.approx((0.0, 0.0, 600.0))
    assert answer.norm_pos == pytest.approx((0.5, 0.5))


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        detector(-1.0)
