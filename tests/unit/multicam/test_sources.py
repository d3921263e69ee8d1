"""From a configuration to a camera, where it can be seen with no hardware."""

from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.camera import MovingPattern
from gazewire.errors import UnreadableSourceError
from gazewire.multicam import CameraConfig
from gazewire.multicam.sources import open_source
from gazewire.time import SystemClock


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
