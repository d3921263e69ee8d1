"""``gazewire device``: a phone and a pair of glasses, in software."""

from __future__ import annotations

import asyncio
import enum
import os
from pathlib import Path
from typing import Annotated

import typer

from gazewire.cli.garbage import settle
from gazewire.cli.running import announce, run
from gazewire.compose import SYNTHETIC
from gazewire.compose.sources import find_source
from gazewire.device import (
    DEFAULT_TEMPLATE,
    INVISIBLE,
    NEON,
    DeviceConfig,
    Refusal,
    RunningDevice,
    load_template,
    serve_device,
)
from gazewire.device.faults import fault_help, parse_fault
from gazewire.time import SystemClock
from gazewire.wire.payload.gaze import GazeFormat
from gazewire.wire.template import Template

__all__ = ["device"]


class ProductName(enum.StrEnum):
    """What ``--product`` takes."""

    NEON = "neon"
    INVISIBLE = "invisible"


class GazeFormatName(enum.StrEnum):
    """What ``--gaze-format`` takes: the bytes of a payload, or as many as the source fills."""

    AUTO = "auto"
    GAZE = "9"
    DUAL_MONOCULAR = "17"
    BINOCULAR_AND_MONOCULAR = "25"
    EYE_STATE = "65"
    EYELIDS = "89"
    ALL = "105"


_PRODUCTS = {ProductName.NEON: NEON, ProductName.INVISIBLE: INVISIBLE}
_FAULT_HELP = "help"
_PORT = {"min": 0, "max": 65535, "show_default": False}


def device(
    source: Annotated[
        str,
        typer.Option(help="'synthetic', a recording folder, a video file, or v4l2:/dev/video0."),
    ] = SYNTHETIC,
    gaze: Annotated[
        Path | None, typer.Option(help="Gaze table (CSV) that goes with a video file.")
    ] = None,
    product: Annotated[ProductName, typer.Option(help="Which glasses.")] = ProductName.NEON,
    gaze_format: Annotated[
        GazeFormatName, typer.Option(help="Bytes of a gaze payload; auto: what the source fills.")
    ] = GazeFormatName.AUTO,
    host: Annotated[
        str, typer.Option(help="Interface of every socket; 0.0.0.0 is all of them.")
    ] = "127.0.0.1",
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
    template: Annotated[
        str, typer.Option(help="'default', 'none', or a template file (JSON). Neon only.")
    ] = "default",
    refuse: Annotated[
        list[Refusal] | None,
        typer.Option(help="Refuse to record, for this reason; may be repeated."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the phone.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Who the synthetic wearer is.")] = 0,
    eye_rate: Annotated[
        int,
        typer.Option(min=1, help="Eye pictures a second of the synthetic wearer; divides 200."),
    ] = 200,
    truth: Annotated[
        Path | None, typer.Option(help="Write what is really sent to this file (JSON lines).")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:KEY=VALUE,...]",
            help="Let this be wrong with it; may be repeated. 'help' lists what there is.",
        ),
    ] = None,
    older_app: Annotated[
        bool,
        typer.Option("--older-app", help="Be as the app was years ago: no time echo, for one."),
    ] = False,
    mdns: Annotated[bool, typer.Option("--mdns/--no-mdns", help="Announce the device.")] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Say that it is ready in one line of JSON.")
    ] = False,
) -> None:
    """Serve the Realtime API: a phone and a pair of glasses, in software.

    Clients connect to it as to a real device. Port 0 takes any free port.
    """
    if fault and _FAULT_HELP in fault:
        typer.echo(fault_help())
        return

    async def program(stop: asyncio.Event) -> None:
        config = DeviceConfig(
            product=_PRODUCTS[product],
            name=name,
            host=host,
            http_port=http_port,
            rtsp_port=rtsp_port,
            tunnel_port=tunnel_port,
            echo_port=echo_port,
            announce=mdns,
            gaze_format=None if gaze_format == "auto" else GazeFormat(int(gaze_format)),
            record_dir=record_dir,
            template=_template(template),
            refuse=frozenset(refuse or ()),
            faults=tuple(parse_fault(text) for text in fault or ()),
            older_app=older_app,
        )
        async with (
            find_source(
                source, gaze=gaze, product=product.value, seed=seed, eye_rate_hz=eye_rate
            ) as found,
            serve_device(config, found, SystemClock(), truth=truth) as running,
        ):
            announce(_facts(running), _text(running, found.info.description), as_json=as_json)
            settle()
            await stop.wait()

    run(program)


def _template(option: str) -> Template | None:
    match option:
        case "default":
            return DEFAULT_TEMPLATE
        case "none":
            return None
        case file:
            return load_template(Path(file))


def _facts(running: RunningDevice) -> dict[str, object]:
    return {
        "http": running.http_url,
        "rtsp": running.rtsp_url,
        "tunnel": running.tunnel_url,
        "echo": _echo(running),
        "name": running.name,
        "pid": os.getpid(),
    }


def _echo(running: RunningDevice) -> str | None:
    return None if running.echo_port is None else f"{running.host}:{running.echo_port}"


def _text(running: RunningDevice, source: str) -> str:
    announced = running.host_name or "nobody; clients need the address"
    return (
        f"{running.name}, showing {source}\n"
        f"  monitor page  {running.http_url}\n"
        f"  streams       {running.rtsp_url}/?camera={'|'.join(running.sensors)}\n"
        f"  for browsers  {running.tunnel_url}\n"
        f"  time echo     {_echo(running) or 'none'}\n"
        f"  announced as  {announced}\n"
        f"Stop with Ctrl+C."
    )
