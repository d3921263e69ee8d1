"""Fits gaze to what eyes were seen to do: the measuring floors in the place of a calibrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gazewire.gaze import GazeFitError, fit_gazer, map_pupils, restore_gazer
from gazewire.model import EyeId, MappedGaze, PupilDatum
from gazewire.optics import Camera
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

__all__ = ["SeeingCalibrator", "Uncalibrated"]

# Gaze of pupils that were seen worse is not compared with anything.
_MIN_CONFIDENCE = 0.6


class SeeingCalibrator:
    """A `gazewire.service.Calibrator`.

    Args:
        scene_camera: in whose image references are; None where it is not known.
    """

    def __init__(self, scene_camera: Camera | None) -> None:
        self._scene_camera = scene_camera

    def fit(self, request: CalibrationRequest) -> CalibrationOutcome:
        """Fit the mapping that is asked for; see `gazewire.service.Calibrator`."""
        try:
            fitted = fit_gazer(
                request.gazer,
                request.references,
                request.pupils,
                scene_camera=self._scene_camera,
                eye_translations=request.eye_translations,
                min_confidence=request.min_confidence,
            )
        except GazeFitError as error:
            raise CalibrationFailedError(error.reason, error.diagnosis) from error
        return CalibrationOutcome(fitted.mapper(), fitted.params)

    def judge(
        self, request: CalibrationRequest, params: Mapping[str, object]
    ) -> GazeAccuracy | None:
        """Map the pupils, and compare the gaze with the references that are nearest in time."""
        if not params:
            return None
        mapper = restore_gazer(request.gazer, params, scene_camera=self._scene_camera)
        gazes = [
            gaze
            for gaze in map_pupils(mapper, request.pupils)
            if gaze.confidence >= _MIN_CONFIDENCE
        ]
        references = sorted(request.references, key=lambda one: one.timestamp_unix_ns)
        instants = [reference.timestamp_unix_ns for reference in references]
        rows: list[tuple[NDArray[np.float64], NDArray[np.float64], int | None]] = []
        for gaze in gazes:
            nearest = nearest_in_time(instants, gaze.timestamp_unix_ns)
            if nearest is None:
                continue
            wanted = self._wanted(references[nearest])
            found = self._found(gaze)
            if wanted is not None and found is not None:
                rows.append((found, wanted, references[nearest].target))
        if not rows:
            return None
        found_rows, wanted_rows, targets = zip(*rows, strict=True)
        return evaluate_gaze(np.array(found_rows), np.array(wanted_rows), targets=targets)

    def restore(self, gazer: GazerName, params: Mapping[str, object]) -> GazeMapper:
        """Make the mapper of an earlier fit, of ours or of the Core programs."""
        try:
            return restore_gazer(gazer, params, scene_camera=self._scene_camera)
        except GazeFitError as error:
            raise CalibrationFailedError(error.reason, error.diagnosis) from error

    def _wanted(self, reference: Reference) -> NDArray[np.float64] | None:
        if reference.mm_pos is not None:
            x, y, z = reference.mm_pos
            # Of a headset up is up, of a camera down.
            return np.array([x, -y, z])
        return None if reference.norm_pos is None else self._direction(reference.norm_pos)

    def _found(self, gaze: MappedGaze) -> NDArray[np.float64] | None:
        if gaze.norm_pos is not None and self._scene_camera is not None:
            return self._direction(gaze.norm_pos)
        return None if gaze.point_mm is None else np.array(gaze.point_mm)

    def _direction(self, norm_pos: tuple[float, float]) -> NDArray[np.float64] | None:
        camera = self._scene_camera
        if camera is None:
            return None
        x, y = norm_pos
        (direction,) = camera.unproject([(x * camera.width, (1.0 - y) * camera.height)])
        return np.asarray(direction, np.float64)


class Uncalibrated:
    """Maps nothing, because nobody has calibrated: a `gazewire.service.GazeMapper`.

    Attributes:
        mode: which pupils would be taken.
    """

    def __init__(self, mode: MappingMode) -> None:
        self.mode = mode

    def map(self, pupil: PupilDatum, running: frozenset[EyeId]) -> Sequence[MappedGaze]:
        """Nothing."""
        return ()
