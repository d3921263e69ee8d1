"""What the tests of sockets share."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

_OPEN_FILES = Path("/proc/self/fd")


def _open_sockets() -> set[str]:
    found: set[str] = set()
    if not _OPEN_FILES.is_dir():
        return found  # not Linux: only tasks are looked at
    for entry in _OPEN_FILES.iterdir():
        try:
            target = os.readlink(entry)
        except FileNotFoundError:
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found


@pytest.fixture
def leaving_nothing() -> Callable[..., Any]:
    """A context after which there are no more tasks and sockets than before."""

    @asynccontextmanager
    async def leaving_nothing() -> AsyncIterator[None]:
        tasks = asyncio.all_tasks()
        sockets = _open_sockets()
        yield
        assert asyncio.all_tasks() <= tasks
        # A transport closes its socket in the turn of the loop after the one that it tells us in.
        await asyncio.sleep(0)
        assert _open_sockets() <= sockets

    return leaving_nothing


@pytest.fixture
def beacon_port() -> int:
    """A UDP port that nobody uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
        return port
