"""The whole device under one roof: a source goes in, sockets come out.

::

    async with serve_device(config, Playback(timeline), clock) as device:
        print(device.http_url)
        await device.wait_ended()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gazewire.camera import Presence, Published, Source, StreamTruth
from gazewire.device.assembly import DeviceParts
from gazewire.device.config import DeviceConfig
from gazewire.device.demand import FrameDemand
from gazewire.device.faults import FaultBoard
from gazewire.device.figures import Figure
from gazewire.device.glasses import GlassesTopics
from gazewire.device.pace import Pace
from gazewire.device.product import SensorName
from gazewire.device.resources import watch_resources
from gazewire.device.truth import write_truth
from gazewire.flow import Overflow, unwrapped
from gazewire.net import HttpRoute, WebSocketRoute
from gazewire.time import Clock

__all__ = ["RunningDevice", "serve_device"]

# Truth is asked for by tests, which want all of it: some three seconds of every stream.
_TRUTH_CAPACITY = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDevice:
    """A device that is up: every socket is bound.

    Attributes:
        name: of the phone.
        host: an address at which the sockets can be reached from this machine.
        http_port: REST, status websocket and monitor page.
        rtsp_port: streams.
        tunnel_port: the same streams inside a websocket.
        echo_port: time echo; None where there is none.
        host_name: announced by mDNS, or None.
        sensors: that can be streamed.
        faults: what is wrong with it, and can be.
    """

    name: str
    host: str
    http_port: int
    rtsp_port: int
    tunnel_port: int
    echo_port: int | None
    host_name: str | None
    sensors: tuple[SensorName, ...]
    faults: FaultBoard
    playing: asyncio.Task[None]

    @property
    def http_url(self) -> str:
        """Where to point a browser."""
        return f"http://{self.host}:{self.http_port}"

    @property
    def rtsp_url(self) -> str:
        """The streams, without a path."""
        return f"rtsp://{self.host}:{self.rtsp_port}"

    @property
    def tunnel_url(self) -> str:
        """The websocket that carries the same streams, without a path."""
        return f"ws://{self.host}:{self.tunnel_port}"

    async def wait_ended(self) -> None:
        """Wait until the source has no more records; sources that loop have no end."""
        await asyncio.wait([self.playing])


@asynccontextmanager
async def serve_device(
    config: DeviceConfig,
    source: Source,
    clock: Clock,
    *,
    truth: Path | None = None,
    figures: Callable[[], Sequence[Figure]] = tuple,
    pages: Sequence[HttpRoute | WebSocketRoute] = (),
) -> AsyncIterator[RunningDevice]:
    """Run a device while the context lasts.

    Args:
        config: how it is set up.
        source: what the glasses see, open; it publishes when everything else is ready.
        clock: stamps everything that the device says.
        truth: a file to which every record is written as it is published, with what the source
            knows beyond it; or None.
        figures: tells how well the source does, for the monitor page; asked once a second while a
            page is open.
        pages: what its web server serves beside its own.

    Raises:
        AddressInUseError: on entering, where a port that was asked for is taken.
        DeviceRefusedError: a fault is about something that the device has not.
        SourceError: where the source breaks on the way; the body is cancelled then.
        RecordingError: the truth cannot be written.
    """
    topics = GlassesTopics()
    with unwrapped():
        async with AsyncExitStack() as stack:
            device = await DeviceParts.assemble(
                stack, config, source.info, topics, clock, figures, pages
            )
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            working = [
                tasks.create_task(
                    device.streams.run([device.recordings], [device.recordings.eyes]),
                    name="streams",
                ),
                tasks.create_task(
                    watch_resources(device.state, config.record_dir, config.refuse),
                    name="resources",
                ),
            ]
            if truth is not None:
                written = topics.all.subscribe(capacity=_TRUTH_CAPACITY, overflow=Overflow.FAIL)
                # Not cancelled: it ends with the topic, after the last line.
                tasks.create_task(write_truth(truth, written), name="truth")

            pace = Pace(source.info, clock, device.shortfall)
            demand = FrameDemand(device.eyes_are_wanted, pace, clock)

            note_lost = device.shortfall.tally("world")

            def publish(item: Published) -> None:
                note_lost(source.dropped)
                match item:
                    case Presence():
                        device.plugs.follow(item)
                    case StreamTruth():
                        topics.publish(item)
                    case record if pace.admits(record):
                        topics.publish(record)
                        device.recordings.put(record)

            publishing = source.publish_to(publish, clock, demand, with_truth=truth is not None)
            playing = tasks.create_task(publishing, name="source")
            try:
                yield RunningDevice(
                    name=device.state.phone.device_name,
                    host="127.0.0.1" if config.host == "0.0.0.0" else config.host,
                    http_port=device.http_port,
                    rtsp_port=device.rtsp_port,
                    tunnel_port=device.tunnel_port,
                    echo_port=device.echo_port,
                    host_name=device.host_name,
                    sensors=device.streams.sensors,
                    faults=device.faults,
                    playing=playing,
                )
            finally:
                for task in (playing, *working):
                    task.cancel()
                device.streams.close()
                topics.close()
                device.shortfall.sum_up()
