"""Whether a stream is received: somebody has switched it on, or somebody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from gazewire.client._engine.feed import Feed

__all__ = ["StreamSwitch"]


class StreamSwitch:
    """Starts a feed for the first who wants it, and stops it after the last.

    Use it on one event loop's thread.

    Args:
        feed: to start and stop.
    """

    # Any, because it does not matter here what the feed brings.
    def __init__(self, feed: Feed[Any]) -> None:
        self._feed = feed
        self._is_on = False
        self._is_held = False
        self._readers = 0
        self._stopping: asyncio.Task[None] | None = None

    @property
    def is_on(self) -> bool:
        """The stream is wanted, and therefore received if it can be."""
        return self._is_on

    def turn_on(self) -> None:
        """Receive the stream until `turn_off`. Harmless when repeated."""
        self._is_held = True
        self._start()

    def join(self) -> Callable[[], None]:
        """Receive the stream as long as one reads it; returns how to leave, harmless again."""
        self._readers += 1
        self._start()
        is_reading = True

        def leave() -> None:
            nonlocal is_reading
            if is_reading:
                is_reading = False
                self._readers -= 1
                if self._is_on and not self._readers and not self._is_held:
                    self._stop()

        return leave

    async def turn_off(self) -> None:
        """Stop the stream, whoever reads it: they wait until it is wanted again."""
        self._is_held = False
        self._stop()
        await self._stopped()

    async def reopen(self) -> None:
        """Stop the stream and start it, if it is on."""
        if self._is_on:
            self._stop_feed()
            await self._stopped()

    def _start(self) -> None:
        self._is_on = True
        # A feed that is being stopped is started when that is done.
        if self._stopping is None:
            self._feed.start()

    def _stop(self) -> None:
        self._is_on = False
        self._stop_feed()

    def _stop_feed(self) -> None:
        if self._stopping is None and self._feed.is_started:
            name = f"stops {self._feed.stream.name}"
            self._stopping = asyncio.create_task(self._restart_if_on(), name=name)

    async def _restart_if_on(self) -> None:
        await self._feed.stop()
        self._stopping = None
        if self._is_on:
            self._feed.start()

    async def _stopped(self) -> None:
        if self._stopping is not None:
            await asyncio.wait({self._stopping})
