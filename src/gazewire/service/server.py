"""The whole service under one roof: bus, Pupil Remote, plugins, pipeline, eyes.

::

    async with serve_service(config, parts, clock) as service:
        print(service.remote_url)
        await service.wait_stopped()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from gazewire.flow import unwrapped
from gazewire.model import EyeId, Notification
from gazewire.net.bus import Bus
from gazewire.net.remote import RemoteServer
from gazewire.service.builtin import DEFAULT_PLUGINS, GROUPS, builtin_types
from gazewire.service.bus_outlet import BusAddresses, BusOutlet, connect_outlet
from gazewire.service.conductor import HEARD, Conductor
from gazewire.service.config import ServiceConfig
from gazewire.service.core_time import AnnouncedTimeBase
from gazewire.service.eye_launcher import EyeStart
from gazewire.service.fitting import Fitting
from gazewire.service.logs import logs_published
from gazewire.service.outlet import Outlet
from gazewire.service.parts import ServiceParts
from gazewire.service.pipeline import Pass, Pipeline, Told
from gazewire.service.plugin import PluginContext
from gazewire.service.plugins import PluginHost, find_plugin_types
from gazewire.service.supervisor import EyeSupervisor
from gazewire.service.surfaces import SURFACE_TRACKER
from gazewire.service.world import World
from gazewire.time import Clock, TimeBase
from gazewire.wire.ipc import Message

__all__ = ["RunningService", "serve_service"]

# Ten seconds of both eyes at 200 Hz, should the loop be held up.
_MESSAGES_WAITING = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningService:
    """A service that is up: every socket is bound.

    Attributes:
        remote_url: Pupil Remote.
        pub_url: the bus, for publishers.
        sub_url: the bus, for subscribers.
        timebase: by which times on the bus are told.
        outlet: speaks on the bus.
        tell: takes gaze, fixations and blinks that somebody else has measured; they are published,
            and are the service's own from then on. On the event loop's thread.
        listeners: are told, on the event loop's thread, of every pupil and of what became known by
            it, when it has gone out. They must not block.
    """

    remote_url: str
    pub_url: str
    sub_url: str
    stopped: asyncio.Event
    outlet: Outlet
    tell: Callable[[Iterable[Told]], None]
    listeners: list[Callable[[Pass], None]]
    addresses: BusAddresses
    timebase: TimeBase

    def subscribe(
        self, prefixes: Sequence[str], capacity: int
    ) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Receive from the bus, as one of the service's own parts.

        Args:
            prefixes: how topics begin.
            capacity: how many messages may wait.
        """
        return self.addresses.subscribe(prefixes, capacity)

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
    with unwrapped():
        async with AsyncExitStack() as stack:
            bus = await stack.enter_async_context(
                Bus(clock, host=config.host, security=config.security)
            )
            addresses = BusAddresses(bus.pub_url, bus.sub_url, bus.push_url, config.keys)
            outlet = await connect_outlet(stack, addresses)
            timebase = AnnouncedTimeBase(clock, outlet.notify)
            stack.enter_context(logs_published(outlet.pusher.push, "service", config.bus_level))
            remote = RemoteServer(
                clock,
                timebase,
                pub_port=bus.pub_port,
                sub_port=bus.sub_port,
                forward=outlet.pusher.push_frames,
                host=config.host,
                port=config.port,
                security=config.security,
            )
            await stack.enter_async_context(remote)
            # Subscribed before anything is said, so that nothing of it is missed.
            messages = await stack.enter_async_context(
                addresses.subscribe(HEARD, _MESSAGES_WAITING)
            )
            outlet.notify(Notification(subject="service_process.should_start"))
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            listeners: list[Callable[[Pass], None]] = []
            conductor = _conductor(
                config, parts, addresses, outlet, clock, timebase, tasks, listeners
            )
            hearing = tasks.create_task(conductor.hear(messages), name="bus")
            conductor.begin(config.eyes)
            try:
                yield RunningService(
                    remote_url=remote.url,
                    pub_url=bus.pub_url,
                    sub_url=bus.sub_url,
                    stopped=conductor.stopped,
                    outlet=outlet,
                    tell=conductor.tell,
                    listeners=listeners,
                    addresses=addresses,
                    timebase=timebase,
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
    timebase: AnnouncedTimeBase,
    tasks: asyncio.TaskGroup,
    listeners: Sequence[Callable[[Pass], None]],
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

    def tell(done: Pass) -> None:
        for listener in listeners:
            listener(done)

    pipeline.listeners.append(tell)
    pipeline.mapper = parts.mapper("3d")
    fitting = Fitting(parts.calibrator, pipeline, outlet, clock, timebase)
    world = World(parts.scene, outlet, clock, timebase, tasks)
    types = [
        *builtin_types(config, parts, bus, pipeline, fitting, world),
        *parts.plugins,
        *find_plugin_types(),
    ]
    plugins = PluginHost(types, PluginContext(outlet, clock, timebase), tasks)
    for name in (*DEFAULT_PLUGINS, *(kind.name for kind in parts.plugins)):
        plugins.start(name)
    if parts.surfaces is not None:
        plugins.start(SURFACE_TRACKER)
    if config.group is not None:
        plugins.start(GROUPS, {"active_group": config.group})
    return Conductor(
        outlet,
        timebase,
        supervisor,
        plugins,
        pipeline,
        fitting,
        world,
        make_mapper=parts.mapper,
    )
