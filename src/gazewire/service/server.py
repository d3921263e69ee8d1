"""The whole service under one roof: launcher, bus, Pupil Remote, plugins, pipeline, eyes.

::

    async with serve_service(config, parts, clock) as service:
        print(service.remote_url)
        await service.wait_stopped()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from gazewire.flow import unwrapped
from gazewire.model import EyeId, Notification
from gazewire.net.bus import Bus
from gazewire.net.remote import RemoteServer
from gazewire.service.builtin import DEFAULT_PLUGINS, builtin_types
from gazewire.service.bus_outlet import BusAddresses, BusOutlet, connect_outlet
from gazewire.service.conductor import HEARD, Conductor
from gazewire.service.config import ServiceConfig
from gazewire.service.core_time import zero_announcement
from gazewire.service.eye_launcher import EyeLauncher, EyeStart
from gazewire.service.gaze_mapper import (
    BlinkDetector,
    FixationDetector,
    GazeMapper,
    MappingMode,
)
from gazewire.service.logs import logs_published
from gazewire.service.movement_plugins import BlinkArgs, FixationArgs
from gazewire.service.pipeline import Pipeline
from gazewire.service.plugin import PluginContext
from gazewire.service.plugins import PluginHost, find_plugin_types
from gazewire.service.supervisor import EyeSupervisor
from gazewire.time import Clock, TimeBase
from gazewire.wire.remote import Command, SetTime

__all__ = ["RunningService", "ServiceParts", "serve_service"]

# Ten seconds of both eyes at 200 Hz, should the loop be held up.
_MESSAGES_WAITING = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What is put into a service: it opens no camera and finds no pupil by itself.

    Attributes:
        launcher: lets eyes live.
        mapper: makes what maps pupils to gaze until somebody calibrates.
        fixations: makes what finds fixations.
        blinks: makes what finds blinks.
    """

    launcher: EyeLauncher
    mapper: Callable[[MappingMode], GazeMapper]
    fixations: Callable[[FixationArgs], FixationDetector]
    blinks: Callable[[BlinkArgs], BlinkDetector]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningService:
    """A service that is up: every socket is bound.

    Attributes:
        remote_url: Pupil Remote.
        pub_url: the bus, for publishers.
        sub_url: the bus, for subscribers.
    """

    remote_url: str
    pub_url: str
    sub_url: str
    stopped: asyncio.Event

    async def wait_stopped(self) -> None:
        """Wait until somebody on the network has stopped it."""
        await self.stopped.wait()


@asynccontextmanager
async def serve_service(
    config: ServiceConfig, parts: ServiceParts, clock: Clock
) -> AsyncIterator[RunningService]:
    """Run a service while the context lasts.

    Args:
        config: how it is set up.
        parts: what is put into it.
        clock: stamps everything that it says.

    Raises:
        AddressInUseError: on entering, where a port that was asked for is taken.
        NetworkError: on entering, where the host is no interface of this machine.
    """
    timebase = TimeBase.from_boot(clock)
    with unwrapped():
        async with AsyncExitStack() as stack:
            bus = await stack.enter_async_context(
                Bus(clock, host=config.host, security=config.security)
            )
            addresses = BusAddresses(bus.pub_url, bus.sub_url, bus.push_url, config.keys)
            outlet = await connect_outlet(stack, addresses)
            stack.enter_context(logs_published(outlet.publish, "service", config.bus_level))
            remote = await stack.enter_async_context(_remote(config, bus, outlet, clock, timebase))
            # Subscribed before anything is said, so that nothing of it is missed.
            messages = await stack.enter_async_context(
                addresses.subscribe(HEARD, _MESSAGES_WAITING)
            )
            outlet.notify(Notification(subject="service_process.should_start"))
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            conductor = _conductor(config, parts, addresses, outlet, clock, timebase, tasks)
            hearing = tasks.create_task(conductor.hear(messages), name="bus")
            conductor.begin(config.eyes)
            try:
                yield RunningService(
                    remote_url=remote.url,
                    pub_url=bus.pub_url,
                    sub_url=bus.sub_url,
                    stopped=conductor.stopped,
                )
            finally:
                await asyncio.shield(conductor.end())
                hearing.cancel()


def _conductor(
    config: ServiceConfig,
    parts: ServiceParts,
    bus: BusAddresses,
    outlet: BusOutlet,
    clock: Clock,
    timebase: TimeBase,
    tasks: asyncio.TaskGroup,
) -> Conductor:
    """Make the parts that hang together by notifications."""

    def make_start(eye_id: EyeId, capacity: int) -> EyeStart:
        return EyeStart(
            eye_id=eye_id,
            bus=bus,
            clock=clock,
            timebase=timebase,
            capacity=capacity,
            bus_level=config.bus_level,
        )

    supervisor = EyeSupervisor(parts.launcher, make_start, outlet, clock, tasks)
    pipeline = Pipeline(outlet, timebase, lambda: supervisor.running)
    pipeline.mapper = parts.mapper("3d")
    types = [*builtin_types(pipeline, parts.fixations, parts.blinks), *find_plugin_types()]
    plugins = PluginHost(types, PluginContext(outlet, clock, timebase), tasks)
    for name in DEFAULT_PLUGINS:
        plugins.start(name)
    return Conductor(outlet, supervisor, plugins, pipeline, parts.mapper)


def _remote(
    config: ServiceConfig, bus: Bus, outlet: BusOutlet, clock: Clock, timebase: TimeBase
) -> RemoteServer:
    def announce(command: Command) -> None:
        if isinstance(command, SetTime):
            outlet.notify(zero_announcement(timebase))

    return RemoteServer(
        clock,
        timebase,
        pub_port=bus.pub_port,
        sub_port=bus.sub_port,
        forward=outlet.pusher.push_frames,
        on_command=announce,
        host=config.host,
        port=config.port,
        security=config.security,
    )
