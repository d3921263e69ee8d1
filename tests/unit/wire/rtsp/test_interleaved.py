from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError
from gazewire.wire.rtsp import InterleavedFrame, frame_header

VECTORS = Path(__file__).parents[3] / "vectors" / "rtsp"


def test_the_header_is_dollar_channel_and_length() -> None:
    assert frame_header(0, 21) == bytes.fromhex("24000015")
    assert frame_header(255, 0xFFFF) == bytes.fromhex("24ffffff")
    assert frame_header(1, 0) == bytes.fromhex("24010000")


@pytest.mark.parametrize(("name", "channel"), [("gaze", 0), ("sender_report", 1)])
def test_a_frame_is_its_header_and_the_packet(name: str, channel: int) -> None:
    golden = (VECTORS / f"{name}.interleaved").read_bytes()
    assert InterleavedFrame(channel, golden[4:]).serialize() == golden


@pytest.mark.parametrize(("channel", "length"), [(-1, 0), (256, 0), (0, -1), (0, 0x1_0000)])
def test_what_does_not_fit_is_refused(channel: int, length: int) -> None:
    with pytest.raises(LocalProtocolError):
        frame_header(channel, length)
