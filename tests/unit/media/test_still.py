from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import encode_jpeg
from gazewire.media.still import picture_from_bytes

SIZE = {"width": 64, "height": 48, "timestamp_unix_ns": 7}


def test_jpeg_comes_back(numbered):
    jpeg = encode_jpeg(numbered(0b1100), max_width=64, quality=95)
    picture = picture_from_bytes(jpeg, "jpeg", **SIZE)
    assert picture.timestamp_unix_ns == 7
    assert picture.gray.shape == (48, 64)
    assert picture.gray[:, 2:14].max() < 12
    assert picture.gray[:, 18:30].min() > 243


def test_planes_of_full_range_stay_what_they_are():
    luma = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    picture = picture_from_bytes(luma.tobytes() + bytes([128]) * (64 * 48), "yuv", **SIZE)
    assert (picture.gray == luma).all()
    assert np.abs(picture.bgr[..., 1].astype(int) - luma).max() <= 2


def test_sizes_that_libav_pads_lose_nothing():
    pixels = np.random.default_rng(1).integers(0, 256, (3, 5, 3), np.uint8)
    picture = picture_from_bytes(pixels.tobytes(), "bgr", width=5, height=3, timestamp_unix_ns=0)
    assert (picture.bgr == pixels).all()


@pytest.mark.parametrize("format", ["jpeg", "yuv", "bgr", "gray"])
@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", bytes(100)])
def test_what_is_no_image_is_refused(format, data):
    with pytest.raises(ValueError, match=r"JPEG|bytes"):
        picture_from_bytes(data, format, **SIZE)


def test_jpeg_that_claims_another_size_is_refused(numbered):
    jpeg = bytearray(encode_jpeg(numbered(1), max_width=64, quality=95))
    start = jpeg.index(b"\xff\xc0")
    # ITU-T T.81 §B.2.2: after the marker come length, precision, lines and samples a line.
    jpeg[start + 5 : start + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(ValueError, match="JPEG"):
        picture_from_bytes(bytes(jpeg), "jpeg", **SIZE)
