"""A program's own connections to the bus: what it says goes out here."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from gazewire.errors import ConnectionLostError, LocalProtocolError
from gazewire.model import Notification
from gazewire.net.bus_client import BusPublisher, BusPusher, BusSubscriber
from gazewire.net.bus_security import BusKeys
from gazewire.wire.ipc import Message

__all__ = ["BusAddresses", "BusOutlet", "Subscribe", "connect_outlet"]

_LOG = logging.getLogger(__name__)

Subscribe = Callable[[Sequence[str], int], AbstractAsyncContextManager[AsyncIterator[Message]]]
"""Opens a subscription of its own: to these beginnings of topics, with so many messages waiting."""


@dataclass(frozen=True, slots=True)
class BusAddresses:
    """Where a bus is.

    Attributes:
        pub: URL for publishers.
        sub: URL for subscribers.
        push: URL for reliable senders.
        keys: what a client needs where the bus wants keys.
    """

    pub: str
    sub: str
    push: str
    keys: BusKeys | None = None

    @asynccontextmanager
    async def subscribe(
        self, prefixes: Sequence[str], capacity: int
    ) -> AsyncIterator[AsyncIterator[Message]]:
        """Receive the topics that begin so, from now on.

        Args:
            prefixes: of topics.
            capacity: how many messages may wait.
        """
        subscriber = BusSubscriber(self.sub, prefixes, capacity=capacity, keys=self.keys)
        async with subscriber as messages:
            yield messages


@dataclass(frozen=True, slots=True)
class BusOutlet:
    """An `Outlet` onto a bus."""

    publisher: BusPublisher
    pusher: BusPusher

    def publish(self, message: Message) -> None:
        """Send data; where the bus does not keep up, it is dropped."""
        self.publisher.publish(message)

    def notify(self, notification: Notification) -> None:
        """Send a notification on the reliable way."""
        try:
            self.pusher.notify(notification)
        except (LocalProtocolError, ConnectionLostError) as error:
            _LOG.error("a notification of ours cannot be sent: %s", error)

    def wants(self, topic: str) -> bool:
        """Whether anybody subscribes to a topic."""
        return self.publisher.wants(topic)


async def connect_outlet(
    stack: AsyncExitStack, bus: BusAddresses, *, capacity: int = 1000
) -> BusOutlet:
    """Connect to a bus until the stack is left.

    Args:
        stack: that is left in the end.
        bus: where to connect.
        capacity: how many data wait where the bus is behind.

    Raises:
        NetworkError: there is no bus.
    """
    publisher = BusPublisher(bus.pub, keys=bus.keys, capacity=capacity)
    await stack.enter_async_context(publisher)
    pusher = await stack.enter_async_context(BusPusher(bus.push, keys=bus.keys))
    return BusOutlet(publisher, pusher)
