from __future__ import annotations

import asyncio

import pytest

from gazewire.errors import AddressInUseError, NetworkError
from gazewire.net.listener import listen


async def test_any_free_port_is_one_socket_even_for_a_name():
    server = await listen(asyncio.Protocol, host="localhost", port=0, purpose="tea")
    async with server:
        assert len(server.sockets) == 1
        assert server.sockets[0].getsockname()[1] > 0


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
