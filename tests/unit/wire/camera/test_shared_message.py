from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.camera import SharedLayout, invitation, parse_invitation

LAYOUT = SharedLayout.plan(slots=3, nbytes=5000)


def test_nothing_overlaps_and_pixels_begin_on_pages() -> None:
    assert LAYOUT.record(0) >= LAYOUT.COUNT_AT + 8
    assert LAYOUT.record(3) <= LAYOUT.pixels(0)
    assert [LAYOUT.pixels(slot) % 4096 for slot in range(3)] == [0, 0, 0]
    assert LAYOUT.pixels(2) + 5000 <= LAYOUT.nbytes


def test_images_go_round_and_generations_count_the_rounds() -> None:
    assert [LAYOUT.place(number) for number in (0, 2, 3, 7)] == [(0, 2), (2, 2), (0, 4), (1, 6)]


def test_what_is_written_is_read() -> None:
    head = LAYOUT.serialize()
    assert head[:16] == b"GAZEWIRE" + (1).to_bytes(8, "little")
    assert SharedLayout.parse(head, LAYOUT.nbytes) == LAYOUT


@pytest.mark.parametrize(
    ("head", "nbytes"),
    [
        (b"", 1 << 20),
        (bytes(40), 1 << 20),
        (LAYOUT.serialize(), LAYOUT.nbytes - 1),
        (SharedLayout(0, 8192, 8192).serialize(), 1 << 20),
        (SharedLayout(3, 4096, 8192).serialize(), 1 << 20),
        (SharedLayout(1 << 40, 8192, 8192).serialize(), 1 << 20),
    ],
)
def test_what_cannot_be_is_refused(head: bytes, nbytes: int) -> None:
    with pytest.raises(RemoteProtocolError):
        SharedLayout.parse(head, nbytes)


def test_an_invitation_is_read() -> None:
    parts = invitation("gazewire0af")
    assert parts == [b"shared", b"gazewire0af"]
    assert parse_invitation(parts) == "gazewire0af"


@pytest.mark.parametrize(
    "parts",
    [
        [b"shared"],
        [b"frame", b"a"],
        [b"shared", b""],
        [b"shared", b"../x"],
        [b"shared", b"a" * 200],
    ],
)
def test_an_invitation_to_nowhere_is_refused(parts: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_invitation(parts)
