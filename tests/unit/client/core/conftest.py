"""A Core program, which clients can be tested with."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from loopback.core_program import CoreProgram

TIME_LIMIT_S = 20


@pytest.fixture
async def program() -> AsyncIterator[CoreProgram]:
    """A program that runs, with nothing in it."""
    async with CoreProgram() as program:
        yield program


def _left() -> tuple[set[object], set[str]]:
    """Threads, but for those that the loop keeps for later, and sockets."""
    threads: set[object] = {
        thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")
    }
    folder = Path("/proc/self/fd")
    files = set()
    for entry in folder.iterdir() if folder.is_dir() else ():
        try:
            files.add(os.readlink(entry))
        except FileNotFoundError:
            continue
    return threads, {target for target in files if target.startswith("socket:")}


@pytest.fixture
def leaving_nothing() -> Callable[..., Any]:
    """A context after which there are no more tasks, threads and sockets than before."""

    @asynccontextmanager
    async def leaving_nothing() -> AsyncIterator[None]:
        tasks, (threads, sockets) = asyncio.all_tasks(), _left()
        yield
        assert asyncio.all_tasks() <= tasks
        # The program sees a moment later that we are gone.
        async with asyncio.timeout(TIME_LIMIT_S):
            while not all(  # noqa: ASYNC110  # nothing but time brings it
                now <= before for now, before in zip(_left(), (threads, sockets), strict=True)
            ):
                await asyncio.sleep(0.005)

    return leaving_nothing
