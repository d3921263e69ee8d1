"""Follows what a service says of a calibration or validation until it is known what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

__all__ = ["CalibrationFollower", "CalibrationOutcome", "CalibrationStep"]

CalibrationStep = Literal["calibration", "validation"]


class CalibrationOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        kind: what it was.
        succeeded: there is a mapping, or its accuracy is known.
        reason: why not.
        diagnosis: the same in numbers and sentences, as ``calibration.failed`` has it.
        accuracy: fields of ``accuracy.measured``; None where it could not be told.
    """

    kind: CalibrationStep
    succeeded: bool
    reason: str | None = None
    diagnosis: Mapping[str, object] | None = None
    accuracy: Mapping[str, object] | None = None


class CalibrationFollower:
    """Takes notifications as they come.

    Attributes:
        is_fitted: a calibration has succeeded, and its accuracy may follow.

    Args:
        kind: what is followed.
    """

    def __init__(self, kind: CalibrationStep) -> None:
        self.is_fitted = False
        self._kind: CalibrationStep = kind
        self._has_begun = False

    def take(self, subject: str, fields: Mapping[str, object]) -> CalibrationOutcome | None:
        """Take a notification; return what came of it, once that is known."""
        if subject == "accuracy.measured" and fields.get("source") == self._kind:
            return CalibrationOutcome(kind=self._kind, succeeded=True, accuracy=dict(fields))
        if subject == "calibration.state" and fields.get("kind") == self._kind:
            return self._follow(fields.get("state"))
        if subject == f"{self._kind}.failed" or subject == "calibration.failed":
            diagnosis = fields.get("diagnosis")
            return CalibrationOutcome(
                kind=self._kind,
                succeeded=False,
                reason=str(fields.get("reason", "")),
                diagnosis=dict(diagnosis) if isinstance(diagnosis, Mapping) else None,
            )
        if subject == "validation.stopped" and self._kind == "validation":
            return self._without("No accuracy was told.")
        if subject == "calibration.result.v2":
            self.is_fitted = True
        return None

    def fitted(self) -> CalibrationOutcome:
        """What is known where the accuracy does not come."""
        return CalibrationOutcome(kind=self._kind, succeeded=True)

    def _follow(self, state: object) -> CalibrationOutcome | None:
        if state == "collecting":
            self._has_begun = True
        elif state == "idle" and self._has_begun:
            return self._without("It was cancelled.")
        elif state == "done" and self.is_fitted:
            return self.fitted()
        return None

    def _without(self, reason: str) -> CalibrationOutcome:
        return CalibrationOutcome(kind=self._kind, succeeded=False, reason=reason)
