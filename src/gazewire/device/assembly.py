"""Puts the parts of a device together, in the order in which each learns the ports of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from gazewire import __version__
from gazewire.camera import GlassesInfo
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
from gazewire.device.figures import Figure
from gazewire.device.glasses import GlassesTopics
from gazewire.device.identity import device_state
from gazewire.device.monitor import monitor_routes
from gazewire.device.plugs import Plugs
from gazewire.device.ports import enter_on_port
from gazewire.device.recorder_factory import recorder_factory
from gazewire.device.recordings import Recordings
from gazewire.device.refusals import RecordingRules, Refusal
from gazewire.device.rest import rest_routes
from gazewire.device.shortfall import Shortfall
from gazewire.device.state import DeviceState
from gazewire.device.streams import DeviceStreams
from gazewire.device.templates import DEFAULT_ANSWERS, DEFAULT_TEMPLATE, Questionnaire
from gazewire.device.updates import status_updates_route
from gazewire.net import HttpRoute, HttpServer, RtspServer, TunnelServer, WebSocketRoute
from gazewire.net.echo import TimeEchoServer
from gazewire.net.mdns import Announcer
from gazewire.time import Clock
from gazewire.wire.service_name import ServiceName

__all__ = ["DeviceParts"]

_SERVER_NAME = f"gazewire/{__version__}"
# Letters and digits: some clients match no more than these.
_SESSION_ID = "1185d20035702ca"


@dataclass(frozen=True, slots=True, kw_only=True)
class _StreamServers:
    """What clients reach the streams and the clock by."""

    rtsp: RtspServer
    tunnel: TunnelServer
    echo: TimeEchoServer | None

    @property
    def echo_port(self) -> int | None:
        return None if self.echo is None else self.echo.port

    @classmethod
    async def open(cls, stack: AsyncExitStack, config: DeviceConfig, seams: Seams) -> Self:
        """Bind the ports."""

        def make_rtsp(port: int) -> RtspServer:
            return RtspServer(
                seams.catalog,
                host=config.host,
                port=port,
                server_name=_SERVER_NAME,
                session_id=_SESSION_ID,
                make_session=seams.rtsp.make_session,
            )

        def make_tunnel(port: int) -> TunnelServer:
            return TunnelServer(
                seams.catalog,
                host=config.host,
                port=port,
                server_name=_SERVER_NAME,
                session_id=_SESSION_ID,
                make_session=seams.rtsp.make_session,
            )

        def make_echo(port: int) -> TimeEchoServer:
            return TimeEchoServer(
                seams.echo.clock, host=config.host, port=port, make_writer=seams.echo.make_writer
            )

        rtsp = await enter_on_port(stack, make_rtsp, config.rtsp_port, DEFAULT_RTSP_PORT)
        tunnel = await enter_on_port(stack, make_tunnel, config.tunnel_port, DEFAULT_TUNNEL_PORT)
        echo = None
        if not config.older_app:
            echo = await enter_on_port(stack, make_echo, config.echo_port, DEFAULT_ECHO_PORT)
        return cls(rtsp=rtsp, tunnel=tunnel, echo=echo)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceParts:
    """The parts of a device, every socket bound.

    Attributes:
        streams: to be run.
        state: what it says of itself.
        recordings: to be fed.
        rtsp_port: bound port of the streams.
        tunnel_port: bound port of the streams inside a websocket.
        echo_port: bound port of the time echo; None where there is none.
        http_port: bound port of the REST interface.
        faults: what is wrong with it, and can be.
        plugs: to be told which cameras are there.
        shortfall: to be told what is given up.
        host_name: announced by mDNS, or None.
    """

    streams: DeviceStreams
    state: DeviceState
    recordings: Recordings
    rtsp_port: int
    tunnel_port: int
    echo_port: int | None
    http_port: int
    faults: FaultBoard
    plugs: Plugs
    shortfall: Shortfall
    host_name: str | None

    def eyes_are_wanted(self) -> bool:
        """Somebody looks at the eyes now, or they are recorded. Any thread may ask."""
        is_recorded = self.streams.eyes_parameter_sets is not None and self.recordings.is_wanted
        return self.streams.eyes_are_watched or is_recorded

    @classmethod
    async def assemble(
        cls,
        stack: AsyncExitStack,
        config: DeviceConfig,
        info: GlassesInfo,
        topics: GlassesTopics,
        clock: Clock,
        figures: Callable[[], Sequence[Figure]],
        pages: Sequence[HttpRoute | WebSocketRoute],
    ) -> Self:
        """Make the parts; whatever has to be left, `stack` leaves in the right order.

        Raises:
            AddressInUseError: a port that was asked for is taken.
            DeviceRefusedError: a fault is about something that the device has not.
        """
        shortfall = Shortfall()
        streams = DeviceStreams(config, info, topics, clock, shortfall)
        seams = Seams(streams.streams, streams.catalog, clock)
        servers = await _StreamServers.open(stack, config, seams)
        state = device_state(
            config,
            info,
            rtsp_port=servers.rtsp.port,
            tunnel_port=servers.tunnel.port,
            echo_port=servers.echo_port,
            connected=frozenset(streams.sensors),
            clock=clock,
        )
        questionnaire = _questionnaire(config)
        make_recorder = recorder_factory(config, info, state, streams, questionnaire, clock)
        rules = RecordingRules(state, questionnaire, config.refuse)
        recordings = await stack.enter_async_context(Recordings(state, clock, make_recorder, rules))
        rig = FaultRig(seams, state)
        faults = FaultBoard(rig)
        api_routes = rest_routes(
            config.product,
            state,
            recordings,
            questionnaire,
            _camera_controls(streams, recordings),
            calibration_file(config.product, info, state.hardware.module_serial or ""),
            clock,
        )
        http = await _open_http(
            stack,
            config,
            [
                *answering_by(seams.http, api_routes),
                status_updates_route(state, seams.telling.begin),
                *monitor_routes(state, topics, clock, streams.streams, shortfall, figures),
                *pages,
                *fault_routes(faults),
            ],
        )
        for server in (servers.rtsp, servers.tunnel, servers.echo, http):
            if server is not None:
                seams.power.plug(server)
        # After the servers, so that it is left before them.
        await stack.enter_async_context(faults)
        host_name = await _announce(stack, config, state, http.port) if config.announce else None
        for fault in config.faults:
            await faults.start(fault)
        return cls(
            streams=streams,
            state=state,
            recordings=recordings,
            rtsp_port=servers.rtsp.port,
            tunnel_port=servers.tunnel.port,
            echo_port=servers.echo_port,
            http_port=http.port,
            faults=faults,
            plugs=Plugs(rig),
            shortfall=shortfall,
            host_name=host_name,
        )


async def _open_http(
    stack: AsyncExitStack, config: DeviceConfig, routes: list[HttpRoute | WebSocketRoute]
) -> HttpServer:
    return await enter_on_port(
        stack,
        lambda port: HttpServer(routes, host=config.host, port=port, refuse=refuse),
        config.http_port,
        DEFAULT_HTTP_PORT,
    )


async def _announce(
    stack: AsyncExitStack, config: DeviceConfig, state: DeviceState, http_port: int
) -> str | None:
    announcer = Announcer(
        ServiceName(state.phone.device_name, state.phone.device_id),
        host=config.host,
        port=http_port,
        host_name=config.product.host_name,
    )
    return (await stack.enter_async_context(announcer)).host_name


def _camera_controls(streams: DeviceStreams, recordings: Recordings) -> CameraControls:
    # The camera can be controlled while it is in use.
    return CameraControls(
        lambda: streams.scene_is_received or (streams.has_scene and recordings.is_wanted)
    )


def _questionnaire(config: DeviceConfig) -> Questionnaire | None:
    """Show the template, if there is one to be shown, as the phone would at this moment."""
    template = config.template
    if not config.product.has_templates or Refusal.WORKSPACE in config.refuse or template is None:
        return None
    is_answered = template == DEFAULT_TEMPLATE and Refusal.TEMPLATE not in config.refuse
    return Questionnaire(template, DEFAULT_ANSWERS if is_answered else {})
