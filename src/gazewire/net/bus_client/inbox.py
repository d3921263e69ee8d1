"""What subscribers of either kind have in common: greetings, and what comes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.net._zmq import Socket, ZmqContext, zmq
from gazewire.net.bus_client.connection import QUEUED_MESSAGES, connect
from gazewire.net.bus_hello import EMPTY_MAP, HELLO_PREFIX, new_hello
from gazewire.net.bus_security import BusKeys
from gazewire.wire.ipc import MAX_MESSAGE_BYTES, Message

__all__ = ["Inbox", "SubscriberConnection"]

# Where a greeting is not answered it is said again: it may have met a full queue.
_GREETING_S = 0.2
# To the bus of another program we have to say it ourselves, and do not know when we are connected.
_ECHO_S = 0.01

_MAP_STARTS = frozenset([*range(0x80, 0x90), 0xDE, 0xDF])
_ANY_VALUE = msgspec.msgpack.Decoder(msgspec.Raw)


class _Numbered(msgspec.Struct):
    """What the maps of frames have in common."""

    index: int


_NUMBERED = msgspec.msgpack.Decoder(_Numbered)
_NUMBERED_TOPICS = ("frame.", "hmd_streaming.")
_MAX_NUMBERED = 100


class Inbox:
    """What subscribers of either kind have: what comes, and what of it they need not see.

    Args:
        socket: of type SUB, connected.
        echo: of type PUB, connected; None where the bus answers greetings.
        url: of the bus.
        timeout_s: how long a greeting may take.
    """

    def __init__(self, socket: Socket, echo: Socket | None, url: str, timeout_s: float) -> None:
        self._socket = socket
        self._echo = echo
        self._url = url
        self._timeout_s = timeout_s
        self._backlog = deque[Message](maxlen=QUEUED_MESSAGES)
        self._greetings: set[bytes] = set()
        self._last_index: dict[str, int] = {}
        self.malformed = 0
        self.missing = 0

    @property
    def is_greeting(self) -> bool:
        """An answer is awaited."""
        return bool(self._greetings)

    def subscribe(self, prefixes: Iterable[str]) -> None:
        """Ask for topics, soon."""
        for prefix in prefixes:
            self._socket.subscribe(prefix)

    def unsubscribe(self, prefix: str) -> None:
        """Ask for topics no longer."""
        self._socket.unsubscribe(prefix)

    def greet(self) -> Iterator[float]:
        """Wait until all subscriptions so far are in force; tell how long to wait for it at most.

        What comes in the meantime is kept, up to a limit.

        Raises:
            NetworkError: nobody answers.
        """
        deadline_s = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline_s:
            hello = new_hello()
            self._greetings.add(hello)
            self._socket.subscribe(hello)
            try:
                again_s = min(time.monotonic() + _GREETING_S, deadline_s)
                while (left_s := again_s - time.monotonic()) > 0:
                    self._say(hello)
                    self._collect()
                    if hello not in self._greetings:
                        return
                    yield left_s if self._echo is None else min(left_s, _ECHO_S)
            finally:
                self._greetings.discard(hello)
                self._socket.unsubscribe(hello)
        raise NetworkError(f"no bus answers at {self._url}")

    def take(self) -> Message | None:
        """Take the next message; None where there is none now."""
        return self._backlog.popleft() if self._backlog else self._receive()

    def _say(self, hello: bytes) -> None:
        if self._echo is not None:
            self._echo.send_multipart([hello, EMPTY_MAP], zmq.DONTWAIT)

    def _collect(self) -> None:
        while (message := self._receive()) is not None:
            self._backlog.append(message)

    def _receive(self) -> Message | None:
        while True:
            try:
                topic = self._socket.recv(zmq.DONTWAIT)
            except zmq.Again:
                return None
            frames: list[bytes | memoryview] = [topic]
            while self._socket.getsockopt(zmq.RCVMORE):
                # Pixels are not copied.
                is_map = len(frames) == 1
                frames.append(
                    self._socket.recv() if is_map else self._socket.recv(copy=False).buffer
                )
            if topic.startswith(HELLO_PREFIX):
                self._greetings.discard(topic)
                continue
            try:
                message = Message.parse(frames)
                _check_map(message.payload)
            except RemoteProtocolError:
                self.malformed += 1
                continue
            self._count_missing(message)
            return message

    def _count_missing(self, message: Message) -> None:
        """Frames are numbered; nothing else is."""
        if not message.topic.startswith(_NUMBERED_TOPICS):
            return
        try:
            index = _NUMBERED.decode(message.payload).index
        except (ValueError, RecursionError):
            return
        last = self._last_index.get(message.topic)
        if last is not None and index > last:
            self.missing += index - last - 1
        if last is not None or len(self._last_index) < _MAX_NUMBERED:
            self._last_index[message.topic] = index


@dataclass(frozen=True, slots=True)
class SubscriberConnection:
    """How a subscriber connects."""

    url: str
    echo_url: str | None
    keys: BusKeys | None
    capacity: int
    timeout_s: float

    def open(self, context: ZmqContext) -> tuple[Socket, Inbox]:
        """Connect; tell the socket, to be waited for, and what is to be done with it."""
        options: dict[int, int] = {zmq.RCVHWM: self.capacity, zmq.MAXMSGSIZE: MAX_MESSAGE_BYTES}
        socket = connect(context, zmq.SUB, self.url, keys=self.keys, options=options)
        echo = None
        if self.echo_url is not None:
            echo = connect(context, zmq.PUB, self.echo_url, keys=self.keys, options={})
        return socket, Inbox(socket, echo, self.url, self.timeout_s)


def _check_map(payload: bytes | memoryview) -> None:
    """See that a map is whole, without making anything of it."""
    try:
        _ANY_VALUE.decode(payload)
    except (ValueError, RecursionError) as error:
        raise RemoteProtocolError(f"not a map: {error}") from error
    if payload[0] not in _MAP_STARTS:
        raise RemoteProtocolError("not a map")
