"""The plugins that run: started and stopped by registered names, called in order, never trusted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

import msgspec

from gazewire.errors import GazewireError, LocalProtocolError
from gazewire.model import Notification
from gazewire.service.pipeline import Pass
from gazewire.service.plugin import Events, Plugin, PluginContext, PluginType
from gazewire.wire.ipc import Message

__all__ = ["PLUGIN_GROUP", "PluginHost", "find_plugin_types"]

_LOG = logging.getLogger(__name__)

PLUGIN_GROUP = "gazewire.plugins"
"""Group of entry points by which other packages offer a `PluginType`."""

# What VR clients and old scripts still call by names of long ago.
_ALIASES = {
    "HMD_Calibration": "HMD3DChoreographyPlugin",
    "HMD_Calibration_3D": "HMD3DChoreographyPlugin",
    "Screen_Marker_Calibration": "ScreenMarkerChoreographyPlugin",
    "Manual_Marker_Calibration": "SingleMarkerChoreographyPlugin",
    "Frame_Publisher": "NetworkApiPlugin",
    "Pupil_Remote": "NetworkApiPlugin",
}

# Any: a plugin type of any arguments.
AnyPluginType = PluginType[Any]
_Call = Callable[[Plugin], None]


def find_plugin_types() -> list[AnyPluginType]:
    """Load what other installed packages offer; what cannot be loaded is logged and left out."""
    found: list[AnyPluginType] = []
    for entry in entry_points(group=PLUGIN_GROUP):
        try:
            offered = entry.load()
        except Exception:
            _LOG.exception("plugin %s of another package cannot be loaded", entry.name)
            continue
        if isinstance(offered, PluginType):
            found.append(offered)
        else:
            _LOG.error("plugin %s of another package is no PluginType", entry.name)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    type: AnyPluginType
    plugin: Plugin
    work: asyncio.Task[None] | None


class PluginHost:
    """Keeps plugins, and calls them.

    A plugin that raises is logged, and goes on: neither the service nor other plugins notice.

    Args:
        types: that can be started.
        context: what they have to do with.
        tasks: parent of what they do beside.
    """

    def __init__(
        self, types: Iterable[AnyPluginType], context: PluginContext, tasks: asyncio.TaskGroup
    ) -> None:
        self._types = {type_.name: type_ for type_ in types}
        self._context = context
        self._tasks = tasks
        self._running: list[_Running] = []

    @property
    def names(self) -> list[str]:
        """Of the plugins that run, in their order."""
        return [running.type.name for running in self._running]

    def start(self, name: str, args: Mapping[str, object] | None = None) -> bool:
        """Start a plugin by its name, in the place of another of its family; tell whether it runs.

        What is wrong with it is logged.
        """
        named = self._types.get(name) or self._types.get(self._alias(name))
        if named is None:
            _LOG.error("Attempt to load unknown plugin: '%.80s'", name)
            return False
        try:
            checked = msgspec.convert(dict(args or {}), named.args)
            plugin = named.start(self._context, checked)
        except (ValueError, GazewireError) as error:
            _LOG.error("Plugin '%s' cannot be started: %s", named.name, error)
            return False
        except Exception:
            _LOG.exception("Plugin '%s' cannot be started", named.name)
            return False
        for other in [other for other in self._running if _excludes(named, other.type)]:
            self._remove(other)
        has_work = type(plugin).run is not Plugin.run
        work = self._tasks.create_task(self._work(named.name, plugin)) if has_work else None
        self._running.append(_Running(named, plugin, work))
        self._running.sort(key=lambda running: running.type.order)
        return True

    def stop(self, name: str) -> None:
        """Stop a plugin by its name; where it does not run, nothing happens."""
        names = {name, self._alias(name)}
        for running in [running for running in self._running if running.type.name in names]:
            self._remove(running)

    def notify(self, notification: Notification) -> None:
        """Let every plugin take a notification."""
        for running in tuple(self._running):
            self._guarded(running, lambda plugin: plugin.on_notify(notification))
        if notification.subject == "meta.should_doc":
            self._tell_docs()

    def take(self, done: Pass) -> None:
        """Let every plugin that wants to see what has come, and publish what they add."""
        readers = [
            running
            for running in self._running
            if type(running.plugin).recent_events is not Plugin.recent_events
        ]
        if not readers:
            return
        pupils = [] if done.message is None else [done.message.map()]
        events: Events = {"pupil": pupils, "gaze": []}
        for kind, wire in done.published:
            events.setdefault(kind, []).append(msgspec.to_builtins(wire))
        known = set(events) | {"fixations", "blinks"}
        for running in readers:
            self._guarded(running, lambda plugin: plugin.recent_events(events))
        for kind in set(events) - known:
            for fields in events[kind]:
                self._publish(fields)

    def close(self) -> None:
        """Stop all of them, the last ones first."""
        for running in reversed(tuple(self._running)):
            self._remove(running)

    def _alias(self, name: str) -> str:
        alias = _ALIASES.get(name, name)
        if alias != name:
            _LOG.info("%s is called %s today", name, alias)
        return alias

    def _remove(self, running: _Running) -> None:
        self._running.remove(running)
        if running.work is not None:
            running.work.cancel()
        self._guarded(running, lambda plugin: plugin.cleanup())

    async def _work(self, name: str, plugin: Plugin) -> None:
        try:
            await plugin.run()
        except Exception as error:
            expected = isinstance(error, GazewireError)
            _LOG.error("Plugin '%s' has stopped: %s", name, error, exc_info=not expected)

    def _guarded(self, running: _Running, call: _Call) -> None:
        try:
            call(running.plugin)
        except Exception:
            _LOG.exception("Plugin '%s' has failed", running.type.name)

    def _tell_docs(self) -> None:
        for running in self._running:
            handler = type(running.plugin).on_notify
            if handler is not Plugin.on_notify and handler.__doc__:
                fields = {"actor": running.type.name, "doc": handler.__doc__}
                self._context.outlet.notify(Notification(subject="meta.doc", fields=fields))

    def _publish(self, fields: dict[str, Any]) -> None:
        topic = fields.get("topic")
        try:
            if not isinstance(topic, str):
                raise LocalProtocolError("an event has a topic")
            self._context.outlet.publish(Message.from_map(topic, fields))
        except LocalProtocolError as error:
            _LOG.warning("an event of a plugin cannot be published: %s", error)


def _excludes(started: AnyPluginType, running: AnyPluginType) -> bool:
    if started.name == running.name:
        return True
    return started.family is not None and started.family == running.family
