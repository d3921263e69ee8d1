"""A device in software, which clients can be tested with."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from loopback.station import Station

from gazewire.camera import GlassesInfo, Record, VideoShape, Wants
from gazewire.device import DeviceConfig, Playback, RunningDevice, serve_device
from gazewire.device.faults import parse_fault
from gazewire.time import SystemClock

TIME_LIMIT_S = 10

Serve = Callable[..., AbstractAsyncContextManager[RunningDevice]]


class Silence:
    """A timeline without records: the sensors are there, and give nothing."""

    info = GlassesInfo(
        description="silence",
        scene=VideoShape(width=64, height=48, rate_hz=30),
        gaze_rate_hz=200,
        imu_rate_hz=110,
    )

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        return iter(())


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Run a device, with the given faults and other options of its configuration."""

    @asynccontextmanager
    async def serve(*faults: str, **options: object) -> AsyncIterator[RunningDevice]:
        ports = {"http_port": 0, "rtsp_port": 0, "tunnel_port": 0, "echo_port": 0}
        config = DeviceConfig(
            announce=False,
            record_dir=tmp_path / "recordings",
            faults=tuple(parse_fault(text) for text in faults),
            **{**ports, **options},
        )
        async with serve_device(config, Playback(Silence()), SystemClock()) as device:
            yield device

    return serve


@pytest.fixture
async def device(serve: Serve) -> AsyncIterator[RunningDevice]:
    """A device that runs, without faults."""
    async with serve() as device:
        yield device


@pytest.fixture
def until() -> Callable[[Callable[[], object]], object]:
    """Wait for something that comes by itself."""

    async def until(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(TIME_LIMIT_S):
            while not condition():  # noqa: ASYNC110  # nothing but time brings it
                await asyncio.sleep(0.005)

    return until


@pytest.fixture
async def station() -> AsyncIterator[Station]:
    """A server of a few streams, which sends nothing by itself."""
    async with Station() as station:
        yield station


def _open_files() -> set[str]:
    folder = Path("/proc/self/fd")
    found = set()
    for entry in folder.iterdir() if folder.is_dir() else ():
        try:
            found.add(os.readlink(entry))
        except FileNotFoundError:
            continue
    return {target for target in found if target.startswith("socket:")}


@pytest.fixture
def leaving_nothing() -> Callable[..., Any]:
    """A context after which there are no more tasks, threads and sockets than before."""

    @asynccontextmanager
    async def leaving_nothing() -> AsyncIterator[None]:
        tasks, threads, sockets = asyncio.all_tasks(), set(threading.enumerate()), _open_files()
        yield
        # A transport closes its socket in the turn of the loop after the one that it tells us in,
        # and a server of ours may need to be told first.
        async with asyncio.timeout(TIME_LIMIT_S):
            while not (  # noqa: ASYNC110  # nothing but time brings it
                asyncio.all_tasks() <= tasks
                and set(threading.enumerate()) <= threads
                and _open_files() <= sockets
            ):
                await asyncio.sleep(0)

    return leaving_nothing
