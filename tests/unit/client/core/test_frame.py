from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.client.core import CoreFrame
from gazewire.errors import RemoteProtocolError
from gazewire.media import encode_jpeg
from gazewire.model import Frame
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message

WIDTH, HEIGHT = 16, 8
TIMEBASE = TimeBase(10**18)
# From dark to bright; smooth, so that a JPEG has it nearly as it is.
RAMP = np.tile(np.linspace(0, 240, WIDTH).astype(np.uint8), (HEIGHT, 1))


def jpeg() -> bytes:
    frame = Frame(
        camera="world",
        index=0,
        timestamp_unix_ns=0,
        width=WIDTH,
        height=HEIGHT,
        pixel_format="gray",
        data=RAMP.tobytes(),
    )
    return encode_jpeg(frame, max_width=WIDTH, quality=100)


def parse(format: str, data: bytes, **changed: object) -> CoreFrame:
    fields: dict[str, object] = {
        "topic": "frame.world",
        "width": WIDTH,
        "height": HEIGHT,
        "index": 3,
        "timestamp": 1.5,
        "format": format,
        "__raw_data__": [data],
    }
    return CoreFrame.parse(Message.from_map("frame.world", fields | changed), TIMEBASE)


FORMATS = {
    "gray": RAMP.tobytes(),
    "bgr": np.repeat(RAMP, 3, axis=1).tobytes(),
    "yuv": RAMP.tobytes() + bytes([128]) * (WIDTH * HEIGHT),
    "jpeg": jpeg(),
}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_becomes_the_same_arrays(format: str) -> None:
    frame = parse(format, FORMATS[format])
    assert frame.timestamp_unix_ns == 10**18 + 1_500_000_000
    assert frame.gray.shape == (HEIGHT, WIDTH)
    assert frame.bgr.shape == (HEIGHT, WIDTH, 3)
    assert frame.gray.dtype == frame.bgr.dtype == np.uint8
    for channel in (frame.gray, *np.moveaxis(frame.bgr, 2, 0)):
        assert np.abs(channel.astype(int) - RAMP).max() <= 3
    assert frame.gray is frame.gray


def test_colours_are_blue_first() -> None:
    blue = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    blue[..., 0] = 200
    frame = parse("bgr", blue.tobytes())
    assert (frame.bgr == blue).all()
    assert 10 < frame.gray.mean() < 40


@pytest.mark.parametrize(
    "data", [b"\xff\xd8", b"nothing", FORMATS["jpeg"][: len(FORMATS["jpeg"]) // 2]]
)
def test_what_cannot_be_decoded_is_told_when_it_is_looked_at(data: bytes) -> None:
    frame = parse("jpeg", data)
    with pytest.raises(RemoteProtocolError, match="image 3 of frame"):
        _ = frame.bgr


def test_a_jpeg_of_another_size_than_announced_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        _ = parse("jpeg", FORMATS["jpeg"], width=8).gray


@pytest.mark.parametrize(
    ("format", "changed"), [("gray", {"width": 15}), ("gray", {"timestamp": 1e300}), ("png", {})]
)
def test_what_is_no_image_is_refused_at_once(format: str, changed: dict[str, object]) -> None:
    with pytest.raises(RemoteProtocolError):
        parse(format, FORMATS["gray"], **changed)
