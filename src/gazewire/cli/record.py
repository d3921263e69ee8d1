"""``gazewire record``: what a client receives, on this machine's disk."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from gazewire.cli.device_option import DeviceOption, SecondsOption
from gazewire.cli.ending import work_until
from gazewire.cli.running import announce, run
from gazewire.client.tools import Capture, CaptureCounts, choose_device, device_name, linked
from gazewire.time import SystemClock

__all__ = ["record"]

_PROGRESS_S = 0.5
_ERASE_LINE = "\r\x1b[2K"


def record(
    device: DeviceOption = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the recording's folder is made.")
    ] = Path("recordings"),
    seconds: SecondsOption = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Say in lines of JSON that it has begun, and what it holds."),
    ] = False,
) -> None:
    """Record what comes from a device to this machine, in the layout that Neon records in.

    Gaze, motion, eye events, events and the scene, which stays coded as it came. The device's own
    recording is another thing, and is neither started nor stopped.
    """

    async def program(stop: asyncio.Event) -> None:
        clock = SystemClock()
        found = await choose_device(device)
        async with linked(found, clock) as link:
            async with Capture(found, link, clock, root=out) as capture:
                facts = {"folder": str(capture.folder), "device": device_name(found)}
                announce(
                    facts | {"pid": os.getpid()},
                    f"recording {device_name(found)} to {capture.folder}; stop with Ctrl+C",
                    as_json=as_json,
                )
                telling = asyncio.create_task(_tell_progress(capture, clock))
                try:
                    await work_until(stop, seconds, capture.run())
                finally:
                    telling.cancel()
                    await asyncio.wait({telling})
                counts = capture.look()
            if as_json:
                typer.echo(msgspec.json.encode({"done": True, **_facts(counts)}).decode())
            else:
                typer.echo(f"recorded {_text(counts)}")

    run(program)


async def _tell_progress(capture: Capture, clock: SystemClock) -> None:
    """Keep a line on the terminal, if there is one."""
    if not sys.stderr.isatty():
        return
    began_ns = clock.mono_ns()
    try:
        while True:
            elapsed_s = (clock.mono_ns() - began_ns) // 1_000_000_000
            text = f"{elapsed_s // 60:02d}:{elapsed_s % 60:02d}  {_text(capture.look())}"
            typer.echo(f"{_ERASE_LINE}{text}", err=True, nl=False)
            await asyncio.sleep(_PROGRESS_S)
    finally:
        typer.echo(_ERASE_LINE, err=True, nl=False)


def _facts(counts: CaptureCounts) -> dict[str, int]:
    return msgspec.to_builtins(counts)  # type: ignore[no-any-return]  # of a record of integers


def _text(counts: CaptureCounts) -> str:
    said = (
        f"{counts.gaze} gaze, {counts.scene} scene, {counts.imu} imu, "
        f"{counts.eye_events} eye events, {counts.events} events; "
        f"{counts.lost_packets} packets lost"
    )
    if counts.unfit_pictures:
        said += f", {counts.unfit_pictures} pictures of another coding left out"
    return said
