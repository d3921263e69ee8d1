"""The hand-over from the threads that receive and decode to readers that block.

Whoever reads has a mailbox; what a stream has brought is put into it:

    mailbox = Mailbox[GazeDatum](2000, clock=clock)
    mailbox.put_many(data)                    # on the event loop's thread, say
    datum = mailbox.get(timeout_s=1.0)        # on any other
"""

from __future__ import annotations

import enum
import sys
import threading
from collections import deque
from collections.abc import Collection, Iterator
from typing import ClassVar, Generic, TypeVar

from gazewire.client._engine.doorbell import Doorbell
from gazewire.errors import GazewireError
from gazewire.time import Clock

__all__ = ["Delivery", "Mailbox", "MailboxClosedError"]

T = TypeVar("T")

_NS_PER_S = 1_000_000_000
# A reader that is away for longer wants to know what is now. It is longer than any work that keeps
# up with the slowest stream, and shorter than what a person calls "later".
_AWAY_NS = 250_000_000
# On Windows Ctrl-C does not interrupt a wait; there we look for it ten times a second.
_LONGEST_WAIT_S = 0.1 if sys.platform == "win32" else threading.TIMEOUT_MAX


class Delivery(enum.Enum):
    """Which unread item a reader gets."""

    AUTO = "auto"
    """The oldest, so that a reader who keeps up gets all in order; the newest for a `get` that
    comes more than 250 ms after the one before."""

    LOSSLESS = "lossless"
    """The oldest, always."""

    NEWEST = "newest"
    """The newest, always; there is room for one."""


class MailboxClosedError(GazewireError):
    """Nothing will come any more. Its cause is what ended the stream, if that was a failure.

    Attributes:
        reason: why, in words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Mailbox(Generic[T]):
    """Holds what a stream has brought until somebody reads it, within a bound.

    Any thread may put, and any number of them read; each item goes to one of these.
    Putting never waits for a reader. When it is full, the oldest items are lost and counted.

    Args:
        capacity: how many unread items to hold at most; not used for `Delivery.NEWEST`.
        delivery: which of them a `get` gives.
        clock: tells how long readers were away and waited.

    Attributes:
        dropped: items lost because the mailbox was full.
        skipped: items passed over because a newer one was wanted.
    """

    takes_in_any_thread: ClassVar[bool] = True

    def __init__(self, capacity: int, delivery: Delivery = Delivery.AUTO, *, clock: Clock) -> None:
        if capacity < 1:
            raise ValueError(f"a mailbox holds at least one item, not {capacity}")
        self.dropped = 0
        self.skipped = 0
        self._capacity = 1 if delivery is Delivery.NEWEST else capacity
        self._delivery = delivery
        self._clock = clock
        self._items: deque[T] = deque(maxlen=self._capacity)
        self._lock = threading.Lock()
        self._changed = Doorbell(self._lock)
        # Reads under way; all but one of them are waiting.
        self._reading = 0
        # As if somebody had read when the stream began.
        self._last_read_ns = clock.mono_ns()
        self._closed: tuple[str, BaseException | None] | None = None

    def __len__(self) -> int:
        """How many items are unread."""
        return len(self._items)

    def put_many(self, items: Collection[T]) -> None:
        """Add what has come, in order. After `close` it is thrown away."""
        with self._lock:
            if self._closed is not None:
                return
            lost = len(self._items) + len(items) - self._capacity
            self._items.extend(items)
            if lost > 0:
                if self._delivery is Delivery.NEWEST:
                    self.skipped += lost
                else:
                    self.dropped += lost
            self._changed.ring(len(items))

    def get(self, timeout_s: float | None = None) -> T | None:
        """Take one item, and wait for it where there is none.

        Args:
            timeout_s: how long to wait; 0 does not wait, None waits for ever.

        Returns:
            The item that the delivery gives, or None if none came in time.

        Raises:
            MailboxClosedError: it is closed, and everything was read.
        """
        with self._lock:
            # While another reader waits nobody is away, and what comes now is not old.
            if (
                self._delivery is Delivery.AUTO
                and not self._reading
                and self._clock.mono_ns() - self._last_read_ns > _AWAY_NS
            ):
                self._skip_to_newest()
            self._reading += 1
            try:
                return self._items.popleft() if self._wait(timeout_s) else None
            finally:
                self._reading -= 1
                self._last_read_ns = self._clock.mono_ns()

    def get_many(self, at_most: int, timeout_s: float | None = None) -> list[T]:
        """Take the oldest unread items, and wait for the first where there is none.

        Nothing is ever skipped here, however long ago the last read was.

        Args:
            at_most: how many to take.
            timeout_s: as in `get`.

        Returns:
            One item or more in order, or none if none came in time.

        Raises:
            ValueError: `at_most` is below one.
            MailboxClosedError: it is closed, and everything was read.
        """
        if at_most < 1:
            raise ValueError(f"takes at least one item, not {at_most}")
        with self._lock:
            self._reading += 1
            try:
                if not self._wait(timeout_s):
                    return []
                items = self._items
                return [items.popleft() for _ in range(min(at_most, len(items)))]
            finally:
                self._reading -= 1
                self._last_read_ns = self._clock.mono_ns()

    def iterate(self) -> Iterator[T]:
        """Take one item after the other, in order and without skipping, until it is closed.

        Who iterates should have a mailbox of their own.

        Raises:
            MailboxClosedError: it was closed by a failure, and everything was read. Without a
                failure the iteration just ends.
        """
        while True:
            try:
                (item,) = self.get_many(1)
            except MailboxClosedError as closed:
                if closed.__cause__ is None:
                    return
                raise
            yield item

    def close(self, reason: str, failure: BaseException | None = None) -> None:
        """Take nothing more; readers get what is unread, then `MailboxClosedError`.

        Any thread may call it. Harmless when repeated: the first reason stays.

        Args:
            reason: why, in words for the user.
            failure: what ended the stream, or None where it has ended as it should.
        """
        with self._lock:
            if self._closed is None:
                self._closed = reason, failure
                self._changed.ring_for_all()

    def _skip_to_newest(self) -> None:
        skipped = len(self._items) - 1
        if skipped > 0:
            newest = self._items.pop()
            self._items.clear()
            self._items.append(newest)
            self.skipped += skipped

    def _wait(self, timeout_s: float | None) -> bool:
        """Wait until there is an item; False if none came in time."""
        left_s = timeout_s
        while not self._items:
            if self._closed is not None:
                reason, failure = self._closed
                raise MailboxClosedError(reason) from failure
            if left_s is not None and left_s <= 0:
                return False
            wait_s = _LONGEST_WAIT_S if left_s is None else min(left_s, _LONGEST_WAIT_S)
            begin_ns = 0 if left_s is None else self._clock.mono_ns()
            try:
                woken = self._changed.wait(wait_s)
            except BaseException:
                # Ctrl-C. Perhaps we were just told of an item; then somebody else must be.
                self._changed.ring()
                raise
            if left_s is not None and not self._items:
                left_s -= (self._clock.mono_ns() - begin_ns) / _NS_PER_S if woken else wait_s
        return True
