"""Receiving from a bus, with an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from gazewire.net._zmq import SocketWatch, ZmqContext
from gazewire.net.bus_client.connection import CONNECT_TIMEOUT_S, QUEUED_MESSAGES
from gazewire.net.bus_client.inbox import SubscriberConnection
from gazewire.net.bus_security import BusKeys
from gazewire.wire.ipc import Message

__all__ = ["BusSubscriber"]

# Messages in a row, before others on this loop have their turn.
_BURST = 64


class BusSubscriber:
    """Receives what it has subscribed to: an async context manager and async iterator.

    What cannot be a message of the bus is left out and counted. Where it is read too slowly, the
    bus drops what comes for this subscriber, and for nobody else. Cancelling a pending read loses
    nothing. When a bus starts again on the same ports, whoever reads is subscribed anew. Use it on
    the event loop's thread alone.

    Args:
        url: the bus's, for subscribers.
        prefixes: how the topics begin that are wanted; an empty one wants all.
        echo_url: the bus's, for publishers. Only for the bus of another program, which does not
            answer our greeting: we publish it ourselves.
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
        self._taken = 0
        self._is_left = False

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._context)
            socket, self._inbox = self._connection.open(self._context)
            self._watch = SocketWatch(socket)
            stack.callback(self._watch.close)
            await self.subscribe(*self._prefixes)
            stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_left = True
        self._watch.wake()
        await self._context.__aexit__(exc_type, exc, traceback)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        """The next message; waits for ever, and ends when the context is left."""
        self._taken += 1
        if self._taken % _BURST == 0:
            await asyncio.sleep(0)
        while not self._is_left:
            message = self._inbox.take()
            if self._inbox.is_greeting:
                self._watch.wake()
            if message is not None:
                return message
            await self._watch.wait()
        raise StopAsyncIteration

    @property
    def malformed(self) -> int:
        """Messages that could not be read."""
        return self._inbox.malformed

    @property
    def missing(self) -> int:
        """Frames that never came, by the numbers of those that did; other data has no numbers."""
        return self._inbox.missing

    async def subscribe(self, *prefixes: str) -> None:
        """Want more topics; done when that is in force. It does not wait for messages to be read.

        Raises:
            NetworkError: no bus answers.
        """
        self._inbox.subscribe(prefixes)
        for pause_s in self._inbox.greet():
            # Another task may wait for what has been collected.
            self._watch.wake()
            await self._watch.wait(pause_s)
        self._watch.wake()

    def unsubscribe(self, prefix: str) -> None:
        """Want no longer what was wanted by this very beginning. What is on its way still comes."""
        self._inbox.unsubscribe(prefix)
