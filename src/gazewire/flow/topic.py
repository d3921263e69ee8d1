"""One producer, any number of readers, each with a bounded buffer of its own.

A slow reader never delays the producer or another reader and never grows memory: when its buffer is
full, its own policy decides, and what it missed is counted.

    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=100) as numbers:
        topic.publish(1)
        first = await anext(numbers)
"""

from __future__ import annotations

import asyncio
import enum
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

from gazewire.errors import GazewireError

__all__ = ["Overflow", "OverrunError", "Subscription", "Topic"]

T = TypeVar("T")


class Overflow(enum.Enum):
    """What happens to a reader whose buffer is full."""

    DROP_OLDEST = "drop oldest"
    """It loses its oldest unread item; for whoever wants to be up to date."""

    FAIL = "fail"
    """It is ended with `OverrunError` after what it holds; for whoever must not miss anything."""


class OverrunError(GazewireError):
    """A reader that must not miss anything fell behind.

    Attributes:
        topic: name of the topic.
        capacity: how many items the reader's buffer holds.
    """

    def __init__(self, topic: str, capacity: int) -> None:
        super().__init__(f"a reader of {topic!r} fell more than {capacity} items behind")
        self.topic = topic
        self.capacity = capacity


class Subscription(Generic[T]):
    """A reader's end of a topic: an async iterator, and a context manager that unsubscribes.

    Cancelling a pending read loses nothing. One task reads at a time.

    Attributes:
        dropped: items lost so far because the buffer was full.
        passive: takes what is made for others.
    """

    def __init__(self, topic: Topic[T], capacity: int, overflow: Overflow, passive: bool) -> None:
        self.dropped = 0
        self.passive = passive
        self._topic = topic
        self._capacity = capacity
        self._overflow = overflow
        self._items: deque[T] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._failure: OverrunError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop receiving; a pending read ends. Harmless when repeated."""
        self._topic._forget(self)
        self._end()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if not self._items and not await self._arrival():
            raise StopAsyncIteration
        return self._items.popleft()

    async def batch(self) -> list[T]:
        """Wait until something is unread, and take all of it; empty when the stream has ended.

        For whoever wants throughput. Mixes with iteration.

        Raises:
            OverrunError: as iteration does.
        """
        if not self._items and not await self._arrival():
            return []
        items = list(self._items)
        self._items.clear()
        return items

    async def _arrival(self) -> bool:
        """Wait until something is unread; False at the end."""
        while not self._items:
            if self._failure is not None:
                raise self._failure
            if self._ended:
                return False
            if self._waiter is not None:
                raise RuntimeError("two tasks read one subscription; give each task its own")
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return True

    def _put_all(self, items: Sequence[T]) -> None:
        if self._ended:
            return
        if len(self._items) + len(items) <= self._capacity:
            self._items.extend(items)
            self._wake()
            return
        for item in items:
            self._put(item)

    def _put(self, item: T) -> None:
        if self._ended:
            return
        if len(self._items) >= self._capacity:
            if self._overflow is Overflow.FAIL:
                self._failure = OverrunError(self._topic.name, self._capacity)
                self._end()
                return
            self._items.popleft()
            self.dropped += 1
        self._items.append(item)
        self._wake()

    def _end(self) -> None:
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Topic(Generic[T]):
    """A named stream of items.

    Attributes:
        name: for messages to humans.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._subscriptions: set[Subscription[T]] = set()
        self._active = 0
        self._closed = False

    @property
    def has_readers(self) -> bool:
        """Somebody is subscribed for whom items are worth making. Any thread may ask."""
        return self._active > 0

    def publish(self, item: T) -> None:
        """Hand an item to every reader. Never waits. Call it on the event loop's thread."""
        for subscription in tuple(self._subscriptions):
            subscription._put(item)

    def publish_all(self, items: Sequence[T]) -> None:
        """Hand several items to every reader, in order; the same as `publish` for each of them."""
        for subscription in tuple(self._subscriptions):
            subscription._put_all(items)

    def subscribe(
        self,
        *,
        capacity: int,
        overflow: Overflow = Overflow.DROP_OLDEST,
        passive: bool = False,
    ) -> Subscription[T]:
        """Receive what is published from now on.

        Args:
            capacity: how many unread items are kept; 1 keeps the newest alone.
            overflow: what to do when there are more.
            passive: take what is made for others, without counting among `has_readers`.
        """
        if capacity < 1:
            raise ValueError(f"a subscription holds at least one item, not {capacity}")
        subscription = Subscription(self, capacity, overflow, passive)
        if self._closed:
            subscription._end()
        else:
            self._subscriptions.add(subscription)
            self._active += not passive
        return subscription

    def close(self) -> None:
        """End the stream: readers get what they hold, then their iteration ends."""
        self._closed = True
        for subscription in tuple(self._subscriptions):
            subscription._end()
        self._subscriptions.clear()
        self._active = 0

    def _forget(self, subscription: Subscription[T]) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._active -= not subscription.passive
