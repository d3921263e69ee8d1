from __future__ import annotations

import numpy as np
import pytest

from gazewire.model import Frame, Notification
from gazewire.service.exposure import FrameExposure
from gazewire.service.frames import FrameFeed, frame_format, frame_message, image_bytes
from gazewire.time import TimeBase
from gazewire.wire.ipc import FrameFormat, frame_bytes

WIDTH, HEIGHT = 6, 4


def frame(pixel_format: str = "gray", level: int = 100, width: int = WIDTH) -> Frame:
    count = width * HEIGHT * {"gray": 2, "bgr24": 6, "yuv420p": 3}[pixel_format] // 2
    return Frame(
        camera="eye0",
        index=7,
        timestamp_unix_ns=1_000,
        width=width,
        height=HEIGHT,
        pixel_format=pixel_format,  # type: ignore[arg-type]  # named by the caller
        data=bytes([level]) * count,
    )


@pytest.mark.parametrize("pixel_format", ["gray", "bgr24", "yuv420p"])
@pytest.mark.parametrize("format", ["gray", "bgr", "yuv"])
def test_every_format_is_made_of_every_frame(pixel_format: str, format: FrameFormat) -> None:
    assert len(image_bytes(frame(pixel_format), format)) == frame_bytes(format, WIDTH, HEIGHT)


@pytest.mark.parametrize("pixel_format", ["gray", "bgr24", "yuv420p"])
def test_a_jpeg_is_one(pixel_format: str) -> None:
    assert bytes(image_bytes(frame(pixel_format), "jpeg")[:2]) == b"\xff\xd8"


def test_what_is_gray_stays_as_it_is() -> None:
    gray = frame("gray")
    assert image_bytes(gray, "gray") is gray.data
    assert set(image_bytes(gray, "bgr")) == {100}
    yuv = np.frombuffer(image_bytes(gray, "yuv"), np.uint8)
    assert set(yuv[: WIDTH * HEIGHT]) == {100}
    assert set(yuv[WIDTH * HEIGHT :]) == {128}


def test_half_a_pixel_of_colour_is_not_told_as_yuv() -> None:
    message = frame_message(FrameExposure(frame(width=5)), "frame.eye.0", "yuv", TimeBase(0))
    assert message.map()["format"] == "bgr"


def test_formats_have_names() -> None:
    assert frame_format("yuv") == "yuv"
    assert frame_format("png") is None
    assert frame_format(None) is None


def test_a_feed_wants_frames_while_they_are_announced_and_heard() -> None:
    heard: set[str] = set()
    feed = FrameFeed("frame.eye.0", lambda topic: topic in heard)
    feed.handle(Notification(subject="frame_publishing.started", fields={"format": "gray"}))
    assert feed.format is None
    heard.add("frame.eye.0")
    assert feed.format == "gray"
    feed.handle(Notification(subject="frame_publishing.started"))
    assert feed.format == "jpeg"
    feed.handle(Notification(subject="frame_publishing.stopped"))
    assert feed.format is None
