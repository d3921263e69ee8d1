"""Going through all that a stream of a device brings, on an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from gazewire.client._engine.inbox import Inbox
from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.supply import Supply

__all__ = ["ItemStream"]

T = TypeVar("T")


class ItemStream(AsyncIterator[T], Generic[T]):
    """Goes through all that comes from the moment it is entered, or first read, in order.

    ::

        async with device.gaze() as gaze:
            async for datum in gaze:
                ...

    What the caller has no time for waits, within a bound; beyond that the oldest is lost, and
    counted by `dropped`. It ends when the device is closed. One task reads at a time, and
    cancelling that loses nothing. Leaving the context, or letting go of the object, ends it.

    Args:
        connect: gives the link to the device.
        supply: what to go through.
        take: waits for the next, and gives it; raises StopAsyncIteration at the end.

    Raises:
        DeviceError: when it is entered or first read, where the device does not answer or is
            closed.
    """

    # Any: what `take` gives may be made of something else.
    def __init__(
        self,
        connect: Callable[[], Awaitable[DeviceLink]],
        supply: Supply[Any],
        take: Callable[[Inbox[Any]], Awaitable[T]],
    ) -> None:
        self._connect = connect
        self._supply = supply
        self._take = take
        self._inbox: Inbox[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leave: Callable[[], None] | None = None
        self._is_closed = False

    @property
    def dropped(self) -> int:
        """Items lost because too many waited."""
        return 0 if self._inbox is None else self._inbox.dropped

    async def aclose(self) -> None:
        """End it; a pending read ends, too. A stream that nobody reads any more is stopped."""
        self._is_closed = True
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()
        if self._inbox is not None:
            self._inbox.close("")

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._is_closed:
            raise StopAsyncIteration
        return await self._take(self._inbox or await self._opened())

    def __del__(self) -> None:
        # The garbage collector calls this in any thread; on a loop that has ended nothing is left.
        if self._leave is not None and self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._leave)

    async def _opened(self) -> Inbox[Any]:
        link = await self._connect()
        # Meanwhile another task may have been here, or closed it.
        if self._inbox is None:
            inbox = Inbox[Any](self._supply.capacity(everything=True))
            if self._is_closed:
                inbox.close("")
            else:
                self._leave = self._supply.begin(link, inbox)
            self._inbox, self._loop = inbox, asyncio.get_running_loop()
        return self._inbox
