"""The device as it is when its phone reboots: all servers gone, then back on the same ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager

__all__ = ["Power"]


class Power:
    """Knows the servers of a device, and can take them from the network for a while."""

    def __init__(self) -> None:
        self._servers: list[AbstractAsyncContextManager[object]] = []
        self._is_off = asyncio.Lock()

    def plug(self, server: AbstractAsyncContextManager[object]) -> None:
        """Let a server, which is entered, go off and on with the rest; it keeps its port."""
        self._servers.append(server)

    @asynccontextmanager
    async def off(self) -> AsyncIterator[None]:
        """Leave all servers, and enter them again at the end; one at a time.

        Raises:
            AddressInUseError: at the end, where another program has taken a port meanwhile.
        """
        async with self._is_off:
            await _whole(self._leave())
            try:
                yield
            finally:
                await _whole(self._enter())

    async def _leave(self) -> None:
        for server in reversed(self._servers):
            await server.__aexit__(None, None, None)

    async def _enter(self) -> None:
        for server in self._servers:
            await server.__aenter__()


async def _whole(work: Coroutine[None, None, None]) -> None:
    """Do something to its end, even where the task that waits for it is cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
