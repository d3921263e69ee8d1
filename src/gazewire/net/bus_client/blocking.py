"""Receiving from a bus, without an event loop."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from gazewire.net._zmq import ZmqContext
from gazewire.net.bus_client.connection import CONNECT_TIMEOUT_S, QUEUED_MESSAGES, milliseconds
from gazewire.net.bus_client.inbox import SubscriberConnection
from gazewire.net.bus_security import BusKeys
from gazewire.wire.ipc import Message

__all__ = ["BlockingBusSubscriber"]


class BlockingBusSubscriber:
    """`BusSubscriber` for programs without an event loop: a context manager and iterator.

    Use it on one thread.

    Args:
        url: the bus's, for subscribers.
        prefixes: how the topics begin that are wanted; an empty one wants all.
        echo_url: the bus's, for publishers, where it is another program's.
        keys: where the bus wants them.
        capacity: how many messages wait here until they are read.
        timeout_s: how long entering, and `subscribe`, may take.

    Raises:
        NetworkError: on entering, where no bus answers.
    """

    def __init__(
        self,
        url: str,
        prefixes: Iterable[str] = (),
        *,
        echo_url: str | None = None,
        keys: BusKeys | None = None,
        capacity: int = QUEUED_MESSAGES,
        timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> None:
        self._prefixes = tuple(prefixes)
        self._context = ZmqContext()
        self._connection = SubscriberConnection(url, echo_url, keys, capacity, timeout_s)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._context)
            self._socket, self._inbox = self._connection.open(self._context)
            self.subscribe(*self._prefixes)
            stack.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context.__exit__(exc_type, exc, traceback)

    def __iter__(self) -> Iterator[Message]:
        while True:
            if (message := self.receive()) is not None:
                yield message

    @property
    def malformed(self) -> int:
        """Messages that could not be read."""
        return self._inbox.malformed

    @property
    def missing(self) -> int:
        """Frames that never came, by the numbers of those that did; other data has no numbers."""
        return self._inbox.missing

    def receive(self, timeout_s: float | None = None) -> Message | None:
        """Receive the next message.

        Args:
            timeout_s: how long to wait for one; None waits for ever, 0 not at all.

        Returns:
            None where none came in time.
        """
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
        while (message := self._inbox.take()) is None:
            left_s = None if deadline_s is None else deadline_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                return None
            self._socket.poll(None if left_s is None else milliseconds(left_s))
        return message

    def subscribe(self, *prefixes: str) -> None:
        """Want more topics; done when that is in force.

        Raises:
            NetworkError: no bus answers.
        """
        self._inbox.subscribe(prefixes)
        for pause_s in self._inbox.greet():
            self._socket.poll(milliseconds(pause_s))

    def unsubscribe(self, prefix: str) -> None:
        """Want no longer what was wanted by this very beginning. What is on its way still comes."""
        self._inbox.unsubscribe(prefix)
