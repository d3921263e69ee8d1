from __future__ import annotations

from typing import Any

from gazewire.compose.chain_report import ChainReport
from gazewire.model import Ellipse, EyeId, Notification, PupilDatum
from gazewire.service import ACCURACY_SUBJECT, SLOWED_SUBJECT
from gazewire.time import ManualClock

FLAT = Ellipse(center_px=(1.0, 1.0), axes_px=(2.0, 2.0), angle_deg=0.0)
INTERVAL_NS = 10_000_000


def pupil(eye_id: EyeId, instant_ns: int) -> PupilDatum:
    return PupilDatum(
        eye_id=eye_id,
        detector="2d",
        method="2d",
        timestamp_unix_ns=instant_ns,
        norm_pos=(0.5, 0.5),
        diameter_px=2.0,
        ellipse=FLAT,
        confidence=0.75,
    )


def told(*notifications: tuple[str, dict[str, Any]], seen: int = 0) -> dict[str, str]:
    clock = ManualClock()
    report = ChainReport(clock.unix_ns, None)
    for _ in range(seen):
        clock.advance(INTERVAL_NS)
        report.take_pupil(pupil(0, clock.unix_ns()))
    for subject, fields in notifications:
        report.take_notification(Notification(subject=subject, fields=fields))
    return {figure.label: figure.value for figure in report.figures()}


def test_nothing_is_told_of_an_eye_that_sends_nothing() -> None:
    assert told() == {"Calibration": "none"}


def test_rate_and_confidence_of_an_eye_are_told() -> None:
    assert told(seen=200)["Right pupil"] == "100 Hz, confidence 0.75"


def test_a_rate_that_was_lowered_is_told_with_what_it_was() -> None:
    first = {"eye_id": 0, "rate_hz": 100.0, "before_hz": 200.0}
    second = {"eye_id": 0, "rate_hz": 50.0, "before_hz": 100.0}
    slowed = [(SLOWED_SUBJECT, first), (SLOWED_SUBJECT, second)]
    assert told(*slowed, seen=200)["Right pupil"] == "100 of 200 Hz, confidence 0.75"


def test_an_eye_that_begins_anew_is_not_slow() -> None:
    slowed = {"eye_id": 0, "rate_hz": 100.0, "before_hz": 200.0}
    stopped = [(SLOWED_SUBJECT, slowed), ("eye_process.stopped", {"eye_id": 0})]
    assert told(*stopped, seen=200)["Right pupil"] == "100 Hz, confidence 0.75"


def test_a_machine_that_is_too_slow_is_told_in_words() -> None:
    slowed = (SLOWED_SUBJECT, {"eye_id": 1, "rate_hz": 100.0, "before_hz": 200.0})
    assert told(slowed)["Machine"] == "busy, eye rates lowered"


def test_that_there_is_no_gaze_yet_is_noticed_until_a_calibration_succeeds() -> None:
    clock = ManualClock()
    for rehearses, reason in ((True, "eyes rehearse"), (False, "calibrate first")):
        report = ChainReport(clock.unix_ns, None, rehearses=rehearses)
        assert reason in report.figures()[0].notice
        failed = {"reason": "No pupil data to match"}
        report.take_notification(Notification(subject="calibration.failed", fields=failed))
        assert "calibrate first" in report.figures()[0].notice
        report.take_notification(Notification(subject="calibration.successful"))
        assert report.figures()[0].notice == ""
        report.take_notification(Notification(subject="calibration.failed", fields=failed))
        assert report.figures()[0].notice == ""


def test_a_calibration_is_told_with_its_accuracy_or_why_there_is_none() -> None:
    accuracy = {"source": "calibration", "accuracy_deg": 0.523}
    assert told((ACCURACY_SUBJECT, accuracy))["Calibration"] == "0.52° accuracy"
    failed = ("calibration.failed", {"reason": "No pupil data to match"})
    assert told(failed)["Calibration"] == "failed: No pupil data to match"


def test_what_a_validation_finds_does_not_change_how_good_the_calibration_was() -> None:
    accuracy = {"source": "validation", "accuracy_deg": 3.0}
    assert told((ACCURACY_SUBJECT, accuracy))["Calibration"] == "none"
