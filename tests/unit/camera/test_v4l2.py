from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from gazewire.camera.v4l2 import camera_name, parse_capability
from gazewire.errors import UnreadableSourceError

VIDEO_CAPTURE = 0x0000_0001
VIDEO_CAPTURE_MPLANE = 0x0000_1000
META_CAPTURE = 0x0080_0000
STREAMING = 0x0400_0000
DEVICE_CAPS = 0x8000_0000

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="Video4Linux is on Linux alone")


def capability(card: bytes, capabilities: int, device_capabilities: int = 0) -> bytes:
    head = struct.pack("16s32s32s", b"uvcvideo", card, b"usb-0000:00:14.0-1")
    numbers = struct.pack("III", 6 << 16, capabilities, device_capabilities)
    return head + numbers + bytes(12)


@pytest.mark.parametrize(
    ("capabilities", "device_capabilities", "gives_pictures"),
    [
        pytest.param(VIDEO_CAPTURE | STREAMING, 0, True, id="an old driver"),
        pytest.param(DEVICE_CAPS | VIDEO_CAPTURE, VIDEO_CAPTURE, True, id="the first device"),
        pytest.param(DEVICE_CAPS | VIDEO_CAPTURE, META_CAPTURE, False, id="the second device"),
        pytest.param(DEVICE_CAPS, VIDEO_CAPTURE_MPLANE, True, id="a camera of a phone"),
        pytest.param(DEVICE_CAPS, 0, False, id="a loopback that nobody feeds"),
    ],
)
def test_a_device_is_asked_whether_it_gives_pictures(
    capabilities: int, device_capabilities: int, gives_pictures: bool
) -> None:
    answer = capability(b"HD Webcam C920", capabilities, device_capabilities)
    assert len(answer) == 104
    assert parse_capability(answer) == ("HD Webcam C920", gives_pictures)


def test_a_name_that_is_no_text_is_told_anyway() -> None:
    assert parse_capability(capability(b"\xff Cam \0rest", 0))[0] == "\N{REPLACEMENT CHARACTER} Cam"


@linux_only
@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("nothing", "there is no camera .*nothing; plug it in"),
        ("film.mp4", "film.mp4 is not a camera"),
        ("folder", "folder is not a camera"),
        ("/dev/null", "/dev/null is not a camera"),
    ],
)
def test_what_is_no_camera_is_told_in_a_sentence(tmp_path: Path, device: str, words: str) -> None:
    (tmp_path / "film.mp4").write_bytes(b"film")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableSourceError, match=words) as refused:
        camera_name(tmp_path / device)
    assert refused.value.source == str(tmp_path / device)
