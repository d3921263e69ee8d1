"""Mappings as plugins: fitted to data that a client sends, or restored from an earlier fit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from gazewire.errors import ProtocolError
from gazewire.model import Vector3
from gazewire.service.calibration import GAZERS, GazerName
from gazewire.service.collected_data import CollectedData
from gazewire.service.fitting import Fitting
from gazewire.service.plugin import Plugin, PluginContext, PluginType
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message, decode_pupil

__all__ = ["gazer_types"]

_LOG = logging.getLogger(__name__)


class _CalibData(msgspec.Struct, frozen=True, kw_only=True):
    # Any: maps of the bus, read one by one.
    ref_list: list[dict[str, Any]] = []
    pupil_list: list[dict[str, Any]] = []


class _GazerArgs(msgspec.Struct, frozen=True, kw_only=True):
    calib_data: _CalibData | None = None
    params: dict[str, Any] | None = None
    eye_translations: tuple[Vector3, Vector3] | None = None


class _Gazer(Plugin):
    """A mapping that is started with data to fit to, or with what an earlier fit has given."""

    def __init__(
        self, context: PluginContext, fitting: Fitting, gazer: GazerName, args: _GazerArgs
    ) -> None:
        self._timebase = context.timebase
        self._fitting = fitting
        self._gazer = gazer
        self._args = args

    async def run(self) -> None:
        if self._args.params is not None:
            self._fitting.restore(self._gazer, self._args.params)
            return
        data = _collected(self._args.calib_data or _CalibData(), self._timebase)
        await self._fitting.fit(self._gazer, data, self._args.eye_translations)


def _collected(calib_data: _CalibData, timebase: TimeBase) -> CollectedData:
    data = CollectedData()
    for reference in calib_data.ref_list:
        data.add_reference(reference, timebase)
    for fields in calib_data.pupil_list:
        try:
            message = Message.from_map(str(fields.get("topic", "")), fields)
            data.pupils.append(decode_pupil(message).datum(timebase))
        except ProtocolError as error:
            _LOG.warning("a pupil of a calibration is dropped: %s", error)
    return data


# Any: plugin types of any arguments.
def gazer_types(fitting: Fitting) -> tuple[PluginType[Any], ...]:
    """Make the types of mappings, of which one is there.

    Args:
        fitting: fits.
    """

    def starter(name: GazerName) -> Callable[[PluginContext, _GazerArgs], Plugin]:
        return lambda context, args: _Gazer(context, fitting, name, args)

    return tuple(PluginType(name, _GazerArgs, starter(name), family="gazer") for name in GAZERS)
