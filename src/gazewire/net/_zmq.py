"""The one door of ZeroMQ: a context that ends, and binding that says in words what is wrong.

::

    async with ZmqContext() as context:
        inbox = context.async_socket(zmq.ROUTER)
        port = bind(inbox, "127.0.0.1", 0, purpose="Groups")
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from gazewire.errors import AddressInUseError, MissingExtraError, NetworkError

try:
    import zmq
    import zmq.asyncio
    from zmq.utils import z85
except ImportError as error:
    raise MissingExtraError("service") from error

__all__ = [
    "AnySocket",
    "AsyncSocket",
    "Socket",
    "SocketWatch",
    "ZmqContext",
    "bind",
    "has_input",
    "notice_lost_peers",
    "z85",
    "zmq",
]

logger = logging.getLogger(__name__)

Socket = zmq.Socket[bytes]
"""To be used without waiting, that is with ``zmq.DONTWAIT``, or on a thread of its own."""

AsyncSocket = zmq.asyncio.Socket
"""Its methods are awaited."""

AnySocket = Socket | AsyncSocket

_S = TypeVar("_S", Socket, AsyncSocket)

# A machine that was switched off says nothing: after two minutes it is given up.
_SILENCE_S = 60
_PROBE_S = 15
_PROBES = 4


class ZmqContext:
    """Makes sockets, which share one I/O thread, and outlives none of them.

    A context manager, async or not: leaving it closes what is still open, ends its threads, and
    waits until all is gone.

    Args:
        linger_ms: how long messages that are still queued when a socket is closed may take to get
            out; also the most that leaving takes. A socket's own `linger`, given when it is closed,
            goes before.
    """

    def __init__(self, *, linger_ms: int = 0) -> None:
        self._linger_ms = linger_ms
        self._sockets: set[AnySocket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._context = zmq.Context()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close_sockets()
        self._end()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close_sockets()
        # Blocks for as long as messages linger, which is bounded.
        await asyncio.to_thread(self._end)

    def socket(self, kind: int) -> Socket:
        """Make a socket that never waits, or that is given to a thread with `start`."""
        return self._keep(Socket(self._context, kind))

    def async_socket(self, kind: int) -> AsyncSocket:
        """Make a socket whose methods are awaited."""
        return self._keep(AsyncSocket(self._context, kind))

    def start(self, name: str, work: Callable[..., None], *sockets: Socket) -> None:
        """Let a thread work with sockets, which from now on are that thread's alone.

        They may block: when the context is left, whatever blocks ends with an exception that
        `work` lets through.

        Args:
            name: of the thread.
            work: is called with the sockets, which are closed when it is done.
            *sockets: made by `socket`.
        """
        self._sockets.difference_update(sockets)
        thread = threading.Thread(target=_run, args=(name, work, sockets), name=name)
        self._threads.append(thread)
        thread.start()

    def _close_sockets(self) -> None:
        for socket in self._sockets:
            socket.close(linger=self._linger_ms)

    def _end(self) -> None:
        self._context.term()
        for thread in self._threads:
            thread.join()

    def _keep(self, socket: _S) -> _S:
        self._sockets = {other for other in self._sockets if not other.closed}
        self._sockets.add(socket)
        socket.setsockopt(zmq.LINGER, self._linger_ms)
        return socket


class SocketWatch:
    """Lets tasks of one event loop wait until there may be something to receive.

    The socket is used on the loop's thread, and found empty before each wait: libzmq tells of what
    is new since then. Any number of tasks may wait; all are woken.

    Args:
        socket: one that never waits.
    """

    def __init__(self, socket: Socket) -> None:
        self._descriptor = int(socket.getsockopt(zmq.FD))
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def wait(self, timeout_s: float | None = None) -> None:
        """Wait until something may have come, somebody has called `wake`, or time is up."""
        self._woken.clear()
        if self._loop is None:
            # Only while somebody waits: until libzmq is asked again, it goes on signalling.
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._descriptor, self.wake)
        try:
            async with asyncio.timeout(timeout_s):
                await self._woken.wait()
        except TimeoutError:
            pass

    def wake(self) -> None:
        """Let those who wait look again."""
        self.close()
        self._woken.set()

    def close(self) -> None:
        """Watch no longer; to be called before the socket is closed."""
        if self._loop is not None:
            self._loop.remove_reader(self._descriptor)
            self._loop = None


def _run(name: str, work: Callable[..., None], sockets: tuple[Socket, ...]) -> None:
    try:
        work(*sockets)
    except zmq.ContextTerminated:
        pass
    except Exception:
        logger.exception("%s has failed", name)
    finally:
        for socket in sockets:
            socket.close()


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


def has_input(socket: Socket) -> bool:
    """Whether there is something to receive."""
    return bool(int(socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN)


def notice_lost_peers(socket: AnySocket) -> None:
    """Let the system find out which peers are gone without a word. To be called before `bind`."""
    socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
    socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, _SILENCE_S)
    socket.setsockopt(zmq.TCP_KEEPALIVE_INTVL, _PROBE_S)
    socket.setsockopt(zmq.TCP_KEEPALIVE_CNT, _PROBES)
