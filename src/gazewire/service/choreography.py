"""Calibrations over the network: who collects references and pupils, and when a mapping is fitted.

    calibration.should_start    begin to collect
    calibration.add_ref_data    what the wearer of a headset was shown
    calibration.should_stop     fit

A headset sends the references. Markers and things in the scene are looked for in the pictures of
the scene camera, and where they are to be shown is told by ``calibration.state``, each time that
something changes. What state there is and what follows is `gazewire.service.calibration_machine`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import msgspec

from gazewire.errors import ProtocolError
from gazewire.model import EyeId, Notification, PupilDatum, Vector3
from gazewire.service.calibration import GAZERS, GazerName, parse_point, parse_vector
from gazewire.service.calibration_machine import CalibrationMachine, Collection
from gazewire.service.collected_data import CollectedData
from gazewire.service.exposure import Exposure
from gazewire.service.fitting import Fitting
from gazewire.service.guide import Guide, Kind
from gazewire.service.natural_features import NaturalFeatureArgs, NaturalFeatures
from gazewire.service.pipeline import Pass, Pipeline
from gazewire.service.plugin import NoArgs, Plugin, PluginContext, PluginType
from gazewire.service.scene_watch import PREVIEW_TOPIC, SceneWatch
from gazewire.service.screen_marker import ScreenMarkerArgs, ScreenMarkers
from gazewire.service.sighting import FindMarkers, Sighting
from gazewire.service.single_marker import PHYSICAL, MovingMarker, SingleMarkerArgs
from gazewire.service.world import World
from gazewire.surface.calibration_marker import find_calibration_markers
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message, decode_pupil

__all__ = [
    "DEFAULT_CHOREOGRAPHY",
    "NATURAL_FEATURES",
    "SCREEN_MARKERS",
    "SINGLE_MARKER",
    "STATE_SUBJECT",
    "choreography_types",
]

_LOG = logging.getLogger(__name__)

DEFAULT_CHOREOGRAPHY = "HMD3DChoreographyPlugin"
SCREEN_MARKERS = "ScreenMarkerChoreographyPlugin"
SINGLE_MARKER = "SingleMarkerChoreographyPlugin"
NATURAL_FEATURES = "NaturalFeatureChoreographyPlugin"

STATE_SUBJECT = "calibration.state"
"""Ours: where a calibration or validation is, and what is to be shown."""

_KINDS: dict[str, Kind] = {"calibration": "calibration", "validation": "validation"}
# Counts of samples are told no more often than that.
_TELL_INTERVAL_NS = 100_000_000
# The program's own words.
_NO_SCENE = "Calibration requiers world capture video input."
# Pictures and pupils that are older say nothing of now.
_STALE_NS = 2_000_000_000
# Of a new pupil in the mean of late: half a second's worth at 200 Hz.
_NEWEST_SHARE = 0.01


class _CalibData(msgspec.Struct, frozen=True, kw_only=True):
    # Any: maps of the bus, read one by one.
    ref_list: list[dict[str, Any]] = []
    pupil_list: list[dict[str, Any]] = []


class _GazerArgs(msgspec.Struct, frozen=True, kw_only=True):
    calib_data: _CalibData | None = None
    params: dict[str, Any] | None = None
    eye_translations: tuple[Vector3, Vector3] | None = None


class Choreography(Plugin):
    """Collects by the rules of a guide, and has what was collected fitted.

    Args:
        context: of the service.
        pipeline: through which pupils come.
        fitting: fits in the end.
        guide: says what counts.
        name: of the plugin, as it is told.
        gazer: which mapping is fitted.
    """

    def __init__(
        self,
        context: PluginContext,
        pipeline: Pipeline,
        fitting: Fitting,
        guide: Guide,
        *,
        name: str,
        gazer: GazerName,
    ) -> None:
        self.gazer = gazer
        self._name = name
        self._context = context
        self._pipeline = pipeline
        self._fitting = fitting
        self._machine = CalibrationMachine(guide)
        self._collected: asyncio.Queue[Collection] = asyncio.Queue()
        self._changed = asyncio.Event()
        # Of each eye: how many pupils came in this collection, and how many of them are confident.
        self._pupils: dict[int, list[int]] = {0: [0, 0], 1: [0, 0]}

    def on_notify(self, notification: Notification) -> None:
        """calibration.should_start and should_stop; validation.should_start and should_stop.

        And calibration.should_cancel, which throws away what has been collected, and
        calibration.should_tell_state, which is answered by calibration.state.
        """
        kind, _, act = notification.subject.partition(".")
        if kind not in _KINDS:
            return
        match act:
            case "should_start":
                self._start(_KINDS[kind], notification)
            case "should_stop":
                self._stop()
            case "should_cancel":
                self._cancel()
            case "should_tell_state":
                self._tell_state()
            case "add_ref_data":
                self._add(notification.fields.get("ref_data"))

    def cleanup(self) -> None:
        """Forget what has been collected."""
        self._end()
        self._machine.cancel()

    async def run(self) -> None:
        """Fit what has been collected, one after the other, and keep the guide's times."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wake())
            while True:
                await self._fit(await self._collected.get())

    async def _fit(self, done: Collection) -> None:
        stopped = f"{done.kind}.stopped"
        if done.kind == "validation":
            await self._tell_validation(done.data)
            succeeded = await self._fitting.judge(
                "validation", done.data, gazer=self.gazer, targets=done.targets
            )
            self._tell(stopped)
        else:
            has_data = done.data.references or done.data.pupils
            if not has_data:
                self._tell(stopped)
            succeeded = await self._fitting.fit(
                self.gazer,
                done.data,
                done.translations,
                then=[stopped] if has_data else [],
                targets=done.targets,
            )
        if succeeded:
            self._machine.succeed()
        else:
            self._machine.fail()
        self._change()

    async def _wake(self) -> None:
        while True:
            wake_at_ns = self._machine.wake_at_ns
            now_ns = self._context.clock.unix_ns()
            if wake_at_ns is not None and wake_at_ns <= now_ns:
                self._take_whole(self._machine.wake(now_ns))
                self._change()
                continue
            wait_s = None if wake_at_ns is None else (wake_at_ns - now_ns) / 1e9
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            self._changed.clear()

    def _start(self, kind: Kind, notification: Notification) -> None:
        if self._machine.active is not None:
            _LOG.warning("Calibration already running.")
            return
        reason = self._obstacle(kind, notification)
        if reason is not None:
            _LOG.error("%s", reason)
            self._fitting.fail(self.gazer, reason)
            self._machine.fail()
            self._change()
            return
        now_ns = self._context.clock.unix_ns()
        self._machine.start(kind, now_ns, self._translations(notification))
        self._pupils = {0: [0, 0], 1: [0, 0]}
        self._pipeline.listeners.append(self._take)
        _LOG.info("Starting  %s", kind.capitalize())
        self._tell(f"{kind}.started")
        self._change()

    def _obstacle(self, kind: Kind, notification: Notification) -> str | None:
        """Why it cannot start; None where it can."""
        return None

    def _translations(self, notification: Notification) -> tuple[Vector3, Vector3] | None:
        """Where the eyes are in a headset's frame."""
        return None

    def _add(self, references: object) -> None:
        if self._machine.active is None:
            _LOG.error("Ref data can only be added when calibration is running.")

    def _stop(self) -> None:
        whole = self._machine.stop()
        if whole is None:
            _LOG.debug("no calibration is running")
            return
        self._take_whole(whole)
        self._change()

    def _cancel(self) -> None:
        kind = self._machine.kind
        if self._machine.cancel():
            self._end()
            self._tell(f"{kind}.stopped")
            self._change()

    def _take_whole(self, whole: Collection | None) -> None:
        if whole is not None:
            self._collected.put_nowait(whole)
            self._end()

    def _end(self) -> None:
        if self._take in self._pipeline.listeners:
            self._pipeline.listeners.remove(self._take)

    def _take(self, done: Pass) -> None:
        pupil = done.pupil
        self._machine.take(pupil)
        if self._is_mapped(pupil):
            counts = self._pupils[pupil.eye_id]
            counts[0] += 1
            counts[1] += pupil.confidence >= self._fitting.min_confidence

    def _is_mapped(self, pupil: PupilDatum) -> bool:
        return ("2d" if self.gazer == "Gazer2D" else "3d") in pupil.method

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

    def _change(self) -> None:
        """Let the guide's times be looked at again: something is no longer as it was."""
        self._changed.set()

    def _tell_state(self) -> None:
        core_s = self._context.timebase.core_s(self._context.clock.unix_ns())
        fields = {**self._state(), "timestamp": core_s}
        self._context.outlet.notify(Notification(subject=STATE_SUBJECT, fields=fields))

    def _state(self) -> dict[str, object]:
        machine, guide = self._machine, self._machine.guide
        return {
            "choreography": self._name,
            "gazer_class_name": self.gazer,
            "state": machine.state.value,
            "kind": machine.kind,
            "run": machine.run,
            "target": guide.current if machine.active is not None else None,
            "targets": [asdict(target) for target in guide.targets],
            "note": guide.note,
            "eyes": [
                {"eye_id": eye_id, "pupils": pupils, "confident": confident}
                for eye_id, (pupils, confident) in self._pupils.items()
            ],
        }


