from __future__ import annotations

import asyncio

import pytest

from gazewire.errors import AddressInUseError, NetworkError
from gazewire.net._zmq import ZmqContext, bind, zmq  # noqa: PLC2701 - it is the door that is tested

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
