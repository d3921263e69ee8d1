from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.zre import (
    Hello,
    Join,
    Leave,
    OtherMessage,
    Ping,
    PingOk,
    Shout,
    Whisper,
    ZreLimits,
    parse_message,
)

VECTORS = Path(__file__).parents[3] / "vectors" / "zre"
CASES = {
    "hello": Hello(
        endpoint="tcp://10.99.0.1:36809",
        groups=("pupil-groups",),
        status=1,
        name="Unnamed Group Member",
        headers={
            "sub_address": "tcp://127.0.0.1:1111",
            "pub_address": "tcp://127.0.0.1:2222",
            "app_type": "service",
        },
    ),
    "whisper": Whisper(sequence=3),
    "shout": Shout(sequence=2, group="pupil-groups"),
    "leave": Leave(sequence=4, group="pupil-groups", status=2),
    "join": Join(sequence=5, group="x", status=3),
    "ping": Ping(sequence=6),
    "ping_ok": PingOk(sequence=7),
}
INVALID = ["signature", "version", "cut_short", "trailing_bytes", "group_count"]


@pytest.mark.parametrize("case", CASES)
def test_vectors_are_read_and_written(case: str) -> None:
    data = load_vector(VECTORS / f"{case}.hex")
    assert parse_message([data]) == CASES[case]
    assert CASES[case].serialize() == [data]


def test_headers_keep_their_order() -> None:
    hello = parse_message([load_vector(VECTORS / "hello.hex")])
    assert isinstance(hello, Hello)
    assert list(hello.headers) == ["sub_address", "pub_address", "app_type"]


@pytest.mark.parametrize("kind", [Whisper(sequence=3), Shout(sequence=2, group="pupil-groups")])
def test_content_follows_in_frames_of_its_own(kind: Whisper | Shout) -> None:
    (head,) = kind.serialize()
    message = parse_message([head, b"", b"two"])
    assert isinstance(message, Whisper | Shout)
    assert message.content == (b"", b"two")
    assert message.serialize() == [head, b"", b"two"]


@pytest.mark.parametrize("case", INVALID)
def test_what_cannot_be_right_is_refused(case: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_message([load_vector(VECTORS / f"invalid_{case}.hex")])


@pytest.mark.parametrize("frames", [[], [b""], [b"\xaa\xa1\x06\x02\x00"], [b"\x00" * 6]])
def test_less_than_a_head_is_refused(frames: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_message(frames)


def test_content_where_none_belongs_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        parse_message([*Ping(sequence=1).serialize(), b"content"])


def test_an_unknown_command_keeps_its_place_in_the_sequence() -> None:
    frames = [bytes.fromhex("aaa1 0a 02 0102 0567726f7570"), b"content"]
    assert parse_message(frames) == OtherMessage(sequence=0x102, command=10)


def test_text_that_is_cut_within_a_character_is_read_all_the_same() -> None:
    # A name of one character, é, as the incumbent writes it: a length of 1, and one byte of two.
    hello = (
        Hello(endpoint="tcp://10.0.0.1:1", name="?").serialize()[0].replace(b"\x01?", b"\x01\xc3")
    )
    message = parse_message([hello])
    assert isinstance(message, Hello)
    assert message.name == "\N{REPLACEMENT CHARACTER}"


LIMITS = ZreLimits(message_bytes=60, groups=2, headers=1, content_frames=2, content_bytes=10)


@pytest.mark.parametrize(
    "message",
    [
        Hello(endpoint="", groups=("a", "b"), headers={"a": "b"}),
        Whisper(sequence=1, content=(b"12345", b"67890")),
        Whisper(sequence=1, content=(b"", b"")),
    ],
)
def test_what_just_fits_is_read(message: Hello | Whisper) -> None:
    assert parse_message(message.serialize(), LIMITS) == message


@pytest.mark.parametrize(
    "message",
    [
        Hello(endpoint="", groups=("a", "b", "c")),
        Hello(endpoint="", headers={"a": "b", "c": "d"}),
        Hello(endpoint="", name="a" * 60),
        Whisper(sequence=1, content=(b"12345", b"678901")),
        Shout(sequence=1, group="g", content=(b"", b"", b"")),
    ],
)
def test_what_is_beyond_the_limits_is_refused(message: Hello | Whisper | Shout) -> None:
    assert parse_message(message.serialize()) == message
    with pytest.raises(RemoteProtocolError):
        parse_message(message.serialize(), LIMITS)


@pytest.mark.parametrize(
    "message",
    [
        Hello(endpoint="e" * 256),
        Hello(endpoint="", name="é" * 128),
        Hello(endpoint="", headers={"k" * 256: ""}),
        Hello(endpoint="", status=256),
        Join(sequence=1, group="g" * 256, status=0),
        Shout(sequence=1, group="\ud800"),
        Ping(sequence=65536),
        PingOk(sequence=-1),
    ],
)
def test_what_does_not_fit_its_field_is_not_sent(message: Hello | Join | Shout | Ping) -> None:
    with pytest.raises(LocalProtocolError):
        message.serialize()


def test_lengths_count_bytes() -> None:
    (data,) = Join(sequence=1, group="é", status=1).serialize()
    assert data[6:] == b"\x02\xc3\xa9\x01"
