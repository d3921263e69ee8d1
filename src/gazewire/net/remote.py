"""Pupil Remote on ZeroMQ: the server that answers short requests, and those who ask it.

    async with RemoteServer(
        clock, timebase, pub_port=bus.pub_port, sub_port=bus.sub_port, forward=pusher.push_frames
    ):
        ...

    async with RemoteClient("tcp://127.0.0.1:50020") as remote:
        sub_port = parse_port_reply(await remote.request(AskSubscribePort()))

What requests and replies say is told by `gazewire.wire.remote`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from gazewire.errors import ConnectionLostError, RemoteProtocolError
from gazewire.model import Notification
from gazewire.net._zmq import (
    AnySocket,
    AsyncSocket,
    Socket,
    ZmqContext,
    bind,
    notice_lost_peers,
    zmq,
)
from gazewire.net.bus_security import BusKeys, BusSecurity
from gazewire.time import Clock, TimeBase
from gazewire.wire.ipc import notification_message
from gazewire.wire.remote import (
    COMPATIBLE_VERSION,
    FORWARDED,
    MAX_REQUEST_BYTES,
    OK,
    TIME_SET,
    UNKNOWN_COMMAND,
    AskPublishPort,
    AskSubscribePort,
    AskTime,
    AskVersion,
    Command,
    Forward,
    RefusedTime,
    SetTime,
    StartCalibration,
    StartRecording,
    StopCalibration,
    StopRecording,
    UnknownCommand,
    parse_request,
    port_reply,
    time_reply,
)

__all__ = ["DEFAULT_REMOTE_PORT", "BlockingRemoteClient", "RemoteClient", "RemoteServer", "Request"]

logger = logging.getLogger(__name__)

DEFAULT_REMOTE_PORT = 50020

Request = (
    Forward
    | StartRecording
    | StopRecording
    | StartCalibration
    | StopCalibration
    | SetTime
    | AskTime
    | AskVersion
    | AskSubscribePort
    | AskPublishPort
)
"""What a client may ask for."""

_PURPOSE = "Pupil Remote"
_ASK_TIME = AskTime().serialize()

# Whoever has gone, or does not read, has no reply.
_LAST = int(zmq.DONTWAIT)
_MORE_FOLLOWS = int(zmq.DONTWAIT | zmq.SNDMORE)

_MAX_REPLY_BYTES = 64 * 1024
_TIMEOUT_S = 5.0


class RemoteServer:
    """Answers every request with one line of text: an async context manager.

    Inside of it the port is bound, and served by a thread that does nothing else: the time is read
    right before it is sent. ``T`` moves the time base; starting and stopping of recordings and
    calibrations is announced on the bus, for whoever does it.

    No request ends it. One with a frame that is larger than a whole request may be ends its
    connection; what is too large together, or fails, is no command that we know.

    Args:
        clock: whose time is told.
        timebase: in whose seconds, and what ``T`` moves.
        pub_port: of the bus, for publishers.
        sub_port: of the bus, for subscribers.
        forward: puts frames on the bus; called on the server's thread.
        on_command: is told of each command that changes something, other than `Forward`, when it
            has been carried out, on the server's thread.
        host: address of the interface to listen on, or ``0.0.0.0`` for all of them.
        port: TCP port; 0 takes any free one.
        version: which program we are compatible with, as three numbers.
        security: who may connect; None lets everybody.

    Raises:
        AddressInUseError: on entering, where another program has the port.
        NetworkError: on entering, where the host is no interface of this machine.
    """

    def __init__(
        self,
        clock: Clock,
        timebase: TimeBase,
        *,
        pub_port: int,
        sub_port: int,
        forward: Callable[[Sequence[bytes | memoryview]], None],
        on_command: Callable[[Command], None] | None = None,
        host: str = "127.0.0.1",
        port: int = DEFAULT_REMOTE_PORT,
        version: str = COMPATIBLE_VERSION,
        security: BusSecurity | None = None,
    ) -> None:
        self._clock = clock
        self._timebase = timebase
        self._pub_port = pub_port
        self._sub_port = sub_port
        self._forward = forward
        self._on_command = on_command
        self._host = host
        self._port = port
        self._version = version.encode()
        self._security = security
        self._stack = AsyncExitStack()

    @property
    def port(self) -> int:
        """The port that is bound, also where any free one was asked for."""
        return self._port

    @property
    def url(self) -> str:
        """Where clients on this machine connect."""
        host = "127.0.0.1" if self._host == "0.0.0.0" else self._host
        return f"tcp://{host}:{self._port}"

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            context = await stack.enter_async_context(ZmqContext())
            # Not REP: that falls silent for ever when a connection ends after something that is no
            # request, which a few bytes in the manner of ZMTP 1.0 are.
            socket = context.socket(zmq.ROUTER)
            socket.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST_BYTES)
            notice_lost_peers(socket)
            if self._security is not None:
                self._security.start(context)
                self._security.protect(socket)
            self._port = bind(socket, self._host, self._port, purpose=_PURPOSE)
            context.start(_PURPOSE, self._serve, socket)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def _serve(self, socket: Socket) -> None:
        while True:
            envelope, request = _receive_request(socket)
            if not request:
                continue
            reply = None if request == _ASK_TIME else self._answer(request)
            for frame in envelope:
                socket.send(frame, _MORE_FOLLOWS)
            # Clients tell their clocks by this: it is read when all else is done.
            socket.send(self._time() if reply is None else reply, _LAST)

    def _answer(self, request: list[bytes]) -> bytes:
        """Do what a request asks for; whatever goes wrong with it is not the next one's fault."""
        try:
            return self._reply(parse_request(request))
        except RemoteProtocolError as error:
            logger.warning("a request is refused: %s", error)
        except Exception:
            logger.exception("a request has failed: %.80r", request[0])
        return UNKNOWN_COMMAND

    def _time(self) -> bytes:
        return time_reply(self._timebase.core_s(self._clock.unix_ns()))

    def _reply(self, command: Command) -> bytes:
        match command:
            case AskTime():
                return self._time()
            case Forward():
                self._forward(command.serialize())
                return FORWARDED
            case AskSubscribePort():
                return port_reply(self._sub_port)
            case AskPublishPort():
                return port_reply(self._pub_port)
            case AskVersion():
                return self._version
            case SetTime(core_s=core_s):
                self._timebase.set_now(core_s, self._clock.unix_ns())
                self._tell(command)
                return TIME_SET
            case StartRecording() | StopRecording() | StartCalibration() | StopCalibration():
                self._announce(command.notification)
                self._tell(command)
                return OK
            case RefusedTime():
                return command.reply
            case UnknownCommand():
                return UNKNOWN_COMMAND

    def _announce(self, notification: Notification) -> None:
        self._forward(notification_message(notification).serialize())

    def _tell(self, command: Command) -> None:
        if self._on_command is not None:
            self._on_command(command)


