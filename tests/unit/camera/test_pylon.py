"""With Basler's own libraries, where they are installed: their emulator needs no hardware."""

from __future__ import annotations

import os
import warnings

import pytest

os.environ.setdefault("PYLON_CAMEMU", "2")  # read when the libraries are loaded
with warnings.catch_warnings():
    # Its classes have no module name; with warnings as errors it would crash on that.
    warnings.simplefilter("ignore")
    pytest.importorskip("pypylon.pylon", reason="needs gazewire[basler]")

from gazewire.camera.pylon import PylonSettings, open_pylon
from gazewire.errors import UnreadableSourceError
from gazewire.time import SystemClock

SETTINGS = PylonSettings(width=64, height=48, rate_hz=200.0, exposure_us=500.0)


def test_an_emulated_camera_gives_images_in_the_size_that_was_set() -> None:
    camera = open_pylon("a", "0815-0001", SETTINGS, SystemClock())
    try:
        shots = [shot for _ in range(20) if (shot := camera.take())][:3]
    finally:
        camera.close()
    assert [shot.frame.index for shot in shots] == [0, 1, 2]
    assert all(len(shot.frame.data) == 64 * 48 for shot in shots)


def test_images_are_in_colour_where_it_is_asked_for() -> None:
    settings = PylonSettings(width=64, height=48, rate_hz=200.0, pixel_format="bgr24")
    camera = open_pylon("a", "0815-0000", settings, SystemClock())
    try:
        shot = next(shot for _ in range(20) if (shot := camera.take()))
    finally:
        camera.close()
    assert len(shot.frame.data) == 64 * 48 * 3


def test_a_camera_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnreadableSourceError, match="there are: 0815-0000, 0815-0001"):
        open_pylon("a", "12", SETTINGS, SystemClock())


def test_a_size_that_it_does_not_have_is_told() -> None:
    settings = PylonSettings(width=1_000_000, height=48)
    with pytest.raises(UnreadableSourceError, match="cannot be used"):
        open_pylon("a", "0815-0000", settings, SystemClock())
