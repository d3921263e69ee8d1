from __future__ import annotations

import enum
import struct
import tracemalloc
from collections.abc import Callable, Mapping

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.ipc import MAX_DEPTH, MAX_MAP_BYTES, decode_map, encode_map, find_fault

UUID = bytes.fromhex("3dcddeccb12c4492b7d401d2b9e06f1f")


class Celsius(float):
    """A float of another library's making, as NumPy's float64 is."""


class Mode(enum.IntEnum):
    AUTO = 1


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_every_real_number_is_a_64_bit_float() -> None:
    packed = encode_map({"x": 1.0, "y": Celsius(2)})
    assert packed == b"\x82\xa1x\xcb" + struct.pack(">d", 1.0) + b"\xa1y\xcb" + struct.pack(">d", 2)


def test_text_and_bytes_keep_apart_and_tuples_are_lists() -> None:
    packed = encode_map({"t": "ä", "b": b"\xff", "m": memoryview(b"z"), "l": (None, True)})
    assert packed == b"\x84\xa1t\xa2\xc3\xa4\xa1b\xc4\x01\xff\xa1m\xc4\x01z\xa1l\x92\xc0\xc3"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({1: 2}, "has a key that is a int"),
        ({"eyes": {0: 1.0}}, ".eyes has a key that is a int"),
        ({"a": [{}, {"b": {1, 2}}]}, ".a[1].b is a set"),
        ({"a": object()}, ".a is a object"),
        ({"a": nested(MAX_DEPTH)}, "nested too deeply"),
        ({"a": nested(100_000)}, "nested too deeply"),
    ],
)
def test_what_the_bus_cannot_carry_is_told_with_its_place(
    fields: Mapping[str, object], where: str
) -> None:
    with pytest.raises(LocalProtocolError, match=where.replace("[", r"\[")):
        encode_map(fields)


@pytest.mark.parametrize("value", [2**64, "\ud800"])
def test_what_messagepack_cannot_say_is_our_fault(value: object) -> None:
    with pytest.raises(LocalProtocolError):
        encode_map({"value": value})


def test_numbers_by_name_travel_as_numbers() -> None:
    assert decode_map(encode_map({"mode": Mode.AUTO})) == {"mode": 1}


def test_32_bit_floats_and_any_integers_are_read(vector: Callable[[str], bytes]) -> None:
    fields = decode_map(vector("notify_vr_delay"))
    assert fields == {
        "subject": "eye_process.should_start.1",
        "eye_id": 1,
        "delay": pytest.approx(0.1),
    }


def test_bytes_that_an_old_sender_packed_as_text_are_bytes(vector: Callable[[str], bytes]) -> None:
    assert decode_map(vector("old_raw_bytes")) == {
        "subject": "groups.ping",
        "t1": 12.5,
        "remote_notify": UUID,
        "nested": {"uuid_bytes": UUID},
        "list": [b"\xff" * 40],
    }


def test_text_that_python_2_packed_as_bytes_is_text(vector: Callable[[str], bytes]) -> None:
    assert decode_map(vector("old_bin_keys")) == {
        "subject": "recording.should_start",
        "session_name": "my session",
        "inner": {"uuid": UUID, "n": ["text"]},
    }


def test_bytes_are_not_taken_for_text_where_the_sender_tells_them_apart() -> None:
    assert decode_map(b"\x81\xa1k\xc4\x01a") == {"k": b"a"}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        b"\x01",
        b"\x90",
        b"\xa3abc",
        b"\x81\x01\x02",
        b"\x81\xc0\x02",
        b"\x81\x91\x01\x02",
        b"\x81\x81\xa1a\x01\x02",
        b"\x81\xa1\xff\x01",
        b"\x81\xc4\x01\xff\x01",
        b"\x80\x80",
    ],
)
def test_what_is_no_map_with_text_keys_is_the_peers_fault(payload: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_map(payload)


@pytest.mark.parametrize("name", ["cut_short", "trailing", "huge_count"])
def test_broken_maps_are_the_peers_fault(name: str, vector: Callable[[str], bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_map(vector(f"invalid_{name}"))


@pytest.mark.parametrize("depth", [5_000, 5_000_000])
@pytest.mark.parametrize("key", [b"\xa1v", b"\xc4\x01v"])
def test_no_depth_of_lists_brings_us_down(depth: int, key: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_map(b"\x81" + key + b"\x91" * depth + b"\x01")


def test_lists_within_one_another_in_old_manners_have_a_bound() -> None:
    with pytest.raises(RemoteProtocolError):
        decode_map(b"\x81\xc4\x01v" + b"\x91" * 40 + b"\x01")


def test_a_large_map_is_read_and_a_larger_one_is_not() -> None:
    header = b"\x81\xa1k\xc6" + (MAX_MAP_BYTES - 8).to_bytes(4, "big")
    largest = header + bytes(MAX_MAP_BYTES - 8)
    assert list(decode_map(largest)) == ["k"]
    with pytest.raises(RemoteProtocolError, match="at most 16777216 bytes"):
        decode_map(largest + b"\0")


def test_a_map_that_claims_much_takes_no_memory(vector: Callable[[str], bytes]) -> None:
    payload = vector("invalid_huge_count")
    tracemalloc.start()
    try:
        with pytest.raises(RemoteProtocolError):
            decode_map(payload)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_large_map_in_old_manners_is_refused_rather_than_taken_apart() -> None:
    with pytest.raises(RemoteProtocolError):
        decode_map(b"\x81\xc4\x01k\xc6" + (300_000).to_bytes(4, "big") + bytes(300_000))


def test_nothing_is_wrong_with_what_the_bus_carries() -> None:
    assert find_fault({"a": [None, True, 1, 1.5, "t", b"b", (1, 2)], "b": {"c": {}}}) is None
