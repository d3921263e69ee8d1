"""Publishing data on a bus."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from types import TracebackType
from typing import Self

from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.model import Notification
from gazewire.net._zmq import SocketWatch, ZmqContext, has_input, zmq
from gazewire.net.bus_client.connection import (
    CONNECT_TIMEOUT_S,
    FAREWELL_MS,
    QUEUED_MESSAGES,
    connect,
    milliseconds,
)
from gazewire.net.bus_hello import ALL_TOLD_TOPIC
from gazewire.net.bus_security import BusKeys
from gazewire.wire.ipc import (
    MAX_TOPIC_BYTES,
    Message,
    Subscription,
    SubscriptionSet,
    notification_message,
)

__all__ = ["BusPublisher"]

# The bus of another program does not tell when it has told all that is wanted; it is quick.
_TOLD_S = 0.1


class BusPublisher:
    """Publishes data: a context manager, async or not.

    Publishing never waits. A message that nobody has subscribed to goes nowhere, and where the bus
    cannot follow, messages are dropped. Any thread may publish.

    Args:
        url: the bus's, for publishers.
        keys: where the bus wants them.
        capacity: how many messages wait for a bus that is behind.
        timeout_s: how long entering may take.

    Raises:
        NetworkError: on entering, where there is no bus.
    """

    def __init__(
        self,
        url: str,
        *,
        keys: BusKeys | None = None,
        capacity: int = QUEUED_MESSAGES,
        timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> None:
        self._url = url
        self._keys = keys
        self._capacity = capacity
        self._timeout_s = timeout_s
        self._context = ZmqContext(linger_ms=FAREWELL_MS)
        self._lock = threading.Lock()
        self._wanted = SubscriptionSet()
        self._is_told = False
        self._has_heard = False

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._context)
            self._open()
            for pause_s in self._connecting():
                self._socket.poll(milliseconds(pause_s))
            stack.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context.__exit__(exc_type, exc, traceback)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._context)
            self._open()
            watch = SocketWatch(self._socket)
            stack.callback(watch.close)
            for pause_s in self._connecting():
                await watch.wait(pause_s)
            watch.close()
            stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._context.__aexit__(exc_type, exc, traceback)

    def publish(self, message: Message) -> None:
        """Put a message on the bus."""
        self.publish_frames(message.serialize())

    def publish_frames(self, frames: Sequence[bytes | memoryview]) -> None:
        """Put frames on the bus as they are, the first one being the topic."""
        with self._lock:
            self._listen()
            self._socket.send_multipart(frames, zmq.DONTWAIT)

    def notify(self, notification: Notification) -> None:
        """Publish a notification under its topic.

        Raises:
            LocalProtocolError: it cannot travel.
        """
        self.publish(notification_message(notification))

    def wants(self, topic: str) -> bool:
        """Whether anybody has subscribed to a topic: what nobody hears need not be made."""
        with self._lock:
            self._listen()
            return self._wanted.wants(topic)

    def _open(self) -> None:
        # Not PUB, because that keeps to itself what is wanted.
        options: dict[int, int] = {zmq.SNDHWM: self._capacity, zmq.MAXMSGSIZE: 1 + MAX_TOPIC_BYTES}
        self._socket = connect(self._context, zmq.XPUB, self._url, keys=self._keys, options=options)

    def _connecting(self) -> Iterator[float]:
        """Wait until the bus has told what is wanted; tell how long to wait for it at most."""
        deadline_s = time.monotonic() + self._timeout_s
        while not self._is_told:
            self._listen()
            if self._has_heard:
                deadline_s = min(deadline_s, time.monotonic() + _TOLD_S)
            if (left_s := deadline_s - time.monotonic()) > 0:
                if not self._is_told:
                    yield left_s
            elif self._has_heard:
                return
            else:
                raise NetworkError(f"there is no bus at {self._url}")

    def _listen(self) -> None:
        """Read what the bus tells of its subscribers."""
        while has_input(self._socket):
            try:
                # Frame by frame: a message may lack its end.
                subscription = Subscription.parse(self._socket.recv(zmq.DONTWAIT))
            except RemoteProtocolError:
                # A subscriber may send anything else, too, to all publishers.
                continue
            self._has_heard = True
            if subscription.prefix == ALL_TOLD_TOPIC:
                self._is_told = True
            else:
                self._wanted.update(subscription)
