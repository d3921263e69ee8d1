"""How the measuring goes, in figures: for the monitor page, and for whoever asks."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from gazewire.compose.live_accuracy import LiveAccuracy
from gazewire.device import Figure
from gazewire.model import EyeId, GazeDatum, Notification, PupilDatum
from gazewire.service import ACCURACY_SUBJECT, SLOWED_SUBJECT

__all__ = ["HEARD", "ChainReport"]

HEARD = (
    "notify.calibration.successful",
    "notify.calibration.failed",
    f"notify.{ACCURACY_SUBJECT}",
    f"notify.{SLOWED_SUBJECT}",
    "notify.eye_process.stopped",
)
"""Beginnings of the topics that a report is made of, besides pupils and gaze."""

_REHEARSING = "No gaze yet: the wearer's eyes rehearse for some seconds"
_UNCALIBRATED = "No gaze yet: calibrate first"
_TOO_SLOW = "busy, eye rates lowered"
_TOO_SLOW_HINT = "Eyes look at fewer pictures than their cameras give, so that gaze is not late"

_WINDOW_NS = 5_000_000_000
_MOST = 2000
_NAMES: dict[EyeId, str] = {1: "left", 0: "right"}


class ChainReport:
    """Follows a measuring chain, and sums it up.

    Args:
        unix_ns: the program's clock.
        accuracy: compares gaze with the truth; None where nobody knows it.
        calibration_page: path of the page by which to calibrate; or empty.
        rehearses: eyes begin by looking at known places, and what they see is fitted.
    """

    def __init__(
        self,
        unix_ns: Callable[[], int],
        accuracy: LiveAccuracy | None,
        calibration_page: str = "",
        *,
        rehearses: bool = False,
    ) -> None:
        self._unix_ns = unix_ns
        self._calibration_page = calibration_page
        self._accuracy = accuracy
        self._pupils: dict[EyeId, deque[PupilDatum]] = {eye: deque(maxlen=_MOST) for eye in _NAMES}
        self._slowed_from: dict[EyeId, float] = {}
        self._calibration = "rehearsing" if rehearses else "none"
        self._notice = _REHEARSING if rehearses else _UNCALIBRATED

    def take_pupil(self, pupil: PupilDatum) -> None:
        """Take note of a pupil of any detector."""
        if pupil.detector == "2d":
            self._pupils[pupil.eye_id].append(pupil)

    def take_gaze(self, datum: GazeDatum) -> None:
        """Take note of gaze as it is told."""
        if self._accuracy is not None:
            self._accuracy.take(datum)

    def take_notification(self, notification: Notification) -> None:
        """Take note of what happened."""
        fields = notification.fields
        match notification.subject, fields:
            case "calibration.successful", _:
                self._calibration, self._notice = "fitted", ""
            case "calibration.failed", {"reason": str() as reason}:
                self._calibration = f"failed: {reason}"
                # What maps already goes on.
                self._notice = self._notice and _UNCALIBRATED
            case subject, {"source": "calibration", "accuracy_deg": float() as accuracy_deg} if (
                subject == ACCURACY_SUBJECT
            ):
                self._calibration = f"{accuracy_deg:.2f}° accuracy"
            case subject, {"eye_id": (0 | 1) as eye_id, "before_hz": int() | float() as hz} if (
                subject == SLOWED_SUBJECT
            ):
                self._slowed_from.setdefault(1 if eye_id else 0, float(hz))
            case "eye_process.stopped", {"eye_id": (0 | 1) as eye_id}:
                self._slowed_from.pop(1 if eye_id else 0, None)

    def figures(self) -> list[Figure]:
        """Sum it up."""
        told = [*self._accuracy_figures()]
        told += [
            Figure(
                label="Calibration",
                value=self._calibration,
                hint="How well the fitted mapping meets the targets that it was fitted to",
                page=self._calibration_page,
                notice=self._notice,
            )
        ]
        if self._slowed_from:
            told.append(Figure(label="Machine", value=_TOO_SLOW, hint=_TOO_SLOW_HINT))
        for eye_id, name in _NAMES.items():
            value = self._eye(eye_id)
            if value is not None:
                hint = (
                    f"Pupils of the {name} eye a second, of how many where this machine does not "
                    "keep up, and their mean confidence"
                )
                told.append(Figure(label=f"{name.capitalize()} pupil", value=value, hint=hint))
        return told

    def _accuracy_figures(self) -> list[Figure]:
        if self._accuracy is None:
            return []
        error = self._accuracy.error()
        value = "not known yet"
        if error is not None:
            value = f"{error.mean_deg:.2f}°, 95 % within {error.p95_deg:.2f}°"
        hint = "Mean angle between measured gaze and where the wearer looks, over the last 10 s"
        return [Figure(label="Gaze error", value=value, hint=hint)]

    def _eye(self, eye_id: EyeId) -> str | None:
        pupils = self._pupils[eye_id]
        if not pupils:
            return None
        since_ns = self._unix_ns() - _WINDOW_NS
        recent = [pupil for pupil in pupils if pupil.timestamp_unix_ns > since_ns]
        if len(recent) < 2:
            return "none"
        span_s = (recent[-1].timestamp_unix_ns - recent[0].timestamp_unix_ns) / 1e9
        rate_hz = (len(recent) - 1) / span_s if span_s > 0 else math.nan
        confidence = sum(pupil.confidence for pupil in recent) / len(recent)
        slowed = self._slowed_from.get(eye_id)
        of = "" if slowed is None else f" of {slowed:.0f}"
        return f"{rate_hz:.0f}{of} Hz, confidence {confidence:.2f}"
