from __future__ import annotations

import re

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.buffer import ReceiveBuffer


def buffer_of(*pieces: bytes) -> ReceiveBuffer:
    buffer = ReceiveBuffer()
    for piece in pieces:
        buffer.append(piece)
    return buffer


def test_take_waits_for_all_of_the_count() -> None:
    buffer = buffer_of(b"abc")
    assert buffer.take(4) is None
    buffer.append(b"de")
    assert buffer.take(4) == b"abcd"
    assert len(buffer) == 1


def test_take_of_nothing_is_never_waited_for() -> None:
    assert ReceiveBuffer().take(0) == b""


def test_peek_leaves_the_bytes_and_may_be_short() -> None:
    buffer = buffer_of(b"ab")
    assert buffer.peek(5) == b"ab"
    assert buffer.peek(1) == b"a"
    assert len(buffer) == 2


def test_discard_beyond_the_end_empties_the_buffer() -> None:
    buffer = buffer_of(b"ab")
    buffer.discard(3)
    assert len(buffer) == 0


def test_a_line_comes_with_its_end_and_stays_until_discarded() -> None:
    buffer = buffer_of(b"one\r\ntwo\n")
    assert buffer.peek_line(100) == b"one\r\n"
    assert buffer.peek_line(100) == b"one\r\n"
    buffer.discard(5)
    assert buffer.peek_line(100) == b"two\n"


def test_a_line_that_comes_in_pieces_is_found() -> None:
    buffer = buffer_of(b"on")
    assert buffer.peek_line(100) is None
    buffer.append(b"e\r")
    assert buffer.peek_line(100) is None
    buffer.append(b"\ntwo")
    assert buffer.peek_line(100) == b"one\r\n"


def test_the_search_starts_over_behind_what_is_taken() -> None:
    buffer = buffer_of(b"abcdef")
    assert buffer.peek_line(100) is None
    assert buffer.take(2) == b"ab"
    buffer.append(b"\n")
    assert buffer.peek_line(100) == b"cdef\n"


@pytest.mark.parametrize("terminator", [b"\x0b", b"\x0c", b"\x1c", b"\x85", b"\r"])
def test_nothing_but_a_line_feed_ends_a_line(terminator: bytes) -> None:
    assert buffer_of(b"a" + terminator + b"b").peek_line(100) is None


def test_a_line_of_exactly_the_cap_is_allowed() -> None:
    assert buffer_of(b"1234567\n").peek_line(8) == b"1234567\n"


@pytest.mark.parametrize("data", [b"12345678\n", b"12345678", b"123456789"])
def test_a_longer_line_is_the_peers_fault_even_before_it_ends(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="at most 8 bytes") as caught:
        buffer_of(data).peek_line(8, too_long_status=414)
    assert caught.value.status == 414


def test_find_tells_the_first_match() -> None:
    assert buffer_of(b"..$..$").find(re.compile(rb"\$")) == 2
    assert buffer_of(b"....").find(re.compile(rb"\$")) is None
