"""``gazewire eye``: one eye as a program, which the service starts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import Annotated

import typer

from gazewire.cli.garbage import settle
from gazewire.cli.running import run
from gazewire.compose import SYNTHETIC
from gazewire.model import EyeId
from gazewire.time import SystemClock, TimeBase

__all__ = ["eye"]


def eye(
    eye_number: Annotated[int, typer.Option("--id", min=0, max=1, help="0 is the right eye.")],
    bus: Annotated[str, typer.Option(help="URLs for publishing, subscribing and pushing.")],
    source: Annotated[str, typer.Option(help="What it sees.")] = SYNTHETIC,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    eye_rate: Annotated[int, typer.Option(min=1)] = 200,
    anchor_ns: Annotated[int, typer.Option(help="The service's Unix time less its counter.")] = 0,
    core_zero_ns: Annotated[int, typer.Option(help="Unix time at which Core time is 0.")] = 0,
    capacity: Annotated[int, typer.Option(min=1)] = 1000,
    bus_level: Annotated[int, typer.Option(help="Of log records on the bus.")] = 20,
) -> None:
    """Be an eye of a service, until the bus says that it should stop."""

    async def program(stop: asyncio.Event) -> None:
        from gazewire.compose.image_threads import work_on_images_alone
        from gazewire.compose.service_parts import eye_parts
        from gazewire.service import AnchoredClock, BusAddresses, keys_from, run_eye

        work_on_images_alone()
        settle()
        eye_id: EyeId = 1 if eye_number else 0
        pub, sub, push = bus.split(",")
        clock = AnchoredClock(SystemClock(), anchor_ns)
        living = asyncio.create_task(
            run_eye(
                eye_id,
                eye_parts(source, eye_id, seed=seed, rate_hz=eye_rate),
                BusAddresses(pub, sub, push, keys_from(os.environ)),
                clock,
                TimeBase(core_zero_ns),
                capacity=capacity,
                bus_level=bus_level,
            )
        )
        ends = [asyncio.create_task(_wait_orphaned()), asyncio.create_task(stop.wait())]
        await asyncio.wait([living, *ends], return_when=asyncio.FIRST_COMPLETED)
        for task in (living, *ends):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await living

    run(program)


async def _wait_orphaned() -> None:
    """Wait until standard input ends: who holds its other end is gone."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass
