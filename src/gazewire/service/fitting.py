"""Fits a mapping beside, tells what comes of it, and lets it map."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.model import Notification, PupilDatum, Vector3
from gazewire.service.calibration import (
    CalibrationFailedError,
    CalibrationOutcome,
    CalibrationRequest,
    Calibrator,
    GazerName,
    Reference,
    parse_reference,
)
from gazewire.service.outlet import Outlet
from gazewire.service.pipeline import Pipeline
from gazewire.time import Clock, TimeBase
from gazewire.wire.ipc import wire_pupil

__all__ = ["ACCURACY_SUBJECT", "CollectedData", "Fitting"]

_LOG = logging.getLogger(__name__)

ACCURACY_SUBJECT = "accuracy.measured"
"""Ours: how well gaze meets references, which the program tells its log alone."""

_DISMISSED_WARNING = (
    "An unexpectedly large amount of pupil data (> 20%) was dismissed due to low confidence. "
    "Please check the pupil detection."
)
_MAX_DISMISSED = 0.2


@dataclass(slots=True)
class CollectedData:
    """What a calibration collects. Instants are Unix time: ``T`` in between changes nothing.

    Attributes:
        references: maps of ``ref_data`` as they came, and what they say.
        pupils: of both eyes and all detectors.
    """

    references: list[tuple[Mapping[str, object], Reference]] = field(default_factory=list)
    pupils: list[PupilDatum] = field(default_factory=list)

    def add_reference(self, fields: object, timebase: TimeBase) -> None:
        """Keep one item of ``ref_data``; what is none is logged and dropped."""
        try:
            reference = parse_reference(fields, timebase)
        except RemoteProtocolError as error:
            _LOG.warning("a reference is dropped: %s", error)
        else:
            assert isinstance(fields, Mapping)
            self.references.append((fields, reference))

    def maps(self, timebase: TimeBase) -> dict[str, object]:
        """The same as ``calib_data`` has it; takes a while."""
        return {
            "ref_list": [
                {**fields, "timestamp": timebase.core_s(reference.timestamp_unix_ns)}
                for fields, reference in self.references
            ],
            "pupil_list": [
                msgspec.to_builtins(wire_pupil(pupil, timebase)) for pupil in self.pupils
            ],
        }


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
    ) -> bool:
        """Fit, and map by it; tell whether it did.

        The setup is told first, then success or failure, then what `then` has, and last the result:
        an order in which every known client understands what has happened.

        Args:
            gazer: which kind of mapping.
            data: to fit to.
            eye_translations: of a headset.
            then: subjects without more that are told after the outcome.
        """
        calib_data = await asyncio.to_thread(data.maps, self._timebase)
        setup = self._tell("calibration.setup.v2", gazer, calib_data=calib_data, version=2)
        outcome: CalibrationOutcome | None = None
        try:
            outcome = await asyncio.to_thread(self._fit, gazer, data, eye_translations)
        except CalibrationFailedError as error:
            self.fail(gazer, str(error))
        except Exception as error:
            _LOG.exception("the fit has failed")
            self.fail(gazer, str(error) or type(error).__name__)
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
        await self.judge("calibration", data, eye_translations)
        return True

    async def judge(
        self,
        source: Literal["calibration", "validation"],
        data: CollectedData,
        eye_translations: tuple[Vector3, Vector3] | None = None,
        *,
        gazer: GazerName = "GazerHMD3D",
    ) -> None:
        """Tell how well the mapping that maps now meets references.

        Args:
            source: where the data are from.
            data: references, and what the eyes did.
            eye_translations: of a headset.
            gazer: which kind of mapping, where nobody has calibrated.
        """
        named = self.gazer or gazer
        request = self._request(named, data, eye_translations)
        try:
            found = await asyncio.to_thread(self._calibrator.judge, request, self.params or {})
        except Exception:
            _LOG.exception("the accuracy cannot be told")
            return
        if found is None:
            _LOG.warning("the accuracy cannot be told: no gaze belongs to a reference")
            return
        if found.accuracy_deg is not None:
            _LOG.info("Angular accuracy: %.3f degrees", found.accuracy_deg)
        if found.precision_deg is not None:
            _LOG.info("Angular precision: %.3f degrees", found.precision_deg)
        self._tell(ACCURACY_SUBJECT, named, source=source, **asdict(found))

    def restore(self, gazer: GazerName, params: Mapping[str, object]) -> None:
        """Map by an earlier fit."""
        try:
            self._pipeline.mapper = self._calibrator.restore(gazer, params)
        except CalibrationFailedError as error:
            self.fail(gazer, str(error))
        else:
            self.params, self.gazer = params, gazer

    def fail(self, gazer: GazerName, reason: str) -> None:
        """Tell that there is no calibration, and why."""
        _LOG.error("Calibration Failed!")
        _LOG.error("%s", reason)
        self._tell("calibration.failed", gazer, reason=reason)

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
