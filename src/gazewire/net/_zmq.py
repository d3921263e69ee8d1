"""The one door of ZeroMQ: a context that ends, and binding that says in words what is wrong.

::

    async with ZmqContext() as context:
        inbox = context.async_socket(zmq.ROUTER)
        port = bind(inbox, "127.0.0.1", 0, purpose="Groups")
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self, TypeVar

from gazewire.errors import AddressInUseError, MissingExtraError, NetworkError

try:
    import zmq
    import zmq.asyncio
except ImportError as error:
    raise MissingExtraError("service") from error

__all__ = ["AnySocket", "AsyncSocket", "Socket", "ZmqContext", "bind", "zmq"]

Socket = zmq.Socket[bytes]
"""To be used without waiting, that is with ``zmq.DONTWAIT``."""

AsyncSocket = zmq.asyncio.Socket
"""Its methods are awaited."""

AnySocket = Socket | AsyncSocket

_S = TypeVar("_S", Socket, AsyncSocket)


class ZmqContext:
    """Makes sockets, which share one I/O thread, and outlives none of them.

    An async context manager: leaving it closes what is still open, and waits until all is gone.

    Args:
        linger_ms: how long messages that are still queued when a socket is closed may take to get
            out; also the most that leaving takes. A socket's own `linger`, given when it is closed,
            goes before.
    """

    def __init__(self, *, linger_ms: int = 0) -> None:
        self._linger_ms = linger_ms
        self._sockets: set[AnySocket] = set()

    async def __aenter__(self) -> Self:
        self._context = zmq.Context()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for socket in self._sockets:
            socket.close(linger=self._linger_ms)
        # Blocks for as long as messages linger, which is bounded.
        await asyncio.to_thread(self._context.term)

    def socket(self, kind: int) -> Socket:
        """Make a socket that never waits."""
        return self._keep(Socket(self._context, kind))

    def async_socket(self, kind: int) -> AsyncSocket:
        """Make a socket whose methods are awaited."""
        return self._keep(AsyncSocket(self._context, kind))

    def _keep(self, socket: _S) -> _S:
        self._sockets = {other for other in self._sockets if not other.closed}
        self._sockets.add(socket)
        socket.setsockopt(zmq.LINGER, self._linger_ms)
        return socket


def bind(socket: AnySocket, host: str, port: int, *, purpose: str) -> int:
    """Bind a socket to TCP; return the port, also where any free one was asked for with 0.

    Raises:
        AddressInUseError: another program has it.
        NetworkError: this is no interface of ours, or the port may not be had.
    """
    try:
        socket.bind(f"tcp://{host}:{port}")
    except zmq.ZMQError as error:
        if error.errno == zmq.EADDRINUSE:
            raise AddressInUseError(host, port, purpose) from error
        raise NetworkError(f"{purpose} cannot listen on {host}:{port}: {error}") from error
    endpoint = socket.getsockopt_string(zmq.LAST_ENDPOINT)
    return int(endpoint.rpartition(":")[2])
