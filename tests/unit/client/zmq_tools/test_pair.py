from __future__ import annotations

import pytest
import zmq

from gazewire.client.zmq_tools import Msg_Pair_Client, Msg_Pair_Server


def test_two_talk_to_each_other() -> None:
    with zmq.Context() as ctx, Msg_Pair_Server(ctx) as server:
        assert server.url.startswith("tcp://127.0.0.1:")
        with Msg_Pair_Client(ctx, server.url) as client:
            client.send({"topic": "question", "__raw_data__": [b"a"]})
            assert server.recv() == ("question", {"topic": "question", "__raw_data__": (b"a",)})
            assert not client.new_data
            server.send({"topic": "answer"})
            assert client.recv() == ("answer", {"topic": "answer"})


def test_there_is_nothing_to_subscribe_to() -> None:
    with zmq.Context() as ctx, Msg_Pair_Server(ctx) as server:
        with pytest.raises(NotImplementedError):
            server.subscribe("x")
        with pytest.raises(NotImplementedError):
            server.unsubscribe("x")
