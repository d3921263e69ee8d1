"""``gazewire service``: the Core network API, headless."""

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
    Allow,
    AsJson,
    ClientKeys,
    Debug,
    EyeRate,
    Eyes,
    Group,
    Host,
    KeyFile,
    Lan,
    Layout,
    RecordAnywhere,
    Seed,
    address_of,
    eye_help,
)
from gazewire.cli.readiness import service_facts
from gazewire.cli.running import announce, run, wait_for_either
from gazewire.compose import NO_SOURCE, SYNTHETIC
from gazewire.model import EyeId
from gazewire.recording.layouts import LayoutChoice
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.service import RunningService

__all__ = ["service"]

_DEFAULT_PORT = 50020


def service(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of Pupil Remote.")] = _DEFAULT_PORT,
    eye0: Annotated[str, typer.Option(help=eye_help("right"))] = SYNTHETIC,
    eye1: Annotated[str, typer.Option(help=eye_help("left"))] = SYNTHETIC,
    scene: Annotated[
        str, typer.Option(help="What the scene camera sees, in the same words.")
    ] = NO_SOURCE,
    eyes: Eyes = EyeMode.AUTO,
    eye_rate: EyeRate = 200,
    seed: Seed = 0,
    host: Host = LOOPBACK,
    lan: Lan = False,
    record_dir: Annotated[
        Path | None, typer.Option(help="Where recordings go; without it there are none.")
    ] = None,
    record_anywhere: RecordAnywhere = False,
    layout: Layout = LayoutChoice.CORE,
    group: Group = None,
    key_file: KeyFile = None,
    client_keys: ClientKeys = None,
    allow: Allow = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A TOML file whose table [service] holds any of these options.",
            is_eager=True,
            callback=take_defaults,
        ),
    ] = None,
    debug: Debug = False,
    as_json: AsJson = False,
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
        address = address_of(host, lan=lan)
        admission = find_admission(key_file, client_keys, allow or (), address)
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
            sources,
            scene,
            seed=seed,
            rate_hz=eye_rate,
            spawn=has_eye_processes(eyes),
            layout=layout,
        )
        async with serve_service(settings, parts, SystemClock()) as running:
            announce(_facts(running), _text(running), as_json=as_json)
            settle()
            await wait_for_either(stop, running.wait_stopped())

    run(program)


def _facts(running: RunningService) -> dict[str, object]:
    return service_facts(running) | {"pid": os.getpid()}


def _text(running: RunningService) -> str:
    return (
        f"Pupil Service, in software\n"
        f"  Pupil Remote  {running.remote_url}\n"
        f"  publish       {running.pub_url}\n"
        f"  subscribe     {running.sub_url}\n"
        f"Stop with Ctrl+C, or by the notification service_process.should_stop."
    )
