"""Sending on a bus what must not be lost."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from gazewire.errors import ConnectionLostError
from gazewire.model import Notification
from gazewire.net._zmq import ZmqContext, zmq
from gazewire.net.bus_client.connection import (
    FAREWELL_MS,
    QUEUED_MESSAGES,
    connect,
    milliseconds,
)
from gazewire.net.bus_security import BusKeys
from gazewire.wire.ipc import Message, notification_message

__all__ = ["BusPusher"]


class BusPusher:
    """Sends what must not be lost, such as notifications: a context manager, async or not.

    Any thread may send. What is sent before there is a bus waits for it.

    Args:
        url: the bus's, for reliable senders.
        keys: where the bus wants them.
        capacity: how many messages wait for a bus that is behind.
        patience_s: how long sending waits for a bus that is so far behind.
    """

    def __init__(
        self,
        url: str,
        *,
        keys: BusKeys | None = None,
        capacity: int = QUEUED_MESSAGES,
        patience_s: float = 1.0,
    ) -> None:
        self._url = url
        self._keys = keys
        self._capacity = capacity
        self._patience_s = patience_s
        self._context = ZmqContext(linger_ms=FAREWELL_MS)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._context.__enter__()
        options: dict[int, int] = {
            zmq.SNDHWM: self._capacity,
            zmq.SNDTIMEO: milliseconds(self._patience_s),
        }
        self._socket = connect(self._context, zmq.PUSH, self._url, keys=self._keys, options=options)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context.__exit__(exc_type, exc, traceback)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._context.__aexit__(exc_type, exc, traceback)

    def push(self, message: Message) -> None:
        """Hand a message to the bus.

        It waits only where `capacity` messages wait already, and no longer than `patience_s`.

        Raises:
            ConnectionLostError: the bus takes nothing.
        """
        self.push_frames(message.serialize())

    def push_frames(self, frames: Sequence[bytes | memoryview]) -> None:
        """Hand frames to the bus as they are, the first one being the topic.

        Raises:
            ConnectionLostError: the bus takes nothing.
        """
        with self._lock:
            try:
                self._socket.send_multipart(frames)
            except zmq.Again as error:
                raise ConnectionLostError(f"the bus at {self._url} takes nothing") from error

    def notify(self, notification: Notification) -> None:
        """Hand a notification to the bus, under its topic.

        Raises:
            LocalProtocolError: it cannot travel.
            ConnectionLostError: the bus takes nothing.
        """
        self.push(notification_message(notification))
