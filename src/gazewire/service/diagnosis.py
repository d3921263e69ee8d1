"""Why there is no calibration: what the data were like, and what became of each target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import msgspec

from gazewire.gaze import Diagnosis, PupilMode, diagnose, match_references, select_pupils
from gazewire.service.calibration import CalibrationRequest
from gazewire.service.guide import Target

__all__ = ["diagnosis_fields"]

# Corners of the display lie this near its edges.
_EDGE = 0.3


def diagnosis_fields(
    request: CalibrationRequest, targets: Sequence[Target] = (), found: Diagnosis | None = None
) -> dict[str, object]:
    """What a notification tells of data that gave no calibration; takes a while.

    Args:
        request: that failed.
        targets: that the wearer was led to.
        found: what the fit has found out of the data; None where it says nothing of them.

    Returns:
        The fields of `gazewire.gaze.Diagnosis`; ``shown``, what became of the targets; and
        ``sentences``, all of it in words.
    """
    found = found or _diagnosed(request)
    fields: dict[str, object] = msgspec.to_builtins(found)
    fields["shown"] = [asdict(target) for target in targets]
    fields["sentences"] = [*_about_targets(targets), *found.sentences()]
    return fields


def _diagnosed(request: CalibrationRequest) -> Diagnosis:
    mode: PupilMode = "2d" if request.gazer == "Gazer2D" else "3d"
    sure = select_pupils(request.pupils, mode, request.min_confidence)
    return diagnose(
        request.references,
        request.pupils,
        match_references(request.references, sure),
        mode=mode,
        min_confidence=request.min_confidence,
    )


def _about_targets(targets: Sequence[Target]) -> list[str]:
    missed = [target for target in targets if not target.samples]
    if missed and len(missed) == len(targets):
        return [
            "No target was seen in the scene camera's pictures: it has to see the whole display, "
            "sharp and not too bright."
        ]
    return [f"{_name(target)} was not seen." for target in missed]


def _name(target: Target) -> str:
    if target.place is None:
        return f"Target {target.number + 1}"
    x, y = target.place
    across = "left" if x < _EDGE else "right" if x > 1 - _EDGE else ""
    along = "bottom" if y < _EDGE else "top" if y > 1 - _EDGE else ""
    where = " ".join(word for word in (along, across) if word) or "middle"
    return f"Target {target.number + 1} ({where})"