class HmdChoreography(Choreography):
    """Collects for a headset, whose program says where its targets are.

    Args:
        context: of the service.
        pipeline: through which pupils come.
        fitting: fits in the end.
    """

    def __init__(self, context: PluginContext, pipeline: Pipeline, fitting: Fitting) -> None:
        super().__init__(
            context, pipeline, fitting, Guide(), name=DEFAULT_CHOREOGRAPHY, gazer="GazerHMD3D"
        )

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


class SceneChoreography(Choreography):
    """Collects what the scene camera sees.

    Args:
        context: of the service.
        pipeline: through which pupils come.
        fitting: fits in the end.
        guide: says what counts.
        world: the scene camera.
        find_markers: finds them in its pictures.
        name: of the plugin, as it is told.
        selected_gazer: which mapping was asked for.
        display: what a display has to know to show the targets; empty where it shows none.
    """

    def __init__(
        self,
        context: PluginContext,
        pipeline: Pipeline,
        fitting: Fitting,
        guide: Guide,
        world: World,
        find_markers: FindMarkers,
        *,
        name: str,
        selected_gazer: str | None,
        display: Mapping[str, object],
    ) -> None:
        gazer: GazerName = next((known for known in GAZERS if known == selected_gazer), "Gazer3D")
        super().__init__(context, pipeline, fitting, guide, name=name, gazer=gazer)
        self._world = world
        self._display = display
        self._watch = SceneWatch(find_markers, context.timebase)
        self._last: Sighting | None = None
        self._told: object = None
        self._told_ns = 0
        # Of each eye: how confident its pupils are of late, and when the last one was.
        self._confidences: dict[EyeId, tuple[float, int]] = {}
        pipeline.listeners.append(self._note)
        world.watch(self._look)
        self._change()

    def on_notify(self, notification: Notification) -> None:
        """calibration.should_start and should_stop; validation.should_start and should_stop.

        And calibration.target_shown {run, target}: a display shows the target of calibration.state;
        calibration.add_feature {norm_pos, timestamp}: the wearer looks at what is in this place of
        the scene; calibration.should_cancel; calibration.should_tell_state.
        """
        super().on_notify(notification)
        fields = notification.fields
        match notification.subject:
            case "calibration.target_shown":
                target = fields.get("target")
                if fields.get("run") == self._machine.run and isinstance(target, int):
                    self._machine.shown(target, self._context.clock.unix_ns())
                    self._change()
            case "calibration.add_feature":
                self._point_at(fields.get("norm_pos"), fields.get("timestamp"))

    def cleanup(self) -> None:
        """Look no more."""
        self._world.unwatch(self._look)
        self._pipeline.listeners.remove(self._note)
        super().cleanup()

    def _obstacle(self, kind: Kind, notification: Notification) -> str | None:
        return None if self._world.has_camera else _NO_SCENE

    def _end(self) -> None:
        super()._end()
        self._watch.forget()

    def _point_at(self, norm_pos: object, core_s: object) -> None:
        place = parse_point(norm_pos)
        if place is None or not all(0.0 <= number <= 1.0 for number in place):
            _LOG.warning("a feature is dropped: norm_pos is two numbers of 0 to 1")
            return
        timestamp_unix_ns = None
        if isinstance(core_s, int | float):
            with suppress(ValueError, OverflowError):
                timestamp_unix_ns = self._context.timebase.unix_ns(core_s)
        number = self._machine.point_at(place)
        if number is not None:
            self._watch.follow(number, place, timestamp_unix_ns)
            self._change()

    def _note(self, done: Pass) -> None:
        pupil = done.pupil
        if self._is_mapped(pupil):
            mean, _ = self._confidences.get(pupil.eye_id, (pupil.confidence, 0))
            mean += (pupil.confidence - mean) * _NEWEST_SHARE
            self._confidences[pupil.eye_id] = mean, pupil.timestamp_unix_ns

    def _confidence(self, eye_id: EyeId, now_ns: int) -> float | None:
        mean, latest_ns = self._confidences.get(eye_id, (0.0, 0))
        return mean if now_ns - latest_ns < _STALE_NS else None

    def _look(self, exposure: Exposure) -> Callable[[], None]:
        is_active = self._machine.active is not None
        is_previewed = self._context.outlet.wants(PREVIEW_TOPIC)
        if not is_active and not is_previewed:
            return _nothing
        sighting, make_preview = self._watch.look(
            exposure, keeps_pictures=is_active and self._name == NATURAL_FEATURES
        )
        preview = None
        if is_previewed and self._watch.is_preview_due(exposure.timestamp_unix_ns):
            now_ns = self._context.clock.unix_ns()
            preview = make_preview((self._confidence(0, now_ns), self._confidence(1, now_ns)))
        return lambda: self._see(sighting, preview)

    def _see(self, sighting: Sighting, preview: Message | None) -> None:
        if preview is not None:
            self._context.outlet.publish(preview)
        self._last = sighting
        if self._machine.active is not None:
            self._take_whole(self._machine.see(sighting))
            self._count()

    def _change(self) -> None:
        """Tell it, too: a display follows."""
        super()._change()
        self._told_ns, self._told = self._context.clock.unix_ns(), self._outline()
        self._tell_state()

    def _count(self) -> None:
        """The same, but where nothing but counts is new only every now and then."""
        elapsed_ns = self._context.clock.unix_ns() - self._told_ns
        if self._outline() != self._told or elapsed_ns >= _TELL_INTERVAL_NS:
            self._change()

    def _outline(self) -> object:
        guide, machine = self._machine.guide, self._machine
        states = tuple(target.state for target in guide.targets)
        return machine.state, machine.run, guide.current, guide.note, states

    def _state(self) -> dict[str, object]:
        last, now_ns = self._last, self._context.clock.unix_ns()
        if last is not None and now_ns - last.timestamp_unix_ns > _STALE_NS:
            last = None
        places = [] if last is None else last.places("calibration")
        seen = last.norm_pos(places[0]) if last is not None and len(places) == 1 else None
        return {
            **super()._state(),
            "display": self._display,
            "has_scene": self._world.has_camera,
            "marker": seen,
            "markers": len(places),
        }


