"""Fits a mapping beside, tells what comes of it, and lets it map."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from gazewire.gaze import Diagnosis
from gazewire.model import Notification, Vector3
from gazewire.service.accuracy import GazeAccuracy
from gazewire.service.calibration import (
    CalibrationFailedError,
    CalibrationOutcome,
    CalibrationRequest,
    Calibrator,
    GazerName,
)
from gazewire.service.collected_data import CollectedData
from gazewire.service.diagnosis import diagnosis_fields
from gazewire.service.guide import Kind, Target
from gazewire.service.outlet import Outlet
from gazewire.service.pipeline import Pipeline
from gazewire.time import Clock, TimeBase

__all__ = ["ACCURACY_SUBJECT", "Fitting"]

_LOG = logging.getLogger(__name__)

ACCURACY_SUBJECT = "accuracy.measured"
"""Ours: how well gaze meets references, which the program tells its log alone."""

_DISMISSED_WARNING = (
    "An unexpectedly large amount of pupil data (> 20%) was dismissed due to low confidence. "
    "Please check the pupil detection."
)
_MAX_DISMISSED = 0.2

_NO_DATA = "Not sufficient data available."
_NO_REFERENCES = "Not sufficient reference data available."


class Fitting:
    """Fits by a calibrator, in a worker thread.

    Attributes:
        min_confidence: pupils below are left out of a fit.
        params: of the mapping that maps now, None until there has been a fit.
        gazer: which kind it is.
        story: what was told of the last fit that succeeded, setup and result: recordings begin with
            it.

    Args:
        calibrator: fits.
        pipeline: maps.
        outlet: where it speaks.
        clock: the service's.
        timebase: by which times are told.
    """

    def __init__(
        self,
        calibrator: Calibrator,
        pipeline: Pipeline,
        outlet: Outlet,
        clock: Clock,
        timebase: TimeBase,
    ) -> None:
        self.min_confidence = 0.8
        self.params: Mapping[str, object] | None = None
        self.gazer: GazerName | None = None
        self.story: tuple[Notification, ...] = ()
        self._calibrator = calibrator
        self._pipeline = pipeline
        self._outlet = outlet
        self._clock = clock
        self._timebase = timebase

    async def fit(
        self,
        gazer: GazerName,
        data: CollectedData,
        eye_translations: tuple[Vector3, Vector3] | None = None,
        *,
        then: Sequence[str] = (),
        targets: Sequence[Target] = (),
    ) -> bool:
        """Fit, and map by it; tell whether it did.

        The setup is told first, then success or failure, then what `then` has, and last the result:
        an order in which every known client understands what has happened.

        Args:
            gazer: which kind of mapping.
            data: to fit to.
            eye_translations: of a headset.
            then: subjects without more that are told after the outcome.
            targets: that the wearer was led to.
        """
        calib_data = await asyncio.to_thread(data.maps, self._timebase)
        setup = self._tell("calibration.setup.v2", gazer, calib_data=calib_data, version=2)
        outcome: CalibrationOutcome | None = None
        try:
            outcome = await asyncio.to_thread(self._fit, gazer, data, eye_translations)
        except CalibrationFailedError as error:
            request = self._request(gazer, data, eye_translations)
            diagnosis = await asyncio.to_thread(diagnosis_fields, request, targets, error.diagnosis)
            self.fail(gazer, str(error), diagnosis)
        except Exception as error:
            _LOG.exception("the fit has failed")
            request = self._request(gazer, data, eye_translations)
            reason = str(error) or type(error).__name__
            self.fail(gazer, reason, await _diagnosed(request, targets))
        else:
            self._pipeline.mapper = outcome.mapper
            self.params, self.gazer = outcome.params, gazer
            self._tell("calibration.successful", gazer)
        for subject in then:
            self._outlet.notify(Notification(subject=subject))
        if outcome is None:
            # Whatever mapped before goes on.
            return False
        params = dict(outcome.params)
        result = self._tell("calibration.result.v2", gazer, params=params, version=2)
        self.story = (setup, result)
        await self.judge("calibration", data, eye_translations, targets=targets)
        return True

    async def judge(
        self,
        source: Kind,
        data: CollectedData,
        eye_translations: tuple[Vector3, Vector3] | None = None,
        *,
        gazer: GazerName = "GazerHMD3D",
        targets: Sequence[Target] = (),
    ) -> bool:
        """Tell how well the mapping that maps now meets references, or why that cannot be told.

        Args:
            source: where the data are from.
            data: references, and what the eyes did.
            eye_translations: of a headset.
            gazer: which kind of mapping, where nobody has calibrated.
            targets: that the wearer was led to.

        Returns:
            False where it cannot be told.
        """
        named = self.gazer or gazer
        request = self._request(named, data, eye_translations)
        found: GazeAccuracy | None = None
        try:
            found = await asyncio.to_thread(self._calibrator.judge, request, self.params or {})
        except Exception:
            _LOG.exception("the accuracy cannot be told")
        else:
            if found is None:
                _LOG.warning("the accuracy cannot be told: no gaze belongs to a reference")
        if found is None:
            if source == "validation":
                reason = _NO_DATA if request.references else _NO_REFERENCES
                diagnosis = await _diagnosed(request, targets)
                self._tell("validation.failed", named, reason=reason, diagnosis=diagnosis)
            return False
        if found.accuracy_deg is not None:
            _LOG.info("Angular accuracy: %.3f degrees", found.accuracy_deg)
        if found.precision_deg is not None:
            _LOG.info("Angular precision: %.3f degrees", found.precision_deg)
        self._tell(ACCURACY_SUBJECT, named, source=source, **_accuracy_fields(found, targets))
        return True

    def restore(self, gazer: GazerName, params: Mapping[str, object]) -> None:
        """Map by an earlier fit."""
        try:
            self._pipeline.mapper = self._calibrator.restore(gazer, params)
        except CalibrationFailedError as error:
            self.fail(gazer, str(error))
        else:
            self.params, self.gazer = params, gazer

    def fail(
        self, gazer: GazerName, reason: str, diagnosis: Mapping[str, object] | None = None
    ) -> None:
        """Tell that there is no calibration, and why.

        Args:
            gazer: which kind of mapping.
            reason: in the words that clients know.
            diagnosis: in numbers, and in sentences for people.
        """
        _LOG.error("Calibration Failed!")
        _LOG.error("%s", reason)
        told = {"sentences": [], **(diagnosis or {})}
        self._tell("calibration.failed", gazer, reason=reason, diagnosis=told)

    def _fit(
        self,
        gazer: GazerName,
        data: CollectedData,
        eye_translations: tuple[Vector3, Vector3] | None,
    ) -> CalibrationOutcome:
        dismissed = sum(pupil.confidence < self.min_confidence for pupil in data.pupils)
        if data.pupils and dismissed >= _MAX_DISMISSED * len(data.pupils):
            _LOG.warning(_DISMISSED_WARNING)
        return self._calibrator.fit(self._request(gazer, data, eye_translations))

    def _request(
        self,
        gazer: GazerName,
        data: CollectedData,
        eye_translations: tuple[Vector3, Vector3] | None,
    ) -> CalibrationRequest:
        return CalibrationRequest(
            gazer=gazer,
            references=tuple(reference for _, reference in data.references),
            pupils=tuple(data.pupils),
            eye_translations=eye_translations,
            min_confidence=self.min_confidence,
        )

    def _tell(self, subject: str, gazer: GazerName, **fields: object) -> Notification:
        told = {
            "gazer_class_name": gazer,
            "timestamp": self._timebase.core_s(self._clock.unix_ns()),
            "record": True,
            **fields,
        }
        notification = Notification(subject=subject, fields=told)
        self._outlet.notify(notification)
        return notification


async def _diagnosed(
    request: CalibrationRequest, targets: Sequence[Target], found: Diagnosis | None = None
) -> dict[str, object]:
    try:
        return await asyncio.to_thread(diagnosis_fields, request, targets, found)
    except Exception:
        # That it has failed is told all the same.
        _LOG.exception("data of a calibration cannot be diagnosed")
        return {"sentences": []}


def _accuracy_fields(found: GazeAccuracy, targets: Sequence[Target]) -> dict[str, object]:
    places = {target.number: target.place for target in targets}
    fields = asdict(found)
    fields["targets"] = [{**asdict(one), "place": places.get(one.target)} for one in found.targets]
    return fields
