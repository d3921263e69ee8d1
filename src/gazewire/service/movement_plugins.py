"""Fixation and blink detection as plugins: there from the beginning, and can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from gazewire.service.plugin import Plugin, PluginContext, PluginType

__all__ = ["BlinkArgs", "FixationArgs", "movement_types"]


class FixationArgs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``Fixation_Detector`` is started with.

    Attributes:
        max_dispersion: degrees within which gaze stays.
        min_duration: milliseconds for which it does.
    """

    max_dispersion: float = 3.0
    min_duration: float = 300.0


class BlinkArgs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``Blink_Detection`` is started with.

    Attributes:
        history_length: seconds of the filter's window.
        onset_confidence_threshold: response from which on lids close.
        offset_confidence_threshold: response from which on they open.
    """

    history_length: float = 0.2
    onset_confidence_threshold: float = 0.5
    offset_confidence_threshold: float = 0.5


class _Switch(Plugin):
    """Something that is on while the plugin is there."""

    def __init__(self, turn_off: Callable[[], None]) -> None:
        self._turn_off = turn_off

    def cleanup(self) -> None:
        self._turn_off()


# Any: plugin types of any arguments.
def movement_types(
    set_fixations: Callable[[FixationArgs | None], None],
    set_blinks: Callable[[BlinkArgs | None], None],
) -> tuple[PluginType[Any], ...]:
    """Make the types.

    Args:
        set_fixations: looks for fixations with these arguments, or with None no longer.
        set_blinks: the same of blinks.
    """

    def start_fixations(context: PluginContext, args: FixationArgs) -> Plugin:
        set_fixations(args)
        return _Switch(lambda: set_fixations(None))

    def start_blinks(context: PluginContext, args: BlinkArgs) -> Plugin:
        set_blinks(args)
        return _Switch(lambda: set_blinks(None))

    return (
        PluginType("Fixation_Detector", FixationArgs, start_fixations, order=0.19),
        PluginType("Blink_Detection", BlinkArgs, start_blinks, order=0.8),
    )
