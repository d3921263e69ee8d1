"""The plugins that come with the service, by the names that clients know."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from gazewire.net.groups import Groups
from gazewire.net.interface import find_interfaces
from gazewire.net.time_sync_group import TimeSync
from gazewire.service.annotations import ANNOTATION_CAPTURE
from gazewire.service.bus_outlet import BusAddresses
from gazewire.service.choreography import DEFAULT_CHOREOGRAPHY, choreography_types
from gazewire.service.config import ServiceConfig
from gazewire.service.fitting import Fitting
from gazewire.service.gaze_mapper import BlinkDetector, FixationDetector
from gazewire.service.groups import GroupsArgs, PupilGroups
from gazewire.service.movement_plugins import BlinkArgs, FixationArgs, movement_types
from gazewire.service.network_api import NETWORK_API
from gazewire.service.parts import ServiceParts
from gazewire.service.pipeline import Pipeline
from gazewire.service.plugin import Plugin, PluginContext, PluginType
from gazewire.service.recorded_pictures import ServicePictures
from gazewire.service.recorder import Recorder, RecorderArgs, RecordingRules
from gazewire.service.scene_source import scene_source_type
from gazewire.service.surfaces import NoSurfaces, surface_tracker_type
from gazewire.service.time_sync import TimeSyncArgs, TimeSyncPlugin
from gazewire.service.world import World

__all__ = ["DEFAULT_PLUGINS", "GROUPS", "builtin_types"]

GROUPS = "Pupil_Groups"

DEFAULT_PLUGINS = (
    "NetworkApiPlugin",
    "Fixation_Detector",
    DEFAULT_CHOREOGRAPHY,
    "Blink_Detection",
    "Recorder",
)
"""Those that run from the beginning."""

# Any: plugin types of any arguments.
AnyPluginType = PluginType[Any]


def builtin_types(
    config: ServiceConfig,
    parts: ServiceParts,
    bus: BusAddresses,
    pipeline: Pipeline,
    fitting: Fitting,
    world: World,
) -> tuple[AnyPluginType, ...]:
    """Make the types of all plugins.

    Args:
        config: of the service.
        parts: of the service.
        bus: where it is.
        pipeline: some of whose parts plugins switch.
        fitting: fits mappings.
        world: the scene camera.
    """
    recorders: list[Recorder] = []

    def start_recorder(context: PluginContext, args: RecorderArgs) -> Plugin:
        rules = RecordingRules(
            config.record_dir,
            config.record_anywhere,
            parts.open_recording,
            preface=lambda: fitting.story,
            pictures=ServicePictures(world, bus.subscribe, context.timebase),
        )
        # There is one at a time; the one before is on its way out.
        recorders[:] = [Recorder(context, args, rules, bus.subscribe)]
        return recorders[0]

    def is_recording() -> bool:
        return any(recorder.is_recording for recorder in recorders)

    return (
        NETWORK_API,
        ANNOTATION_CAPTURE,
        PluginType("Recorder", RecorderArgs, start_recorder, order=0.9),
        PluginType(GROUPS, GroupsArgs, _groups_starter(config, bus)),
        PluginType("Time_Sync", TimeSyncArgs, _time_sync_starter(config, is_recording)),
        scene_source_type(world, bus.subscribe),
        surface_tracker_type(world, pipeline, parts.surfaces or NoSurfaces()),
        *_movement_types(pipeline, parts),
        *choreography_types(pipeline, fitting, world),
    )


def _movement_types(pipeline: Pipeline, parts: ServiceParts) -> tuple[AnyPluginType, ...]:
    def set_fixations(args: FixationArgs | None) -> FixationDetector | None:
        pipeline.fixations = None if args is None else parts.fixations(args)
        return pipeline.fixations

    def set_blinks(args: BlinkArgs | None) -> BlinkDetector | None:
        pipeline.blinks = None if args is None else parts.blinks(args)
        return pipeline.blinks

    return movement_types(set_fixations, set_blinks)


def _groups_starter(
    config: ServiceConfig, bus: BusAddresses
) -> Callable[[PluginContext, GroupsArgs], Plugin]:
    def start(context: PluginContext, args: GroupsArgs) -> Plugin:
        def join(name: str, group: str) -> Groups:
            # An address of ours at which others reach the bus, and not everybody's own.
            (first, *_) = find_interfaces([config.host])
            ports = {"sub_address": bus.sub, "pub_address": bus.pub}
            headers = {
                key: f"tcp://{first.ip}:{url.rpartition(':')[2]}" for key, url in ports.items()
            }
            return Groups(
                context.clock,
                name=name,
                headers=headers | {"app_type": "service"},
                groups=[group],
                interfaces=[config.host],
                beacon_port=config.beacon_port,
            )

        return PupilGroups(context, args, join, bus.subscribe)

    return start


def _time_sync_starter(
    config: ServiceConfig, is_recording: Callable[[], bool]
) -> Callable[[PluginContext, TimeSyncArgs], Plugin]:
    def start(context: PluginContext, args: TimeSyncArgs) -> Plugin:
        def make() -> TimeSync:
            return TimeSync(
                context.clock,
                context.timebase,
                Groups(
                    context.clock,
                    name=args.node_name or socket.gethostname(),
                    interfaces=[config.host],
                    beacon_port=config.beacon_port,
                ),
                prefix=args.sync_group_prefix,
                host=config.host,
                base_bias=args.base_bias,
                is_recording=is_recording,
            )

        return TimeSyncPlugin(make)

    return start
