"""``gazewire service``: the Core network API, headless."""

from __future__ import annotations

import asyncio
import enum
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazewire.cli.config_file import take_defaults
from gazewire.cli.eye_mode import EyeMode, has_eye_processes
from gazewire.cli.garbage import settle
from gazewire.cli.running import announce, run
from gazewire.compose import NO_SOURCE, SYNTHETIC
from gazewire.model import EyeId
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.service import RunningService

__all__ = ["service"]

_LOG = logging.getLogger(__name__)

_EVERYWHERE = "0.0.0.0"
_DEFAULT_PORT = 50020


class LayoutName(enum.StrEnum):
    """What ``--layout`` takes."""

    CORE = "core"
    NEON = "neon"
    BOTH = "both"


_EYE_HELP = "What the {} eye sees: synthetic, none, a video or recording, or v4l2:/dev/video0."


def service(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of Pupil Remote.")] = _DEFAULT_PORT,
    eye0: Annotated[str, typer.Option(help=_EYE_HELP.format("right"))] = SYNTHETIC,
    eye1: Annotated[str, typer.Option(help=_EYE_HELP.format("left"))] = SYNTHETIC,
    scene: Annotated[
        str, typer.Option(help="What the scene camera sees, in the same words.")
    ] = NO_SOURCE,
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
    record_dir: Annotated[
        Path | None, typer.Option(help="Where recordings go; without it there are none.")
    ] = None,
    record_anywhere: Annotated[
        bool,
        typer.Option("--record-anywhere", help="Let clients name any folder for a recording."),
    ] = False,
    layout: Annotated[
        LayoutName, typer.Option(help="Of recordings; core alone is there yet.")
    ] = LayoutName.CORE,
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
        typer.Option(help="An address or network that may connect; repeatable. [default: all]"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A TOML file whose table [service] holds any of these options.",
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
    """Serve the Core network API, headless: Pupil Remote, the bus, eyes and gaze.

    Scripts and VR clients connect to it as to Pupil Service. Port 0 takes any free port.
    """

    async def program(stop: asyncio.Event) -> None:
        # Here, so that the other verbs work where what a service needs is not installed.
        from gazewire.compose.admission import find_admission
        from gazewire.compose.image_threads import work_on_images_alone
        from gazewire.compose.service_parts import service_parts
        from gazewire.service import ServiceConfig, serve_service

        work_on_images_alone()
        address = _EVERYWHERE if lan else host
        admission = find_admission(key_file, client_keys, allow or (), address)
        if layout is not LayoutName.CORE:
            _LOG.warning(
                "recordings are in the Core layout: a service has no other one yet, and %s is "
                "passed over",
                layout.value,
            )
        sources: dict[EyeId, str] = {0: eye0, 1: eye1}
        settings = ServiceConfig(
            host=address,
            port=port,
            eyes=frozenset(eye for eye, source in sources.items() if source != NO_SOURCE),
            record_dir=record_dir,
            record_anywhere=record_anywhere,
            group=group,
            bus_level=10 if debug else 20,
            security=admission.security,
            keys=admission.keys,
        )
        parts = service_parts(
            sources, scene, seed=seed, rate_hz=eye_rate, spawn=has_eye_processes(eyes)
        )
        async with serve_service(settings, parts, SystemClock()) as running:
            announce(_facts(running), _text(running), as_json=as_json)
            settle()
            ends = [asyncio.create_task(stop.wait()), asyncio.create_task(running.wait_stopped())]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()

    run(program)


def _facts(running: RunningService) -> dict[str, object]:
    return {
        "remote": running.remote_url,
        "pub": running.pub_url,
        "sub": running.sub_url,
        "pid": os.getpid(),
    }


def _text(running: RunningService) -> str:
    return (
        f"Pupil Service, in software\n"
        f"  Pupil Remote  {running.remote_url}\n"
        f"  publish       {running.pub_url}\n"
        f"  subscribe     {running.sub_url}\n"
        f"Stop with Ctrl+C, or by the notification service_process.should_stop."
    )
