"""Receiving messages of the bus."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable

from gazewire.client.zmq_tools.zmq_socket import ZMQ_Socket, connect
from gazewire.errors import RemoteProtocolError
from gazewire.net._zmq import Socket, has_input, zmq
from gazewire.net.bus_hello import new_hello
from gazewire.wire.ipc import RAW_DATA_KEY, Message, decode_map

__all__ = ["Msg_Receiver"]

logger = logging.getLogger(__name__)

# A bus of ours answers a greeting at once; one of another program never does.
_GREETED_WITHIN_S = 0.2


class Msg_Receiver(ZMQ_Socket):  # as published scripts name it
    """Receives what is published under some topics. Use it on one thread.

    Args:
        ctx: of pyzmq.
        url: of the bus, for subscribers.
        topics: how the topics begin that are wanted.
        block_until_connected: done when connected and, where the bus is ours, when the
            subscriptions are in force.
        hwm: how many messages wait; None for libzmq's own default.

    Raises:
        ConnectionLostError: there is no bus.
    """

    def __init__(
        self,
        ctx: zmq.Context[Socket],
        url: str,
        topics: Iterable[str] = (),
        block_until_connected: bool = True,
        hwm: int | None = None,
    ) -> None:
        if isinstance(topics, str):
            raise TypeError(f"topics are several: ({topics!r},) and not {topics!r}")
        super().__init__(Socket(ctx, zmq.SUB))
        self._backlog = deque[list[bytes]]()
        self._rest: list[bytes] = []
        if hwm is not None:
            self.socket.setsockopt(zmq.RCVHWM, hwm)
        connect(self.socket, url, block_until_connected=block_until_connected)
        for topic in topics:
            self.subscribe(topic)
        if block_until_connected:
            self._greet()

    @property
    def new_data(self) -> bool:
        """Whether a message waits to be received."""
        return bool(self._backlog) or has_input(self.socket)

    def subscribe(self, topic: str) -> None:
        """Want topics that begin so, soon."""
        self.socket.subscribe(topic)

    def unsubscribe(self, topic: str) -> None:
        """Want no longer what was wanted by this very beginning."""
        self.socket.unsubscribe(topic)

    def recv(self) -> tuple[str, dict[str, object]]:
        """Receive the next message; waits for ever. What cannot be read is left out.

        Returns:
            Topic and map; raw frames are in the map, under ``__raw_data__``.
        """
        while True:
            try:
                message = Message.parse(self._take())
                return message.topic, message.map()
            except RemoteProtocolError as error:
                logger.warning("a message is left out: %s", error)

    def recv_topic(self) -> str:
        """Receive the topic of the next message; what remains of it comes by the next calls."""
        topic, *self._rest = self._take()
        return topic.decode(errors="replace")

    def recv_remaining_frames(self) -> list[bytes]:
        """What remains of the message whose topic was received."""
        rest, self._rest = self._rest, []
        return rest

    def deserialize_payload(
        self, payload_serialized: bytes, *extra_frames: bytes
    ) -> dict[str, object]:
        """Decode a map, with the raw frames that came with it.

        Raises:
            RemoteProtocolError: it is none.
        """
        fields = decode_map(payload_serialized)
        return {**fields, RAW_DATA_KEY: extra_frames} if extra_frames else fields

    def _take(self) -> list[bytes]:
        return self._backlog.popleft() if self._backlog else self.socket.recv_multipart()

    def _greet(self) -> None:
        """Wait until the subscriptions are in force, and keep what comes in the meantime."""
        hello = new_hello()
        self.socket.subscribe(hello)
        deadline_s = time.monotonic() + _GREETED_WITHIN_S
        while (left_s := deadline_s - time.monotonic()) > 0:
            if not self.socket.poll(max(1, round(left_s * 1000))):
                break
            frames = self.socket.recv_multipart()
            if frames[0] == hello:
                break
            self._backlog.append(frames)
        self.socket.unsubscribe(hello)
