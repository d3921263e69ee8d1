"""What a plugin is: a part of the service that can be started and stopped over the network by name.

    class Counter(Plugin):
        def recent_events(self, events: Events) -> None:
            self.count += len(events.get("gaze", ()))

    COUNTER = PluginType("Counter", CounterArgs, Counter.start)

A package of anybody's offers a `PluginType` as an entry point of the group ``gazewire.plugins``.
The network names plugins that are registered; it never names code to import.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from gazewire.model import Notification
from gazewire.service.outlet import Outlet
from gazewire.time import Clock, TimeBase

__all__ = ["Events", "NoArgs", "Plugin", "PluginContext", "PluginType"]

# Any: maps of the bus, whose values are of every kind that MessagePack knows.
Events = dict[str, list[dict[str, Any]]]
"""Maps by kind: ``pupil``, ``gaze``, ``fixations``, ``blinks``. Each has its ``topic``."""


class NoArgs(msgspec.Struct, frozen=True, kw_only=True):
    """Arguments of a plugin that needs none; whatever it is given is passed over."""


@dataclass(frozen=True, slots=True)
class PluginContext:
    """What a plugin has to do with.

    Attributes:
        outlet: where it speaks.
        clock: the service's.
        timebase: by which times are told and read.
    """

    outlet: Outlet
    clock: Clock
    timebase: TimeBase


class Plugin:
    """Does nothing. Whatever a plugin is there for, it overrides; all is called on the loop."""

    def on_notify(self, notification: Notification) -> None:
        """Take a notification, in the order of all plugins."""

    def recent_events(self, events: Events) -> None:
        """Take what has come since the last time; lists that are added are published."""

    async def run(self) -> None:
        """Work beside, until it is cancelled when the plugin is stopped."""

    def cleanup(self) -> None:
        """Let go of everything: the plugin is being removed."""


A = TypeVar("A", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class PluginType(Generic[A]):
    """A plugin that can be started.

    Attributes:
        name: by which the network calls it, and ``meta.doc``.
        args: what it can be started with; unknown names are refused unless the record says else.
        start: makes it. It may raise `ValueError` where it cannot be with these arguments.
        order: 0 to 1; plugins are called from low to high.
        family: of the plugins of one family, one is there at a time; by default each is its own.
    """

    name: str
    args: type[A]
    start: Callable[[PluginContext, A], Plugin]
    order: float = 0.5
    family: str | None = None
