"""Two that talk to each other and to nobody else."""

from __future__ import annotations

from collections import deque

from gazewire.client.zmq_tools.receiver import Msg_Receiver
from gazewire.client.zmq_tools.streamer import Msg_Streamer
from gazewire.client.zmq_tools.zmq_socket import ZMQ_Socket, connect
from gazewire.net._zmq import Socket, zmq

__all__ = ["Msg_Pair_Base", "Msg_Pair_Client", "Msg_Pair_Server"]


class Msg_Pair_Base(Msg_Streamer, Msg_Receiver):  # as published scripts name it
    """One end of a pair; there is nothing to subscribe to.

    Args:
        socket: of type PAIR.
    """

    def __init__(self, socket: Socket) -> None:
        ZMQ_Socket.__init__(self, socket)
        self._backlog = deque()
        self._rest = []

    def subscribe(self, topic: str) -> None:
        """There is nothing to subscribe to."""
        raise NotImplementedError("a pair has no subscriptions")

    def unsubscribe(self, topic: str) -> None:
        """There is nothing to subscribe to."""
        raise NotImplementedError("a pair has no subscriptions")


class Msg_Pair_Server(Msg_Pair_Base):  # as published scripts name it
    """The end that is connected to.

    Args:
        ctx: of pyzmq.
        url: where to listen; any free port of this machine alone, unless told otherwise.
    """

    def __init__(self, ctx: zmq.Context[Socket], url: str = "tcp://127.0.0.1:*") -> None:
        super().__init__(Socket(ctx, zmq.PAIR))
        self.socket.bind(url)

    @property
    def url(self) -> str:
        """Where the other end on this machine connects."""
        bound = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        return bound.replace("0.0.0.0", "127.0.0.1")


class Msg_Pair_Client(Msg_Pair_Base):  # as published scripts name it
    """The end that connects.

    Args:
        ctx: of pyzmq.
        url: of the other end.
        block_until_connected: done when connected.

    Raises:
        ConnectionLostError: there is no other end.
    """

    def __init__(
        self, ctx: zmq.Context[Socket], url: str, block_until_connected: bool = True
    ) -> None:
        super().__init__(Socket(ctx, zmq.PAIR))
        connect(self.socket, url, block_until_connected=block_until_connected)
