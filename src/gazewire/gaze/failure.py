"""Why nothing can be fitted: the short reasons of Core programs, and the error that says more.

The short reason is what ``calibration.failed`` carries, word for word as clients know it. What to
do about it takes numbers, and stands in the `Diagnosis` beside it.
"""

from __future__ import annotations

from typing import Final

from gazewire.errors import GazewireError
from gazewire.gaze.diagnosis import Diagnosis

__all__ = [
    "NOT_CONVERGED",
    "NOT_SUFFICIENT_DATA",
    "NOT_SUFFICIENT_PUPILS",
    "NOT_SUFFICIENT_REFERENCES",
    "NO_EYE_TRANSLATIONS",
    "NO_PUPILS_TO_MATCH",
    "NO_REFERENCES_TO_MATCH",
    "GazeFitError",
]

NO_REFERENCES_TO_MATCH: Final = "No reference data to match"
"""Of headsets: no references came."""

NO_PUPILS_TO_MATCH: Final = "No pupil data to match"
"""Of headsets: no pupil is of the right kind and seen well enough."""

NOT_SUFFICIENT_PUPILS: Final = "Not sufficient pupil data available."
"""With a scene camera: no pupil is of the right kind and seen well enough."""

NOT_SUFFICIENT_REFERENCES: Final = "Not sufficient reference data available."
"""With a scene camera: no references came."""

NOT_SUFFICIENT_DATA: Final = "Not sufficient data available."
"""Pupils and references do not belong together in time, or do not determine a mapping."""

NOT_CONVERGED: Final = "Model fit did not converge."
"""The best fit is no fit."""

NO_EYE_TRANSLATIONS: Final = (
    "GazerHMD3D can only be calibrated if it is initialised with valid eye translations."
)
"""Nobody said where the headset has its eyes."""


class GazeFitError(GazewireError):
    """No mapping can be made of these data.

    Attributes:
        reason: short, as ``calibration.failed`` tells it; also the text of the error.
        diagnosis: what the data were like, in numbers and words; None where there were no data, as
            in parameters that are none.
    """

    def __init__(self, reason: str, diagnosis: Diagnosis | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.diagnosis = diagnosis
