from __future__ import annotations

import errno
import struct
from pathlib import Path

import pytest

from gazewire.camera import NumberControl
from gazewire.camera.v4l2_controls import V4l2Controls, open_v4l2_controls
from gazewire.errors import UnreadableSourceError

# The kernel's numbers (videodev2.h, v4l2-controls.h), as a 64-bit machine has them.
QUERYCTRL, G_CTRL, S_CTRL = 0xC044_5624, 0xC008_561B, 0xC008_561C
BRIGHTNESS, AUTOGAIN, GAIN = 0x0098_0900, 0x0098_0912, 0x0098_0913
EXPOSURE_AUTO, EXPOSURE = 0x009A_0901, 0x009A_0902


class Webcam:
    """A driver: (minimum, maximum, step, flags) and value of each control that it has."""

    def __init__(self) -> None:
        self.ranges = {
            BRIGHTNESS: (-64, 64, 1, 0),
            GAIN: (0, 100, 5, 0),
            EXPOSURE_AUTO: (0, 3, 1, 0),
            EXPOSURE: (3, 2047, 1, 0),
            0x0098_0901: (0, 9, 1, 0x0004),  # contrast, which cannot be set
        }
        self.values = {BRIGHTNESS: 0, GAIN: 20, EXPOSURE_AUTO: 3, EXPOSURE: 250, 0x0098_0901: 1}
        self.is_there = True
        self.closed = 0

    def ioctl(self, request: int, data: bytearray) -> None:
        if not self.is_there:
            raise OSError(errno.ENODEV, "No such device")
        (id,) = struct.unpack_from("I", data)
        if id not in self.ranges:
            raise OSError(errno.EINVAL, "Invalid argument")
        if request == QUERYCTRL:
            minimum, maximum, step, flags = self.ranges[id]
            struct.pack_into(
                "II32siiiiI", data, 0, id, 1, b"name", minimum, maximum, step, 0, flags
            )
        elif request == G_CTRL:
            struct.pack_into("Ii", data, 0, id, self.values[id])
        else:
            assert request == S_CTRL
            self.values[id] = struct.unpack("Ii", data)[1]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def webcam() -> Webcam:
    return Webcam()


@pytest.fixture
def controls(webcam: Webcam) -> V4l2Controls:
    return V4l2Controls("/dev/video0", webcam.ioctl, webcam.close)


def test_ranges_are_the_drivers_in_our_units(controls: V4l2Controls) -> None:
    told = controls.read()
    assert set(told) == {"brightness", "gain", "exposure_us", "exposure_auto"}
    assert told["exposure_us"] == NumberControl(
        value=25_000, minimum=300, maximum=204_700, step=100
    )
    assert told["brightness"] == NumberControl(value=0, minimum=-64, maximum=64, step=1)


def test_an_exposure_that_is_set_ends_the_automatic_one(
    controls: V4l2Controls, webcam: Webcam
) -> None:
    controls.set("exposure_us", 5_040.0)
    assert (webcam.values[EXPOSURE], webcam.values[EXPOSURE_AUTO]) == (50, 1)


def test_a_gain_goes_to_the_nearest_step(controls: V4l2Controls, webcam: Webcam) -> None:
    controls.set("gain", 43.0)
    assert webcam.values[GAIN] == 45


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("exposure_us", 100.0, "exposure_us takes 300 to 204700 in steps of 100, not 100"),
        ("gain", "much", "gain takes a number, not much"),
        ("contrast", 1.0, "no control contrast"),
    ],
)
def test_what_cannot_be_set_is_refused(
    controls: V4l2Controls, name: str, value: float | str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        controls.set(name, value)


def test_a_camera_that_is_gone_is_told(controls: V4l2Controls, webcam: Webcam) -> None:
    webcam.is_there = False
    with pytest.raises(UnreadableSourceError, match=r"/dev/video0 .*No such device"):
        controls.read()


def test_closing_may_be_repeated(controls: V4l2Controls, webcam: Webcam) -> None:
    controls.close()
    controls.close()
    assert webcam.closed == 1


def test_a_device_that_is_not_there_is_told(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="Video4Linux is on Linux alone")
    with pytest.raises(UnreadableSourceError, match=r"cannot open .*video9"):
        open_v4l2_controls(tmp_path / "video9")