class RemoteClient:
    """Asks a Pupil Remote: an async context manager.

    Requests of several tasks follow one another. After one that was not answered, or was cancelled,
    the next begins afresh on a connection of its own.

    Args:
        url: such as ``tcp://127.0.0.1:50020``.
        keys: where the program wants them.
        timeout_s: how long to wait for a reply.
    """

    def __init__(
        self, url: str, *, keys: BusKeys | None = None, timeout_s: float = _TIMEOUT_S
    ) -> None:
        self._line = _Line(url, keys, timeout_s)
        self._timeout_s = timeout_s
        self._context = ZmqContext()
        self._lock = asyncio.Lock()
        self._socket: AsyncSocket | None = None

    async def __aenter__(self) -> Self:
        await self._context.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._context.__aexit__(exc_type, exc, traceback)

    async def request(self, request: Request) -> bytes:
        """Ask, and wait for the reply.

        Raises:
            ConnectionLostError: there is none in time.
            RemoteProtocolError: it is not one line.
        """
        async with self._lock:
            socket, self._socket = self._socket or self._connect(), None
            try:
                async with asyncio.timeout(self._timeout_s):
                    await socket.send_multipart(request.serialize())
                    frames = await socket.recv_multipart()
            except BaseException as error:
                # A REQ that waits for a reply can do nothing else.
                socket.close()
                if isinstance(error, TimeoutError):
                    raise self._line.silence() from error
                raise
            self._socket = socket
            return _only_frame(frames)

    def _connect(self) -> AsyncSocket:
        socket = self._context.async_socket(zmq.REQ)
        self._line.connect(socket)
        return socket


class BlockingRemoteClient:
    """`RemoteClient` for programs without an event loop: a context manager. Any thread may ask.

    Args:
        url: such as ``tcp://127.0.0.1:50020``.
        keys: where the program wants them.
        timeout_s: how long to wait for a reply.
    """

    def __init__(
        self, url: str, *, keys: BusKeys | None = None, timeout_s: float = _TIMEOUT_S
    ) -> None:
        self._line = _Line(url, keys, timeout_s)
        self._context = ZmqContext()
        self._lock = threading.Lock()
        self._socket: Socket | None = None

    def __enter__(self) -> Self:
        self._context.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context.__exit__(exc_type, exc, traceback)

    def request(self, request: Request) -> bytes:
        """Ask, and wait for the reply.

        Raises:
            ConnectionLostError: there is none in time.
            RemoteProtocolError: it is not one line.
        """
        with self._lock:
            socket, self._socket = self._socket or self._connect(), None
            try:
                socket.send_multipart(request.serialize())
                frames = socket.recv_multipart()
            except BaseException as error:
                socket.close()
                if isinstance(error, zmq.Again):
                    raise self._line.silence() from error
                raise
            self._socket = socket
            return _only_frame(frames)

    def _connect(self) -> Socket:
        socket = self._context.socket(zmq.REQ)
        self._line.connect(socket)
        return socket


class _Line:
    """Where a client asks."""

    def __init__(self, url: str, keys: BusKeys | None, timeout_s: float) -> None:
        self._url = url
        self._keys = keys
        self._timeout_s = timeout_s

    def connect(self, socket: AnySocket) -> None:
        socket.setsockopt(zmq.MAXMSGSIZE, _MAX_REPLY_BYTES)
        for wait in (zmq.SNDTIMEO, zmq.RCVTIMEO):
            socket.setsockopt(wait, max(1, round(self._timeout_s * 1000)))
        if self._keys is not None:
            self._keys.use(socket)
        socket.connect(self._url)

    def silence(self) -> ConnectionLostError:
        return ConnectionLostError(
            f"Pupil Remote at {self._url} has not answered in {self._timeout_s:g} s"
        )


def _receive_request(socket: Socket) -> tuple[list[bytes], list[bytes]]:
    """Receive the way that the reply has to take, and the request (RFC 28/REQREP).

    Returns:
        Everything up to the empty frame, and what follows; nothing where there is no such frame.
    """
    # The first frame is libzmq's name for the connection, and never alone.
    envelope, request = [socket.recv()], list[bytes]()
    has_more: object = True
    while has_more and envelope[-1]:
        envelope.append(socket.recv())
        has_more = socket.getsockopt(zmq.RCVMORE)
    while has_more:
        request.append(socket.recv())
        has_more = socket.getsockopt(zmq.RCVMORE)
    return envelope, request


def _only_frame(frames: list[bytes]) -> bytes:
    if len(frames) != 1:
        raise RemoteProtocolError(f"a reply has one frame, not {len(frames)}")
    return frames[0]
