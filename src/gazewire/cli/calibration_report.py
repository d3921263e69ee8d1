"""What ``gazewire calibrate`` says: how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gazewire.cli.calibration_follower import CalibrationOutcome
from gazewire.cli.table import spell_table

__all__ = ["ProgressReport", "outcome_text"]

_HEADINGS = ("TARGET", "PLACE", "ACCURACY", "PRECISION", "GAZE USED", "OFFSET")
_TARGET_WORDS = {
    "done": "{samples} samples",
    "partial": "{samples} of {wanted} samples, then the time was over",
    "missed": "not seen",
}


class ProgressReport:
    """Says each thing once."""

    def __init__(self) -> None:
        self._said: set[object] = set()
        self._note: object = None

    def lines(self, state: Mapping[str, Any]) -> list[str]:
        """What is new in a ``calibration.state``; where nothing is, nothing."""
        lines = []
        targets: Sequence[Mapping[str, Any]] = state.get("targets") or ()
        for target in targets:
            words = _TARGET_WORDS.get(target["state"])
            said = (state.get("run"), target["number"])
            if words is not None and said not in self._said:
                self._said.add(said)
                number = f"target {target['number'] + 1} of {len(targets)}"
                lines.append(f"{number}: {words.format(**target)}")
        note = state.get("note") if state.get("state") == "collecting" else None
        if note and note != self._note:
            lines.append(str(note))
        self._note = note
        return lines


def outcome_text(outcome: CalibrationOutcome) -> str:
    """Say what came of it, and what is known of why."""
    if not outcome.succeeded:
        sentences = (outcome.diagnosis or {}).get("sentences")
        details = sentences if isinstance(sentences, list | tuple) else ()
        head = f"The {outcome.kind} has failed: {outcome.reason}"
        return "\n".join([head, *(f"  - {sentence}" for sentence in details)])
    verdict = "Calibrated" if outcome.kind == "calibration" else "Validated"
    accuracy = outcome.accuracy
    if accuracy is None:
        return f"{verdict}; the accuracy is not known."
    lines = [
        f"{verdict}: accuracy {_degrees(accuracy.get('accuracy_deg'))}, "
        f"precision {_degrees(accuracy.get('precision_deg'))}, "
        f"from {accuracy.get('used')} of {accuracy.get('total')} gaze data."
    ]
    targets = accuracy.get("targets")
    if isinstance(targets, list) and targets:
        lines.append(spell_table(_HEADINGS, [_row(target) for target in targets]))
    return "\n".join(lines)


def _row(target: Mapping[str, Any]) -> tuple[str, ...]:
    place = target.get("place")
    right, up = target["offset_deg"]
    return (
        str(target["target"] + 1),
        "-" if place is None else f"{place[0]:.2f}, {place[1]:.2f}",
        _degrees(target["accuracy_deg"]),
        _degrees(target["precision_deg"]),
        f"{target['used']} of {target['total']}",
        f"{right:+.2f}, {up:+.2f} deg",
    )


def _degrees(value: object) -> str:
    return f"{value:.2f} deg" if isinstance(value, float) else "unknown"
