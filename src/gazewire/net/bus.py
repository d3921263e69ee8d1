"""The bus of a Core program: everybody publishes into it, everybody subscribes to it.

    async with Bus(SystemClock()) as bus:
        bus.pub_port                                   # connect a PUB here
        bus.sub_port                                   # and a SUB here

    clients ──PUB──► XSUB ════ proxy ════ XPUB ◄──SUB── clients
             (pub_port)   ▲                 (sub_port)
    senders ─PUSH──► PULL ┘  hello, delays
            (push_port)

Messages pass through libzmq's own proxy on a thread of its own; Python never touches them. The few
that are for the bus itself reach it as they reach any subscriber.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gazewire.errors import RemoteProtocolError
from gazewire.flow import DelayedNotifications
from gazewire.net._zmq import AsyncSocket, Socket, ZmqContext, bind, notice_lost_peers, zmq
from gazewire.net.bus_hello import ALL_TOLD_TOPIC, EMPTY_MAP, HELLO_PREFIX, new_hello
from gazewire.net.bus_security import BusSecurity
from gazewire.time import Clock
from gazewire.wire.ipc import (
    MAX_MESSAGE_BYTES,
    Family,
    Message,
    Subscription,
    notification_message,
    parse_notification,
)

__all__ = ["Bus", "BusLimits"]

logger = logging.getLogger(__name__)

_PURPOSE = "bus"

# Where the bus's own sockets meet the proxy.
_PUBLISHERS = "inproc://publishers"
_SUBSCRIBERS = "inproc://subscribers"
_INTAKE = "inproc://intake"

# RFC 37/ZMTP 3.1: what stands before the topic; earlier versions have one byte instead.
_SUBSCRIBE = b"\x09SUBSCRIBE"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusLimits:
    """How much of our memory peers can have.

    Attributes:
        frame_bytes: largest frame of a message; a peer that sends a larger one is dropped.
        subscription_bytes: longest beginning of a topic that can be subscribed to; a peer that asks
            for a longer one is dropped. libzmq walks through it with a call for each byte, so that
            one of a megabyte would end the program.
        queued_messages: how many messages wait for each peer. Of what comes while a subscriber is
            that far behind, that subscriber gets nothing; a reliable sender has to wait.
    """

    frame_bytes: int = MAX_MESSAGE_BYTES
    subscription_bytes: int = 4096
    queued_messages: int = 1000


_DEFAULT_LIMITS = BusLimits()


class Bus:
    """The bus: an async context manager. Inside of it all ports are bound and served.

    A message sent to `push_port` gets onto the bus for certain, if slower; a message sent to
    `pub_port` by a PUB socket may be dropped before it gets here. Either reaches those whose
    subscription has arrived.

    Notifications under ``delayed_notify.`` are released when they are due; see
    `gazewire.flow.DelayedNotifications`.

    Args:
        clock: decides when delayed notifications are due.
        host: address of the interface to listen on, or ``0.0.0.0`` for all of them.
        pub_port: TCP port for publishers; 0 takes any free one.
        sub_port: for subscribers.
        push_port: for reliable senders.
        limits: what peers can have of us.
        security: who may connect; None lets everybody.

    Raises:
        AddressInUseError: on entering, where another program has a port.
        NetworkError: on entering, where the host is no interface of this machine.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        host: str = "127.0.0.1",
        pub_port: int = 0,
        sub_port: int = 0,
        push_port: int = 0,
        limits: BusLimits = _DEFAULT_LIMITS,
        security: BusSecurity | None = None,
    ) -> None:
        self._delayed = DelayedNotifications(clock)
        self._host = host
        self._pub_port = pub_port
        self._sub_port = sub_port
        self._push_port = push_port
        self._limits = limits
        self._security = security
        self._stack = AsyncExitStack()
        self._malformed = 0

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            context = await stack.enter_async_context(ZmqContext())
            if self._security is not None:
                self._security.start(context)
            reliable = self._open_proxy(context)
            incoming = await self._subscribe(context)
            # Not earlier: what has waited for the bus may be for the bus itself.
            self._open_intake(context, reliable)
            outgoing = context.async_socket(zmq.PUSH)
            outgoing.connect(_INTAKE)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            for work in (self._keep_delayed(incoming), self._release_delayed(outgoing)):
                stack.callback(tasks.create_task(work).cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def pub_port(self) -> int:
        """Where publishers connect."""
        return self._pub_port

    @property
    def sub_port(self) -> int:
        """Where subscribers connect."""
        return self._sub_port

    @property
    def push_port(self) -> int:
        """Where reliable senders connect."""
        return self._push_port

    @property
    def pub_url(self) -> str:
        """Where publishers on this machine connect."""
        return self._url(self._pub_port)

    @property
    def sub_url(self) -> str:
        """Where subscribers on this machine connect."""
        return self._url(self._sub_port)

    @property
    def push_url(self) -> str:
        """Where reliable senders on this machine connect."""
        return self._url(self._push_port)

    @property
    def malformed(self) -> int:
        """Delayed notifications that could not be kept."""
        return self._malformed

    def _url(self, port: int) -> str:
        host = "127.0.0.1" if self._host == "0.0.0.0" else self._host
        return f"tcp://{host}:{port}"

    def _open_proxy(self, context: ZmqContext) -> Socket:
        """Let messages flow; return a publisher, for what comes by the reliable way."""
        publishers = self._socket(context, zmq.XSUB, frame_bytes=self._limits.frame_bytes)
        self._pub_port = bind(publishers, self._host, self._pub_port, purpose=_PURPOSE)
        publishers.bind(_PUBLISHERS)

        # Subscribers send nothing but subscriptions.
        longest = len(_SUBSCRIBE) + self._limits.subscription_bytes
        subscribers = self._socket(context, zmq.XPUB, frame_bytes=longest)
        self._sub_port = bind(subscribers, self._host, self._sub_port, purpose=_PURPOSE)
        subscribers.bind(_SUBSCRIBERS)

        # Where the proxy is behind, this one waits for it.
        reliable = context.socket(zmq.PUB)
        reliable.setsockopt(zmq.XPUB_NODROP, 1)
        reliable.setsockopt(zmq.SNDHWM, self._limits.queued_messages)
        reliable.connect(_PUBLISHERS)

        greeter = context.socket(zmq.XPUB)
        greeter.connect(_PUBLISHERS)
        context.start("bus", _proxy, publishers, subscribers)
        context.start("bus hello", _greet, greeter)
        return reliable

    def _open_intake(self, context: ZmqContext, reliable: Socket) -> None:
        intake = self._socket(context, zmq.PULL, frame_bytes=self._limits.frame_bytes)
        self._push_port = bind(intake, self._host, self._push_port, purpose=_PURPOSE)
        intake.bind(_INTAKE)
        context.start("bus intake", _proxy, intake, reliable)

    def _socket(self, context: ZmqContext, kind: int, *, frame_bytes: int) -> Socket:
        socket = context.socket(kind)
        socket.setsockopt(zmq.MAXMSGSIZE, frame_bytes)
        if kind != zmq.PULL:
            socket.setsockopt(zmq.SNDHWM, self._limits.queued_messages)
        socket.setsockopt(zmq.RCVHWM, self._limits.queued_messages)
        notice_lost_peers(socket)
        if self._security is not None:
            self._security.protect(socket)
        return socket

    async def _subscribe(self, context: ZmqContext) -> AsyncSocket:
        """Subscribe to what is for the bus itself, and wait until that is in force."""
        incoming = context.async_socket(zmq.SUB)
        incoming.connect(_SUBSCRIBERS)
        hello = new_hello()
        for prefix in (ALL_TOLD_TOPIC, Family.DELAYED_NOTIFY.value, hello):
            incoming.subscribe(prefix)
        while (frames := await incoming.recv_multipart())[0] != hello:
            self._keep(frames)
        incoming.unsubscribe(hello)
        return incoming

    async def _keep_delayed(self, incoming: AsyncSocket) -> None:
        while True:
            self._keep(await incoming.recv_multipart())

    def _keep(self, frames: list[bytes]) -> None:
        try:
            self._delayed.put(parse_notification(Message.parse(frames)))
        except RemoteProtocolError as error:
            self._malformed += 1
            logger.warning("a delayed notification is dropped: %s", error)

    async def _release_delayed(self, outgoing: AsyncSocket) -> None:
        async for notification in self._delayed:
            await outgoing.send_multipart(notification_message(notification).serialize())


def _proxy(incoming: Socket, outgoing: Socket) -> None:
    while True:
        try:
            zmq.proxy(incoming, outgoing)
        except zmq.Again:
            # A subscriber can make libzmq promise one more frame than there is: it takes one that
            # repeats a subscription out of the midst of a message. The proxy ends, and goes on.
            continue


def _greet(greeter: Socket) -> None:
    """Answer each new subscription that is a greeting."""
    while True:
        try:
            subscription = Subscription.parse(greeter.recv())
        except RemoteProtocolError:
            # Whatever else subscribers send goes to all publishers.
            continue
        if subscription.wanted and subscription.prefix.startswith(HELLO_PREFIX):
            greeter.send_multipart([subscription.prefix, EMPTY_MAP])
