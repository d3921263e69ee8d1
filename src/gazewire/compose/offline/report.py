"""How far a detection is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gazewire.compose.offline.gaze_mapping import CalibrationUse
from gazewire.model import EyeId

__all__ = ["DetectionReport", "EyeReport", "Stage"]


@dataclass(frozen=True, slots=True)
class Stage:
    """How far one part of the work is.

    Attributes:
        name: of the part, for people.
        done: of `total`.
        total: pictures, or pupils.
    """

    name: str
    done: int
    total: int


@dataclass(slots=True)
class EyeReport:
    """What was found of one eye.

    Attributes:
        pictures: that could be decoded.
        damaged: that could not.
        found: in which there is a pupil, with confidence 0.6 or more.
        in_space: in which the eyeball behind it is known.
    """

    pictures: int = 0
    damaged: int = 0
    found: int = 0
    in_space: int = 0


@dataclass(slots=True, kw_only=True)
class DetectionReport:
    """What has come out.

    Attributes:
        source: what was looked at.
        out: where the result is: a folder, or a table.
        eyes: by eye.
        gaze: data of it.
        calibration: how gaze came about; None: there is none.
        why_no_gaze: in a sentence; None where there is gaze.
        fixations: as many.
        saccades: as many.
        blinks: as many.
    """

    source: Path
    out: Path
    eyes: dict[EyeId, EyeReport]
    gaze: int = 0
    calibration: CalibrationUse | None = None
    why_no_gaze: str | None = None
    fixations: int = 0
    saccades: int = 0
    blinks: int = 0
