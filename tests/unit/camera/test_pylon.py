"""With Basler's own libraries, where they are installed: their emulator needs no hardware."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from operator import attrgetter

import pytest

os.environ.setdefault("PYLON_CAMEMU", "2")  # read when the libraries are loaded
with warnings.catch_warnings():
    # Its classes have no module name; with warnings as errors it would crash on that.
    warnings.simplefilter("ignore")
    pytest.importorskip("pypylon.pylon", reason="needs gazewire[basler]")

from gazewire.camera import CameraSettings, NumberControl, Shot, SoftwareTriggered
from gazewire.camera.pylon import PylonCamera, open_pylon
from gazewire.errors import UnreadableSourceError
from gazewire.testing.camera_source import CAMERA_CHECKS, CameraBench, CameraCheck
from gazewire.time import SystemClock

SETTINGS = CameraSettings(width=64, height=48, rate_hz=1000.0, exposure_us=100.0)


def lose(camera: PylonCamera) -> dict[str, int]:
    camera._device.ForceFailedBufferCount.Value = 3
    camera._device.ForceFailedBuffer.Execute()
    return {"buffer": 3}


def bench(settings: CameraSettings = SETTINGS) -> CameraBench:
    clock = SystemClock()
    return CameraBench(
        open=lambda: open_pylon("a", "0815-0001", settings, clock),
        clock=clock,
        starve=lambda camera: camera.set_control("trigger", "software"),
        lose=lose,
        unplug=lambda camera: camera._device.FirePnPCallback.Execute(),
        plug=lambda: None,
    )


@pytest.fixture
def camera() -> Iterator[PylonCamera]:
    opened = open_pylon("a", "0815-0000", SETTINGS, SystemClock())
    yield opened
    opened.close()


def first_shot(camera: PylonCamera) -> Shot:
    return next(shot for _ in range(20) if (shot := camera.take()))


@pytest.mark.parametrize("check", CAMERA_CHECKS, ids=attrgetter("__name__"))
def test_an_emulated_camera_keeps_the_contract(check: CameraCheck) -> None:
    check(bench())


@pytest.mark.parametrize("pixel_format", ["gray", "bgr24"])
def test_images_have_the_format_that_was_asked_for(pixel_format) -> None:
    settings = CameraSettings(width=64, height=48, rate_hz=200.0, pixel_format=pixel_format)
    camera = open_pylon("a", "0815-0000", settings, SystemClock())
    try:
        frame = first_shot(camera).frame
    finally:
        camera.close()
    assert frame.pixel_format == pixel_format
    assert len(frame.data) == 64 * 48 * (3 if pixel_format == "bgr24" else 1)


def test_a_part_of_the_sensor_is_cut_out_wherever_the_last_one_lay() -> None:
    for left_px in (3000, 0):
        settings = CameraSettings(width=1024 if not left_px else 64, height=48, left_px=left_px)
        camera = open_pylon("a", "0815-0000", settings, SystemClock())
        try:
            assert camera.controls["left_px"].value == left_px
            assert camera.shape.width == settings.width
        finally:
            camera.close()


def test_ranges_are_those_of_the_device(camera: PylonCamera) -> None:
    controls = camera.controls
    width, exposure = controls["width"], controls["exposure_us"]
    assert isinstance(width, NumberControl)
    assert isinstance(exposure, NumberControl)
    assert (width.value, width.minimum, width.maximum, width.is_live) == (64, 1, 4096, False)
    assert (exposure.value, exposure.minimum, exposure.maximum) == (100, 1, 10_000_000)


def test_an_exposure_that_is_set_ends_the_automatic_one(camera: PylonCamera) -> None:
    camera.set_control("exposure_auto", "Continuous")
    camera.set_control("exposure_us", 250.0)
    assert camera.controls["exposure_auto"].value == "Off"
    assert camera.controls["exposure_us"].value == 250.0


def test_a_camera_with_a_software_trigger_exposes_when_it_is_told() -> None:
    settings = CameraSettings(
        width=64, height=48, rate_hz=100.0, exposure_us=100.0, trigger="software"
    )
    camera = open_pylon("a", "0815-0000", settings, SystemClock())
    try:
        assert isinstance(camera, SoftwareTriggered)
        assert camera.controls["trigger"].value == "software"
        for index in range(3):
            camera.fire()
            assert first_shot(camera).frame.index == index
    finally:
        camera.close()


def test_a_camera_that_waits_for_an_edge_says_on_which_line() -> None:
    settings = CameraSettings(width=64, height=48, trigger="external")
    camera = open_pylon("a", "0815-0000", settings, SystemClock())
    try:
        assert camera.controls["trigger"].value == "Line1"
        assert camera.take() is None
    finally:
        camera.close()


def test_a_camera_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnreadableSourceError, match="there are: 0815-0000, 0815-0001"):
        open_pylon("a", "0815-0012", SETTINGS, SystemClock())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (CameraSettings(width=1_000_000, height=48), "width takes 1 to 4096 .* not 1000000"),
        (CameraSettings(exposure_us=0.01), "exposure_us takes 1 to 10000000"),
        (CameraSettings(trigger="Line9"), "trigger takes free or software or Line1 .* not Line9"),
    ],
)
def test_what_it_cannot_be_set_to_is_told_with_the_range(
    settings: CameraSettings, words: str
) -> None:
    for _ in range(2):  # and it is let go of
        with pytest.raises(UnreadableSourceError, match=words):
            open_pylon("a", "0815-0000", settings, SystemClock())
