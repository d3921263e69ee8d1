"""Accuracy and precision, in all and for each target."""

from __future__ import annotations

import numpy as np
import pytest

from gazewire.gaze import GazeReference, evaluate_gaze, evaluate_mapping, nearest_in_time
from gazewire.model import MappedGaze
from gazewire.optics import nominal_camera


def directions(azimuths_deg) -> np.ndarray:
    angle = np.radians(azimuths_deg)
    return np.column_stack([np.sin(angle), 0 * angle, np.cos(angle)])


def test_accuracy_is_the_angle_of_the_mean_cosine() -> None:
    found = evaluate_gaze(directions([1.0, 3.0, 8.0]), directions([0, 0, 0]))
    cosine = (np.cos(np.radians(1)) + np.cos(np.radians(3))) / 2
    assert found.accuracy_deg == pytest.approx(np.degrees(np.arccos(cosine)))
    assert (found.used, found.total) == (2, 3)
    assert found.median_deg == pytest.approx(3.0)


def test_precision_is_of_steps_while_the_target_stands() -> None:
    gaze = directions([0.0, 0.1, 0.0, 10.0, 10.3])
    found = evaluate_gaze(gaze, directions([0, 0, 0, 10, 10]))
    assert found.precision_deg == pytest.approx(np.sqrt((0.01 + 0.01 + 0.09) / 3), rel=1e-6)


def test_each_target_is_told() -> None:
    gaze = np.concatenate([directions([1.0] * 5), directions([9.0] * 5), directions([20.0] * 5)])
    found = evaluate_gaze(gaze, directions([0] * 5 + [10] * 5 + [30] * 5))
    assert [target.azimuth_deg for target in found.targets] == pytest.approx([0, 10, 30])
    assert [target.offset_deg[0] for target in found.targets] == pytest.approx([1, -1, -10])
    assert [target.accuracy_deg for target in found.targets] == pytest.approx([1, 1, None])
    assert [target.used for target in found.targets] == [5, 5, 0]


def test_nothing_is_no_number() -> None:
    empty = np.empty((0, 3))
    found = evaluate_gaze(empty, empty)
    assert found.accuracy_deg is found.precision_deg is found.median_deg is None
    assert evaluate_gaze(np.full((2, 3), np.nan), directions([0, 0])).total == 0
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(3, 3\)"):
        evaluate_gaze(np.ones((2, 3)), np.ones((3, 3)))


def test_the_nearest_is_nearer_than_a_fifteenth_of_a_second() -> None:
    times = [0, 100, 200]
    assert nearest_in_time(times, 150) == 2
    assert nearest_in_time(times, 66_666_866) == 2
    assert nearest_in_time(times, 66_666_867) is None
    assert nearest_in_time([], 0) is None


def test_gaze_is_compared_with_the_reference_of_its_time(pupil) -> None:
    camera = nominal_camera(1280, 720)
    references = [
        GazeReference(timestamp_unix_ns=number * 10**9, norm_pos=(0.2 * number, 0.5))
        for number in range(5)
    ]
    gazes = [
        MappedGaze(
            timestamp_unix_ns=reference.timestamp_unix_ns + 20_000_000,
            confidence=1.0,
            base=(pupil(0, 0.0),),
            norm_pos=reference.norm_pos,
        )
        for reference in references
    ]
    found = evaluate_mapping(gazes, references, camera)
    assert found.accuracy_deg == pytest.approx(0, abs=1e-5)
    assert len(found.targets) == 5
    assert evaluate_mapping(gazes, references, None) is None
    assert evaluate_mapping([], references, camera) is None


def test_headsets_are_compared_with_y_turned_down(pupil) -> None:
    gaze = MappedGaze(
        timestamp_unix_ns=0, confidence=1.0, base=(pupil(0, 0.0),), point_mm=(0.0, -100.0, 500.0)
    )
    reference = GazeReference(timestamp_unix_ns=0, mm_pos=(0.0, 200.0, 1000.0))
    assert evaluate_mapping([gaze], [reference], None).accuracy_deg == pytest.approx(0, abs=1e-5)
