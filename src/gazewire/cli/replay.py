"""``gazewire replay``: a recording as a live device, or as a service."""

from __future__ import annotations

import asyncio
import enum
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazewire.cli.garbage import settle
from gazewire.cli.program_options import (
    LOOPBACK,
    RECORDINGS,
    AsJson,
    EchoPort,
    Host,
    HttpPort,
    Lan,
    Mdns,
    PhoneName,
    RecordDir,
    RtspPort,
    TunnelPort,
    address_of,
)
from gazewire.cli.readiness import device_facts, device_lines, service_facts
from gazewire.cli.running import announce, run, wait_for_either
from gazewire.recording import MovedClock, open_recording
from gazewire.time import Clock, SystemClock

if TYPE_CHECKING:
    from gazewire.compose.replay import ReplayConfig

__all__ = ["replay"]

# So long a client has to come before the first record, where the clock is that of the recording.
_LEAD_NS = 2_000_000_000


class TimesName(enum.StrEnum):
    """What ``--times`` takes."""

    NOW = "now"
    ORIGINAL = "original"


def replay(
    recording: Annotated[Path, typer.Argument(help="The recording: of Neon, Invisible or Core.")],
    core: Annotated[
        bool, typer.Option("--core", help="Be a service on the Core network, and not a device.")
    ] = False,
    loop: Annotated[
        bool, typer.Option("--loop", help="Begin again at the end, until you stop it.")
    ] = False,
    begin: Annotated[
        float, typer.Option("--from", metavar="SECONDS", min=0, help="Leave out the beginning.")
    ] = 0.0,
    speed: Annotated[
        float,
        typer.Option(min=0.01, max=100, help="2 is twice as fast; without sound then."),
    ] = 1.0,
    times: Annotated[
        TimesName,
        typer.Option(help="Instants are moved to now, or are those of the recording."),
    ] = TimesName.NOW,
    host: Host = LOOPBACK,
    lan: Lan = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of Pupil Remote, with --core.")
    ] = 50020,
    http_port: HttpPort = None,
    rtsp_port: RtspPort = None,
    tunnel_port: TunnelPort = None,
    echo_port: EchoPort = None,
    record_dir: RecordDir = RECORDINGS,
    name: PhoneName = None,
    mdns: Mdns = True,
    as_json: AsJson = False,
) -> None:
    """Play a recording as a live device: what clients see is what was recorded.

    It ends with the recording, unless that begins again. Port 0 takes any free port.
    """

    async def program(stop: asyncio.Event) -> None:
        # Here, so that the other verbs do not wait for what a device needs.
        from gazewire.compose.replay import ReplayConfig
        from gazewire.device import INVISIBLE, NEON, DeviceConfig, Playback, serve_device

        is_original = times is TimesName.ORIGINAL
        config = ReplayConfig(
            folder=recording, loop=loop, from_s=begin, speed=speed, is_original=is_original
        )
        address = address_of(host, lan=lan)
        if core:
            await _serve_core(config, address, port, record_dir, stop, as_json=as_json)
            return
        with open_recording(recording) as opened:
            is_invisible = opened.facts.layout == "invisible"
        timeline = config.timeline()
        device = DeviceConfig(
            product=INVISIBLE if is_invisible else NEON,
            name=name,
            host=address,
            http_port=http_port,
            rtsp_port=rtsp_port,
            tunnel_port=tunnel_port,
            echo_port=echo_port,
            announce=mdns,
            record_dir=record_dir,
        )
        start_unix_ns = timeline.first_unix_ns if is_original else None
        clock = _clock(start_unix_ns)
        played = Playback(timeline, start_unix_ns)
        async with serve_device(device, played, clock) as running:
            announce(
                device_facts(running) | {"pid": os.getpid()},
                f"{running.name}, playing {recording}\n{device_lines(running)}Stop with Ctrl+C.",
                as_json=as_json,
            )
            settle()
            await wait_for_either(stop, running.wait_ended())

    run(program)


async def _serve_core(
    config: ReplayConfig,
    address: str,
    port: int,
    record_dir: Path,
    stop: asyncio.Event,
    *,
    as_json: bool,
) -> None:
    from gazewire.compose.replayed_bus import ReplayedBus
    from gazewire.service import ServiceConfig, serve_service

    bus = ReplayedBus(config)
    clock = _clock(bus.timeline.first_unix_ns if config.is_original else None)
    service = ServiceConfig(host=address, port=port, eyes=frozenset(), record_dir=record_dir)
    async with serve_service(service, bus.parts(), clock) as running:
        announce(
            service_facts(running) | {"pid": os.getpid()},
            f"Playing {config.folder}\n"
            f"  Pupil Remote  {running.remote_url}\n"
            f"  subscribe     {running.sub_url}\n"
            f"Stop with Ctrl+C.",
            as_json=as_json,
        )
        settle()
        ending = asyncio.create_task(wait_for_either(stop, running.wait_stopped()))
        await wait_for_either(bus.ended, asyncio.shield(ending))
        ending.cancel()


def _clock(first_unix_ns: int | None) -> Clock:
    clock = SystemClock()
    return clock if first_unix_ns is None else MovedClock(clock, first_unix_ns - _LEAD_NS)
