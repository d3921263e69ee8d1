"""A calibration of the synthetic wearer: the data are judged as for any other, the fit is known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np

from gazewire.compose.synthetic_eye import life_from
from gazewire.compose.synthetic_gaze import TruthfulGaze, WearerMemory
from gazewire.model import EyeId
from gazewire.service import (
    CalibrationFailedError,
    CalibrationOutcome,
    CalibrationRequest,
    GazeAccuracy,
    GazeMapper,
    GazerName,
    MappingMode,
    Reference,
    evaluate_gaze,
    nearest_in_time,
)
from gazewire.sim import Pinhole

__all__ = ["TruthfulCalibrator"]

# Pupils and references that belong together are nearer than this.
_LARGEST_SPREAD_NS = 1_000_000_000 // 15
_HEADSET: set[GazerName] = {"GazerHMD3D", "PosthocGazerHMD3D"}
_GAZE_DISTANCE_MM = 500.0
_MIN_GAZE_CONFIDENCE = 0.6
_NEVER_NS = 1 << 63
_LONGEST_NS = 600_000_000_000


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

    def judge(
        self, request: CalibrationRequest, params: Mapping[str, object]
    ) -> GazeAccuracy | None:
        """Compare where the wearer looked with where the references were."""
        times = [reference.timestamp_unix_ns for reference in request.references]
        order = sorted(range(len(times)), key=times.__getitem__)
        times = [times[number] for number in order]
        gaze_px = self._gaze_px(request)
        camera = self._memory.wearer.scene.camera
        pairs = []
        for instant_ns, place_px in gaze_px:
            nearest = nearest_in_time(times, instant_ns)
            if nearest is not None:
                pairs.append((place_px, request.references[order[nearest]]))
        if not pairs:
            return None
        tangents = camera.unproject(np.array([place_px for place_px, _ in pairs]))
        gaze = np.column_stack([tangents, np.ones(len(pairs))])
        references = np.array([_direction(reference, camera) for _, reference in pairs])
        return evaluate_gaze(gaze, references)

    def _gaze_px(self, request: CalibrationRequest) -> list[tuple[int, tuple[float, float]]]:
        """Where the wearer looked at the instants of pupils that were seen well, in order."""
        mode = _mode(request.gazer)
        wanted = sorted(
            {
                pupil.timestamp_unix_ns
                for pupil in request.pupils
                if mode in pupil.method and pupil.confidence >= _MIN_GAZE_CONFIDENCE
            }
        )
        found: list[tuple[int, tuple[float, float]]] = []
        if not wanted:
            return found
        # Pupils may claim any instant; the wearer's life is long to go through.
        wanted = [instant for instant in wanted if instant > wanted[-1] - _LONGEST_NS]
        instants = iter(wanted)
        instant_ns = next(instants)
        for truth in life_from(self._memory.wearer, wanted[0]):
            while instant_ns < truth.timestamp_unix_ns:
                # No pupil of this wearer.
                instant_ns = next(instants, _NEVER_NS)
            if instant_ns == truth.timestamp_unix_ns:
                found.append((instant_ns, truth.gaze_px))
            if truth.timestamp_unix_ns >= wanted[-1]:
                return found
        return found

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


def _direction(reference: Reference, camera: Pinhole) -> list[float]:
    if reference.mm_pos is not None:
        x, y, z = reference.mm_pos
        # Of a headset up is up, of a camera down.
        return [x, -y, z]
    assert reference.norm_pos is not None
    x_norm, y_norm = reference.norm_pos
    place_px = np.array([[x_norm * camera.width, (1.0 - y_norm) * camera.height]])
    return [*camera.unproject(place_px)[0].tolist(), 1.0]


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
