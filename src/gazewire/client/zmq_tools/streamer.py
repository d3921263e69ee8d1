"""Sending messages to the bus."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import overload

from gazewire.client.zmq_tools.zmq_socket import ZMQ_Socket, connect
from gazewire.net._zmq import Socket, zmq
from gazewire.wire.ipc import Message, log_message

__all__ = ["Msg_Dispatcher", "Msg_Streamer", "ZMQ_handler"]


class Msg_Streamer(ZMQ_Socket):  # as published scripts name it
    """Publishes data. What is sent before the bus has told what is wanted is lost.

    Args:
        ctx: of pyzmq.
        url: of the bus, for publishers.
        hwm: how many messages wait for a bus that is behind; None for libzmq's own default.
        socket_type: PUB, or XPUB for one that is told of subscriptions.
    """

    def __init__(
        self,
        ctx: zmq.Context[Socket],
        url: str,
        hwm: int | None = None,
        socket_type: int = zmq.PUB,
    ) -> None:
        super().__init__(Socket(ctx, socket_type))
        if hwm is not None:
            self.socket.setsockopt(zmq.SNDHWM, hwm)
        self.socket.connect(url)

    @overload
    def send(self, payload: Mapping[str, object], /) -> None: ...
    @overload
    def send(self, topic: str, payload: Mapping[str, object], /) -> None: ...
    def send(self, *arguments: object) -> None:
        """Send a message: a map with its ``topic``, or, as long ago, the topic and a map.

        Buffers under ``__raw_data__`` become raw frames. The map is not changed.

        Raises:
            TypeError: it is neither.
            LocalProtocolError: it cannot travel.
        """
        match arguments:
            case [Mapping() as payload] if isinstance(payload.get("topic"), str):
                message = Message.from_map(payload["topic"], payload)
            case [str(topic), Mapping() as payload]:
                message = Message.from_map(topic, payload)
            case _:
                raise TypeError("a message is a map with a `topic`, or a topic and a map")
        self.socket.send_multipart(message.serialize())


class Msg_Dispatcher(Msg_Streamer):  # as published scripts name it
    """Sends what must not be lost, by the bus's reliable intake.

    Args:
        ctx: of pyzmq.
        url: of that intake.
        block_until_connected: done when connected.

    Raises:
        ConnectionLostError: there is no such intake.
    """

    def __init__(
        self, ctx: zmq.Context[Socket], url: str, block_until_connected: bool = True
    ) -> None:
        ZMQ_Socket.__init__(self, Socket(ctx, zmq.PUSH))
        connect(self.socket, url, block_until_connected=block_until_connected)

    def notify(self, notification: Mapping[str, object]) -> None:
        """Send a notification, under the topic that what it says calls for.

        Raises:
            LocalProtocolError: it cannot travel.
        """
        if notification.get("remote_notify"):
            prefix = "remote_notify"
        elif notification.get("delay"):
            prefix = "delayed_notify"
        else:
            prefix = "notify"
        self.send({**notification, "topic": f"{prefix}.{notification['subject']}"})


class ZMQ_handler(logging.Handler):  # as published scripts name it
    """Puts log records onto the bus.

    Args:
        ctx: of pyzmq.
        ipc_pub_url: of the bus's reliable intake.
    """

    def __init__(self, ctx: zmq.Context[Socket], ipc_pub_url: str) -> None:
        super().__init__()
        self.socket = Msg_Dispatcher(ctx, ipc_pub_url)

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record, whatever it holds."""
        try:
            self.socket.socket.send_multipart(log_message(record).serialize())
        except zmq.ZMQError:
            self.handleError(record)

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()
        super().close()
