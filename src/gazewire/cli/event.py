"""``gazewire event``: marks an instant."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from gazewire.cli.device_option import DeviceOption
from gazewire.cli.running import run
from gazewire.client.device import Device
from gazewire.client.tools import choose_device

__all__ = ["event"]


def event(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its label.")],
    at: Annotated[
        int | None,
        typer.Option(
            metavar="NS",
            help="Nanoseconds of Unix time, by the device's clock. [default: when it arrives]",
            show_default=False,
        ),
    ] = None,
    device: DeviceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write one line of JSON.")] = False,
) -> None:
    """Mark an instant with a label, in the recording if there is one."""

    async def program(stop: asyncio.Event) -> None:
        found = await choose_device(device)
        async with Device.from_discovered_device(found) as asked:
            marked = await asked.send_event(name, at)
        if as_json:
            typer.echo(msgspec.json.encode(marked._asdict()).decode())
            return
        where = (
            "no recording" if marked.recording_id is None else f"recording {marked.recording_id}"
        )
        typer.echo(f"{marked.name} at {marked.timestamp} in {where}")

    run(program)
