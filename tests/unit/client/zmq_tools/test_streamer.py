from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest
import zmq
from loopback.core_program import CoreProgram

from gazewire.client.zmq_tools import Msg_Dispatcher, Msg_Receiver, Msg_Streamer, ZMQ_handler
from gazewire.errors import ConnectionLostError


@pytest.fixture
def ctx() -> Iterator[zmq.Context]:
    with zmq.Context() as ctx:
        yield ctx


async def test_maps_are_published_in_today_s_form_and_in_the_old_one(
    program: CoreProgram, ctx: zmq.Context
) -> None:
    with (
        Msg_Receiver(ctx, program.bus.sub_url, ("data",)) as receiver,
        Msg_Streamer(ctx, program.bus.pub_url, hwm=500) as streamer,
    ):
        payload = {"topic": "data", "__raw_data__": [b"a"]}
        assert streamer.socket.getsockopt(zmq.SNDHWM) == 500
        while not receiver.new_data:
            streamer.send(payload)
            receiver.socket.poll(5)
        assert receiver.recv() == ("data", {"topic": "data", "__raw_data__": (b"a",)})
        assert payload == {"topic": "data", "__raw_data__": [b"a"]}
        streamer.send("data.old", {"n": 1})
        while (got := receiver.recv())[0] == "data":
            pass
        assert got == ("data.old", {"n": 1})


def test_what_is_no_message_is_refused(ctx: zmq.Context) -> None:
    with Msg_Streamer(ctx, "tcp://127.0.0.1:1") as streamer:
        for arguments in ({"n": 1},), ("topic",), ("topic", 1), ():
            with pytest.raises(TypeError, match="a message is"):
                streamer.send(*arguments)


@pytest.mark.parametrize(
    ("fields", "topic"),
    [
        ({}, "notify.a.b"),
        ({"delay": 0.01}, "notify.a.b"),
        ({"remote_notify": "all", "delay": 1.0}, "remote_notify.a.b"),
    ],
)
async def test_a_notification_takes_the_topic_that_it_calls_for(
    program: CoreProgram, ctx: zmq.Context, fields: dict[str, object], topic: str
) -> None:
    with (
        Msg_Receiver(ctx, program.bus.sub_url, ("notify.", "remote_notify.")) as receiver,
        Msg_Dispatcher(ctx, program.bus.push_url) as dispatcher,
    ):
        dispatcher.notify({"subject": "a.b", **fields})
        if "delay" in fields and topic.startswith("notify"):
            # The bus releases it on the loop.
            assert (await asyncio.to_thread(receiver.recv))[0] == topic
        else:
            assert receiver.recv()[0] == topic


async def test_log_records_go_onto_the_bus(program: CoreProgram, ctx: zmq.Context) -> None:
    with Msg_Receiver(ctx, program.bus.sub_url, ("logging.",)) as receiver:
        handler = ZMQ_handler(ctx, program.bus.push_url)
        logger = logging.getLogger("script")
        logger.addHandler(handler)
        logger.warning("%d eyes", 2)
        logger.removeHandler(handler)
        topic, fields = receiver.recv()
        handler.close()
    assert topic == "logging.warning"
    assert (fields["msg"], fields["args"], fields["name"]) == ("%d eyes", [2], "script")


def test_no_intake_is_told(ctx: zmq.Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gazewire.client.zmq_tools.zmq_socket._CONNECTED_WITHIN_S", 0.05)
    with pytest.raises(ConnectionLostError, match="nobody answers"):
        Msg_Dispatcher(ctx, "tcp://127.0.0.1:1")