def _nothing() -> None:
    """Found nothing, because nobody looked."""


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
    pipeline: Pipeline,
    fitting: Fitting,
    world: World,
    find_markers: FindMarkers = find_calibration_markers,
) -> tuple[PluginType[Any], ...]:
    """Make the types of choreographies, of which one is there, and of mappings.

    Args:
        pipeline: through which pupils come.
        fitting: fits.
        world: where markers are seen.
        find_markers: finds them there.
    """

    def start_hmd(context: PluginContext, args: NoArgs) -> Plugin:
        return HmdChoreography(context, pipeline, fitting)

    def start_screen(context: PluginContext, args: ScreenMarkerArgs) -> Plugin:
        display: dict[str, object] = {"shows": "targets", "marker_scale": args.marker_scale}
        guide = ScreenMarkers(args)
        return start(context, guide, SCREEN_MARKERS, args.selected_gazer_class_name, display)

    def start_single(context: PluginContext, args: SingleMarkerArgs) -> Plugin:
        display: dict[str, object] = {"shows": "marker", "marker_scale": args.marker_scale}
        if args.marker_mode == PHYSICAL:
            display = {}
        guide = MovingMarker(args)
        return start(context, guide, SINGLE_MARKER, args.selected_gazer_class_name, display)

    def start_features(context: PluginContext, args: NaturalFeatureArgs) -> Plugin:
        guide = NaturalFeatures(args)
        return start(context, guide, NATURAL_FEATURES, args.selected_gazer_class_name, {})

    def start(
        context: PluginContext,
        guide: Guide,
        name: str,
        selected_gazer: str | None,
        display: Mapping[str, object],
    ) -> Plugin:
        return SceneChoreography(
            context,
            pipeline,
            fitting,
            guide,
            world,
            find_markers,
            name=name,
            selected_gazer=selected_gazer,
            display=display,
        )

    def starter(name: GazerName) -> Callable[[PluginContext, _GazerArgs], Plugin]:
        return lambda context, args: _Gazer(context, fitting, name, args)

    choreographies: tuple[PluginType[Any], ...] = (
        PluginType(DEFAULT_CHOREOGRAPHY, NoArgs, start_hmd, order=0.3, family="choreography"),
        PluginType(
            SCREEN_MARKERS, ScreenMarkerArgs, start_screen, order=0.3, family="choreography"
        ),
        PluginType(SINGLE_MARKER, SingleMarkerArgs, start_single, order=0.3, family="choreography"),
        PluginType(
            NATURAL_FEATURES, NaturalFeatureArgs, start_features, order=0.3, family="choreography"
        ),
    )
    gazers = (PluginType(name, _GazerArgs, starter(name), family="gazer") for name in GAZERS)
    return (*choreographies, *gazers)
