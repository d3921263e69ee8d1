from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.ipc import (
    MAX_EXTRA_FRAMES,
    MAX_MESSAGE_BYTES,
    MAX_TOPIC_BYTES,
    RAW_DATA_KEY,
    Message,
)

EMPTY_MAP = b"\x80"


def test_a_message_is_a_topic_a_map_and_raw_frames() -> None:
    frames = [b"frame.world", b"\x81\xa1w\x02", b"pixels", b""]
    message = Message.parse(frames)
    assert message == Message("frame.world", b"\x81\xa1w\x02", (b"pixels", b""))
    assert message.serialize() == frames


def test_raw_frames_stand_in_the_decoded_map() -> None:
    message = Message.parse([b"frame.world", b"\x81\xa1w\x02", b"pixels"])
    assert message.map() == {"w": 2, RAW_DATA_KEY: (b"pixels",)}
    assert Message.parse([b"x", EMPTY_MAP]).map() == {}


def test_raw_data_in_a_map_becomes_raw_frames() -> None:
    message = Message.from_map("frame.world", {"w": 2, RAW_DATA_KEY: [b"pixels", memoryview(b"2")]})
    assert message.serialize() == [b"frame.world", b"\x81\xa1w\x02", b"pixels", b"2"]


def test_raw_data_that_a_peer_packed_into_the_map_is_not_believed() -> None:
    packed = Message.from_map("x", {"__raw_data_": [b"smuggled"]}).payload
    smuggled = bytes(packed).replace(b"\xab__raw_data_", b"\xac__raw_data__")
    assert Message("x", smuggled).map() == {}


@pytest.mark.parametrize("raw", [b"pixels", [1], "text", None])
def test_raw_data_is_a_list_of_buffers(raw: object) -> None:
    with pytest.raises(LocalProtocolError, match="list of buffers"):
        Message.from_map("frame.world", {RAW_DATA_KEY: raw})


def test_frames_are_not_copied() -> None:
    pixels = memoryview(bytes(10))
    assert Message.parse([b"frame.world", EMPTY_MAP, pixels]).extra[0] is pixels


@pytest.mark.parametrize("frames", [[], [b"topic alone"], [b"t"] * (3 + MAX_EXTRA_FRAMES)])
def test_a_message_has_two_frames_or_a_few_more(frames: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError, match="frames"):
        Message.parse(frames)


def test_a_topic_is_utf_8() -> None:
    assert Message.parse(["surfaces.Fläche".encode(), EMPTY_MAP]).topic == "surfaces.Fläche"
    with pytest.raises(RemoteProtocolError, match="UTF-8"):
        Message.parse([b"\xff", EMPTY_MAP])
    assert Message.parse([memoryview(b"view"), memoryview(EMPTY_MAP)]).map() == {}


def test_what_is_too_large_is_the_peers_fault() -> None:
    Message.parse([b"t" * MAX_TOPIC_BYTES, EMPTY_MAP])
    with pytest.raises(RemoteProtocolError, match="too large"):
        Message.parse([b"t" * (MAX_TOPIC_BYTES + 1), EMPTY_MAP])
    quarter = bytes(MAX_MESSAGE_BYTES // 4)
    with pytest.raises(RemoteProtocolError, match="too large"):
        Message.parse([b"t", EMPTY_MAP, quarter, quarter, quarter, quarter])


def test_a_payload_is_looked_into_only_when_asked() -> None:
    message = Message.parse([b"x", b"not MessagePack"])
    with pytest.raises(RemoteProtocolError):
        message.map()
