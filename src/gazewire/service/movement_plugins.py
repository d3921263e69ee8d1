"""Fixation and blink detection as plugins: there from the beginning, and can be stopped.

What they publish is the incumbent's, found its way, unless their arguments ask for more: another
method, and the movements of the eyes as they end, under topics that no older client subscribes to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from gazewire.model import EyeMovement
from gazewire.service.gaze_mapper import BlinkDetector, FixationDetector, MovementTeller
from gazewire.service.plugin import Events, Plugin, PluginContext, PluginType
from gazewire.time import TimeBase

__all__ = ["MOVEMENT_TOPIC", "BlinkArgs", "FixationArgs", "movement_map", "movement_types"]

MOVEMENT_TOPIC = "movement."
"""Topics of movements begin so: ``movement.saccade`` and so on."""

_NS_PER_MS = 1_000_000


class FixationArgs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``Fixation_Detector`` is started with.

    Attributes:
        max_dispersion: degrees within which gaze stays; method ``dispersion`` alone.
        min_duration: milliseconds for which it does.
        method: ``dispersion``, as the incumbent finds fixations, or ``velocity``, by what tells
            fixations, saccades and pursuit apart.
        publish_movements: also publish ``movement.fixation``, ``.saccade``, ``.pursuit`` and
            ``.oscillation`` as they end; of method ``velocity``.
    """

    max_dispersion: float = 3.0
    min_duration: float = 300.0
    method: Literal["dispersion", "velocity"] = "dispersion"
    publish_movements: bool = False


class BlinkArgs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``Blink_Detection`` is started with.

    Attributes:
        history_length: seconds of the filter's window; method ``filter`` alone, as the thresholds.
        onset_confidence_threshold: response from which on lids close.
        offset_confidence_threshold: response from which on they open.
        method: ``filter``, as the incumbent answers to blinks, or ``events``: one onset and one
            offset for each blink.
        publish_movements: also publish ``movement.blink`` as a blink ends; of method ``events``.
    """

    history_length: float = 0.2
    onset_confidence_threshold: float = 0.5
    offset_confidence_threshold: float = 0.5
    method: Literal["filter", "events"] = "filter"
    publish_movements: bool = False


class _Switch(Plugin):
    """Something that is on while the plugin is there."""

    def __init__(self, turn_off: Callable[[], object]) -> None:
        self._turn_off = turn_off

    def cleanup(self) -> None:
        self._turn_off()


class _Teller(_Switch):
    """The same, and tells what movements there were."""

    def __init__(
        self, turn_off: Callable[[], object], teller: MovementTeller, timebase: TimeBase
    ) -> None:
        super().__init__(turn_off)
        self._teller = teller
        self._timebase = timebase

    def recent_events(self, events: Events) -> None:
        for movement in self._teller.movements():
            fields = movement_map(movement, self._timebase)
            events.setdefault(fields["topic"], []).append(fields)


# Any: values of a map of the bus.
def movement_map(movement: EyeMovement, timebase: TimeBase) -> dict[str, Any]:
    """The map of a movement on the bus.

    Its ``topic`` is ``movement.`` and what it is; ``timestamp`` is its start in Core seconds and
    ``duration`` is in milliseconds, as those of fixations are. The rest is that of the record.
    """
    fields = msgspec.to_builtins(movement)
    start_unix_ns, end_unix_ns = fields.pop("start_unix_ns"), fields.pop("end_unix_ns")
    return {
        "topic": MOVEMENT_TOPIC + fields.pop("type"),
        "timestamp": timebase.core_s(start_unix_ns),
        "duration": (end_unix_ns - start_unix_ns) / _NS_PER_MS,
        **fields,
    }


# Any: plugin types of any arguments.
def movement_types(
    set_fixations: Callable[[FixationArgs | None], FixationDetector | None],
    set_blinks: Callable[[BlinkArgs | None], BlinkDetector | None],
) -> tuple[PluginType[Any], ...]:
    """Make the types.

    Args:
        set_fixations: looks for fixations with these arguments, or with None no longer; tells what
            does.
        set_blinks: the same of blinks.
    """

    def start_fixations(context: PluginContext, args: FixationArgs) -> Plugin:
        detector = set_fixations(args)
        return _plugin(lambda: set_fixations(None), detector, context, args.publish_movements)

    def start_blinks(context: PluginContext, args: BlinkArgs) -> Plugin:
        detector = set_blinks(args)
        return _plugin(lambda: set_blinks(None), detector, context, args.publish_movements)

    return (
        PluginType("Fixation_Detector", FixationArgs, start_fixations, order=0.19),
        PluginType("Blink_Detection", BlinkArgs, start_blinks, order=0.8),
    )


def _plugin(
    turn_off: Callable[[], object], detector: object, context: PluginContext, publishes: bool
) -> Plugin:
    if not publishes:
        return _Switch(turn_off)
    if not isinstance(detector, MovementTeller):
        turn_off()
        raise ValueError("this method knows no movements to publish")
    return _Teller(turn_off, detector, context.timebase)
