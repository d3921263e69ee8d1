"""``gazewire cameras``: many cameras, their images for other programs."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazewire.cli.program_options import LOOPBACK, AsJson, Host, Lan, address_of
from gazewire.cli.running import announce, run
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.multicam import RunningCameras

__all__ = ["cameras"]


def cameras(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="TOML, or camera_configs.json as it is.")
    ],
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65000, help="Of the first camera's images; all others count up. 0 is any."
        ),
    ] = 5555,
    http_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the page that shows the cameras.")
    ] = 8090,
    host: Host = LOOPBACK,
    lan: Lan = False,
    record: Annotated[
        bool, typer.Option("--record", help="Record every camera from the start.")
    ] = False,
    experiment: Annotated[
        str | None,
        typer.Option(
            help="Recordings go to a folder of this name; or an experiment file (.json): subjects."
        ),
    ] = None,
    application_config: Annotated[
        str | None,
        typer.Option(
            metavar="JSON",
            help="Settings of pyMultiVideo as text, which go before those of CONFIG.",
        ),
    ] = None,
    close_after: Annotated[
        str | None, typer.Option(metavar="MM:SS", help="End after so long.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Acquire from many cameras: images out to other programs, boxes back, a page that shows all.

    Port 0 takes any free port.
    """
    seconds = None if close_after is None else _seconds(close_after)

    async def program(stop: asyncio.Event) -> None:
        # Here, so that the other verbs work where what cameras need is not installed.
        from gazewire.multicam import load_config, serve_cameras
        from gazewire.multicam.application_config import apply_application_config
        from gazewire.multicam.experiment import find_experiment

        settings = load_config(config)
        if application_config is not None:
            settings = apply_application_config(settings, application_config)
        settings, folder = find_experiment(settings, experiment)
        async with serve_cameras(
            settings,
            SystemClock(),
            host=address_of(host, lan=lan),
            first_port=port,
            http_port=http_port,
            record_dir=folder,
            record=record,
        ) as running:
            announce(_facts(running), _text(running), as_json=as_json)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await stop.wait()

    run(program)


def _seconds(close_after: str) -> int:
    minutes, _, seconds = close_after.partition(":")
    if not (minutes.isdecimal() and seconds.isdecimal() and int(seconds) < 60):
        raise typer.BadParameter(
            f"write minutes and seconds, such as 90:00, not {close_after}",
            param_hint="--close-after",
        )
    return 60 * int(minutes) + int(seconds)


def _facts(running: RunningCameras) -> dict[str, object]:
    return {
        "cameras": [
            {"id": camera.config.id, "images": camera.images_url, "boxes": camera.boxes_url}
            for camera in running.cameras
        ],
        "http": running.http_url,
        "pid": os.getpid(),
    }


def _text(running: RunningCameras) -> str:
    lines = [
        f"  {camera.config.name}  images {camera.images_url}, boxes {camera.boxes_url}"
        for camera in running.cameras
    ]
    return "\n".join(["Cameras", *lines, f"  page  {running.http_url}", "Stop with Ctrl+C."])
