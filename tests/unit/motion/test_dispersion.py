from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gazewire.model import DispersionFixation, MappedGaze, Point2, Vector3
from gazewire.motion.dispersion import (
    DispersionFixations,
    DispersionSettings,
    dispersion_fixations,
)
from gazewire.optics import Camera, known_camera

TOPIC = "gaze.2d.01."
_CAMERA = known_camera("Pupil Cam1 ID2", 1280, 720)
assert _CAMERA is not None
CAMERA: Camera = _CAMERA


def gaze_at(
    t_ms: float,
    norm_pos: Point2 | None,
    confidence: float = 0.9,
    point_mm: Vector3 | None = None,
) -> MappedGaze:
    return MappedGaze(
        timestamp_unix_ns=round(t_ms * 1e6),
        confidence=confidence,
        base=(),
        norm_pos=norm_pos,
        point_mm=point_mm,
    )


def told(
    gaze: Sequence[MappedGaze], detector: DispersionFixations | None = None
) -> list[DispersionFixation | None]:
    """What is told for each."""
    detector = detector or DispersionFixations(lambda: CAMERA)
    answers = [detector.fixations(datum, TOPIC) for datum in gaze]
    assert all(len(answer) <= 1 for answer in answers)
    return [answer[0] if answer else None for answer in answers]


def two_places(count: int) -> list[MappedGaze]:
    """The vector of §15.1: 100 Hz from t = 200 s."""
    gaze = []
    for i in range(count):
        x = 0.5 + 0.001 * (i % 3) if i < 60 else 0.7 + 0.001 * (i % 2)
        place = x, 0.5 + 0.001 * (i % 2)
        gaze.append(gaze_at(200_000 + 10 * i, place, 0.5 if i == 10 else 0.9))
    return gaze


def test_flat_gaze_gives_the_digits_of_the_incumbent() -> None:
    answers = told(two_places(120))
    assert [i for i, answer in enumerate(answers) if answer] == [*range(30, 60), *range(91, 120)]
    first, last, second = answers[30], answers[59], answers[91]
    assert first is not None
    assert last is not None
    assert second is not None
    assert first.id == 0
    assert first.start_unix_ns == 200_000_000_000
    assert first.duration_ns == 300_000_000
    # Theirs undoes the lens in single precision, which makes up for the last digit.
    assert first.dispersion_deg == pytest.approx(0.191856, abs=3e-6)
    assert first.norm_pos == pytest.approx((0.500967, 0.5005), abs=5e-7)
    assert first.confidence == pytest.approx(0.9)
    assert len(first.base) == 30
    assert first.base[0].topic == TOPIC
    assert first.point_mm is None
    assert (last.id, last.start_unix_ns, last.duration_ns) == (0, 200_280_000_000, 310_000_000)
    assert (second.id, second.start_unix_ns) == (1, 200_600_000_000)
    assert second.duration_ns == 310_000_000
    assert second.dispersion_deg == pytest.approx(0.110322, abs=3e-6)
    assert second.norm_pos == pytest.approx((0.7005, 0.5005), abs=5e-7)
    assert {answer.id for answer in answers if answer} == {0, 1}


def test_gaze_in_space_gives_the_digits_of_the_incumbent() -> None:
    points: list[Vector3] = [
        (10 + 0.1 * (i % 3), 5.0, 500.0) if i < 45 else (100.0, 5.0, 500.0) for i in range(60)
    ]
    gaze = [gaze_at(300_000 + 10 * i, (0.5, 0.5), point_mm=point) for i, point in enumerate(points)]
    answers = told(gaze)
    assert [i for i, answer in enumerate(answers) if answer] == list(range(30, 45))
    first = answers[30]
    assert first is not None
    assert first.dispersion_deg == pytest.approx(0.022908, abs=5e-7)
    assert first.point_mm == pytest.approx((10.096774, 5.0, 500.0), abs=5e-7)


