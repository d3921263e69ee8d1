from __future__ import annotations

import numpy as np
import pytest

from gazewire.model import DetectedBlink, DetectedFixation, DetectedSaccade, EyeMovement
from gazewire.motion.label import Movement
from gazewire.motion.online import LabelledSample
from gazewire.motion.online_events import MovementAssembly, OnlineMovements

MS = 1_000_000


def samples(*runs: tuple[Movement, int], step_ms: int = 5) -> list[LabelledSample]:
    labels = [label for label, count in runs for _ in range(count)]
    return [LabelledSample(i * step_ms * MS, 0.1 * i, 0.0, label) for i, label in enumerate(labels)]


def test_a_movement_is_told_when_another_begins() -> None:
    assembly = MovementAssembly()
    rows = samples((Movement.FIXATION, 20), (Movement.SACCADE, 8), (Movement.FIXATION, 20))
    told = [assembly.take([row]) for row in rows]
    assert [i for i, movements in enumerate(told) if movements] == [20, 28]
    (fixation,), (saccade,) = told[20], told[28]
    assert isinstance(fixation, DetectedFixation)
    assert isinstance(saccade, DetectedSaccade)
    assert fixation.end_unix_ns == saccade.start_unix_ns == 95 * MS
    assert saccade.end_unix_ns == 135 * MS
    assert saccade.amplitude_deg == pytest.approx(0.8)
    (last,) = assembly.finish()
    assert isinstance(last, DetectedFixation)
    assert assembly.finish() == []


def test_what_is_left_between_two_others_is_no_fixation() -> None:
    rows = samples((Movement.SACCADE, 8), (Movement.FIXATION, 4), (Movement.SACCADE, 8))
    assembly = MovementAssembly()
    told = [*assembly.take(rows), *assembly.finish()]
    assert [type(movement) for movement in told] == [DetectedSaccade, DetectedSaccade]


@pytest.mark.parametrize(("count", "expected"), [(4, 0), (20, 1), (190, 1), (250, 0)])
def test_gaps_of_the_length_of_a_blink_are_one(count: int, expected: int) -> None:
    rows = samples((Movement.FIXATION, 20), (Movement.BLINK, count), (Movement.FIXATION, 20))
    told = MovementAssembly().take(rows)
    assert sum(isinstance(movement, DetectedBlink) for movement in told) == expected


def test_a_movement_does_not_reach_over_an_outage() -> None:
    before = samples((Movement.FIXATION, 20))
    after = [row._replace(timestamp_unix_ns=row.timestamp_unix_ns + 10**10) for row in before]
    assembly = MovementAssembly()
    told = [*assembly.take(before + after), *assembly.finish()]
    assert [movement.duration_s for movement in told] == pytest.approx([0.095, 0.095])


def test_a_movement_without_end_is_told_in_parts() -> None:
    told = MovementAssembly().take(samples((Movement.FIXATION, 1300), step_ms=50))
    assert [movement.duration_s for movement in told] == pytest.approx([60.0], abs=0.1)


def test_gaze_becomes_movements_within_the_delay() -> None:
    movements = OnlineMovements()
    delay_ns = 120 * MS
    told: list[EyeMovement] = []
    rng = np.random.default_rng(4)
    for i in range(400):
        x_deg = 6.0 * float(np.clip((i - 200) / 8, 0.0, 1.0)) + float(rng.normal(0.0, 0.02))
        now_ns = i * 5 * MS
        for movement in movements.take(now_ns + 1, x_deg, 0.0):
            assert now_ns - movement.end_unix_ns <= delay_ns
            told.append(movement)
    told += movements.finish()
    assert [type(movement) for movement in told] == [
        DetectedFixation,
        DetectedSaccade,
        DetectedFixation,
    ]
    saccade = told[1]
    assert isinstance(saccade, DetectedSaccade)
    assert saccade.amplitude_deg == pytest.approx(6.0, abs=0.4)
    assert movements.classifier.noise.deg_s > 0.0
