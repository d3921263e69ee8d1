"""Calibrations in a headset, whose own program shows targets and says where they are."""

from __future__ import annotations

import logging

from gazewire.model import Notification, Vector3
from gazewire.service.calibration import parse_vector
from gazewire.service.choreography_plugin import Choreography
from gazewire.service.fitting import Fitting
from gazewire.service.guide import Guide, Kind
from gazewire.service.pipeline import Pipeline
from gazewire.service.plugin import PluginContext

__all__ = ["HEADSET", "HmdChoreography"]

_LOG = logging.getLogger(__name__)

HEADSET = "HMD3DChoreographyPlugin"


class HmdChoreography(Choreography):
    """Collects for a headset, whose program says where its targets are.

    Args:
        context: of the service.
        pipeline: through which pupils come.
        fitting: fits in the end.
    """

    def __init__(self, context: PluginContext, pipeline: Pipeline, fitting: Fitting) -> None:
        super().__init__(context, pipeline, fitting, Guide(), name=HEADSET, gazer="GazerHMD3D")

    def on_notify(self, notification: Notification) -> None:
        """calibration.should_start {translation_eye0, translation_eye1}, add_ref_data {ref_data}.

        And calibration.should_stop; validation.should_start and should_stop. References are maps of
        mm_pos and timestamp; translations are where the eyes are, millimetres.
        """
        super().on_notify(notification)

    def _obstacle(self, kind: Kind, notification: Notification) -> str | None:
        if kind == "validation":
            return None
        for eye_id in (0, 1):
            key = f"translation_eye{eye_id}"
            if key not in notification.fields:
                return f"Calibration cannot be started without '{key}'"
            if parse_vector(notification.fields[key]) is None:
                return f"Calibration cannot be started: '{key}' is three numbers"
        return None

    def _translations(self, notification: Notification) -> tuple[Vector3, Vector3] | None:
        right, left = (
            parse_vector(notification.fields.get(f"translation_eye{eye_id}")) for eye_id in (0, 1)
        )
        return None if right is None or left is None else (right, left)

    def _add(self, references: object) -> None:
        super()._add(references)
        if self._machine.active is None:
            return
        if not isinstance(references, list):
            _LOG.warning("ref_data is dropped: it is a list, not %.80r", references)
            return
        self._machine.add_references(references, self._context.timebase)
