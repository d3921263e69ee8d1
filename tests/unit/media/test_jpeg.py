from __future__ import annotations

import io

import numpy as np
import pytest
from msgspec import structs

av = pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import encode_jpeg  # noqa: E402


def decode(jpeg: bytes):
    with av.open(io.BytesIO(jpeg)) as container:
        return next(container.decode(video=0))


@pytest.mark.parametrize("pixel_format", ["gray", "bgr24", "yuv420p"])
def test_picture_comes_back_in_full_range(numbered, pixel_format):
    jpeg = encode_jpeg(numbered(0b1100, pixel_format=pixel_format), max_width=1000, quality=95)
    gray = decode(jpeg).to_ndarray(format="gray")
    assert jpeg.startswith(b"\xff\xd8")
    assert gray.shape == (48, 64)
    assert gray[:, 2:14].max() < 12
    assert gray[:, 18:30].min() > 243


def test_wide_picture_is_scaled_in_proportion(numbered):
    picture = decode(encode_jpeg(numbered(1), max_width=32, quality=80))
    assert (picture.width, picture.height) == (32, 24)


def test_lower_quality_is_smaller(numbered):
    noise = np.random.default_rng(1).integers(0, 256, 64 * 48, np.uint8)
    frame = structs.replace(numbered(0), data=noise.tobytes())
    sizes = [len(encode_jpeg(frame, max_width=64, quality=quality)) for quality in (1, 50, 100)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("quality", [0, 101])
def test_quality_out_of_range_is_refused(numbered, quality):
    with pytest.raises(ValueError, match="from 1 to 100"):
        encode_jpeg(numbered(0), max_width=64, quality=quality)
