"""Where blocking readers find what the streams of a device bring."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.mailbox import Delivery, Mailbox, MailboxClosedError
from gazewire.client._engine.supply import Supply
from gazewire.client.device_error import DeviceError
from gazewire.client.models import SensorName
from gazewire.client.simple._connection import Connection

__all__ = ["ALL", "Outlet", "Outlets", "UnreadCounts"]

T = TypeVar("T")

ALL = 1 << 20
"""More items than any mailbox holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadCounts:
    """What has not been read, of one kind of item.

    Attributes:
        waiting: items that wait to be read.
        skipped: items passed over because a newer one was wanted.
        dropped: items lost because too many waited.
    """

    waiting: int
    skipped: int
    dropped: int


class Outlet(Generic[T]):
    """A mailbox, and what fills it. Made on the event loop, read in any thread.

    Args:
        link: to the device.
        supply: what to fill it with; its streams are received for as long.
        delivery: which unread item a reader gets.

    Attributes:
        mailbox: to read from.
        supply: as given.
        switches: of the streams that it needs.

    Raises:
        DeviceError: the device was closed.
    """

    def __init__(self, link: DeviceLink, supply: Supply[T], delivery: Delivery) -> None:
        capacity = supply.capacity(everything=delivery is Delivery.LOSSLESS)
        self.supply = supply
        self.mailbox = Mailbox[T](capacity, delivery, clock=link.clock)
        self.switches = tuple(link.switch(name) for name in supply.sensors)
        self._leave = supply.begin(link, self.mailbox)

    @property
    def is_flowing(self) -> bool:
        """All streams that it needs are wanted."""
        return all([switch.is_on for switch in self.switches])

    def close(self, reason: str) -> None:
        """Fill it no more, on the event loop; readers get what is unread. Harmless when repeated.

        Args:
            reason: why, in words for the user.
        """
        self._leave()
        self.mailbox.close(reason)


class Outlets:
    """The outlets of the calls that receive single items: one for each kind, made when first used.

    Any thread may call any method. What changes is changed on the event loop.

    Args:
        connection: to the device.
        make_supply: what each kind of item is made of.
    """

    # Any, in all of this: each kind has a type of its own, which the caller knows.
    def __init__(self, connection: Connection, make_supply: Callable[[str], Supply[Any]]) -> None:
        self._connection = connection
        self._make_supply = make_supply
        self._delivery = Delivery.AUTO
        self._outlets: dict[str, Outlet[Any]] = {}

    def receive(self, kind: str, timeout_s: float | None) -> Any:
        """Take one item, and wait for it where there is none.

        Args:
            kind: of item.
            timeout_s: how long to wait; for ever where None.

        Returns:
            The item, or None if none came in time.

        Raises:
            DeviceError: the device is closed, or was while this waited.
            AudioNotAvailableError: sound is needed, and there is none.
        """
        deadline_s = math.inf if timeout_s is None else time.monotonic() + timeout_s
        left_s = timeout_s
        while True:
            self._connection.check()
            outlet = self._outlets.get(kind)
            if outlet is None or not outlet.is_flowing:
                outlet = self._connection.run(self._open, kind)
            try:
                return outlet.mailbox.get(left_s)
            except MailboxClosedError as closed:
                if closed.__cause__ is not None:
                    remove = partial(self._remove, kind, outlet, closed.reason)
                    self._connection.look(remove)
                    raise closed.__cause__ from None
                if self._outlets.get(kind) is outlet:
                    raise DeviceError(None, str(closed)) from None
            # Another thread has chosen another way of delivery, and there is a new outlet.
            if timeout_s is not None:
                left_s = max(0.0, deadline_s - time.monotonic())

    def deliver(self, delivery: Delivery) -> None:
        """Choose which unread item readers get. What waits is thrown away."""
        self._connection.run(self._replace_all, delivery)

    def renew(self, kinds: Iterable[str]) -> None:
        """Make those of these kinds anew, when they are used next. What waits is thrown away."""
        self._connection.run(self._remove_all, tuple(kinds))

    def discard(self, sensors: Iterable[SensorName]) -> None:
        """Throw away what waits and is, or is made with, something from one of these sensors."""
        for outlet in tuple(self._outlets.values()):
            if not set(sensors).isdisjoint(outlet.supply.sensors):
                with suppress(MailboxClosedError):
                    outlet.mailbox.get_many(ALL, timeout_s=0)

    def unread(self) -> dict[str, UnreadCounts]:
        """Tell what waits, and what was passed over, of each kind that was asked for."""
        return {
            kind: UnreadCounts(
                waiting=len(outlet.mailbox),
                skipped=outlet.mailbox.skipped,
                dropped=outlet.mailbox.dropped,
            )
            for kind, outlet in tuple(self._outlets.items())
        }

    def _open(self, kind: str) -> Outlet[Any]:
        link = self._connection.link
        if kind not in self._outlets:
            self._outlets[kind] = Outlet(link, self._make_supply(kind), self._delivery)
        outlet = self._outlets[kind]
        for switch in outlet.switches:
            # Not only as long as this outlet is there: single items are asked for now and then.
            switch.turn_on()
        return outlet

    def _replace_all(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._remove_all(tuple(self._outlets))

    def _remove_all(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            if (outlet := self._outlets.get(kind)) is not None:
                self._remove(kind, outlet, "what is received was changed")

    def _remove(self, kind: str, outlet: Outlet[Any], reason: str) -> None:
        if self._outlets.get(kind) is outlet:
            del self._outlets[kind]
        outlet.close(reason)
