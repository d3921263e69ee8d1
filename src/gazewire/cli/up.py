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
from gazewire.cli.running import announce, run
from gazewire.compose import NO_SOURCE, SYNTHETIC, VIDEO4LINUX
from gazewire.model import EyeId
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.compose.up import RunningChain

__all__ = ["up"]

_EVERYWHERE = "0.0.0.0"
_PORT = {"min": 0, "max": 65535, "show_default": False}
_EYE_HELP = "What the {} eye sees: synthetic, none, a video or recording, or v4l2:/dev/video0."


def up(
    source: Annotated[
        str,
        typer.Option(
            help="What all cameras see, unless told apart: synthetic, a recording, or none; "
            "v4l2:/dev/video0 is a scene camera alone."
        ),
    ] = SYNTHETIC,
    eye0: Annotated[
        str | None, typer.Option(help=_EYE_HELP.format("right"), show_default=False)
    ] = None,
    eye1: Annotated[
        str | None, typer.Option(help=_EYE_HELP.format("left"), show_default=False)
    ] = None,
    scene: Annotated[
        str | None,
        typer.Option(help="What the scene camera sees, in the same words.", show_default=False),
    ] = None,
    eyes: Annotated[
        EyeMode,
        typer.Option(help="A process for each eye, or tasks of one; auto: as there are cores."),
    ] = EyeMode.AUTO,
    eye_rate: Annotated[
        int, typer.Option(min=1, help="Eye pictures a second of the synthetic wearer; divides 200.")
    ] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Who the synthetic wearer is.")] = 0,
    host: Annotated[
        str, typer.Option(help="Interface of every socket; 0.0.0.0 is all of them.")
    ] = "127.0.0.1",
    lan: Annotated[bool, typer.Option("--lan", help="The same as --host 0.0.0.0.")] = False,
    port: Annotated[
        int | None, typer.Option(help="Of Pupil Remote. [default: 50020]", **_PORT)
    ] = None,
    http_port: Annotated[
        int | None, typer.Option(help="[default: 8080, or the next free one]", **_PORT)
    ] = None,
    rtsp_port: Annotated[
        int | None, typer.Option(help="[default: 8086, or the next free one]", **_PORT)
    ] = None,
    tunnel_port: Annotated[
        int | None, typer.Option(help="[default: 8686, or the next free one]", **_PORT)
    ] = None,
    echo_port: Annotated[
        int | None, typer.Option(help="[default: 12321, or the next free one]", **_PORT)
    ] = None,
    record_dir: Annotated[Path, typer.Option(help="Where recordings go.")] = Path("recordings"),
    record_anywhere: Annotated[
        bool,
        typer.Option("--record-anywhere", help="Let clients name any folder for a recording."),
    ] = False,
    name: Annotated[str | None, typer.Option(help="Name of the phone.")] = None,
    truth: Annotated[
        Path | None,
        typer.Option(help="Write what is sent and what is true of it to this file (JSON lines)."),
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="Share notifications with the machines of this group.")
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(help="Keys (CURVE) of the service, made if need be; clients then need them."),
    ] = None,
    client_keys: Annotated[
        Path | None,
        typer.Option(help="Public keys of those who may connect: a file, or a folder of *.key."),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="An address or network that may connect to the service; repeatable."),
    ] = None,
    mdns: Annotated[bool, typer.Option("--mdns/--no-mdns", help="Announce the device.")] = True,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A TOML file whose table [up] holds any of these options.",
            is_eager=True,
            callback=take_defaults,
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Put debug records onto the bus, too.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say that it is ready in one line of JSON.")
    ] = False,
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
        address = _EVERYWHERE if lan else host
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
            ends = [asyncio.create_task(stop.wait()), asyncio.create_task(chain.wait_stopped())]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()

    run(program)


def _facts(chain: RunningChain) -> dict[str, object]:
    device, service = chain.device, chain.service
    return {
        "http": device.http_url,
        "rtsp": device.rtsp_url,
        "tunnel": device.tunnel_url,
        "echo": f"{device.host}:{device.echo_port}",
        "name": device.name,
        "remote": service.remote_url,
        "pub": service.pub_url,
        "sub": service.sub_url,
        "pid": os.getpid(),
    }


def _text(chain: RunningChain) -> str:
    device, service = chain.device, chain.service
    announced = device.host_name or "nobody; clients need the address"
    return (
        f"{device.name}, measuring {chain.description}\n"
        f"  monitor page  {device.http_url}\n"
        f"  streams       {device.rtsp_url}/?camera={'|'.join(device.sensors)}\n"
        f"  for browsers  {device.tunnel_url}\n"
        f"  time echo     {device.host}:{device.echo_port}\n"
        f"  announced as  {announced}\n"
        f"  Pupil Remote  {service.remote_url}\n"
        f"Stop with Ctrl+C."
    )
