"""The whole device under one roof: a source goes in, sockets come out.

async with serve_device(config, timeline, clock) as device:
print(device.http_url)
await device.wait_ended()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gazewire import __version__
from gazewire.camera import Record, Timeline
from gazewire.device.calibration import calibration_file
from gazewire.device.camera_control import CameraControls
from gazewire.device.config import (
    DEFAULT_ECHO_PORT,
    DEFAULT_HTTP_PORT,
    DEFAULT_RTSP_PORT,
    DEFAULT_TUNNEL_PORT,
    DeviceConfig,
)
from gazewire.device.envelope import refuse
from gazewire.device.faults import FaultBoard, FaultRig, Seams, answering_by, fault_routes
from gazewire.device.glasses import GlassesTopics
from gazewire.device.identity import device_state
from gazewire.device.monitor import monitor_routes
from gazewire.device.ports import enter_on_port
from gazewire.device.product import SensorName
from gazewire.device.recorder_factory import recorder_factory
from gazewire.device.recordings import Recordings
from gazewire.device.refusals import RecordingRules, Refusal
from gazewire.device.resources import watch_resources
from gazewire.device.rest import rest_routes
from gazewire.device.state import DeviceState
from gazewire.device.streams import DeviceStreams
from gazewire.device.templates import DEFAULT_ANSWERS, DEFAULT_TEMPLATE, Questionnaire
from gazewire.device.truth import write_truth
from gazewire.device.updates import status_updates_route
from gazewire.flow import Overflow, play, unwrapped
from gazewire.net import HttpServer, RtspServer, TunnelServer
from gazewire.net.echo import TimeEchoServer
from gazewire.net.mdns import Announcer
from gazewire.time import Clock
from gazewire.wire.service_name import ServiceName

__all__ = ["RunningDevice", "serve_device"]

# Letters and digits: some clients match no more than these.
_SESSION_ID = "1185d20035702ca"
# Truth is asked for by tests, which want all of it: two seconds of every stream.
_TRUTH_CAPACITY = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDevice:
    """A device that is up: every socket is bound.

    Attributes:
        name: of the phone.
        host: an address at which the sockets can be reached from this machine.
        http_port: REST, status websocket and monitor page.
        rtsp_port: streams.
        tunnel_port: the same streams inside a websocket.
        echo_port: time echo.
        host_name: announced by mDNS, or None.
        sensors: that can be streamed.
        faults: what is wrong with it, and can be.
    """

    name: str
    host: str
    http_port: int
    rtsp_port: int
    tunnel_port: int
    echo_port: int
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
    config: DeviceConfig, timeline: Timeline, clock: Clock, *, truth: Path | None = None
) -> AsyncIterator[RunningDevice]:
    """Run a device while the context lasts.

    Args:
        config: how it is set up.
        timeline: what the glasses see; it begins when everything else is ready.
        clock: stamps everything that the device says.
        truth: a file to which every record is written as it is published, or None.

    Raises:
        AddressInUseError: on entering, where a port that was asked for is taken.
        DeviceRefusedError: a fault is about something that the device has not.
        SourceError: where the source breaks on the way; the body is cancelled then.
        RecordingError: the truth cannot be written.
    """
    topics = GlassesTopics()
    with unwrapped():
        async with AsyncExitStack() as stack:
            device = await _Device.assemble(stack, config, timeline, topics, clock)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            working = [
                tasks.create_task(device.streams.run([device.recordings]), name="streams"),
                tasks.create_task(
                    watch_resources(device.state, config.record_dir, config.refuse),
                    name="resources",
                ),
            ]
            if truth is not None:
                written = topics.all.subscribe(capacity=_TRUTH_CAPACITY, overflow=Overflow.FAIL)
                # Not cancelled: it ends with the topic, after the last line.
                tasks.create_task(write_truth(truth, written), name="truth")

            def publish(record: Record) -> None:
                topics.publish(record)
                device.recordings.put(record)

            records = timeline.records(clock.unix_ns())
            playing = tasks.create_task(play(records, clock, publish), name="source")
            try:
                yield device.running(config, playing)
            finally:
                for task in (playing, *working):
                    task.cancel()
                device.streams.close()
                topics.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device:
    """The parts of a device, every socket bound."""

    streams: DeviceStreams
    state: DeviceState
    recordings: Recordings
    rtsp: RtspServer
    tunnel: TunnelServer
    echo: TimeEchoServer
    http: HttpServer
    faults: FaultBoard
    host_name: str | None

    @classmethod
    async def assemble(
        cls,
        stack: AsyncExitStack,
        config: DeviceConfig,
        timeline: Timeline,
        topics: GlassesTopics,
        clock: Clock,
    ) -> _Device:
        """Make the parts, in the order in which each learns the ports of those before it."""
        info = timeline.info
        streams = DeviceStreams(config, info, topics, clock)
        seams = Seams(streams.streams, streams.catalog, clock)
        rtsp = await enter_on_port(
            stack,
            lambda port: RtspServer(
                seams.catalog,
                host=config.host,
                port=port,
                server_name=f"gazewire/{__version__}",
                session_id=_SESSION_ID,
                make_session=seams.rtsp.make_session,
            ),
            config.rtsp_port,
            DEFAULT_RTSP_PORT,
        )
        tunnel = await enter_on_port(
            stack,
            lambda port: TunnelServer(
                seams.catalog,
                host=config.host,
                port=port,
                server_name=f"gazewire/{__version__}",
                session_id=_SESSION_ID,
                make_session=seams.rtsp.make_session,
            ),
            config.tunnel_port,
            DEFAULT_TUNNEL_PORT,
        )
        echo = await enter_on_port(
            stack,
            lambda port: TimeEchoServer(
                seams.echo.clock,
                host=config.host,
                port=port,
                make_writer=seams.echo.make_writer,
            ),
            config.echo_port,
            DEFAULT_ECHO_PORT,
        )
        state = device_state(
            config,
            info,
            rtsp_port=rtsp.port,
            tunnel_port=tunnel.port,
            echo_port=echo.port,
            connected=frozenset(streams.sensors),
            clock=clock,
        )
        questionnaire = _questionnaire(config)
        make_recorder = recorder_factory(
            config, info, state, streams.scene_parameter_sets, questionnaire, clock
        )
        rules = RecordingRules(state, questionnaire, config.refuse)
        recordings = await stack.enter_async_context(Recordings(state, clock, make_recorder, rules))
        controls = CameraControls(
            lambda: streams.scene_is_received or (streams.has_scene and recordings.is_wanted)
        )
        calibration = calibration_file(config.product, info, state.hardware.module_serial or "")
        faults = FaultBoard(FaultRig(seams, state))
        api_routes = rest_routes(
            config.product, state, recordings, questionnaire, controls, calibration, clock
        )
        routes = [
            *answering_by(seams.http, api_routes),
            status_updates_route(state, seams.telling.begin),
            *monitor_routes(state, topics),
            *fault_routes(faults),
        ]
        http = await enter_on_port(
            stack,
            lambda port: HttpServer(routes, host=config.host, port=port, refuse=refuse),
            config.http_port,
            DEFAULT_HTTP_PORT,
        )
        for server in (rtsp, tunnel, echo, http):
            seams.power.plug(server)
        # After the servers, so that it is left before them.
        await stack.enter_async_context(faults)
        host_name = None
        if config.announce:
            announcer = Announcer(
                ServiceName(state.phone.device_name, state.phone.device_id),
                host=config.host,
                port=http.port,
                host_name=config.product.host_name,
            )
            host_name = (await stack.enter_async_context(announcer)).host_name
        for fault in config.faults:
            await faults.start(fault)
        return cls(
            streams=streams,
            state=state,
            recordings=recordings,
            rtsp=rtsp,
            tunnel=tunnel,
            echo=echo,
            http=http,
            faults=faults,
            host_name=host_name,
        )

    def running(self, config: DeviceConfig, playing: asyncio.Task[None]) -> RunningDevice:
        """Tell the world where the device is."""
        return RunningDevice(
            name=self.state.phone.device_name,
            host="127.0.0.1" if config.host == "0.0.0.0" else config.host,
            http_port=self.http.port,
            rtsp_port=self.rtsp.port,
            tunnel_port=self.tunnel.port,
            echo_port=self.echo.port,
            host_name=self.host_name,
            sensors=self.streams.sensors,
            faults=self.faults,
            playing=playing,
        )


def _questionnaire(config: DeviceConfig) -> Questionnaire | None:
    """Show the template, if there is one to be shown, as the phone would at this moment."""
    template = config.template
    if not config.product.has_templates or Refusal.WORKSPACE in config.refuse or template is None:
        return None
    is_answered = template == DEFAULT_TEMPLATE and Refusal.TEMPLATE not in config.refuse
    return Questionnaire(template, DEFAULT_ANSWERS if is_answered else {})
