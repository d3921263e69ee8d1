from __future__ import annotations

import pytest

from gazewire.cli.calibration_follower import (
    CalibrationFollower,
    CalibrationOutcome,
    CalibrationStep,
)
from gazewire.cli.calibration_report import ProgressReport, outcome_text

Told = tuple[str, dict[str, object]]

COLLECTING: Told = ("calibration.state", {"state": "collecting", "kind": "calibration"})
IDLE: Told = ("calibration.state", {"state": "idle", "kind": "calibration"})
DONE: Told = ("calibration.state", {"state": "done", "kind": "calibration"})
RESULT: Told = ("calibration.result.v2", {})
FAILED: Told = ("calibration.failed", {"reason": "why", "diagnosis": {"sentences": ["x"]}})


def measured(source: str) -> Told:
    return "accuracy.measured", {"source": source, "accuracy_deg": 0.5}


@pytest.mark.parametrize(
    ("kind", "told", "succeeded", "reason"),
    [
        ("calibration", [COLLECTING, RESULT, measured("calibration")], True, None),
        ("calibration", [IDLE, COLLECTING, RESULT, DONE], True, None),
        ("calibration", [measured("validation"), FAILED], False, "why"),
        ("calibration", [COLLECTING, IDLE], False, "It was cancelled."),
        ("validation", [measured("calibration"), measured("validation")], True, None),
        ("validation", [("validation.failed", {"reason": "none"})], False, "none"),
        ("validation", [("validation.stopped", {})], False, "No accuracy was told."),
        # A choreography that cannot begin says so of calibrations only.
        ("validation", [FAILED], False, "why"),
    ],
)
def test_the_outcome_is_known_with_the_last_of_these_and_no_earlier(
    kind: CalibrationStep, told: list[Told], succeeded: bool, reason: str | None
) -> None:
    follower = CalibrationFollower(kind)
    outcomes = [follower.take(subject, fields) for subject, fields in told]
    assert outcomes[:-1] == [None] * (len(told) - 1)
    assert outcomes[-1] is not None
    assert (outcomes[-1].succeeded, outcomes[-1].reason) == (succeeded, reason)


def test_progress_says_each_thing_once() -> None:
    report = ProgressReport()
    done = {"number": 0, "state": "done", "samples": 40, "wanted": 40}
    missed = {"number": 1, "state": "missed", "samples": 0, "wanted": 40}
    state = {"run": 1, "state": "collecting", "targets": [done], "note": "Hold still."}
    assert report.lines(state) == ["target 1 of 1: 40 samples", "Hold still."]
    assert report.lines(state) == []
    both = state | {"targets": [done, missed], "note": None, "state": "fitting"}
    assert report.lines(both) == ["target 2 of 2: not seen"]
    assert report.lines({"state": "idle"}) == []


def test_a_result_is_a_sentence_and_a_table() -> None:
    target = {
        "target": 0,
        "place": [0.5, 1],
        "accuracy_deg": 0.25,
        "precision_deg": None,
        "used": 9,
        "total": 10,
        "offset_deg": [0.5, -0.25],
    }
    accuracy = {
        "accuracy_deg": 0.25,
        "precision_deg": 0.125,
        "used": 9,
        "total": 10,
        "targets": [target],
    }
    outcome = CalibrationOutcome(kind="validation", succeeded=True, accuracy=accuracy)
    assert outcome_text(outcome).splitlines() == [
        "Validated: accuracy 0.25 deg, precision 0.12 deg, from 9 of 10 gaze data.",
        "TARGET  PLACE       ACCURACY  PRECISION  GAZE USED  OFFSET",
        "1       0.50, 1.00  0.25 deg  unknown    9 of 10    +0.50, -0.25 deg",
    ]


def test_a_failure_is_its_reason_and_all_that_is_known_of_it() -> None:
    diagnosis = {"sentences": ["The left eye sent no pupils."]}
    outcome = CalibrationOutcome(
        kind="calibration", succeeded=False, reason="No.", diagnosis=diagnosis
    )
    assert outcome_text(outcome) == (
        "The calibration has failed: No.\n  - The left eye sent no pupils."
    )
