"""From a configuration to a camera, where it can be seen with no hardware."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gazewire.camera import MovingPattern
from gazewire.errors import UnreadableSourceError
from gazewire.multicam import CameraConfig
from gazewire.multicam.sources import open_source
from gazewire.net.bus import Bus
from gazewire.net.bus_client import BusPublisher
from gazewire.time import SystemClock, TimeBase
from gazewire.wire.ipc import HmdFrame


def test_a_synthetic_camera_is_as_the_configuration_says() -> None:
    camera = open_source(CameraConfig(width=64, height=48, fps=100.0), SystemClock())
    assert isinstance(camera, MovingPattern)
    assert (camera.shape.width, camera.shape.height, camera.shape.rate_hz) == (64, 48, 100.0)


def test_settings_of_an_industrial_camera_reach_it() -> None:
    pytest.importorskip("harvesters", reason="needs gazewire[genicam], which macOS has not")
    import genicam

    config = CameraConfig(
        id="a",
        source="genicam",
        serial="2",
        cti=str(Path(genicam.__file__).parent / "viky.cti"),
        width=120,
        height=100,
        fps=150.0,
        pixel_format="Colour",
    )
    camera = open_source(config, SystemClock())
    try:
        shot = next(shot for _ in range(20) if (shot := camera.take()))
        assert camera.controls["rate_hz"].value == 150.0
    finally:
        camera.close()
    assert (shot.frame.camera, shot.frame.width, shot.frame.pixel_format) == ("a", 120, "bgr24")


def test_without_a_producer_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("harvesters", reason="needs gazewire[genicam], which macOS has not")
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)
    with pytest.raises(UnreadableSourceError, match=r"no GenTL producer; install that of"):
        open_source(CameraConfig(id="a", source="genicam:7"), SystemClock())


async def test_images_of_a_core_network_are_a_camera() -> None:
    clock = SystemClock()
    image = HmdFrame(
        topic="hmd_streaming.world",
        width=4,
        height=2,
        index=5,
        timestamp_unix_ns=clock.unix_ns(),
        format="gray",
        camera_matrix=((1.0, 0.0, 2.0), (0.0, 1.0, 1.0), (0.0, 0.0, 1.0)),
        data=bytes(8),
    )
    timebase = TimeBase.from_boot(clock)
    async with Bus(clock) as bus, BusPublisher(bus.pub_url) as publisher:

        async def send() -> None:
            while True:
                publisher.publish(image.message(timebase))
                await asyncio.sleep(0.01)

        sending = asyncio.create_task(send())
        config = CameraConfig(id="a", source=f"hmd:{bus.sub_url}")
        camera = await asyncio.to_thread(open_source, config, clock)
        try:
            shot = await asyncio.to_thread(camera.take)
        finally:
            sending.cancel()
            await asyncio.to_thread(camera.close)
    assert shot is not None
    assert (shot.frame.camera, shot.frame.index, shot.frame.width) == ("a", 0, 4)
