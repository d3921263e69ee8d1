import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from gazewire.camera import GlassesInfo, Published, VideoShape, Wants
from gazewire.device import DeviceConfig, serve_device
from gazewire.model import GazeDatum
from gazewire.time import Clock, SystemClock


class Hurried:
    """A source that lost scene frames before it published anything."""

    info = GlassesInfo(
        description="hurried", scene=VideoShape(width=64, height=48, rate_hz=30), gaze_rate_hz=200
    )

    def __init__(self) -> None:
        self.dropped = 0
        self.published = asyncio.Event()

    async def publish_to(
        self,
        publish: Callable[[Published], None],
        clock: Clock,
        wants: Wants | None = None,
        *,
        with_truth: bool = False,
    ) -> None:
        for dropped in (0, 3, 3, 4):
            self.dropped = dropped
            publish(GazeDatum(timestamp_unix_ns=clock.unix_ns(), x_px=0.0, y_px=0.0))
        self.published.set()


@pytest.fixture
def config(tmp_path: Path) -> DeviceConfig:
    return DeviceConfig(
        http_port=0,
        rtsp_port=0,
        tunnel_port=0,
        echo_port=0,
        announce=False,
        record_dir=tmp_path,
    )


async def test_pictures_that_a_live_source_loses_are_said_once_and_in_the_end_summed_up(
    config: DeviceConfig, caplog: pytest.LogCaptureFixture
) -> None:
    source = Hurried()
    with caplog.at_level(logging.WARNING):
        async with serve_device(config, source, SystemClock()):
            await source.published.wait()
    assert caplog.messages == [
        "this machine does not keep up: scene pictures that are late are left out from now on",
        "scene pictures left out in all: 4",
    ]
