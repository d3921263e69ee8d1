"""Waiting while a fault lasts, and work that goes on beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

__all__ = ["Lasting", "beside"]


class Lasting:
    """A while that ends with its context; whoever waits in it is let go then."""

    def __init__(self) -> None:
        self._is_over = asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait so long, or, where that comes first or nothing else is said, to the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_over.wait()


@asynccontextmanager
async def beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Do some work, which has no end of its own, while the context lasts."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work)
        try:
            yield
        finally:
            task.cancel()
