"""Calibrations over the network: who collects references and pupils, and when a mapping is fitted.

    calibration.should_start    idle → collecting
    calibration.add_ref_data    while collecting: what the wearer was shown
    calibration.should_stop     collecting → idle: fit

A headset sends the references. On a screen they are markers, which need a scene camera.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from gazewire.errors import ProtocolError
from gazewire.model import Notification, Vector3
from gazewire.service.calibration import GAZERS, GazerName, parse_vector
from gazewire.service.fitting import CollectedData, Fitting
from gazewire.service.pipeline import Pass, Pipeline
from gazewire.service.plugin import NoArgs, Plugin, PluginContext, PluginType
from gazewire.service.world import World
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message, decode_pupil

__all__ = ["DEFAULT_CHOREOGRAPHY", "choreography_types"]

_LOG = logging.getLogger(__name__)

DEFAULT_CHOREOGRAPHY = "HMD3DChoreographyPlugin"

# Ten minutes of both eyes and detectors at 200 Hz, and of references at a rate that nobody has.
_MAX_PUPILS = 480_000
_MAX_REFERENCES = 100_000

_SCREEN_CHOREOGRAPHIES = (
    "ScreenMarkerChoreographyPlugin",
    "SingleMarkerChoreographyPlugin",
    "NaturalFeatureChoreographyPlugin",
)

_Kind = Literal["calibration", "validation"]
_ACTS = {"should_start", "should_stop", "add_ref_data"}


class _ChoreographyArgs(msgspec.Struct, frozen=True, kw_only=True):
    selected_gazer_class_name: str | None = None


class _CalibData(msgspec.Struct, frozen=True, kw_only=True):
    # Any: maps of the bus, read one by one.
    ref_list: list[dict[str, Any]] = []
    pupil_list: list[dict[str, Any]] = []


class _GazerArgs(msgspec.Struct, frozen=True, kw_only=True):
    calib_data: _CalibData | None = None
    params: dict[str, Any] | None = None
    eye_translations: tuple[Vector3, Vector3] | None = None


@dataclass(slots=True)
class _Collection:
    kind: _Kind
    translations: tuple[Vector3, Vector3] | None
    data: CollectedData = field(default_factory=CollectedData)


class HmdChoreography(Plugin):
    """Collects for a headset, whose program says where its targets are.

    Args:
        context: of the service.
        pipeline: through which pupils come.
        fitting: fits in the end.
    """

    gazer: GazerName = "GazerHMD3D"

    def __init__(self, context: PluginContext, pipeline: Pipeline, fitting: Fitting) -> None:
        self._context = context
        self._pipeline = pipeline
        self._fitting = fitting
        self._active: _Collection | None = None
        self._collected: asyncio.Queue[_Collection] = asyncio.Queue()

    def on_notify(self, notification: Notification) -> None:
        """calibration.should_start {translation_eye0, translation_eye1}, add_ref_data {ref_data}.

        And calibration.should_stop; validation.should_start and should_stop. References are maps of
        mm_pos and timestamp; translations are where the eyes are, millimetres.
        """
        kind, _, act = notification.subject.partition(".")
        if act not in _ACTS or kind not in {"calibration", "validation"}:
            return
        match act:
            case "should_start":
                self._start("calibration" if kind == "calibration" else "validation", notification)
            case "add_ref_data":
                self._add(notification.fields.get("ref_data"))
            case "should_stop":
                self._stop()

    def cleanup(self) -> None:
        """Forget what has been collected."""
        self._end()

    async def run(self) -> None:
        """Fit what has been collected, one after the other."""
        while True:
            done = await self._collected.get()
            data = done.data
            stopped = f"{done.kind}.stopped"
            if done.kind == "validation":
                await self._tell_validation(data)
                await self._fitting.judge("validation", data, gazer=self.gazer)
                self._tell(stopped)
            elif data.references or data.pupils:
                await self._fitting.fit(self.gazer, data, done.translations, then=[stopped])
            else:
                self._tell(stopped)
                await self._fitting.fit(self.gazer, data, done.translations)

    def _start(self, kind: _Kind, notification: Notification) -> None:
        if self._active is not None:
            _LOG.warning("Calibration already running.")
            return
        translations = None
        if kind == "calibration":
            translations = self._translations(notification)
            if translations is None:
                return
        self._active = _Collection(kind, translations)
        self._pipeline.listeners.append(self._take)
        _LOG.info("Starting  %s", kind.capitalize())
        self._tell(f"{kind}.started")

    def _translations(self, notification: Notification) -> tuple[Vector3, Vector3] | None:
        found: list[Vector3] = []
        for eye_id in (0, 1):
            key = f"translation_eye{eye_id}"
            vector = parse_vector(notification.fields.get(key))
            if vector is None:
                reason = f"Calibration cannot be started without '{key}'"
                if key in notification.fields:
                    reason = f"Calibration cannot be started: '{key}' is three numbers"
                _LOG.error("%s", reason)
                self._fitting.fail(self.gazer, reason)
                return None
            found.append(vector)
        return found[0], found[1]

    def _take(self, done: Pass) -> None:
        if self._active is not None and len(self._active.data.pupils) < _MAX_PUPILS:
            self._active.data.pupils.append(done.pupil)

    def _add(self, references: object) -> None:
        if self._active is None:
            _LOG.error("Ref data can only be added when calibration is running.")
            return
        if not isinstance(references, list):
            _LOG.warning("ref_data is dropped: it is a list, not %.80r", references)
            return
        data = self._active.data
        for reference in references[: _MAX_REFERENCES - len(data.references)]:
            data.add_reference(reference, self._context.timebase)

    def _stop(self) -> None:
        if self._active is None:
            _LOG.debug("no calibration is running")
            return
        self._collected.put_nowait(self._active)
        self._end()

    def _end(self) -> None:
        self._active = None
        if self._take in self._pipeline.listeners:
            self._pipeline.listeners.remove(self._take)

    async def _tell_validation(self, data: CollectedData) -> None:
        fitting, context = self._fitting, self._context
        maps = await asyncio.to_thread(data.maps, context.timebase)
        fields = {
            "gazer_class_name": fitting.gazer or self.gazer,
            "gazer_params": dict(fitting.params or {}),
            **maps,
            "timestamp": context.timebase.core_s(context.clock.unix_ns()),
            "record": True,
        }
        context.outlet.notify(Notification(subject="validation.data", fields=fields))

    def _tell(self, subject: str) -> None:
        self._context.outlet.notify(Notification(subject=subject))


class _ScreenChoreography(Plugin):
    """Says that there is no scene camera to see markers with, or nobody who looks for them."""

    def __init__(self, fitting: Fitting, gazer: GazerName, world: World) -> None:
        self._fitting = fitting
        self._gazer = gazer
        self._world = world

    def on_notify(self, notification: Notification) -> None:
        """calibration.should_start, which fails: nobody looks for markers yet."""
        match notification.subject:
            case "calibration.should_start" | "validation.should_start":
                # The first are the program's own words.
                reason = "Calibration requiers world capture video input."
                if self._world.has_camera:
                    reason = "Nobody looks for calibration markers in the scene yet."
                _LOG.error("%s", reason)
                self._fitting.fail(self._gazer, reason)


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
def choreography_types(
    pipeline: Pipeline, fitting: Fitting, world: World
) -> tuple[PluginType[Any], ...]:
    """Make the types of choreographies, of which one is there, and of mappings.

    Args:
        pipeline: through which pupils come.
        fitting: fits.
        world: where markers would be seen.
    """

    def start_hmd(context: PluginContext, args: NoArgs) -> Plugin:
        return HmdChoreography(context, pipeline, fitting)

    def start_screen(context: PluginContext, args: _ChoreographyArgs) -> Plugin:
        wanted = args.selected_gazer_class_name
        gazer: GazerName = next((name for name in GAZERS if name == wanted), "Gazer3D")
        return _ScreenChoreography(fitting, gazer, world)

    def starter(name: GazerName) -> Callable[[PluginContext, _GazerArgs], Plugin]:
        return lambda context, args: _Gazer(context, fitting, name, args)

    return (
        PluginType(DEFAULT_CHOREOGRAPHY, NoArgs, start_hmd, order=0.3, family="choreography"),
        *(
            PluginType(name, _ChoreographyArgs, start_screen, order=0.3, family="choreography")
            for name in _SCREEN_CHOREOGRAPHIES
        ),
        *(PluginType(name, _GazerArgs, starter(name), family="gazer") for name in GAZERS),
    )
