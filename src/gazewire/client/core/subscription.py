"""Subscriptions of `gazewire.client.core.Device`, under the names of the public network client.

Whoever begins afresh has `gazewire.client.core.CoreDevice`, whose subscriptions find a program that
has started again, and give typed records.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple, Self

from gazewire.client.core.decorators import ensure_connected
from gazewire.errors import RemoteProtocolError
from gazewire.net._zmq import ZmqContext
from gazewire.net.bus_client.connection import CONNECT_TIMEOUT_S, QUEUED_MESSAGES, milliseconds
from gazewire.net.bus_client.inbox import SubscriberConnection
from gazewire.net.bus_security import BusKeys
from gazewire.wire.ipc import RAW_DATA_KEY

__all__ = ["BackgroundSubscription", "Message", "Subscription"]

logger = logging.getLogger(__name__)

# How soon a reader in the background sees that it is to end.
_LOOKS_UP_S = 0.1


class Message(NamedTuple):
    """One message of the bus.

    Attributes:
        topic: under which it was published.
        payload: its map; raw frames are in it, under ``__raw_data__``.
    """

    topic: str
    payload: dict[str, object]

    @property
    def raw_data(self) -> tuple[bytes | memoryview, ...] | None:
        """The raw frames, such as pixels; None where there are none."""
        frames = self.payload.get(RAW_DATA_KEY)
        return frames if isinstance(frames, tuple) else None


class _Reader:
    """A socket that is subscribed, and what comes: for one thread at a time."""

    def __init__(
        self,
        address: str,
        port: int,
        pub_port: int | None,
        topics: Sequence[str],
        keys: BusKeys | None,
    ) -> None:
        echo_url = None if pub_port is None else f"tcp://{address}:{pub_port}"
        connection = SubscriberConnection(
            f"tcp://{address}:{port}", echo_url, keys, QUEUED_MESSAGES, CONNECT_TIMEOUT_S
        )
        with ExitStack() as stack:
            context = stack.enter_context(ZmqContext())
            self._socket, self._inbox = connection.open(context)
            self._inbox.subscribe(topics)
            if pub_port is not None:
                for pause_s in self._inbox.greet():
                    self._socket.poll(milliseconds(pause_s))
            self._stack = stack.pop_all()

    def take(self) -> Message | None:
        """The next message that can be read; None where there is none now."""
        while (message := self._inbox.take()) is not None:
            try:
                return Message(message.topic, message.map())
            except RemoteProtocolError as error:
                logger.warning("a message under %.80s is left out: %s", message.topic, error)
        return None

    def receive(self, timeout_s: float | None) -> Message | None:
        """The next message; None where none comes in time."""
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
        while (message := self.take()) is None:
            left_s = None if deadline_s is None else deadline_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                return None
            self._socket.poll(None if left_s is None else milliseconds(left_s))
        return message

    def close(self) -> None:
        self._stack.close()


class Subscription:
    """Receives what is published under some topics: a context manager, connected when made.

    Use it on one thread. What comes while nobody reads waits, up to 1000 messages.

    Args:
        address: of the program's machine.
        port: of the bus, for subscribers.
        topics: how the topics begin that are wanted; one, or several.
        pub_port: of the bus, for publishers. Where it is given, connected means subscribed: what is
            published from then on comes. Without it nobody knows since when.
        keys: where the program wants them.

    Attributes:
        address: as given.
        port: as given.
        topics: a tuple.

    Raises:
        NetworkError: there is no bus at `pub_port`.
    """

    def __init__(
        self,
        address: str = "127.0.0.1",
        *,
        port: int,
        topics: str | Sequence[str],
        pub_port: int | None = None,
        keys: BusKeys | None = None,
    ) -> None:
        self.address = address
        self.port = port
        self.topics = (topics,) if isinstance(topics, str) else tuple(topics)
        self._pub_port = pub_port
        self._keys = keys
        self._reader: _Reader | None = None
        self._ahead: Message | None = None
        self.connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object, **kwargs: object) -> None:
        self.disconnect()

    @property
    def is_connected(self) -> bool:
        """Whether it can be read from."""
        return self._reader is not None

    def connect(self) -> None:
        """Connect and subscribe; harmless when repeated."""
        if self._reader is None:
            self._reader = self._open()

    def disconnect(self) -> None:
        """Receive no more; what is unread is lost. Harmless when repeated."""
        reader, self._reader, self._ahead = self._reader, None, None
        if reader is not None:
            reader.close()

    @property
    def has_new_message(self) -> bool:
        """Whether a message waits to be read.

        Raises:
            NotConnectedError: it is not connected.
        """
        self._ahead = self.recv_new_message(timeout_ms=0)
        return self._ahead is not None

    @ensure_connected
    def recv_new_message(self, timeout_ms: int | None = None) -> Message | None:
        """Receive the next message.

        Args:
            timeout_ms: how long to wait for it; None waits for ever, 0 not at all.

        Returns:
            None where none came in time.

        Raises:
            NotConnectedError: it is not connected.
        """
        ahead, self._ahead = self._ahead, None
        if ahead is not None or self._reader is None:
            return ahead
        return self._reader.receive(None if timeout_ms is None else timeout_ms / 1000)

    def _open(self) -> _Reader:
        return _Reader(self.address, self.port, self._pub_port, self.topics, self._keys)


class BackgroundSubscription(Subscription):
    """A subscription that a thread of its own reads, so that the newest messages wait.

    Any thread may read from it. The thread does not keep a program alive that forgets it.

    Args:
        address: of the program's machine.
        port: of the bus, for subscribers.
        topics: how the topics begin that are wanted; one, or several.
        buffer_size: how many messages wait; the oldest are lost. None lets any number wait.
        pub_port: as in `Subscription`.
        keys: where the program wants them.

    Raises:
        NetworkError: there is no bus at `pub_port`.
    """

    def __init__(
        self,
        address: str = "127.0.0.1",
        *,
        port: int,
        topics: str | Sequence[str],
        buffer_size: int | None,
        pub_port: int | None = None,
        keys: BusKeys | None = None,
    ) -> None:
        self._buffer = deque[Message](maxlen=buffer_size)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._should_end = threading.Event()
        super().__init__(address, port=port, topics=topics, pub_port=pub_port, keys=keys)

    @property
    def is_connected(self) -> bool:
        """Whether it can be read from."""
        return self._thread is not None

    def connect(self) -> None:
        """Connect, subscribe, and read from then on; harmless when repeated."""
        if self._thread is None:
            self._should_end.clear()
            # Made here, so that it fails here, and handed over for good.
            reader = self._open()
            self._thread = threading.Thread(
                target=self._read, args=(reader,), name="Core subscription", daemon=True
            )
            self._thread.start()

    def disconnect(self) -> None:
        """Receive no more; what is unread is lost. Harmless when repeated."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._should_end.set()
            thread.join()
        with self._changed:
            self._buffer.clear()
            self._changed.notify_all()

    @property
    def has_new_message(self) -> bool:
        """Whether a message waits to be read."""
        return bool(self._buffer)

    @ensure_connected
    def recv_new_message(self, timeout_ms: int | None = None) -> Message | None:
        """Take the oldest message that waits, or the next one.

        Args:
            timeout_ms: how long to wait for it; None waits for ever, 0 not at all.

        Returns:
            None where none came in time, or it was disconnected meanwhile.

        Raises:
            NotConnectedError: it is not connected.
        """
        timeout_s = None if timeout_ms is None else timeout_ms / 1000
        with self._changed:
            self._changed.wait_for(lambda: self._buffer or self._thread is None, timeout_s)
            return self._buffer.popleft() if self._buffer else None

    def _read(self, reader: _Reader) -> None:
        try:
            while not self._should_end.is_set():
                message = reader.receive(_LOOKS_UP_S)
                if message is not None:
                    with self._changed:
                        self._buffer.append(message)
                        self._changed.notify()
        finally:
            reader.close()
