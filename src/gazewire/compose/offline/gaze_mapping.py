"""From the pupils of a recording to gaze, by the calibration that it brings along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gazewire.compose.offline.stored_calibration import StoredCalibration
from gazewire.gaze import GazeFitError, RealTimeMapper, fit_gazer, restore_gazer
from gazewire.model import PupilDatum
from gazewire.optics import Camera

__all__ = ["CalibrationUse", "GazeMapping", "mapping_of"]

CalibrationUse = Literal["fitted", "restored"]
"""Whether the calibration was fitted to the pupils that were found, or taken as it is."""


@dataclass(frozen=True, slots=True)
class GazeMapping:
    """How pupils are mapped.

    Attributes:
        mapper: that has seen no pupil yet.
        use: of the calibration.
    """

    mapper: RealTimeMapper
    use: CalibrationUse


def mapping_of(
    calibration: StoredCalibration, pupils: Sequence[PupilDatum], scene_camera: Camera | None
) -> GazeMapping:
    """Make the mapping.

    A fit belongs to the pupils, and to the eyeballs, that a detector found. Those that were found
    now are not quite the same: where the recording holds the calibration itself, it is fitted to
    them; where it cannot be, or does not come out, the fit is taken as it is.

    Args:
        calibration: of the recording.
        pupils: those that it needs; none where its references are not of this recording.
        scene_camera: intrinsics; None where they are not known.

    Raises:
        GazeFitError: neither can be.
    """
    if pupils:
        try:
            fitted = fit_gazer(
                calibration.gazer, calibration.references, pupils, scene_camera=scene_camera
            )
        except GazeFitError:
            pass
        else:
            return GazeMapping(fitted.mapper(), "fitted")
    mapper = restore_gazer(calibration.gazer, calibration.params, scene_camera=scene_camera)
    return GazeMapping(mapper, "restored")
