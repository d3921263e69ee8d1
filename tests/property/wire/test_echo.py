from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gazewire.wire.echo import EchoReply, EchoReplyReader, EchoRequest, EchoRequestReader

u64 = st.integers(0, 2**64 - 1)
requests = st.lists(st.builds(EchoRequest, u64))
replies = st.lists(st.builds(EchoReply, u64, u64))
cuts = st.lists(st.integers(0, 400))


def pieces(data: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(cut, len(data)) for cut in at), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(requests, cuts)
def test_any_split_of_requests_gives_the_same_requests(sent, at):
    reader = EchoRequestReader()
    data = b"".join(request.serialize() for request in sent)
    assert [got for piece in pieces(data, at) for got in reader.receive_data(piece)] == sent


@given(replies, cuts)
def test_any_split_of_replies_gives_the_same_replies(sent, at):
    reader = EchoReplyReader()
    data = b"".join(reply.serialize() for reply in sent)
    assert [got for piece in pieces(data, at) for got in reader.receive_data(piece)] == sent


@given(st.lists(st.binary(max_size=100)))
def test_any_bytes_are_requests(chunks):
    reader = EchoRequestReader()
    got = [request for chunk in chunks for request in reader.receive_data(chunk)]
    data = b"".join(chunks)
    assert b"".join(request.serialize() for request in got) == data[: len(data) // 8 * 8]
