"""Delayed notifications: kept by subject until they are due.

A later one of the same subject replaces the earlier, which plugins use to wait until a change has
settled. What is released lacks its ``delay`` and takes the topic that it then has.
"""

from __future__ import annotations

import heapq
import math
from itertools import count

from gazewire.errors import RemoteProtocolError
from gazewire.model import Notification

__all__ = ["DelayQueue"]

_NS_PER_S = 1_000_000_000
# Longer delays are as good as this one, 300 years.
_LONGEST_S = 1e10


class DelayQueue:
    """The notifications that are not due yet. Time is passed in.

    Args:
        capacity: how many subjects may wait.
    """

    def __init__(self, *, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._turns = count()
        self._waiting: dict[str, tuple[int, Notification]] = {}
        # (deadline, turn, subject); a turn that is not the subject's any more was replaced.
        self._heap: list[tuple[int, int, str]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, notification: Notification, now_mono_ns: int) -> None:
        """Keep a notification for as long as its ``delay`` says, in seconds; not more if negative.

        Raises:
            RemoteProtocolError: its delay is missing or no finite number, or too many wait; those
                that wait go on waiting.
        """
        subject, fields = notification.subject, dict(notification.fields)
        delay_s = fields.pop("delay", None)
        if (
            isinstance(delay_s, bool)
            or not isinstance(delay_s, float | int)
            or not math.isfinite(delay_s)
        ):
            raise RemoteProtocolError(f"{subject[:80]!r} has no delay in seconds")
        if subject not in self._waiting and len(self._waiting) >= self._capacity:
            raise RemoteProtocolError(
                f"{self._capacity} notifications wait, {subject[:80]!r} cannot"
            )
        turn = next(self._turns)
        deadline_ns = now_mono_ns + round(min(max(0, delay_s), _LONGEST_S) * _NS_PER_S)
        self._waiting[subject] = turn, Notification(subject=subject, fields=fields)
        heapq.heappush(self._heap, (deadline_ns, turn, subject))
        self._forget_replaced()

    def next_deadline_ns(self) -> int | None:
        """When the next one is due, or None where none waits."""
        self._drop_replaced()
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now_mono_ns: int) -> Notification | None:
        """Take out the one that has been due for longest; None where none is."""
        self._drop_replaced()
        if not self._heap or self._heap[0][0] > now_mono_ns:
            return None
        _, _, subject = heapq.heappop(self._heap)
        return self._waiting.pop(subject)[1]

    def _drop_replaced(self) -> None:
        """Let a notification that still waits stand at the top."""
        while self._heap and not self._is_current(self._heap[0]):
            heapq.heappop(self._heap)

    def _forget_replaced(self) -> None:
        """Keep what was replaced from growing: a subject may be replaced for ever."""
        if len(self._heap) > 2 * len(self._waiting) + 16:
            self._heap = [entry for entry in self._heap if self._is_current(entry)]
            heapq.heapify(self._heap)

    def _is_current(self, entry: tuple[int, int, str]) -> bool:
        _, turn, subject = entry
        return subject in self._waiting and self._waiting[subject][0] == turn
