"""What all of these have: a socket of the caller's context, and how it connects."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from gazewire.errors import ConnectionLostError
from gazewire.net._zmq import Socket, zmq

__all__ = ["ZMQ_Socket", "connect"]

_CONNECTED_WITHIN_S = 5.0


class ZMQ_Socket:  # as published scripts name it
    """Holds a socket: a context manager.

    Args:
        socket: connected or bound; it is closed by `close`, or when nobody holds it any more.

    Attributes:
        socket: as given, for pollers.
    """

    def __init__(self, socket: Socket) -> None:
        self.socket = socket

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket; harmless when repeated."""
        self.socket.close()


def connect(socket: Socket, url: str, *, block_until_connected: bool) -> None:
    """Connect a socket.

    Args:
        socket: of any kind.
        url: where to.
        block_until_connected: done when the other side has agreed, or else at once.

    Raises:
        ConnectionLostError: nobody has agreed in five seconds.
    """
    if not block_until_connected:
        socket.connect(url)
        return
    monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
    try:
        socket.connect(url)
        has_agreed = monitor.poll(round(_CONNECTED_WITHIN_S * 1000))
    finally:
        socket.disable_monitor()
        monitor.close(linger=0)
    if not has_agreed:
        socket.close(linger=0)
        raise ConnectionLostError(f"nobody answers at {url}")
