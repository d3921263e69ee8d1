"""The plugins that come with the service, by the names that clients know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gazewire.service.gaze_mapper import BlinkDetector, FixationDetector
from gazewire.service.movement_plugins import BlinkArgs, FixationArgs, movement_types
from gazewire.service.network_api import NETWORK_API
from gazewire.service.pipeline import Pipeline
from gazewire.service.plugin import PluginType

__all__ = ["DEFAULT_PLUGINS", "builtin_types"]

DEFAULT_PLUGINS = ("NetworkApiPlugin", "Fixation_Detector", "Blink_Detection")
"""Those that run from the beginning."""


# Any: plugin types of any arguments.
def builtin_types(
    pipeline: Pipeline,
    make_fixations: Callable[[FixationArgs], FixationDetector],
    make_blinks: Callable[[BlinkArgs], BlinkDetector],
) -> tuple[PluginType[Any], ...]:
    """Make the types of all plugins.

    Args:
        pipeline: whose parts some of them are.
        make_fixations: makes what finds fixations.
        make_blinks: makes what finds blinks.
    """

    def set_fixations(args: FixationArgs | None) -> None:
        pipeline.fixations = None if args is None else make_fixations(args)

    def set_blinks(args: BlinkArgs | None) -> None:
        pipeline.blinks = None if args is None else make_blinks(args)

    return NETWORK_API, *movement_types(set_fixations, set_blinks)
