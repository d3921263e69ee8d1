"""What connects to a bus: publishers, reliable senders, subscribers.

    async with (
        BusSubscriber(bus.sub_url, ["gaze."]) as subscriber,
        BusPublisher(bus.pub_url) as publisher,
    ):
        publisher.publish(Message.from_struct("gaze.2d.0.", gaze))
        async for message in subscriber:
            ...

Entered means connected: what is published from then on arrives. Subscribers have a twin for
programs without an event loop; publishers and senders never wait for it, and serve both.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec

from gazewire.errors import ConnectionLostError, NetworkError, RemoteProtocolError
from gazewire.model import Notification
from gazewire.net._zmq import Socket, SocketWatch, ZmqContext, has_input, zmq
from gazewire.net.bus_hello import ALL_TOLD_TOPIC, EMPTY_MAP, HELLO_PREFIX, new_hello
from gazewire.net.bus_security import BusKeys
from gazewire.wire.ipc import (
    MAX_MESSAGE_BYTES,
    Message,
    Subscription,
    SubscriptionSet,
    notification_message,
)

__all__ = ["BlockingBusSubscriber", "BusPublisher", "BusPusher", "BusSubscriber"]

# As the programs have it: libzmq's own default.
_QUEUED_MESSAGES = 1000

_CONNECT_TIMEOUT_S = 5.0

# For what is queued when a sender is left.
_FAREWELL_MS = 200

# Where a greeting is not answered it is said again: it may have met a full queue.
_GREETING_S = 0.2
# To the bus of another program we have to say it ourselves, and do not know when we are connected.
_ECHO_S = 0.01

# The bus of another program does not tell when it has told all that is wanted; it is quick.
_TOLD_S = 0.1

# Messages in a row, before others on this loop have their turn.
_BURST = 64

_MAP_STARTS = frozenset([*range(0x80, 0x90), 0xDE, 0xDF])
_ANY_VALUE = msgspec.msgpack.Decoder(msgspec.Raw)


class _Numbered(msgspec.Struct):
    """What the maps of frames have in common."""

    index: int


_NUMBERED = msgspec.msgpack.Decoder(_Numbered)
_NUMBERED_TOPICS = ("frame.", "hmd_streaming.")
_MAX_NUMBERED = 100


class BusPublisher:
    """Publishes data: a context manager, async or not.

    Publishing never waits. A message that nobody has subscribed to goes nowhere, and where the bus
    cannot follow, messages are dropped. Any thread may publish.

    Args:
        url: the bus's, for publishers.
        keys: where the bus wants them.
        capacity: how many messages wait for a bus that is behind.
        timeout_s: how long entering may take.

    Raises:
        NetworkError: on entering, where there is no bus.
    """

    def __init__(
        self,
        url: str,
        *,
        keys: BusKeys | None = None,
        capacity: int = _QUEUED_MESSAGES,
        timeout_s: float = _CONNECT_TIMEOUT_S,
    ) -> None:
        self._url = url
        self._keys = keys
        self._capacity = capacity
        self._timeout_s = timeout_s
        self._context = ZmqContext(linger_ms=_FAREWELL_MS)
        self._lock = threading.Lock()
        self._wanted = SubscriptionSet()
        self._is_told = False
        self._has_heard = False

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._context)
            self._open()
            for pause_s in self._connecting():
                self._socket.poll(_ms(pause_s))
            stack.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context.__exit__(exc_type, exc, traceback)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._context)
            self._open()
            watch = SocketWatch(self._socket)
            stack.callback(watch.close)
            for pause_s in self._connecting():
                await watch.wait(pause_s)
            watch.close()
            stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._context.__aexit__(exc_type, exc, traceback)

    def publish(self, message: Message) -> None:
        """Put a message on the bus."""
        self.publish_frames(message.serialize())

    def publish_frames(self, frames: Sequence[bytes | memoryview]) -> None:
        """Put frames on the bus as they are, the first one being the topic."""
        with self._lock:
            self._listen()
            self._socket.send_multipart(frames, zmq.DONTWAIT)

    def notify(self, notification: Notification) -> None:
        """Publish a notification under its topic.

        Raises:
            LocalProtocolError: it cannot travel.
        """
        self.publish(notification_message(notification))

    def wants(self, topic: str) -> bool:
        """Whether anybody has subscribed to a topic: what nobody hears need not be made."""
        with self._lock:
            self._listen()
            return self._wanted.wants(topic)

    def _open(self) -> None:
        # Not PUB, because that keeps to itself what is wanted.
        self._socket = self._context.socket(zmq.XPUB)
        self._socket.setsockopt(zmq.SNDHWM, self._capacity)
        if self._keys is not None:
            self._keys.use(self._socket)
        self._socket.connect(self._url)

    def _connecting(self) -> Iterator[float]:
        """Wait until the bus has told what is wanted; tell how long to wait for it at most."""
        deadline_s = time.monotonic() + self._timeout_s
        while not self._is_told:
            self._listen()
            if self._has_heard:
                deadline_s = min(deadline_s, time.monotonic() + _TOLD_S)
            if (left_s := deadline_s - time.monotonic()) > 0:
                if not self._is_told:
                    yield left_s
            elif self._has_heard:
                return
            else:
                raise NetworkError(f"there is no bus at {self._url}")

    def _listen(self) -> None:
        """Read what the bus tells of its subscribers."""
        while has_input(self._socket):
            frame, *_ = self._socket.recv_multipart(zmq.DONTWAIT)
            try:
                subscription = Subscription.parse(frame)
            except RemoteProtocolError:
                # A subscriber may send anything else, too, to all publishers.
                continue
            self._has_heard = True
            if subscription.prefix == ALL_TOLD_TOPIC:
                self._is_told = True
            else:
                self._wanted.update(subscription)


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
        capacity: int = _QUEUED_MESSAGES,
        patience_s: float = 1.0,
    ) -> None:
        self._url = url
        self._keys = keys
        self._capacity = capacity
        self._patience_s = patience_s
        self._context = ZmqContext(linger_ms=_FAREWELL_MS)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._context.__enter__()
        self._socket = self._context.socket(zmq.PUSH)
        self._socket.setsockopt(zmq.SNDHWM, self._capacity)
        self._socket.setsockopt(zmq.SNDTIMEO, _ms(self._patience_s))
        if self._keys is not None:
            self._keys.use(self._socket)
        self._socket.connect(self._url)
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


class _Inbox:
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
        self._backlog = deque[Message](maxlen=_QUEUED_MESSAGES)
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


class BusSubscriber:
    """Receives what it has subscribed to: an async context manager and async iterator.

    What cannot be a message of the bus is left out and counted. Where it is read too slowly, the
    bus drops what comes for this subscriber, and for nobody else. Cancelling a pending read loses
    nothing. Use it on the event loop's thread alone.

    Args:
        url: the bus's, for subscribers.
        prefixes: how the topics begin that are wanted; an empty one wants all.
        echo_url: the bus's, for publishers. Only for the bus of another program, which does not
            answer our greeting: we publish it ourselves.
        keys: where the bus wants them.
        capacity: how many messages wait here until they are read.
        timeout_s: how long entering, and `subscribe`, may take.

    Raises:
        NetworkError: on entering, where no bus answers.
    """

    def __init__(
        self,
        url: str,
        prefixes: Iterable[str] = (),
        *,
        echo_url: str | None = None,
        keys: BusKeys | None = None,
        capacity: int = _QUEUED_MESSAGES,
        timeout_s: float = _CONNECT_TIMEOUT_S,
    ) -> None:
        self._prefixes = tuple(prefixes)
        self._context = ZmqContext()
        self._connection = _Connection(url, echo_url, keys, capacity, timeout_s)
        self._taken = 0
        self._is_left = False

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._context)
            socket, self._inbox = self._connection.open(self._context)
            self._watch = SocketWatch(socket)
            stack.callback(self._watch.close)
            await self.subscribe(*self._prefixes)
            stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_left = True
        self._watch.wake()
        await self._context.__aexit__(exc_type, exc, traceback)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        """The next message; waits for ever, and ends when the context is left."""
        self._taken += 1
        if self._taken % _BURST == 0:
            await asyncio.sleep(0)
        while not self._is_left:
            message = self._inbox.take()
            if self._inbox.is_greeting:
                self._watch.wake()
            if message is not None:
                return message
            await self._watch.wait()
        raise StopAsyncIteration

    @property
    def malformed(self) -> int:
        """Messages that could not be read."""
        return self._inbox.malformed

    @property
    def missing(self) -> int:
        """Frames that never came, by the numbers of those that did; other data has no numbers."""
        return self._inbox.missing

    async def subscribe(self, *prefixes: str) -> None:
        """Want more topics; done when that is in force. It does not wait for messages to be read.

        Raises:
            NetworkError: no bus answers.
        """
        self._inbox.subscribe(prefixes)
        for pause_s in self._inbox.greet():
            # Another task may wait for what has been collected.
            self._watch.wake()
            await self._watch.wait(pause_s)
        self._watch.wake()

    def unsubscribe(self, prefix: str) -> None:
        """Want no longer what was wanted by this very beginning. What is on its way still comes."""
        self._inbox.unsubscribe(prefix)


class BlockingBusSubscriber:
    """`BusSubscriber` for programs without an event loop: a context manager and iterator.

    Use it on one thread.

    Args:
        url: the bus's, for subscribers.
        prefixes: how the topics begin that are wanted; an empty one wants all.
        echo_url: the bus's, for publishers, where it is another program's.
        keys: where the bus wants them.
        capacity: how many messages wait here until they are read.
        timeout_s: how long entering, and `subscribe`, may take.

    Raises:
        NetworkError: on entering, where no bus answers.
    """

    def __init__(
        self,
        url: str,
        prefixes: Iterable[str] = (),
        *,
        echo_url: str | None = None,
        keys: BusKeys | None = None,
        capacity: int = _QUEUED_MESSAGES,
        timeout_s: float = _CONNECT_TIMEOUT_S,
    ) -> None:
        self._prefixes = tuple(prefixes)
        self._context = ZmqContext()
        self._connection = _Connection(url, echo_url, keys, capacity, timeout_s)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._context)
            self._socket, self._inbox = self._connection.open(self._context)
            self.subscribe(*self._prefixes)
            stack.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._context.__exit__(exc_type, exc, traceback)

    def __iter__(self) -> Iterator[Message]:
        while True:
            if (message := self.receive()) is not None:
                yield message

    @property
    def malformed(self) -> int:
        """Messages that could not be read."""
        return self._inbox.malformed

    @property
    def missing(self) -> int:
        """Frames that never came, by the numbers of those that did; other data has no numbers."""
        return self._inbox.missing

    def receive(self, timeout_s: float | None = None) -> Message | None:
        """Receive the next message.

        Args:
            timeout_s: how long to wait for one; None waits for ever, 0 not at all.

        Returns:
            None where none came in time.
        """
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
        while (message := self._inbox.take()) is None:
            left_s = None if deadline_s is None else deadline_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                return None
            self._socket.poll(None if left_s is None else _ms(left_s))
        return message

    def subscribe(self, *prefixes: str) -> None:
        """Want more topics; done when that is in force.

        Raises:
            NetworkError: no bus answers.
        """
        self._inbox.subscribe(prefixes)
        for pause_s in self._inbox.greet():
            self._socket.poll(_ms(pause_s))

    def unsubscribe(self, prefix: str) -> None:
        """Want no longer what was wanted by this very beginning. What is on its way still comes."""
        self._inbox.unsubscribe(prefix)


@dataclass(frozen=True, slots=True)
class _Connection:
    """How a subscriber connects."""

    url: str
    echo_url: str | None
    keys: BusKeys | None
    capacity: int
    timeout_s: float

    def open(self, context: ZmqContext) -> tuple[Socket, _Inbox]:
        socket = context.socket(zmq.SUB)
        socket.setsockopt(zmq.RCVHWM, self.capacity)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        self._connect(socket, self.url)
        echo = None
        if self.echo_url is not None:
            echo = context.socket(zmq.PUB)
            self._connect(echo, self.echo_url)
        return socket, _Inbox(socket, echo, self.url, self.timeout_s)

    def _connect(self, socket: Socket, url: str) -> None:
        if self.keys is not None:
            self.keys.use(socket)
        socket.connect(url)


def _check_map(payload: bytes | memoryview) -> None:
    """See that a map is whole, without making anything of it."""
    try:
        _ANY_VALUE.decode(payload)
    except (ValueError, RecursionError) as error:
        raise RemoteProtocolError(f"not a map: {error}") from error
    if payload[0] not in _MAP_STARTS:
        raise RemoteProtocolError("not a map")


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
