"""Images from the bus in the place of the scene camera, as a plugin."""

from __future__ import annotations

from gazewire.service.bus_outlet import Subscribe
from gazewire.service.hmd_source import HMD_SOURCE, HmdCamera, HmdSourceArgs
from gazewire.service.plugin import Plugin, PluginContext, PluginType
from gazewire.service.world import World

__all__ = ["scene_source_type"]


class _SceneSource(Plugin):
    """Takes the place of the scene camera for as long as it is there."""

    def __init__(self, world: World, camera: HmdCamera) -> None:
        self._world = world
        world.put(camera)

    def cleanup(self) -> None:
        self._world.put(None)


def scene_source_type(world: World, subscribe: Subscribe) -> PluginType[HmdSourceArgs]:
    """Make the type.

    Args:
        world: whose camera is replaced.
        subscribe: opens a subscription to the bus.
    """

    def start(context: PluginContext, args: HmdSourceArgs) -> Plugin:
        return _SceneSource(world, HmdCamera(args, subscribe, context.timebase, "world"))

    return PluginType(HMD_SOURCE, HmdSourceArgs, start)
