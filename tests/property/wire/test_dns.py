from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.dns import (
    POINTER,
    SERVICE,
    DnsMessage,
    DnsName,
    DnsQuestion,
    DnsRecord,
    DnsService,
)

ANSWER = load_vector(Path(__file__).parents[2] / "vectors" / "dns" / "legacy_answer.hex")

u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFF_FFFF)
# Few labels, so that there is something to compress.
labels = st.sampled_from([b"local", b"_tcp", b"_http", b"a"]) | st.binary(min_size=1, max_size=63)
names = st.lists(labels, max_size=3).map(lambda some: DnsName(tuple(some)))
services = st.builds(DnsService, u16, names, u16, u16)
other_kinds = u16.filter(lambda kind: kind not in {POINTER, SERVICE})
records = st.one_of(
    st.builds(DnsRecord, names, st.just(POINTER), u32, names, u16),
    st.builds(DnsRecord, names, st.just(SERVICE), u32, services, u16),
    st.builds(DnsRecord, names, other_kinds, u32, st.binary(max_size=40), u16),
)
questions = st.builds(DnsQuestion, names, u16, u16)
several = st.lists(records, max_size=4).map(tuple)
messages = st.builds(
    DnsMessage,
    id=u16,
    flags=u16,
    questions=st.lists(questions, max_size=4).map(tuple),
    answers=several,
    authorities=several,
    additionals=several,
)


@given(messages)
def test_what_is_written_is_read_as_it_was(message: DnsMessage) -> None:
    assert DnsMessage.parse(message.serialize()) == message


@given(st.binary(max_size=200))
def test_garbage_gives_only_our_error(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        DnsMessage.parse(data)


@given(st.lists(st.tuples(st.integers(0, len(ANSWER) - 1), st.integers(0, 255)), max_size=8))
def test_a_garbled_message_is_read_or_gives_only_our_error(changes: list[tuple[int, int]]) -> None:
    data = bytearray(ANSWER)
    for position, value in changes:
        data[position] = value
    with suppress(RemoteProtocolError):
        message = DnsMessage.parse(bytes(data))
        assert DnsMessage.parse(message.serialize()) == message
