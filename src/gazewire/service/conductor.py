"""The service's own part on the bus: hears everything, and lets each part do its share.

Of a notification the service itself makes something first, then every plugin in its order; of a
pupil first the pipeline, then every plugin. Nothing that anybody sends ends it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from gazewire.errors import RemoteProtocolError
from gazewire.model import EyeId, Notification
from gazewire.service.core_time import AnnouncedTimeBase
from gazewire.service.fitting import Fitting
from gazewire.service.gaze_mapper import GazeMapper, MappingMode
from gazewire.service.large_notifications import is_for_others
from gazewire.service.outlet import Outlet
from gazewire.service.pipeline import Pipeline, Told
from gazewire.service.plugins import PluginHost
from gazewire.service.supervisor import EyeSupervisor
from gazewire.service.world import World
from gazewire.wire.ipc import (
    Family,
    Message,
    family_of,
    parse_notification,
)

__all__ = ["HEARD", "Conductor"]

_LOG = logging.getLogger(__name__)

HEARD = (Family.NOTIFY.value, Family.PUPIL.value)
"""Beginnings of the topics that a conductor hears."""

_DOCS = {
    "launcher": "Carries the bus, and keeps the eyes' processes.",
    "service": (
        "Maps pupils to gaze, and keeps eyes and plugins. Understands service_process.should_stop, "
        "eye_process.should_start and should_stop {eye_id}, start_plugin and stop_plugin {name, "
        "args}, start_eye_plugin and stop_eye_plugin {target, name, args}, "
        "set_detection_mapping_mode {mode}."
    ),
}
_STOPS = {"service_process.should_stop", "launcher_process.should_stop"}


class Conductor:
    """Follows the bus.

    Attributes:
        stopped: somebody has asked the service to stop.

    Args:
        outlet: where it speaks.
        timebase: the service's, told to each eye that starts.
        supervisor: of the eyes.
        plugins: that run.
        pipeline: that computes gaze.
        fitting: that calibrates.
        world: the scene camera.
        make_mapper: makes the mapper of a mode.
    """

    def __init__(
        self,
        outlet: Outlet,
        timebase: AnnouncedTimeBase,
        supervisor: EyeSupervisor,
        plugins: PluginHost,
        pipeline: Pipeline,
        fitting: Fitting,
        world: World,
        *,
        make_mapper: Callable[[MappingMode], GazeMapper],
    ) -> None:
        self.stopped = asyncio.Event()
        self._outlet = outlet
        self._timebase = timebase
        self._supervisor = supervisor
        self._plugins = plugins
        self._pipeline = pipeline
        self._fitting = fitting
        self._world = world
        self._make_mapper = make_mapper

    async def hear(self, messages: AsyncIterator[Message]) -> None:
        """Do what messages ask for, until they end."""
        async for message in messages:
            try:
                self._take(message)
            except Exception:
                _LOG.exception("a message under %.80r is passed over", message.topic)

    def tell(self, told: Iterable[Told]) -> None:
        """Take what somebody else has measured."""
        self._plugins.take(self._pipeline.tell(told))

    def begin(self, eyes: frozenset[EyeId]) -> None:
        """Say that the service is there, and start the eyes that start with it."""
        self._tell("service_process.started")
        _LOG.warning("Process started.")
        for eye_id in (1, 0):
            if eye_id in eyes:
                # The left one a little later, as clients have seen it for years.
                self._tell("eye_process.should_start", eye_id=eye_id, delay=0.3 * eye_id)

    async def end(self) -> None:
        """Say that the service ends, and see the eyes out."""
        self._plugins.close()
        self._world.close()
        for eye_id in (0, 1):
            self._tell("eye_process.should_stop", eye_id=eye_id)
        _LOG.info("Process shutting down.")
        await self._supervisor.close()
        self._tell("service_process.stopped")
        self._tell("launcher_process.should_stop")

    def _take(self, message: Message) -> None:
        if family_of(message.topic) is Family.PUPIL:
            done = self._pipeline.take(message)
            if done is not None:
                self._plugins.take(done)
        elif family_of(message.topic) is Family.NOTIFY:
            if is_for_others(message):
                return
            try:
                notification = parse_notification(message)
            except RemoteProtocolError as error:
                _LOG.warning("a notification is dropped: %s", error)
                return
            self._handle(notification)
            self._plugins.notify(notification)

    def _handle(self, notification: Notification) -> None:
        self._supervisor.handle(notification)
        self._world.handle(notification)
        match notification.subject:
            case "start_plugin" | "stop_plugin":
                self._change_plugin(notification)
            case "eye_process.started":
                # It may have been moved while the eye was starting.
                self._timebase.announce()
            case "set_min_calibration_confidence":
                self._set_min_confidence(notification.fields.get("value"))
            case "set_detection_mapping_mode":
                self._set_mode(notification.fields.get("mode"))
            case "meta.should_doc":
                for actor, doc in _DOCS.items():
                    self._tell("meta.doc", actor=actor, doc=doc)
            case subject if subject in _STOPS:
                self.stopped.set()

    def _change_plugin(self, notification: Notification) -> None:
        name, args = notification.fields.get("name"), notification.fields.get("args")
        if not isinstance(name, str):
            _LOG.error("%s has no name of a plugin", notification.subject)
        elif notification.subject == "stop_plugin":
            self._plugins.stop(name)
        elif args is None or isinstance(args, Mapping):
            self._plugins.start(name, args)
        else:
            _LOG.error("Plugin '%.80s' cannot be started: args is a map, not %.80r", name, args)

    def _set_mode(self, mode: object) -> None:
        # VR clients say it whenever they connect, mostly for nothing.
        for known in ("2d", "3d"):
            if mode == known and self._pipeline.mapper.mode != known:
                self._pipeline.mapper = self._make_mapper("2d" if known == "2d" else "3d")

    def _set_min_confidence(self, value: object) -> None:
        if isinstance(value, int | float) and 0 <= value <= 1:
            self._fitting.min_confidence = float(value)
        else:
            _LOG.error("the least confidence of a calibration is 0 to 1, not %.80r", value)

    def _tell(self, subject: str, **fields: object) -> None:
        self._outlet.notify(Notification(subject=subject, fields=fields))
