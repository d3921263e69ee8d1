from __future__ import annotations

from collections.abc import Callable

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.time import TimeBase
from gazewire.wire.ipc import FrameFormat, Message, WireFrame, decode_frame, encode_map, frame_bytes

PIXELS = bytes(range(18))


@pytest.fixture
def frame(timebase: TimeBase) -> WireFrame:
    return WireFrame.at(
        "frame.eye.0",
        width=2,
        height=3,
        index=7,
        timestamp_unix_ns=1_700_000_012_500_000_000,
        format="bgr",
        timebase=timebase,
    )


def test_a_frame_is_a_map_and_pixels(frame: WireFrame, vector: Callable[[str], bytes]) -> None:
    message = frame.message(PIXELS)
    assert message.serialize() == [b"frame.eye.0", vector("frame"), PIXELS]
    assert decode_frame(message) == (frame, PIXELS)


@pytest.mark.parametrize(
    ("format_", "size"), [("yuv", 2 * 640 * 480), ("bgr", 3 * 640 * 480), ("gray", 640 * 480)]
)
def test_a_format_has_so_many_bytes(format_: FrameFormat, size: int) -> None:
    assert frame_bytes(format_, 640, 480) == size


def test_a_jpeg_has_as_many_bytes_as_it_likes_but_some(timebase: TimeBase) -> None:
    jpeg = WireFrame.at(
        "frame.world",
        width=1280,
        height=720,
        index=0,
        timestamp_unix_ns=timebase.zero_unix_ns,
        format="jpeg",
        timebase=timebase,
    )
    assert frame_bytes("jpeg", 1280, 720) is None
    assert decode_frame(jpeg.message(b"\xff\xd8")) == (jpeg, b"\xff\xd8")
    with pytest.raises(LocalProtocolError, match="some bytes"):
        jpeg.message(b"")


@pytest.mark.parametrize("size", [0, 17, 19])
def test_pixels_that_do_not_fit_are_the_fault_of_who_sends_them(
    size: int, frame: WireFrame, vector: Callable[[str], bytes]
) -> None:
    with pytest.raises(LocalProtocolError, match="bgr of 2x3 has 18 bytes"):
        frame.message(bytes(size))
    with pytest.raises(RemoteProtocolError, match="bgr of 2x3 has 18 bytes"):
        decode_frame(Message("frame.eye.0", vector("frame"), (bytes(size),)))


@pytest.mark.parametrize("extra", [(), (PIXELS, PIXELS)])
def test_an_image_comes_in_one_raw_frame(
    extra: tuple[bytes, ...], vector: Callable[[str], bytes]
) -> None:
    with pytest.raises(RemoteProtocolError, match="one raw frame"):
        decode_frame(Message("frame.eye.0", vector("frame"), extra))


@pytest.mark.parametrize(
    "odd", [{"format": "png"}, {"width": 0}, {"height": -1}, {"width": 10**9}, {"index": "7"}]
)
def test_an_image_that_cannot_be_is_the_peers_fault(
    odd: dict[str, object], frame: WireFrame
) -> None:
    fields = {**frame.message(PIXELS).map(), **odd}
    del fields["__raw_data__"]
    with pytest.raises(RemoteProtocolError):
        decode_frame(Message("frame.eye.0", encode_map(fields), (PIXELS,)))
