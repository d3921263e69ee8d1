"""A network that lets TCP through and no UDP, between a client and a device on this machine.

The device sends UDP to whoever asks for a stream, at the address from which it is asked. Here it is
asked from 127.0.0.2, where nobody receives.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from harness.program import DeviceProgram

__all__ = ["SplitNetwork"]

ELSEWHERE = "127.0.0.2"


class SplitNetwork:
    """Relays the REST interface and the streams of a device, while its context lasts.

    Attributes:
        http_port: of the REST interface, as the client sees it.
    """

    def __init__(self, device: DeviceProgram) -> None:
        self.http_port = 0
        self._device = device
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        device = self._device
        async with asyncio.TaskGroup() as relays:
            rtsp = await self._relay(relays, device.rtsp_port, lambda data: data)
            there, here = (f'"port":{port}'.encode() for port in (device.rtsp_port, rtsp))
            # A port has five digits, so that nothing else of an answer changes.
            assert len(there) == len(here)
            self.http_port = await self._relay(
                relays, device.http_port, lambda data: data.replace(there, here)
            )
            self._ready.set()
            await self._stop.wait()
            for task in self._tasks:
                task.cancel()

    @property
    def _tasks(self) -> list[asyncio.Task[None]]:
        return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    async def _relay(
        self, relays: asyncio.TaskGroup, port: int, changed: Callable[[bytes], bytes]
    ) -> int:
        async def connected(near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
            far, to_far = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(ELSEWHERE, 0)
            )
            await asyncio.gather(
                _pass_on(near, to_far, lambda data: data), _pass_on(far, to_near, changed)
            )

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        relays.create_task(server.serve_forever())
        own_port: int = server.sockets[0].getsockname()[1]
        return own_port


async def _pass_on(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, changed: Callable[[bytes], bytes]
) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(changed(data))
            await sink.drain()
    except OSError:
        pass
    finally:
        sink.close()
