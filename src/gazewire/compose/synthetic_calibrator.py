"""A calibration of the synthetic wearer: the data are judged as for any other, the fit is known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np

from gazewire.compose.synthetic_gaze import TruthfulGaze, WearerMemory
from gazewire.model import EyeId
from gazewire.service import (
    CalibrationFailedError,
    CalibrationOutcome,
    CalibrationRequest,
    GazeMapper,
    GazerName,
    MappingMode,
    Reference,
)

__all__ = ["TruthfulCalibrator"]

# Pupils and references that belong together are nearer than this.
_LARGEST_SPREAD_NS = 1_000_000_000 // 15
_HEADSET: set[GazerName] = {"GazerHMD3D", "PosthocGazerHMD3D"}
_GAZE_DISTANCE_MM = 500.0


class TruthfulCalibrator:
    """A `gazewire.service.Calibrator` that needs good data, and then tells the truth.

    Args:
        memory: of the wearer.
    """

    def __init__(self, memory: WearerMemory) -> None:
        self._memory = memory

    def fit(self, request: CalibrationRequest) -> CalibrationOutcome:
        """See that the data would suffice, and give the mapping that is true."""
        mode = _mode(request.gazer)
        times = _pupil_times(request, mode)
        if request.gazer in _HEADSET:
            if request.eye_translations is None and request.gazer == "GazerHMD3D":
                raise CalibrationFailedError(
                    "GazerHMD3D can only be calibrated if it is initialised with valid eye "
                    "translations."
                )
            if not request.references:
                raise CalibrationFailedError("No reference data to match")
            if not any(times.values()):
                raise CalibrationFailedError("No pupil data to match")
            is_matched = any(_matches(reference, times, (0, 1)) for reference in request.references)
        else:
            if not any(times.values()):
                raise CalibrationFailedError("Not sufficient pupil data available.")
            if not request.references:
                raise CalibrationFailedError("Not sufficient reference data available.")
            is_matched = any(
                _matches(reference, times, (eye_id,))
                for reference in request.references
                for eye_id in times
            )
        if not is_matched:
            raise CalibrationFailedError("Not sufficient data available.")
        return CalibrationOutcome(TruthfulGaze(self._memory, mode), self._params(mode))

    def restore(self, gazer: GazerName, params: Mapping[str, object]) -> GazeMapper:
        """Give the mapping that is true, whatever was fitted."""
        return TruthfulGaze(self._memory, _mode(gazer))

    def _params(self, mode: MappingMode) -> dict[str, object]:
        if mode == "2d":
            # As models are told that nobody has fitted.
            return {"left_model": {}, "right_model": {}, "binocular_model": {}}
        person = self._memory.wearer.person
        right, left = (eye.camera.to_scene.tolist() for eye in (person.right, person.left))
        return {
            "binocular_model": {
                "eye_camera_to_world_matrix0": right,
                "eye_camera_to_world_matrix1": left,
            },
            "right_model": {
                "eye_camera_to_world_matrix": right,
                "gaze_distance": _GAZE_DISTANCE_MM,
            },
            "left_model": {
                "eye_camera_to_world_matrix": left,
                "gaze_distance": _GAZE_DISTANCE_MM,
            },
        }


def _mode(gazer: GazerName) -> MappingMode:
    return "2d" if gazer == "Gazer2D" else "3d"


def _pupil_times(request: CalibrationRequest, mode: MappingMode) -> dict[EyeId, list[int]]:
    """When each eye was seen well enough."""
    times: dict[EyeId, list[int]] = {0: [], 1: []}
    for pupil in request.pupils:
        if mode in pupil.method and pupil.confidence >= request.min_confidence:
            times[pupil.eye_id].append(pupil.timestamp_unix_ns)
    for instants in times.values():
        instants.sort()
    return times


def _matches(
    reference: Reference, times: Mapping[EyeId, list[int]], eyes: tuple[EyeId, ...]
) -> bool:
    """All of these eyes were seen when the reference was."""
    instants = [reference.timestamp_unix_ns]
    for eye_id in eyes:
        if not times[eye_id]:
            return False
        instants.append(_nearest(times[eye_id], reference.timestamp_unix_ns))
    return int(np.ptp(instants)) < _LARGEST_SPREAD_NS


def _nearest(instants: list[int], wanted: int) -> int:
    after = bisect_left(instants, wanted)
    around = instants[max(0, after - 1) : after + 1]
    # Of two that are equally near, the later.
    return min(reversed(around), key=lambda instant: abs(instant - wanted))
