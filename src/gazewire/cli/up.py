"""``gazewire up``: the whole chain, from cameras to clients."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazewire.cli.config_file import take_defaults
from gazewire.cli.eye_mode import EyeMode, has_eye_processes
from gazewire.cli.garbage import settle
from gazewire.cli.program_options import (
    LOOPBACK,
    RECORDINGS,
    Allow,
    AsJson,
    ClientKeys,
    Debug,
    EchoPort,
    EyeRate,
    Eyes,
    Group,
    Host,
    HttpPort,
    KeyFile,
    Lan,
    Mdns,
    PhoneName,
    RecordAnywhere,
    RecordDir,
    RtspPort,
    Seed,
    TunnelPort,
    address_of,
    eye_help,
)
from gazewire.cli.readiness import device_facts, device_lines, service_facts
from gazewire.cli.running import announce, run, wait_for_either
from gazewire.compose import NO_SOURCE, SYNTHETIC, VIDEO4LINUX
from gazewire.model import EyeId
from gazewire.recording.layouts import LayoutChoice
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.compose.up import RunningChain

__all__ = ["up"]


def up(
    source: Annotated[
        str,
        typer.Option(
            help="What all cameras see, unless told apart: synthetic, a recording, or none; "
            "v4l2:/dev/video0 is a scene camera alone."
        ),
    ] = SYNTHETIC,
    eye0: Annotated[str | None, typer.Option(help=eye_help("right"), show_default=False)] = None,
    eye1: Annotated[str | None, typer.Option(help=eye_help("left"), show_default=False)] = None,
    scene: Annotated[
        str | None,
        typer.Option(help="What the scene camera sees, in the same words.", show_default=False),
    ] = None,
    eyes: Eyes = EyeMode.AUTO,
    eye_rate: EyeRate = 200,
    seed: Seed = 0,
    host: Host = LOOPBACK,
    lan: Lan = False,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Of Pupil Remote. [default: 50020]", show_default=False
        ),
    ] = None,
    http_port: HttpPort = None,
    rtsp_port: RtspPort = None,
    tunnel_port: TunnelPort = None,
    echo_port: EchoPort = None,
    record_dir: RecordDir = RECORDINGS,
    record_anywhere: RecordAnywhere = False,
    layout: Annotated[
        LayoutChoice | None,
        typer.Option(
            help="How recordings are laid out. [default: the device's as Neon, the service's as "
            "Core]",
            show_default=False,
        ),
    ] = None,
    name: PhoneName = None,
    truth: Annotated[
        Path | None,
        typer.Option(help="Write what is sent and what is true of it to this file (JSON lines)."),
    ] = None,
    group: Group = None,
    key_file: KeyFile = None,
    client_keys: ClientKeys = None,
    allow: Allow = None,
    mdns: Mdns = True,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A TOML file whose table [up] holds any of these options.",
            is_eager=True,
            callback=take_defaults,
        ),
    ] = None,
    debug: Debug = False,
    as_json: AsJson = False,
) -> None:
    """Measure eyes, and serve what comes of it: service and device in one.

    Clients connect to it as to Neon, and as to Pupil Service. Port 0 takes any free port.
    """

    async def program(stop: asyncio.Event) -> None:
        # Here, so that the other verbs work where what a service needs is not installed.
        from gazewire.compose.admission import find_admission
        from gazewire.compose.image_threads import work_on_images_alone
        from gazewire.compose.up import ChainSources, serve_chain
        from gazewire.device import DeviceConfig
        from gazewire.service import DEFAULT_REMOTE_PORT, ServiceConfig

        work_on_images_alone()
        address = address_of(host, lan=lan)
        admission = find_admission(key_file, client_keys, allow or (), address)
        # A camera looks at one thing.
        at_eyes = NO_SOURCE if source.startswith(VIDEO4LINUX) else source
        seen: dict[EyeId, str] = {0: eye0 or at_eyes, 1: eye1 or at_eyes}
        sources = ChainSources(
            eyes=seen,
            scene=scene or source,
            seed=seed,
            eye_rate_hz=eye_rate,
            spawn=has_eye_processes(eyes),
            service_layout=layout or LayoutChoice.CORE,
        )
        device = DeviceConfig(
            name=name,
            host=address,
            http_port=http_port,
            rtsp_port=rtsp_port,
            tunnel_port=tunnel_port,
            echo_port=echo_port,
            announce=mdns,
            record_dir=record_dir,
            layout=layout or LayoutChoice.NEON,
        )
        service = ServiceConfig(
            host=address,
            port=DEFAULT_REMOTE_PORT if port is None else port,
            eyes=frozenset(sources.there),
            record_dir=record_dir,
            record_anywhere=record_anywhere,
            group=group,
            bus_level=10 if debug else 20,
            security=admission.security,
            keys=admission.keys,
        )
        async with serve_chain(device, service, sources, SystemClock(), truth=truth) as chain:
            announce(_facts(chain), _text(chain), as_json=as_json)
            settle()
            await wait_for_either(stop, chain.wait_stopped())

    run(program)


def _facts(chain: RunningChain) -> dict[str, object]:
    return device_facts(chain.device) | service_facts(chain.service) | {"pid": os.getpid()}


def _text(chain: RunningChain) -> str:
    return (
        f"{chain.device.name}, measuring {chain.description}\n"
        f"{device_lines(chain.device)}"
        f"  Pupil Remote  {chain.service.remote_url}\n"
        f"Stop with Ctrl+C."
    )
