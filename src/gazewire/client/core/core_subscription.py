"""Reading what a Core program publishes, with an event loop, also after it has started again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from gazewire.client.core.link import CoreLink
from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.net.bus_client import BusSubscriber
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message

__all__ = ["CoreSubscription"]

logger = logging.getLogger(__name__)

T = TypeVar("T")


class CoreSubscription(Generic[T]):
    """What is published under some topics: an async context manager and async iterator.

    Entered means subscribed: what is published from then on comes. It goes on when the program has
    started again; what was not read by then is lost. What cannot be read is left out and counted.
    Where it is read too slowly, the bus drops what comes for this subscription, and for no other.
    Cancelling a pending read loses nothing.

    Args:
        link: to the program.
        prefixes: how the topics begin that are wanted; an empty one wants all.
        decode: makes of a message what a reader gets, or raises `RemoteProtocolError`.
        capacity: how many messages wait to be read.

    Attributes:
        capacity: as given.

    Raises:
        NetworkError: on entering, where no bus answers.
    """

    def __init__(
        self,
        link: CoreLink,
        prefixes: tuple[str, ...],
        decode: Callable[[Message, TimeBase], T],
        *,
        capacity: int,
    ) -> None:
        self._link = link
        self._prefixes = prefixes
        self._decode = decode
        self.capacity = capacity
        self._undecodable = 0
        self._malformed_before = 0
        self._missing_before = 0
        self._reconnections = 0
        self._is_left = False

    async def __aenter__(self) -> Self:
        self._generation = self._link.generation
        self._subscriber = await self._open()
        self._following = asyncio.create_task(self._follow(), name="Core subscription")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_left = True
        self._following.cancel()
        await asyncio.wait([self._following])
        await self._subscriber.__aexit__(exc_type, exc, traceback)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """The next record; waits for ever, and ends when the context is left."""
        while True:
            try:
                message = await anext(self._subscriber)
            except StopAsyncIteration:
                if self._is_left:
                    raise
                # Another has taken its place.
                continue
            try:
                return self._decode(message, self._link.timebase)
            except RemoteProtocolError as error:
                self._undecodable += 1
                logger.debug("a message under %.80s is left out: %s", message.topic, error)

    @property
    def malformed(self) -> int:
        """Messages that could not be read."""
        return self._malformed_before + self._subscriber.malformed + self._undecodable

    @property
    def missing(self) -> int:
        """Images that never came, by the numbers of those that did; other data has no numbers."""
        return self._missing_before + self._subscriber.missing

    @property
    def reconnections(self) -> int:
        """How often the program has started again; there is a gap in the data each time."""
        return self._reconnections

    async def _open(self) -> BusSubscriber:
        bus = self._link.bus
        subscriber = BusSubscriber(
            bus.sub,
            self._prefixes,
            # Whether it is the bus of another program, which does not greet, nobody can tell.
            echo_url=bus.pub,
            keys=self._link.keys,
            capacity=self.capacity,
            timeout_s=self._link.timeout_s,
        )
        return await subscriber.__aenter__()

    async def _follow(self) -> None:
        while True:
            await self._link.wait_moved(self._generation)
            generation = self._link.generation
            try:
                subscriber = await self._open()
            except NetworkError as error:
                logger.warning("not subscribed again yet: %s", error)
                await asyncio.sleep(self._link.check_interval_s)
                continue
            self._generation = generation
            before, self._subscriber = self._subscriber, subscriber
            self._malformed_before += before.malformed
            self._missing_before += before.missing
            self._reconnections += 1
            await before.__aexit__(None, None, None)
