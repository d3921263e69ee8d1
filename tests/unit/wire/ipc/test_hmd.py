from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.time import TimeBase
from gazewire.wire.ipc import HmdFrame, Message, decode_map, encode_map

PIXELS = bytes(range(6))
FRAME = HmdFrame(
    topic="hmd_streaming.world",
    width=2,
    height=1,
    index=7,
    timestamp_unix_ns=1_700_000_012_500_000_000,
    format="rgb",
    camera_matrix=((1000, 0, 640), (0, 1000, 360), (0, 0, 1)),
    data=PIXELS,
)


def test_nine_32_bit_floats_of_a_game_engine_are_a_camera(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    message = Message("hmd_streaming.world", vector("hmd_frame_nine_floats"), (PIXELS,))
    assert HmdFrame.parse(message, timebase) == FRAME


def test_what_we_send_is_read_as_it_was(vector: Callable[[str], bytes], timebase: TimeBase) -> None:
    message = FRAME.message(timebase)
    assert message.serialize() == [b"hmd_streaming.world", vector("hmd_frame"), PIXELS]
    assert HmdFrame.parse(message, timebase) == FRAME


@pytest.mark.parametrize(("format_", "size"), [("rgb", 6), ("bgr", 6), ("gray", 2)])
def test_a_buffer_of_the_wrong_size_is_the_fault_of_who_sends_it(
    format_: str, size: int, vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    payload = encode_map({**decode_map(vector("hmd_frame")), "format": format_})
    assert HmdFrame.parse(Message("x", payload, (bytes(size),)), timebase).format == format_
    with pytest.raises(RemoteProtocolError, match=f"{size} bytes, not 5"):
        HmdFrame.parse(Message("x", payload, (bytes(5),)), timebase)
    with pytest.raises(LocalProtocolError, match="6 bytes, not 5"):
        msgspec.structs.replace(FRAME, data=bytes(5)).message(timebase)


@pytest.mark.parametrize(
    "key", ["topic", "width", "height", "index", "timestamp", "format", "projection_matrix"]
)
def test_a_missing_key_is_told_by_name(
    key: str, vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    fields = decode_map(vector("hmd_frame"))
    del fields[key]
    with pytest.raises(RemoteProtocolError, match=key):
        HmdFrame.parse(Message("x", encode_map(fields), (PIXELS,)), timebase)


@pytest.mark.parametrize(
    "odd",
    [
        {"format": "yuv"},
        {"projection_matrix": [1.0] * 8},
        {"projection_matrix": [[1.0] * 3] * 4},
        {"projection_matrix": [math.nan] * 9},
        {"projection_matrix": None},
        {"distortion_coeffs": [0.0] * 15},
        {"distortion_coeffs": [math.inf]},
        {"timestamp": math.nan},
        {"width": 0},
    ],
)
def test_an_image_that_cannot_be_is_the_peers_fault(
    odd: dict[str, object], vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    payload = encode_map({**decode_map(vector("hmd_frame")), **odd})
    with pytest.raises(RemoteProtocolError):
        HmdFrame.parse(Message("x", payload, (PIXELS,)), timebase)


def test_an_image_without_pixels_is_the_peers_fault(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    with pytest.raises(RemoteProtocolError, match="one raw frame, not 0"):
        HmdFrame.parse(Message("x", vector("hmd_frame")), timebase)


def test_coefficients_may_come_as_a_matrix_of_one_row(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    payload = encode_map({**decode_map(vector("hmd_frame")), "distortion_coeffs": [[0.5, 1]]})
    assert HmdFrame.parse(Message("x", payload, (PIXELS,)), timebase).distortion == (0.5, 1.0)
