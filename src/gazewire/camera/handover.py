"""The way of pictures from the thread that takes them to the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import Self

from gazewire.camera.source import Presence, Record
from gazewire.model import Frame

__all__ = ["Handover"]


class Handover:
    """A bounded buffer that one thread fills and one task of an event loop empties.

    When it is full, the oldest frame in it is dropped, and counted: whoever reads it wants to be up
    to date, and the camera never waits. What is no frame is small and rare, and stays.

    Cancelling a pending read loses nothing. Make it on the loop that reads it.

    Args:
        capacity: how many unread frames are kept.

    Attributes:
        dropped: frames lost so far because the buffer was full.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"a handover holds at least one frame, not {capacity}")
        self.dropped = 0
        self._capacity = capacity
        self._frames = 0
        self._items: deque[Record | Presence] = deque()
        self._closed = False
        self._failure: Exception | None = None
        self._lock = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()

    def put(self, item: Record | Presence) -> None:
        """Hand over one item. Called in the thread."""
        with self._lock:
            if isinstance(item, Frame):
                if self._frames >= self._capacity:
                    self._drop_oldest_frame()
                self._frames += 1
            self._items.append(item)
            is_first = len(self._items) == 1
        if is_first:
            self._loop.call_soon_threadsafe(self._changed.set)

    def close(self, failure: Exception | None = None) -> None:
        """End the stream behind what is in it, with an error or without. Called in the thread."""
        with self._lock:
            self._closed = True
            self._failure = failure
        self._loop.call_soon_threadsafe(self._changed.set)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Record | Presence:
        while True:
            with self._lock:
                if self._items:
                    return self._take()
                if self._failure is not None:
                    raise self._failure
                if self._closed:
                    raise StopAsyncIteration
                # Before the lock is left: whatever comes from now on sets it again.
                self._changed.clear()
            await self._changed.wait()

    def _take(self) -> Record | Presence:
        item = self._items.popleft()
        self._frames -= isinstance(item, Frame)
        return item

    def _drop_oldest_frame(self) -> None:
        oldest = next(place for place, item in enumerate(self._items) if isinstance(item, Frame))
        del self._items[oldest]
        self._frames -= 1
        self.dropped += 1
