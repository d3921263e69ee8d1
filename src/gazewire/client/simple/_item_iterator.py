"""Going through all that a stream of a device brings, in a thread that waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from gazewire.client._engine.mailbox import Delivery, Mailbox, MailboxClosedError
from gazewire.client._engine.supply import Supply
from gazewire.client.simple._connection import Connection
from gazewire.client.simple._outlets import Outlet

__all__ = ["ItemIterator"]

T = TypeVar("T")


class ItemIterator(Iterator[T], Generic[T]):
    """Goes through all that comes from the moment it is made, in order.

    What the caller has no time for waits, within a bound; beyond that the oldest is lost, and
    counted by `dropped`. It ends when the device is closed. Leaving it unused does no harm: it is
    closed when nobody holds it any more. It is a context manager, too, whose end is `close`.

    Args:
        connection: to the device.
        supply: what to go through.
        take: waits for the next, and makes it what the caller gets.

    Raises:
        DeviceError: the device is closed.
    """

    # Any: what `take` makes is made of something else, which is nobody else's concern.
    def __init__(
        self, connection: Connection, supply: Supply[Any], take: Callable[[Mailbox[Any]], T]
    ) -> None:
        self._connection = connection
        self._take = take
        self._outlet: Outlet[Any] | None = None
        connection.run(self._open, supply)

    @property
    def dropped(self) -> int:
        """Items lost because too many waited."""
        return 0 if self._outlet is None else self._outlet.mailbox.dropped

    def close(self) -> None:
        """End it, with what is unread. A stream that nobody reads any more is stopped."""
        outlet, self._outlet = self._outlet, None
        if outlet is not None:
            self._connection.post(lambda: outlet.close("the iterator was closed"))

    def __next__(self) -> T:
        outlet = self._outlet
        if outlet is None:
            raise StopIteration
        if self._connection.is_disowned:
            self._connection.check()
        try:
            return self._take(outlet.mailbox)
        except MailboxClosedError as closed:
            self.close()
            if closed.__cause__ is not None:
                raise closed.__cause__ from None
            raise StopIteration from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _open(self, supply: Supply[Any]) -> None:
        self._outlet = Outlet(self._connection.link, supply, Delivery.LOSSLESS)
