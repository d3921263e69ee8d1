"""Where a task finds what a stream of a device has brought, within a bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from gazewire.flow import Topic

__all__ = ["Inbox"]

T = TypeVar("T")


class Inbox(Generic[T]):
    """A sink that one task reads, on the event loop that fills it.

    When it is full, the oldest items are lost and counted.

    Args:
        capacity: how many unread items to hold at most.
    """

    takes_in_any_thread: ClassVar[bool] = False

    def __init__(self, capacity: int) -> None:
        self._topic = Topic[T]("the stream")
        self._items = self._topic.subscribe(capacity=capacity)
        self._failure: BaseException | None = None

    @property
    def dropped(self) -> int:
        """Items lost because nobody read them in time."""
        return self._items.dropped

    def put_many(self, items: Sequence[T]) -> None:
        """Add what has come, in order. After `close` it is thrown away."""
        self._topic.publish_all(items)

    def close(self, reason: str, failure: BaseException | None = None) -> None:
        """Take nothing more; the reader gets what is unread. Harmless when repeated.

        Args:
            reason: of no interest here.
            failure: what ended the stream, or None where it has ended as it should.
        """
        self._failure = self._failure or failure
        self._topic.close()

    async def get_many(self) -> list[T]:
        """Wait until something is unread, and take all of it; empty at the end.

        Cancelling it loses nothing.

        Raises:
            BaseException: the failure that ended the stream.
        """
        items = await self._items.batch()
        if not items and self._failure is not None:
            raise self._failure
        return items

    async def get(self) -> T:
        """Wait until something is unread, and take the oldest. Cancelling it loses nothing.

        Raises:
            StopAsyncIteration: it was closed, and everything was read.
            BaseException: the failure that ended the stream.
        """
        try:
            return await anext(self._items)
        except StopAsyncIteration:
            if self._failure is not None:
                raise self._failure from None
            raise
