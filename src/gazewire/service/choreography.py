"""Calibrations over the network: who collects references and pupils, and when a mapping is fitted.

    calibration.should_start    begin to collect
    calibration.add_ref_data    what the wearer of a headset was shown
    calibration.should_stop     fit

A headset sends the references. Markers and things in the scene are looked for in the pictures of
the scene camera, and where they are to be shown is told by ``calibration.state``, each time that
something changes. What state there is and what follows is `gazewire.service.calibration_machine`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazewire.service.fitting import Fitting
from gazewire.service.gazer_plugins import gazer_types
from gazewire.service.guide import Guide
from gazewire.service.headset_choreography import HEADSET, HmdChoreography
from gazewire.service.natural_features import NaturalFeatureArgs, NaturalFeatures
from gazewire.service.pipeline import Pipeline
from gazewire.service.plugin import NoArgs, Plugin, PluginContext, PluginType
from gazewire.service.scene_choreography import NATURAL_FEATURES, SceneChoreography
from gazewire.service.screen_marker import ScreenMarkerArgs, ScreenMarkers
from gazewire.service.sighting import FindMarkers
from gazewire.service.single_marker import PHYSICAL, MovingMarker, SingleMarkerArgs
from gazewire.service.world import World
from gazewire.surface import CalibrationMarker, find_calibration_markers

__all__ = [
    "DEFAULT_CHOREOGRAPHY",
    "NATURAL_FEATURES",
    "SCREEN_MARKERS",
    "SINGLE_MARKER",
    "choreography_types",
]

DEFAULT_CHOREOGRAPHY = HEADSET
SCREEN_MARKERS = "ScreenMarkerChoreographyPlugin"
SINGLE_MARKER = "SingleMarkerChoreographyPlugin"


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
        name = SCREEN_MARKERS
        return start(context, guide, name, args.selected_gazer_class_name, display, find_markers)

    def start_single(context: PluginContext, args: SingleMarkerArgs) -> Plugin:
        display: dict[str, object] = {"shows": "marker", "marker_scale": args.marker_scale}
        if args.marker_mode == PHYSICAL:
            display = {}
        guide = MovingMarker(args)
        name = SINGLE_MARKER
        return start(context, guide, name, args.selected_gazer_class_name, display, find_markers)

    def start_features(context: PluginContext, args: NaturalFeatureArgs) -> Plugin:
        guide = NaturalFeatures(args)
        name = NATURAL_FEATURES
        return start(context, guide, name, args.selected_gazer_class_name, {}, _find_none)

    def start(
        context: PluginContext,
        guide: Guide,
        name: str,
        selected_gazer: str | None,
        display: Mapping[str, object],
        find: FindMarkers,
    ) -> Plugin:
        return SceneChoreography(
            context,
            pipeline,
            fitting,
            guide,
            world,
            find,
            name=name,
            selected_gazer=selected_gazer,
            display=display,
        )

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
    return (*choreographies, *gazer_types(fitting))


def _find_none(gray: NDArray[np.uint8]) -> Sequence[CalibrationMarker]:
    """Markers mean nothing there, and to look for them takes most of the time of a picture."""
    return ()
