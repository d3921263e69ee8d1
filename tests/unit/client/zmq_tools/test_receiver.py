from __future__ import annotations

from collections.abc import Iterator

import pytest
import zmq
from loopback.core_program import CoreProgram

from gazewire.client.zmq_tools import Msg_Receiver
from gazewire.errors import ConnectionLostError, RemoteProtocolError


@pytest.fixture
def ctx() -> Iterator[zmq.Context]:
    with zmq.Context() as ctx:
        yield ctx


async def test_what_is_published_from_then_on_comes(program: CoreProgram, ctx: zmq.Context) -> None:
    for number in range(5):
        with Msg_Receiver(ctx, program.bus.sub_url, topics=("data",)) as receiver:
            program.publish("data", n=number, __raw_data__=[b"pixels"])
            assert receiver.recv() == ("data", {"n": number, "__raw_data__": (b"pixels",)})
            assert not receiver.new_data


async def test_a_message_can_be_received_in_two_parts(
    program: CoreProgram, ctx: zmq.Context
) -> None:
    with Msg_Receiver(ctx, program.bus.sub_url, ("data",)) as receiver:
        program.publish("data", n=1, __raw_data__=[b"a", b"b"])
        assert receiver.recv_topic() == "data"
        frames = receiver.recv_remaining_frames()
        assert receiver.deserialize_payload(*frames) == {"n": 1, "__raw_data__": (b"a", b"b")}
        with pytest.raises(RemoteProtocolError):
            receiver.deserialize_payload(b"\xc1")


async def test_what_cannot_be_read_is_left_out(program: CoreProgram, ctx: zmq.Context) -> None:
    with Msg_Receiver(ctx, program.bus.sub_url, ("data",)) as receiver:
        program.publish_frames(b"data")
        program.publish_frames(b"data", b"\xc1")
        program.publish("data", n=1)
        assert receiver.recv() == ("data", {"n": 1})


async def test_topics_come_and_go(program: CoreProgram, ctx: zmq.Context) -> None:
    with Msg_Receiver(ctx, program.bus.sub_url, hwm=10) as receiver:
        assert receiver.socket.getsockopt(zmq.RCVHWM) == 10
        receiver.subscribe("data")
        while not receiver.new_data:
            program.publish("data")
            receiver.socket.poll(5)
        receiver.unsubscribe("data")


async def test_one_topic_is_not_taken_for_its_letters(
    program: CoreProgram, ctx: zmq.Context
) -> None:
    with pytest.raises(TypeError, match="several"):
        Msg_Receiver(ctx, program.bus.sub_url, topics="gaze")


def test_a_bus_of_another_program_is_not_waited_for_long(ctx: zmq.Context) -> None:
    with ctx.socket(zmq.XPUB) as bus:
        port = bus.bind_to_random_port("tcp://127.0.0.1")
        with Msg_Receiver(ctx, f"tcp://127.0.0.1:{port}", topics=("data",)) as receiver:
            bus.send_multipart([b"data", b"\x80"])
            assert receiver.recv() == ("data", {})


def test_no_bus_is_told(ctx: zmq.Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gazewire.client.zmq_tools.zmq_socket._CONNECTED_WITHIN_S", 0.05)
    with pytest.raises(ConnectionLostError, match="nobody answers"):
        Msg_Receiver(ctx, "tcp://127.0.0.1:1", topics=("data",))
    Msg_Receiver(ctx, "tcp://127.0.0.1:1", ("data",), block_until_connected=False).close()
