from __future__ import annotations

import numpy as np
import pytest

from gazewire.client.streaming.video import VideoFrame

av = pytest.importorskip("av", reason="needs the extra [video]")

AT_NS = 1744294828362928801


@pytest.fixture
def frame() -> VideoFrame:
    gray = np.full((48, 64), 90, np.uint8)
    return VideoFrame.at_unix_ns(av.VideoFrame.from_ndarray(gray, format="gray"), AT_NS)


def test_a_frame_has_its_exact_instant(frame: VideoFrame) -> None:
    assert frame.timestamp_unix_ns == AT_NS
    assert frame.timestamp_unix_seconds == AT_NS / 1_000_000_000


def test_a_frame_is_a_tuple_of_picture_and_time(frame: VideoFrame) -> None:
    picture, seconds = frame
    assert (picture, seconds) == (frame.av_frame, frame.timestamp_unix_seconds)


def test_pixels_are_blue_green_red(frame: VideoFrame) -> None:
    pixels = frame.bgr_buffer()
    assert (pixels.shape, pixels.dtype) == ((48, 64, 3), np.uint8)
    assert (pixels == 90).all()


def test_pixels_are_the_callers_own(frame: VideoFrame) -> None:
    frame.bgr_buffer()[:] = 0
    assert (frame.bgr_buffer() == 90).all()


def test_an_array_of_the_pictures_own_format_comes_without_conversion(frame: VideoFrame) -> None:
    assert frame.to_ndarray().shape == (48, 64)
    assert frame.to_ndarray(format="rgb24").shape == (48, 64, 3)


@pytest.mark.parametrize(("width", "height"), [(1600, 1200), (384, 192), (30, 14)])
def test_quick_conversion_gives_the_pixels_of_the_usual_one(width: int, height: int) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (height * 3 // 2, width), np.uint8)
    frame = VideoFrame.at_unix_ns(av.VideoFrame.from_ndarray(noise, format="yuv420p"), AT_NS)
    pixels = frame.bgr_buffer()
    assert pixels.flags.c_contiguous
    assert np.array_equal(pixels, frame.to_ndarray(format="bgr24"))
