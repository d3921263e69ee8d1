from __future__ import annotations

import msgspec
import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.camera import FrameHeader, RawPixelFormat, image_shape

HEADER = FrameHeader(
    id="7-synthetic",
    index=3,
    exposure_unix_ns=1_795_000_000_123_456_789,
    pixel_format="bgr24",
    shape=(1, 2, 3),
    drops={"camera": 1},
)


def test_what_is_written_is_read() -> None:
    parts = HEADER.message(b"abcdef")
    assert parts[0] == b"frame"
    assert FrameHeader.parse(parts) == (HEADER, b"abcdef")


def test_a_header_is_a_map_that_anybody_can_read() -> None:
    assert msgspec.msgpack.decode(HEADER.message(b"abcdef")[1]) == {
        "id": "7-synthetic",
        "index": 3,
        "exposure_unix_ns": 1_795_000_000_123_456_789,
        "pixel_format": "bgr24",
        "shape": [1, 2, 3],
        "drops": {"camera": 1},
        "uncertainty_ns": None,
    }


def test_what_is_added_later_is_passed_over() -> None:
    fields = msgspec.to_builtins(HEADER) | {"gpio": [1, 0]}
    assert FrameHeader.parse([b"frame", msgspec.msgpack.encode(fields), b"abcdef"])[0] == HEADER


@pytest.mark.parametrize(
    "parts",
    [
        [b"frame"],
        [b"image", HEADER.message(b"abcdef")[1], b"abcdef"],
        [b"frame", b"", b"abcdef"],
        [b"frame", HEADER.message(b"abcdef")[1], b"abc"],
    ],
)
def test_garbage_is_refused(parts: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        FrameHeader.parse(parts)


def test_pixels_that_are_missing_are_our_fault() -> None:
    with pytest.raises(LocalProtocolError):
        HEADER.message(b"abcde")


@pytest.mark.parametrize(
    ("pixel_format", "shape"), [("gray", (2, 4)), ("bgr24", (2, 4, 3)), ("yuv420p", (3, 4))]
)
def test_the_shape_tells_the_bytes(pixel_format: RawPixelFormat, shape: tuple[int, ...]) -> None:
    assert image_shape(pixel_format, 4, 2) == shape


def test_planes_have_even_sides() -> None:
    with pytest.raises(ValueError, match="even"):
        image_shape("yuv420p", 3, 2)
