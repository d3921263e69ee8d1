from __future__ import annotations

import pytest

from gazewire.client.streaming.au_unit import extract_frames_from_au_packet
from gazewire.wire.payload import AacPacketizer


@pytest.mark.parametrize("frames", [[b"one"], [b"one", b"second"], [b"a" * 700, b"b", b"c" * 300]])
def test_frames_come_out_as_they_were_packed(frames: list[bytes]) -> None:
    (payload,) = AacPacketizer().packetize(frames)
    assert extract_frames_from_au_packet(payload) == frames


@pytest.mark.parametrize(
    "payload", ["", "00", "0010", "001000", "0010001861", "0008001861", "ffff"]
)
def test_a_payload_that_cannot_be_right_has_no_frames(payload: str) -> None:
    assert extract_frames_from_au_packet(bytes.fromhex(payload)) == []


def test_frames_before_one_that_is_cut_off_are_kept() -> None:
    (payload,) = AacPacketizer().packetize([b"whole", b"cut off"])
    assert extract_frames_from_au_packet(payload[:-1]) == [b"whole"]
