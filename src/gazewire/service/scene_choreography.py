"""Calibrations by what the scene camera sees: markers, and things that are pointed at."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from gazewire.model import EyeId, Notification
from gazewire.service.calibration import GAZERS, GazerName, parse_point
from gazewire.service.choreography_plugin import Choreography
from gazewire.service.exposure import Exposure
from gazewire.service.fitting import Fitting
from gazewire.service.guide import Guide, Kind
from gazewire.service.pipeline import Pass, Pipeline
from gazewire.service.plugin import PluginContext
from gazewire.service.scene_watch import PREVIEW_TOPIC, SceneWatch
from gazewire.service.sighting import FindMarkers, Sighting
from gazewire.service.world import World
from gazewire.wire.ipc import Message

__all__ = ["NATURAL_FEATURES", "SceneChoreography"]

_LOG = logging.getLogger(__name__)

NATURAL_FEATURES = "NaturalFeatureChoreographyPlugin"

# The program's own words.
_NO_SCENE = "Calibration requiers world capture video input."
# Counts of samples are told no more often than that.
_TELL_INTERVAL_NS = 100_000_000
# Pictures and pupils that are older say nothing of now.
_STALE_NS = 2_000_000_000
# Of a new pupil in the mean of late: half a second's worth at 200 Hz.
_NEWEST_SHARE = 0.01


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
        calibration.add_feature {norm_pos, timestamp or timestamp_unix_ns}: the wearer looks at what
        is in this place of the scene; calibration.should_cancel; calibration.should_tell_state.
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
                self._point_at(fields)

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

    def _point_at(self, fields: Mapping[str, object]) -> None:
        place = parse_point(fields.get("norm_pos"))
        if place is None or not all(0.0 <= number <= 1.0 for number in place):
            _LOG.warning("a feature is dropped: norm_pos is two numbers of 0 to 1")
            return
        number = self._machine.point_at(place)
        if number is not None:
            self._watch.follow(number, place, self._instant_of(fields))
            self._change()

    def _instant_of(self, fields: Mapping[str, object]) -> int | None:
        """Of the picture that somebody pointed at; None where it is not told."""
        match fields:
            case {"timestamp_unix_ns": int() as timestamp_unix_ns}:
                return timestamp_unix_ns
            case {"timestamp": int() | float() as core_s}:
                with suppress(ValueError, OverflowError):
                    return self._context.timebase.unix_ns(core_s)
        return None

    def _note(self, done: Pass) -> None:
        pupil = done.pupil
        if pupil is not None and self._is_mapped(pupil):
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
