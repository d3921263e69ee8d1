from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.echo import EchoReply, EchoReplyReader, EchoRequest, EchoRequestReader

REQUEST = bytes.fromhex("000001962012d945")
REPLY = bytes.fromhex("000001962012d945 000001962012d971")


def test_the_published_round_is_read_and_written():
    assert EchoRequest.parse(REQUEST) == EchoRequest(1744294828357)
    assert EchoRequest(1744294828357).serialize() == REQUEST
    assert EchoReply.parse(REPLY) == EchoReply(1744294828357, 1744294828401)
    assert EchoReply(1744294828357, 1744294828401).serialize() == REPLY


@pytest.mark.parametrize("data", [b"", REQUEST[:7], REQUEST + b"x"])
def test_a_request_is_eight_bytes(data):
    with pytest.raises(RemoteProtocolError, match="8 bytes"):
        EchoRequest.parse(data)


@pytest.mark.parametrize("data", [b"", REPLY[:15], REPLY + b"x"])
def test_a_reply_is_sixteen_bytes(data):
    with pytest.raises(RemoteProtocolError, match="16 bytes"):
        EchoReply.parse(data)


@pytest.mark.parametrize("time_ms", [-1, 2**64])
def test_a_time_that_does_not_fit_is_our_mistake(time_ms):
    with pytest.raises(LocalProtocolError):
        EchoRequest(time_ms).serialize()
    with pytest.raises(LocalProtocolError):
        EchoReply(0, time_ms).serialize()


def test_readers_give_what_is_complete_and_keep_the_rest():
    reader = EchoRequestReader()
    assert reader.receive_data(REQUEST * 2 + REQUEST[:1]) == [EchoRequest(1744294828357)] * 2
    assert reader.receive_data(b"") == []
    assert reader.receive_data(REQUEST[1:]) == [EchoRequest(1744294828357)]
    replies = EchoReplyReader()
    assert replies.receive_data(REPLY[:9]) == []
    assert replies.receive_data(REPLY[9:]) == [EchoReply(1744294828357, 1744294828401)]
