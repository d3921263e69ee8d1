"""A bad network in memory: it loses, delays, re-orders and repeats, the same way each time."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["LinkConditions", "LossyLink"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkConditions:
    """How bad a link is. The default is perfect.

    Attributes:
        loss: probability that an item never arrives.
        duplicate: probability that an item arrives twice, each time with a delay of its own.
        delay_ns: how long every item takes.
        jitter_ns: up to this much longer, evenly spread. More than the spacing of the items
            re-orders them.
        reorder: probability that an item is held back by `reorder_ns` more.
        reorder_ns: see `reorder`.
    """

    loss: float = 0.0
    duplicate: float = 0.0
    delay_ns: int = 0
    jitter_ns: int = 0
    reorder: float = 0.0
    reorder_ns: int = 0

    def __post_init__(self) -> None:
        for name in ("loss", "duplicate", "reorder"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} is a probability: {getattr(self, name)}")
        if min(self.delay_ns, self.jitter_ns, self.reorder_ns) < 0:
            raise ValueError("nothing arrives before it was sent")


class LossyLink(Generic[_T]):
    """One direction of a connection between two objects in a test.

    Time is a number that the test turns forward; nothing waits. Items that arrive at the same
    instant keep their order.

    Args:
        conditions: how bad the link is.
        seed: two links with the same seed and the same traffic do exactly the same.

    Attributes:
        lost: items that never arrived.
        duplicated: items that arrived twice.
        sent: items that were put in.
    """

    def __init__(self, conditions: LinkConditions, *, seed: int = 0) -> None:
        self.lost = 0
        self.duplicated = 0
        self.sent = 0
        self._conditions = conditions
        self._random = random.Random(seed)
        self._in_flight: list[tuple[int, int, _T]] = []
        self._count = 0

    @property
    def next_arrival_ns(self) -> int | None:
        """When the next item arrives, or None where nothing is on its way."""
        return self._in_flight[0][0] if self._in_flight else None

    def send(self, item: _T, now_ns: int) -> None:
        """Put an item in."""
        self.sent += 1
        # All chances are drawn for every item, so that a change of one condition leaves the others
        # as they were.
        is_lost = self._random.random() < self._conditions.loss
        is_duplicate = self._random.random() < self._conditions.duplicate
        first_ns, second_ns = self._travel_ns(), self._travel_ns()
        if is_lost:
            self.lost += 1
            return
        self._put(item, now_ns + first_ns)
        if is_duplicate:
            self.duplicated += 1
            self._put(item, now_ns + second_ns)

    def receive(self, now_ns: int) -> list[_T]:
        """Take out what has arrived by now, in the order of arrival."""
        arrived = []
        while self._in_flight and self._in_flight[0][0] <= now_ns:
            arrived.append(heapq.heappop(self._in_flight)[2])
        return arrived

    def drain(self) -> list[_T]:
        """Take out all that is still on its way, in the order of arrival."""
        arrived = [item for _, _, item in sorted(self._in_flight, key=lambda entry: entry[:2])]
        self._in_flight.clear()
        return arrived

    def _travel_ns(self) -> int:
        conditions = self._conditions
        travel_ns = conditions.delay_ns + self._random.randint(0, conditions.jitter_ns)
        if self._random.random() < conditions.reorder:
            travel_ns += conditions.reorder_ns
        return travel_ns

    def _put(self, item: _T, arrival_ns: int) -> None:
        # The count decides between equal instants, and keeps items from being compared.
        heapq.heappush(self._in_flight, (arrival_ns, self._count, item))
        self._count += 1
