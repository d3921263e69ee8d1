"""The calibration with which a service of synthetic eyes begins, fitted to what they rehearsed."""

from __future__ import annotations

from typing import Any

from gazewire.model import EyeId, Notification
from gazewire.service import REHEARSED_SUBJECT, GazerName, NoArgs, Plugin, PluginContext, PluginType

__all__ = ["FIRST_CALIBRATION", "first_calibration"]

FIRST_CALIBRATION = "First_Calibration"

# Any: maps of the bus, handed on as they are.
_Maps = list[dict[str, Any]]


class FirstCalibration(Plugin):
    """Waits until all eyes have rehearsed, and asks for a fit. What is rehearsed later is left.

    Args:
        context: of the service.
        eyes: that rehearse.
        gazer: the mapping that is to be fitted.
    """

    def __init__(self, context: PluginContext, eyes: frozenset[EyeId], gazer: GazerName) -> None:
        self._context = context
        self._eyes = eyes
        self._gazer = gazer
        self._rehearsed: dict[int, tuple[_Maps, _Maps]] = {}
        self._is_done = False

    def on_notify(self, notification: Notification) -> None:
        """eye_process.rehearsed {eye_id, ref_list, pupil_list}: of what an eye has seen."""
        if notification.subject != REHEARSED_SUBJECT or self._is_done:
            return
        match notification.fields:
            case {
                "eye_id": (0 | 1) as eye_id,
                "ref_list": list() as refs,
                "pupil_list": list() as pupils,
            }:
                self._rehearsed[eye_id] = refs, pupils
        if self._eyes <= self._rehearsed.keys():
            self._is_done = True
            self._ask_for_fit()

    def _ask_for_fit(self) -> None:
        references, _ = self._rehearsed[min(self._rehearsed)]
        pupils = [
            pupil
            for refs, own in self._rehearsed.values()
            for pupil in _moved(own, refs, references)
        ]
        self._rehearsed.clear()
        data = {"ref_list": references, "pupil_list": pupils}
        fields = {"name": self._gazer, "args": {"calib_data": data}}
        self._context.outlet.notify(Notification(subject="start_plugin", fields=fields))


def _moved(pupils: _Maps, since: _Maps, to: _Maps) -> _Maps:
    """Let pupils be of the instants of other references, which correspond one by one."""
    instants = {a["timestamp"]: b["timestamp"] for a, b in zip(since, to, strict=False)}
    return [
        {**pupil, "timestamp": instants[pupil["timestamp"]]}
        for pupil in pupils
        if pupil.get("timestamp") in instants
    ]


def first_calibration(eyes: frozenset[EyeId], gazer: GazerName) -> PluginType[NoArgs]:
    """Make the type of the plugin.

    Args:
        eyes: that rehearse.
        gazer: the mapping that is to be fitted.
    """
    return PluginType(
        FIRST_CALIBRATION, NoArgs, lambda context, args: FirstCalibration(context, eyes, gazer)
    )
