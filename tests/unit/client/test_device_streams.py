from __future__ import annotations

import asyncio
import socket

import pytest

from gazewire.client.device import Device
from gazewire.client.device_error import DeviceError

LIMIT_S = 10


async def test_the_status_is_followed_once_connected(device, until) -> None:
    async with asyncio.timeout(LIMIT_S), Device("127.0.0.1", device.http_port) as client:
        with pytest.raises(DeviceError, match="connect"):
            _ = client.status
        await asyncio.gather(client.connect(), client.connect())
        assert client.status.recording is None
        recording_id = await client.recording_start()
        await until(lambda: client.status.recording and client.status.recording.id == recording_id)
        await client.recording_cancel()


async def test_it_is_opened_again_after_closing(device) -> None:
    client = Device("127.0.0.1", device.http_port)
    for _ in range(2):
        async with asyncio.timeout(LIMIT_S), client, client.gaze():
            assert set(client.statistics()) == {"gaze"}
        assert client.statistics() == {}
    with pytest.raises(DeviceError, match="closed"):
        await client.connect()


async def test_closing_does_not_wait_for_a_device_that_is_silent() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        client = Device("127.0.0.1", server.getsockname()[1])
        async with asyncio.timeout(LIMIT_S / 2):
            connecting = asyncio.create_task(client.connect())
            connection, _ = await loop.sock_accept(server)
            with connection:
                await loop.sock_recv(connection, 1)
                await client.close()
                with pytest.raises(DeviceError):
                    await connecting


@pytest.mark.parametrize("name", ["world", "taste"])
async def test_what_has_no_arrays_is_refused_at_once(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Device("127.0.0.1", 1).batches(name)