def test_one_flat_datum_makes_the_whole_window_flat() -> None:
    gaze = [gaze_at(10 * i, (0.5, 0.5), point_mm=(0.0, 0.0, 500.0)) for i in range(100)]
    gaze[40] = gaze_at(400, (0.51, 0.5))
    answers = [answer for answer in told(gaze) if answer]
    kinds = [answer.point_mm is not None for answer in answers]
    # Thirty data and one older than the window hold it; then it is gone.
    assert kinds == [True] * 10 + [False] * 32 + [True] * 28
    assert answers[10].dispersion_deg == pytest.approx(0.92, abs=0.02)
    assert answers[-1].dispersion_deg == 0.0


def test_gaze_below_the_confidence_is_passed_over() -> None:
    gaze = [
        gaze_at(10 * i, (0.5 if i % 2 else 0.9, 0.5), 0.9 if i % 2 else 0.59) for i in range(80)
    ]
    assert any(told(gaze))


def test_gaze_out_of_order_finds_its_place() -> None:
    gaze = two_places(60)
    shuffled = [*gaze[:20], gaze[21], gaze[20], *gaze[22:]]
    assert told(gaze)[30:] == told(shuffled)[30:]


def test_a_clock_that_is_set_back_begins_anew() -> None:
    before = [gaze_at(1e6 + 10 * i, (0.5, 0.5)) for i in range(40)]
    after = [gaze_at(10 * i, (0.5, 0.5)) for i in range(40)]
    answers = told([*before, *after])
    assert [answer.id for answer in answers if answer] == [0] * 10 + [1] * 10


@pytest.mark.parametrize("norm_pos", [(float("nan"), 0.5), (0.5, float("inf")), None])
def test_what_is_not_finite_is_passed_over(norm_pos: Point2 | None) -> None:
    gaze = [gaze_at(10 * i, norm_pos) for i in range(60)]
    assert not any(told(gaze))


def test_gaze_without_a_place_in_the_picture_gets_one_from_its_point() -> None:
    gaze = [gaze_at(10 * i, None, point_mm=(0.0, 0.0, 400.0)) for i in range(40)]
    answer = told(gaze)[-1]
    assert answer is not None
    (cx, cy), (width, height) = CAMERA.middle_px, (CAMERA.width, CAMERA.height)
    assert answer.norm_pos == pytest.approx((cx / width, 1 - cy / height))


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="max_dispersion_deg"):
        DispersionSettings(max_dispersion_deg=0.0)
    with pytest.raises(ValueError, match="min_duration_ms"):
        DispersionSettings(min_duration_ms=float("nan"))


def directions(angles_deg: Sequence[float]) -> np.ndarray:
    radians = np.radians(angles_deg)
    return np.column_stack([np.sin(radians), np.zeros(len(radians)), np.cos(radians)])


def test_a_long_fixation_of_a_recording_comes_in_pieces_that_do_not_overlap() -> None:
    t_s = np.arange(100) / 100
    found = dispersion_fixations(t_s, directions(np.zeros(100)), max_duration_ms=225.0)
    # 220 ms are 23 samples; what is left at the end spans 70 ms.
    assert found == [slice(0, 23), slice(23, 46), slice(46, 69), slice(69, 92)]


def test_a_fixation_of_a_recording_is_the_longest_beginning_that_fits() -> None:
    angles = [0.0] * 15 + [10.0] * 12 + [20.0, 30.0, 40.0]
    found = dispersion_fixations(np.arange(30) / 100, directions(angles))
    assert found == [slice(0, 15), slice(15, 27)]


def test_a_recording_without_gaze_has_no_fixations() -> None:
    assert dispersion_fixations([], np.empty((0, 3))) == []


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3,\), \(2, 3\)"):
        dispersion_fixations([0.0, 1.0, 2.0], np.ones((2, 3)))
    with pytest.raises(ValueError, match="in order"):
        dispersion_fixations([1.0, 0.0], np.ones((2, 3)))
