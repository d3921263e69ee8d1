"""With the GenTL producer that the package genicam carries, whose cameras are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("genicam", reason="needs gazewire[genicam], which macOS has not")
pytest.importorskip("harvesters", reason="needs gazewire[genicam], which macOS has not")

import genicam

from gazewire.camera import CameraSettings
from gazewire.camera.genicam import GenicamCamera, open_genicam
from gazewire.errors import SourceError, UnreadableSourceError
from gazewire.testing.camera_source import CAMERA_CHECKS, CameraBench, CameraCheck
from gazewire.time import SystemClock

CTI = str(Path(genicam.__file__).parent / "viky.cti")
# Its sixteen buffers last for a third of a second: a busy machine loses none.
SETTINGS = CameraSettings(width=100, height=100, rate_hz=50.0)


def steal(camera: GenicamCamera) -> dict[str, int]:
    """Take two images from the driver before the camera of ours sees them."""
    stolen = 0
    while stolen < 2:
        buffer = camera._acquirer.try_fetch(timeout=1e-9)
        if buffer is not None:
            buffer.queue()
            stolen += 1
    return {"transport": 2}


@pytest.fixture
def camera() -> Iterator[GenicamCamera]:
    opened = open_genicam("a", "1", SETTINGS, SystemClock(), cti=CTI)
    yield opened
    opened.close()


@pytest.mark.parametrize("check", CAMERA_CHECKS, ids=attrgetter("__name__"))
def test_a_camera_of_a_producer_keeps_the_contract(check: CameraCheck) -> None:
    clock = SystemClock()
    bench = CameraBench(
        open=lambda: open_genicam("a", "1", SETTINGS, clock, cti=CTI),
        clock=clock,
        lose=steal,
        starve=lambda camera: camera._acquirer.remote_device.node_map.AcquisitionStop.execute(),
    )
    check(bench)


def test_gray_and_colour_are_what_was_asked_for() -> None:
    for pixel_format, channels in (("gray", 1), ("bgr24", 3)):
        settings = CameraSettings(width=100, height=100, pixel_format=pixel_format, rate_hz=200.0)
        camera = open_genicam("a", "2", settings, SystemClock(), cti=CTI)
        try:
            shot = next(shot for _ in range(20) if (shot := camera.take()))
        finally:
            camera.close()
        pixels = np.frombuffer(shot.frame.data, np.uint8).reshape(100, 100, channels)
        assert shot.frame.pixel_format == pixel_format
        # It has a white frame, and a ball that is not.
        assert pixels.min() < 255


def test_cameras_of_one_producer_are_used_side_by_side(camera: GenicamCamera) -> None:
    other = open_genicam("b", "VikyTL_DEV_blue", SETTINGS, SystemClock(), cti=CTI)
    try:
        for each in (camera, other):
            assert next(shot for _ in range(20) if (shot := each.take())).frame.index == 0
    finally:
        other.close()
    assert next(shot for _ in range(20) if (shot := camera.take())).frame.index > 0


def test_a_camera_that_is_open_is_not_opened_twice(camera: GenicamCamera) -> None:
    with pytest.raises(UnreadableSourceError, match=r"genicam:1 .* close other programs"):
        open_genicam("b", "1", SETTINGS, SystemClock(), cti=CTI)
    assert any(camera.take() for _ in range(20))


def test_a_camera_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnreadableSourceError, match="no camera genicam:12; there are: 0, 1, 2"):
        open_genicam("a", "12", SETTINGS, SystemClock(), cti=CTI)


def test_a_size_that_it_does_not_have_is_told_with_the_range() -> None:
    settings = CameraSettings(width=9000, height=100)
    with pytest.raises(UnreadableSourceError, match="width takes 100 to 800 in steps of 1"):
        open_genicam("a", "0", settings, SystemClock(), cti=CTI)
    with pytest.raises(UnreadableSourceError, match="it has no trigger"):
        open_genicam("a", "0", CameraSettings(trigger="software"), SystemClock(), cti=CTI)


def test_a_camera_that_is_closed_gives_nothing(camera: GenicamCamera) -> None:
    camera.close()
    with pytest.raises(SourceError, match="closed"):
        camera.take()
