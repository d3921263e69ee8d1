from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("av", reason="needs the extra [video]")

import av

from gazewire.media import Picture, Sound


def video_frame(width: int, height: int, pixel_format: str = "yuv420p"):
    """A grid of rectangles in several colours."""
    y, x = np.mgrid[0:height, 0:width]
    bgr = np.stack([x * 3, y * 5, (x // 8 + y // 8) % 2 * 200], axis=-1).astype(np.uint8)
    return av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format=pixel_format)


@pytest.mark.parametrize(("width", "height"), [(64, 48), (66, 50), (1088, 1080), (384, 192)])
def test_the_colours_are_those_that_libav_computes(width, height):
    frame = video_frame(width, height)
    bgr = Picture(1, frame).bgr
    assert (bgr.shape, bgr.dtype) == ((height, width, 3), np.uint8)
    assert bgr.flags.c_contiguous
    assert np.array_equal(bgr, frame.to_ndarray(format="bgr24"))


def test_full_range_is_not_taken_for_video_range():
    frame = video_frame(64, 48, "yuvj420p")
    assert np.array_equal(Picture(1, frame).bgr, frame.to_ndarray(format="bgr24"))


def test_the_colours_are_computed_once_and_may_be_drawn_on():
    picture = Picture(1, video_frame(64, 48))
    picture.bgr[0, 0] = (1, 2, 3)
    assert picture.bgr[0, 0].tolist() == [1, 2, 3]
    assert picture.bgr is picture.bgr
    assert picture.video_frame.to_ndarray(format="bgr24")[0, 0].tolist() != [1, 2, 3]


def test_the_colours_outlive_the_picture():
    bgr = Picture(1, video_frame(64, 48)).bgr
    assert bgr[:, :, 2].max() > 150


@pytest.mark.parametrize("width", [64, 66])
def test_gray_is_the_luma_plane_and_no_copy(width):
    frame = video_frame(width, 48)
    gray = Picture(1, frame).gray
    assert np.array_equal(gray, frame.to_ndarray()[:48])
    assert np.shares_memory(gray, np.frombuffer(memoryview(frame.planes[0]), np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        gray[0, 0] = 1


@pytest.mark.parametrize("pixel_format", ["nv12", "yuv444p", "gray", "yuv420p10le", "bgr24"])
def test_gray_is_there_in_every_pixel_format(pixel_format):
    frame = video_frame(64, 48)
    gray = Picture(1, frame.reformat(format=pixel_format)).gray
    assert (gray.shape, gray.dtype) == ((48, 64), np.uint8)
    # Full range or video range, by the format.
    assert np.corrcoef(gray.ravel(), Picture(1, frame).gray.ravel())[0, 1] > 0.99


def test_a_picture_cannot_be_changed():
    picture = Picture(1, video_frame(64, 48))
    with pytest.raises(AttributeError):
        picture.timestamp_unix_ns = 2  # type: ignore[misc]


def sound(samples: np.ndarray) -> Sound:
    frame = av.AudioFrame.from_ndarray(
        samples, format="fltp", layout="mono" if len(samples) == 1 else "stereo"
    )
    frame.sample_rate = 8000
    return Sound(5, frame)


@pytest.mark.parametrize("channels", [1, 2])
def test_samples_are_the_integers_that_libav_makes(channels):
    values = np.random.default_rng(3).uniform(-1.2, 1.2, (channels, 1024)).astype(np.float32)
    # Both ends, and halves, which go to the even neighbour.
    values[0, :6] = np.array([-1, 1, 0.5 / 32768, 1.5 / 32768, -0.5 / 32768, 2], np.float32)
    decoded = sound(values)
    (packed,) = av.AudioResampler(format="s16").resample(decoded.audio_frame)
    assert (decoded.s16.shape, decoded.s16.dtype) == ((1024, channels), np.int16)
    assert np.array_equal(decoded.s16, packed.to_ndarray().reshape(1024, channels))


def test_samples_are_converted_once():
    decoded = sound(np.zeros((1, 8), np.float32))
    assert decoded.s16 is decoded.s16
