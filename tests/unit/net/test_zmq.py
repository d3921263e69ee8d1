from __future__ import annotations

import asyncio
import threading

import pytest

from gazewire.errors import AddressInUseError, NetworkError
from gazewire.net._zmq import (  # noqa: PLC2701 - it is the door that is tested
    Socket,
    SocketWatch,
    ZmqContext,
    bind,
    has_input,
    zmq,
)

HOST = "127.0.0.1"
TIME_LIMIT_S = 10


async def test_the_port_that_is_bound_is_told() -> None:
    async with ZmqContext() as context:
        inbox = context.async_socket(zmq.PULL)
        port = bind(inbox, HOST, 0, purpose="test")
        outbox = context.socket(zmq.PUSH)
        outbox.connect(f"tcp://{HOST}:{port}")
        outbox.send(b"hello", zmq.DONTWAIT)
        async with asyncio.timeout(TIME_LIMIT_S):
            assert await inbox.recv() == b"hello"


async def test_a_port_that_is_taken_is_told_in_words() -> None:
    async with ZmqContext() as context:
        port = bind(context.async_socket(zmq.PULL), HOST, 0, purpose="bus")
        with pytest.raises(AddressInUseError, match=f"bus port {port}"):
            bind(context.async_socket(zmq.PULL), HOST, port, purpose="bus")


async def test_an_interface_that_is_not_ours_is_told_in_words() -> None:
    async with ZmqContext() as context:
        with pytest.raises(NetworkError, match=r"192\.0\.2\.77"):
            bind(context.socket(zmq.PULL), "192.0.2.77", 0, purpose="bus")


async def test_what_was_left_open_is_closed(leaving_nothing) -> None:
    async with leaving_nothing(), ZmqContext() as context:
        inbox = context.async_socket(zmq.PULL)
        closed = context.socket(zmq.PUSH)
        closed.close()
        lost = context.socket(zmq.PUSH)
        lost.connect(f"tcp://{HOST}:1")
        lost.send(b"to nobody", zmq.DONTWAIT)
    assert inbox.closed
    assert lost.closed


async def test_what_lingers_gets_out() -> None:
    async with ZmqContext() as receiving:
        inbox = receiving.async_socket(zmq.PULL)
        port = bind(inbox, HOST, 0, purpose="test")
        async with ZmqContext(linger_ms=5000) as sending:
            outbox = sending.socket(zmq.PUSH)
            outbox.connect(f"tcp://{HOST}:{port}")
            outbox.send(b"last words", zmq.DONTWAIT)
        async with asyncio.timeout(TIME_LIMIT_S):
            assert await inbox.recv() == b"last words"


async def test_threads_end_with_the_context(leaving_nothing) -> None:
    def wait_for_ever(socket: Socket) -> None:
        socket.recv()

    async with leaving_nothing():
        async with ZmqContext() as context:
            for number in range(3):
                context.start(f"waits {number}", wait_for_ever, context.socket(zmq.PULL))
            assert "waits 2" in {thread.name for thread in threading.enumerate()}
        assert not {t.name for t in threading.enumerate() if t.name.startswith("waits")}


def test_a_context_needs_no_event_loop() -> None:
    with ZmqContext() as context:
        one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        one.bind("inproc://pair")
        other.connect("inproc://pair")
        other.send(b"hello")
        assert has_input(one)
        assert one.recv() == b"hello"
        assert not has_input(one)
    assert one.closed


async def test_a_thread_that_fails_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    def fail(socket: Socket) -> None:
        raise ValueError("no")

    async with ZmqContext() as context:
        context.start("fragile", fail, context.socket(zmq.PULL))
    assert "fragile has failed" in caplog.text


async def test_several_tasks_wait_for_one_socket() -> None:
    async with ZmqContext() as context:
        inbox, outbox = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        inbox.bind("inproc://inbox")
        outbox.connect("inproc://inbox")
        watch = SocketWatch(inbox)
        for number in range(20):
            waiting = [asyncio.create_task(watch.wait()) for _ in range(3)]
            await asyncio.sleep(0)
            if number % 2:
                outbox.send(b"x")
            else:
                watch.wake()
            async with asyncio.timeout(TIME_LIMIT_S):
                await asyncio.gather(*waiting)
            while has_input(inbox):
                inbox.recv(zmq.DONTWAIT)
        await watch.wait(0.001)
        watch.close()
