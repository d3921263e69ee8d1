from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack

import pytest

from gazewire.errors import AddressInUseError, NetworkError
from gazewire.net.listener import listen

# As many as a process may open elsewhere, and more than asyncio lets wait.
MANY = 200
TIME_LIMIT_S = 5


async def test_any_free_port_is_one_socket_even_for_a_name():
    server = await listen(asyncio.Protocol, host="localhost", port=0, purpose="tea")
    async with server:
        assert len(server.sockets) == 1
        assert server.sockets[0].getsockname()[1] > 0


async def test_many_clients_may_come_at_once():
    accepted = 0
    everybody = asyncio.Event()

    class Counting(asyncio.Protocol):
        def connection_made(self, transport):
            nonlocal accepted
            accepted += 1
            transport.close()
            if accepted == MANY:
                everybody.set()

    async with await listen(Counting, host="127.0.0.1", port=0, purpose="tea") as server:
        address = server.sockets[0].getsockname()
        with ExitStack() as stack:
            # None waits for the server's attention, which it does not give while these connect.
            for _ in range(MANY):
                stack.enter_context(socket.create_connection(address, timeout=TIME_LIMIT_S))
            async with asyncio.timeout(TIME_LIMIT_S):
                await everybody.wait()


async def test_a_taken_port_names_host_port_and_purpose():
    async with await listen(asyncio.Protocol, host="127.0.0.1", port=0, purpose="tea") as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(AddressInUseError) as caught:
            await listen(asyncio.Protocol, host="127.0.0.1", port=port, purpose="coffee")
    error = caught.value
    assert (error.host, error.port, error.purpose) == ("127.0.0.1", port, "coffee")


@pytest.mark.parametrize("host", ["192.0.2.77", "no such host"])
async def test_an_address_that_is_not_ours_is_told(host):
    with pytest.raises(NetworkError, match=host):
        await listen(asyncio.Protocol, host=host, port=0, purpose="tea")
