"""Functions that are called when the status of a device changes."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gazewire.client.models import Component

if TYPE_CHECKING:
    from gazewire.client.device import Device

__all__ = [
    "StatusUpdateNotifier",
    "UpdateCallback",
    "UpdateCallbackAsync",
    "UpdateCallbackSync",
]

logger = logging.getLogger("gazewire.client.status")

UpdateCallbackSync = Callable[[Component], None]
"""Is called with each component that changed."""

UpdateCallbackAsync = Callable[[Component], Awaitable[None]]
"""Is called with each component that changed, and awaited before the next one."""

UpdateCallback = UpdateCallbackSync | UpdateCallbackAsync
"""Either kind."""


class StatusUpdateNotifier:
    """Tells functions of each change of a device's status. An async context manager.

    A function that raises is logged, and is told of the next change like the others.

    Args:
        device: to follow; it is not closed.
        callbacks: called one after the other, in this order; those that are coroutines are awaited.
    """

    def __init__(self, device: Device, callbacks: list[UpdateCallback]) -> None:
        self._device = device
        self._callbacks = callbacks
        self._following: asyncio.Task[None] | None = None

    async def receive_updates_start(self) -> None:
        """Begin to follow the status. Harmless when repeated.

        Raises:
            DeviceError: the device is closed.
        """
        if self._following is None:
            _ = self._device.active_session  # closed is closed now, not in a task
            updates = self._device.status_updates()
            self._following = asyncio.create_task(self._follow(updates), name="status updates")

    async def receive_updates_stop(self) -> None:
        """Follow it no more. Harmless when repeated."""
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
            await asyncio.wait({following})
            if not following.cancelled():
                following.result()

    async def __aenter__(self) -> Self:
        await self.receive_updates_start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.receive_updates_stop()

    async def _follow(self, updates: AsyncGenerator[Component, None]) -> None:
        async with aclosing(updates):
            async for component in updates:
                for callback in tuple(self._callbacks):
                    try:
                        result = callback(component)
                        if inspect.isawaitable(result):
                            await result
                    except Exception:
                        logger.exception("a callback failed on %r", component)
