from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gazewire.net.happy_eyeballs import connected_socket

LIMIT_S = 5


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    host = request.param
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        try:
            listening.bind((host, 0))
        except OSError:
            pytest.skip(f"no {host} on this machine")
        listening.listen()
        yield host, listening.getsockname()[1]


async def test_an_address_is_connected_to_without_a_thread(listener: tuple[str, int]) -> None:
    threads = threading.active_count()
    with await connected_socket(*listener) as sock:
        assert sock.getpeername()[:2] == listener
        assert not sock.getblocking()
    assert threading.active_count() == threads


async def test_a_name_is_connected_to_at_whichever_address_answers(
    listener: tuple[str, int], leaving_nothing: Callable[..., Any]
) -> None:
    host, port = listener
    try:
        families = {entry[0] for entry in socket.getaddrinfo("localhost", port)}
    except OSError:
        pytest.skip("this machine does not know localhost")
    if ":" in host and socket.AF_INET6 not in families:
        pytest.skip("localhost has no IPv6 address here")
    async with leaving_nothing():
        with await connected_socket("localhost", port) as sock:
            assert sock.getpeername()[1] == port


async def test_nobody_there_is_told_as_sockets_do(
    listener: tuple[str, int], leaving_nothing: Callable[..., Any]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as bound:
        # Bound and not listening: nobody else gets this port.
        bound.bind(("127.0.0.1", 0))
        async with leaving_nothing():
            with pytest.raises(ConnectionRefusedError):
                await connected_socket("127.0.0.1", bound.getsockname()[1])
            with pytest.raises(ConnectionRefusedError):
                await connected_socket("localhost", bound.getsockname()[1])


@pytest.mark.parametrize("host", ["a..b", "x" * 80])
async def test_a_name_that_cannot_be_is_refused(host: str) -> None:
    with pytest.raises((OSError, UnicodeError)):
        await connected_socket(host, 8086)


async def test_being_cancelled_at_any_moment_leaves_nothing(
    listener: tuple[str, int], leaving_nothing: Callable[..., Any]
) -> None:
    """After each number of turns of the event loop, until it is too late for that."""
    async with leaving_nothing():
        for turns in range(50):
            connecting = asyncio.create_task(connected_socket(*listener))
            for _ in range(turns):
                await asyncio.sleep(0)
            if connecting.done():
                connecting.result().close()
                break
            connecting.cancel()
            await asyncio.wait({connecting})
            assert connecting.cancelled()
        else:
            raise AssertionError("never connected")
