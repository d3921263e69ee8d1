"""``gazewire device``: a phone and a pair of glasses, in software."""

from __future__ import annotations

import asyncio
import enum
import os
from pathlib import Path
from typing import Annotated

import typer

from gazewire.cli.garbage import settle
from gazewire.cli.program_options import (
    LOOPBACK,
    RECORDINGS,
    AsJson,
    EchoPort,
    EyeRate,
    Host,
    HttpPort,
    Layout,
    Mdns,
    PhoneName,
    RecordDir,
    RtspPort,
    Seed,
    TunnelPort,
)
from gazewire.cli.readiness import device_facts, device_lines
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
from gazewire.recording.layouts import LayoutChoice
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
    host: Host = LOOPBACK,
    http_port: HttpPort = None,
    rtsp_port: RtspPort = None,
    tunnel_port: TunnelPort = None,
    echo_port: EchoPort = None,
    record_dir: RecordDir = RECORDINGS,
    layout: Layout = LayoutChoice.NEON,
    template: Annotated[
        str, typer.Option(help="'default', 'none', or a template file (JSON). Neon only.")
    ] = "default",
    refuse: Annotated[
        list[Refusal] | None,
        typer.Option(help="Refuse to record, for this reason; may be repeated."),
    ] = None,
    name: PhoneName = None,
    seed: Seed = 0,
    eye_rate: EyeRate = 200,
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
    mdns: Mdns = True,
    as_json: AsJson = False,
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
            layout=layout,
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
    return device_facts(running) | {"pid": os.getpid()}


def _text(running: RunningDevice, source: str) -> str:
    return f"{running.name}, showing {source}\n{device_lines(running)}Stop with Ctrl+C."
