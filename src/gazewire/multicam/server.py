"""All cameras of a configuration at work, with the page that shows them.

async with serve_cameras(load_config(path), SystemClock()) as running:
print(running.http_url, [camera.images_url for camera in running.cameras])
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gazewire.multicam.config import CameraConfig, CamerasConfig, ConfigError
from gazewire.multicam.page import camera_routes, refuse
from gazewire.multicam.recordings import Recordings
from gazewire.multicam.running_camera import RunningCamera, SocketPlan
from gazewire.multicam.trigger import SoftwareTrigger
from gazewire.net import HttpServer
from gazewire.time import Clock

__all__ = ["RunningCameras", "serve_cameras"]

_FIRST_PORT = 5555
_LOCAL = "localhost"


@dataclass(frozen=True, slots=True)
class RunningCameras:
    """What is served.

    Attributes:
        cameras: in the order of the configuration.
        http_url: of the page.
        recordings: begins and ends recordings of all cameras.
    """

    cameras: tuple[RunningCamera, ...]
    http_url: str
    recordings: Recordings


@asynccontextmanager
async def serve_cameras(
    config: CamerasConfig,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    first_port: int = _FIRST_PORT,
    http_port: int = 0,
    record_dir: Path | None = None,
    record: bool = False,
) -> AsyncIterator[RunningCameras]:
    """Open all cameras and their sockets, and serve the page, while the context lasts.

    Args:
        config: of all cameras.
        clock: the program's.
        host: interface of every socket whose address the configuration does not tell.
        first_port: of the first camera's images; its boxes and the other cameras count up from
            there. 0 is any free port for each.
        http_port: of the page; 0 is any free one.
        record_dir: recordings go to there; None: to where the configuration says.
        record: record all cameras from the start.

    Raises:
        SourceError: a camera cannot be opened.
        NetworkError: an address cannot be bound.
        ConfigError: an address cannot be.
        RecordingError: the folder cannot be written to.
    """
    plans = _plans(config, host, first_port)

    def open_all() -> list[RunningCamera]:
        with ExitStack() as undo:
            opened = []
            for camera, plan in zip(config.cameras, plans, strict=True):
                running = RunningCamera(camera, plan, clock)
                # Whoever comes after may fail; from here on, leaving the stack closes this one.
                undo.push(running)
                opened.append(running)
            undo.pop_all()
            return opened

    cameras = await asyncio.to_thread(open_all)
    folder = record_dir or Path(config.recording.folder)
    recordings = Recordings(cameras, config, folder, clock)
    waiting = [camera for camera in cameras if camera.config.trigger == "software"]
    try:
        for running in cameras:
            running.__enter__()
        if record:
            await asyncio.to_thread(recordings.start)
        with SoftwareTrigger(waiting, config.trigger.rate_hz) as trigger:
            routes = camera_routes(cameras, recordings, trigger, config.view)
            async with HttpServer(routes, host=host, port=http_port, refuse=refuse) as server:
                yield RunningCameras(tuple(cameras), server.url, recordings)
    finally:
        await asyncio.to_thread(recordings.stop)
        # Side by side: each may wait for an image first.
        await asyncio.gather(
            *(asyncio.to_thread(running.__exit__, None, None, None) for running in cameras)
        )


def _plans(config: CamerasConfig, host: str, first_port: int) -> list[SocketPlan]:
    plans = []
    ports = iter(range(first_port, first_port + 2 * len(config.cameras)))
    for camera in config.cameras:
        # A pair for each camera, so that one with an address of its own moves no other.
        counted = [next(ports), next(ports)] if first_port else [0, 0]
        put_hz, pull_hz = config.rates_of(camera)
        images, boxes = (
            (host, port) if address is None else _address(camera, address, host)
            for address, port in zip((camera.images, camera.boxes), counted, strict=True)
        )
        plans.append(
            SocketPlan(
                images=images,
                boxes=boxes,
                put_hz=put_hz,
                pull_hz=pull_hz,
                frame_hz=camera.frame_rate,
                box_ttl_s=config.box_ttl_s,
            )
        )
    return plans


def _address(camera: CameraConfig, address: str, host: str) -> tuple[str, int]:
    scheme, _, rest = address.partition("://")
    named, _, port = rest.rpartition(":")
    if scheme != "tcp" or not named or not port.isascii() or not port.isdecimal():
        raise ConfigError(f"{camera.name}: {address} is no address; write tcp://127.0.0.1:5555")
    if int(port) > 65_535:
        raise ConfigError(f"{camera.name}: there is no port {port}")
    # What says nothing about an interface gets the one that the program was told.
    return ("0.0.0.0" if named == "*" else host if named == _LOCAL else named), int(port)
