"""Delayed notifications, released when they are due.

delayed = DelayedNotifications(clock)
delayed.put(notification)                   # replaces one of the same subject
async for notification in delayed: ...      # without its delay, to be published anew
"""

from __future__ import annotations

import asyncio
from typing import Self

from gazewire.model import Notification
from gazewire.time import Clock
from gazewire.wire.ipc import DelayQueue

__all__ = ["DelayedNotifications"]

_NS_PER_S = 1_000_000_000
# A timer of the event loop takes no time of centuries.
_LONGEST_SLEEP_S = 3600.0


class DelayedNotifications:
    """An endless async iterator of what has become due, in order of time.

    A deadline has a timer: nothing is asked in a loop, and lateness is that of the event loop, on
    most machines up to a millisecond. Cancelling a pending read loses nothing. One task reads.

    Args:
        clock: decides what is due.
        capacity: how many subjects may wait.
    """

    def __init__(self, clock: Clock, *, capacity: int = 10_000) -> None:
        self._clock = clock
        self._queue = DelayQueue(capacity=capacity)
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, notification: Notification) -> None:
        """Keep a notification for as long as its ``delay`` says, from now on.

        Raises:
            RemoteProtocolError: it has no delay in seconds, or too many wait.
        """
        self._queue.put(notification, self._clock.mono_ns())
        self._changed.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notification:
        while True:
            now_ns = self._clock.mono_ns()
            if (due := self._queue.pop_due(now_ns)) is not None:
                return due
            self._changed.clear()
            try:
                async with asyncio.timeout(self._sleep_s(now_ns)):
                    await self._changed.wait()
            except TimeoutError:
                # The clock is asked again: it need not run as the loop's.
                continue

    def _sleep_s(self, now_ns: int) -> float | None:
        deadline_ns = self._queue.next_deadline_ns()
        if deadline_ns is None:
            return None
        return min((deadline_ns - now_ns) / _NS_PER_S, _LONGEST_SLEEP_S)
