"""Pupil Groups on a network: `gazewire.wire.zre` over UDP and ZeroMQ.

    async with Groups(SystemClock(), name="left", groups=["pupil-groups"]) as groups:
        groups.shout("pupil-groups", b"...")
        async for event in groups:
            match event:
                case ShoutReceived(peer=peer, content=content):
                    ...

It stays on the interfaces that it is given, loopback unless told otherwise. Each peer has a socket
of its own with a bounded queue; one that does not read is dropped when that is full.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

from gazewire.errors import AddressInUseError, LocalProtocolError, NetworkError
from gazewire.flow import Topic
from gazewire.net._zmq import AsyncSocket, Socket, ZmqContext, bind, zmq
from gazewire.net.beacon import BeaconPort
from gazewire.net.interface import find_interfaces
from gazewire.time import Clock
from gazewire.wire.zre import (
    DEFAULT_BEACON_PORT,
    Broadcast,
    CloseLink,
    Endpoint,
    GroupEvent,
    Node,
    NodeConfig,
    NodeIntent,
    OpenLink,
    PeerCard,
    SendMessage,
    ZreLimits,
)

__all__ = ["Groups"]

logger = logging.getLogger(__name__)

_PURPOSE = "Groups"
_NS_PER_S = 1_000_000_000

# What waits for a peer, in each direction. Half a minute, after which a silent peer is given up, at
# thirty messages a second.
_QUEUED_MESSAGES = 1000

# Peers have nothing to send on the sockets that we send on, but their side of the handshake.
_LARGEST_ANSWER_BYTES = 4096

_LONGEST_RECONNECT_MS = 5000

# For what is queued when we leave, and so the longest that leaving takes.
_FAREWELL_MS = 200

# Messages in a row, before others on this loop have their turn.
_BURST = 64

# Ports tried where several interfaces have to have the same.
_ATTEMPTS = 20


class Groups:
    """A member of groups: an async context manager, and an async iterator of what happens.

    Entering binds the mailbox and sends the first beacon; leaving says goodbye. Of events that
    nobody reads, the oldest are dropped; `peers` and `members` are right all the same. Cancelling a
    pending read loses nothing. Use it on the event loop's thread alone.

    Args:
        clock: whose monotonic reading tells how long peers have been silent.
        name: for humans.
        headers: whatever else peers should know.
        groups: to be in from the start.
        interfaces: addresses of this machine to be reached at; ``0.0.0.0`` for all but loopback.
        port: TCP port of the mailbox; 0 takes any free one.
        beacon_port: UDP, the same for all who are to find each other; None neither tells nor hears
            of anybody, so that only named peers, and those that name us, are met.
        peers: that have no beacon, or are out of its reach: ``tcp://host:port`` of their mailboxes.
        capacity: how many events are kept until they are read.
        limits: what peers can have of us.

    Raises:
        AddressInUseError: on entering, where another program has the port.
        NetworkError: on entering, where an interface or a named peer is not known.
        LocalProtocolError: on entering, where something cannot be told to peers, or a named peer
            not be reached from the interfaces.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        groups: Iterable[str] = (),
        interfaces: Iterable[str] = ("127.0.0.1",),
        port: int = 0,
        beacon_port: int | None = DEFAULT_BEACON_PORT,
        peers: Iterable[str] = (),
        capacity: int = 1024,
        limits: ZreLimits | None = None,
    ) -> None:
        self._clock = clock
        self._name = name
        self._headers = dict(headers or {})
        self._first_groups = tuple(groups)
        self._hosts = tuple(interfaces)
        self._port = port
        self._beacon_port = beacon_port
        self._named = tuple(peers)
        self._limits = limits or ZreLimits()
        self._topic = Topic[GroupEvent]("groups")
        self._events = self._topic.subscribe(capacity=capacity)
        self._stack = AsyncExitStack()
        self._beacon: BeaconPort | None = None
        self._links: dict[Endpoint, Socket] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ns = 0

    async def __aenter__(self) -> Self:
        interfaces = find_interfaces(self._hosts)
        named = [await _locate(peer) for peer in self._named]
        async with AsyncExitStack() as stack:
            stack.callback(self._topic.close)
            self._context = await stack.enter_async_context(ZmqContext(linger_ms=_FAREWELL_MS))
            inbox = self._bind_inbox([str(interface.ip) for interface in interfaces])
            self._node = Node(
                NodeConfig(
                    uuid=uuid4(),
                    name=self._name,
                    headers=self._headers,
                    interfaces=interfaces,
                    port=self._port,
                    beacon=self._beacon_port is not None,
                    named=tuple(named),
                    limits=self._limits,
                )
            )
            for group in self._first_groups:
                self._node.join(group)
            if self._beacon_port is not None:
                beacon = BeaconPort(interfaces, self._beacon_port, self._receive_beacon)
                self._beacon = await stack.enter_async_context(beacon)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(self._leave)
            receiving = tasks.create_task(self._receive(inbox))
            stack.callback(receiving.cancel)
            self._node.start(self._clock.mono_ns())
            self._follow()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> GroupEvent:
        """The next event; waits for ever, and ends when the context is left."""
        return await anext(self._events)

    @property
    def uuid(self) -> UUID:
        """Ours, until the context is left."""
        return self._node.config.uuid

    @property
    def port(self) -> int:
        """The TCP port of the mailbox, also where any free one was asked for."""
        return self._port

    @property
    def endpoint(self) -> Endpoint:
        """Our mailbox on the first interface, by which others can name us."""
        return self._node.endpoint

    @property
    def own_groups(self) -> tuple[str, ...]:
        """The groups that we are in."""
        return self._node.own_groups

    @property
    def peers(self) -> Mapping[UUID, PeerCard]:
        """Who is there."""
        return self._node.peers

    @property
    def dropped(self) -> int:
        """Events lost because nobody read them."""
        return self._events.dropped

    @property
    def malformed(self) -> int:
        """Beacons and messages that could not be read."""
        return self._node.malformed

    def members(self, group: str) -> tuple[PeerCard, ...]:
        """The peers that are in a group."""
        return self._node.members(group)

    def join(self, group: str) -> None:
        """Be in a group from now on; nothing happens where we are in it already.

        Raises:
            LocalProtocolError: the group has no name that can be sent.
        """
        self._node.join(group)
        self._follow()

    def leave(self, group: str) -> None:
        """Be in a group no longer; nothing happens where we are not."""
        self._node.leave(group)
        self._follow()

    def whisper(self, uuid: UUID, *content: bytes) -> bool:
        """Send frames to one peer; never waits. Tell whether that peer is there.

        Raises:
            LocalProtocolError: there is no frame, or they are larger than the limits.
        """
        is_there = self._node.whisper(uuid, content)
        self._follow()
        return is_there

    def shout(self, group: str, *content: bytes) -> int:
        """Send frames to all members of a group; never waits. Tell how many there are.

        Raises:
            LocalProtocolError: there is no frame, they are larger than the limits, or the group has
                no name that can be sent.
        """
        count = self._node.shout(group, content)
        self._follow()
        return count

    def _bind_inbox(self, hosts: list[str]) -> AsyncSocket:
        wanted = self._port
        for attempt in range(_ATTEMPTS):
            inbox = self._context.async_socket(zmq.ROUTER)
            # A peer that connects anew is heard on its new connection.
            inbox.setsockopt(zmq.ROUTER_HANDOVER, 1)
            inbox.setsockopt(zmq.RCVHWM, _QUEUED_MESSAGES)
            largest = max(self._limits.message_bytes, self._limits.content_bytes)
            inbox.setsockopt(zmq.MAXMSGSIZE, largest)
            try:
                self._port = wanted
                for host in hosts:
                    self._port = bind(inbox, host, self._port, purpose=_PURPOSE)
            except AddressInUseError:
                # A port that is free on one interface may be taken on the next.
                inbox.close()
                if wanted or attempt == _ATTEMPTS - 1:
                    raise
            else:
                return inbox
        raise AssertionError("the last attempt returns or raises")

    async def _receive(self, inbox: AsyncSocket) -> None:
        while True:
            # Receiving does not wait, and so lets nobody else run, while there is something.
            for _ in range(_BURST):
                identity, *frames = await inbox.recv_multipart()
                self._node.receive_message(identity, frames, self._clock.mono_ns())
                self._follow()
            await asyncio.sleep(0)

    def _receive_beacon(self, datagram: bytes, host: str) -> None:
        self._node.receive_beacon(datagram, host, self._clock.mono_ns())
        self._follow()

    def _handle_timer(self) -> None:
        self._timer = None
        self._node.handle_timer(self._clock.mono_ns())
        self._follow()

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._node.stop()
        for intent in self._node.intents():
            # Links are closed with the context, which gives the last messages their time.
            if not isinstance(intent, CloseLink):
                self._do(intent)

    def _follow(self) -> None:
        """Do what the node wants done, tell what it tells, and wake when it wants to be woken."""
        while intents := self._node.intents():
            for intent in intents:
                self._do(intent)
        for event in self._node.events():
            logger.debug("%s: %s", type(event).__name__, event.peer.name)
            self._topic.publish(event)
        at_ns = self._node.next_timer_ns()
        # One that goes off too early finds nothing to do; to move it for each message costs more.
        if at_ns is None or (self._timer is not None and self._timer_ns <= at_ns):
            return
        if self._timer is not None:
            self._timer.cancel()
        delay_s = max(0, at_ns - self._clock.mono_ns()) / _NS_PER_S
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._handle_timer)
        self._timer_ns = at_ns

    def _do(self, intent: NodeIntent) -> None:
        match intent:
            case Broadcast(beacon=datagram):
                if self._beacon is not None:
                    self._beacon.broadcast(datagram)
            case OpenLink(endpoint=endpoint):
                self._open_link(endpoint)
            case SendMessage(endpoint=endpoint, frames=frames):
                if not self._send(endpoint, frames):
                    self._node.link_failed(endpoint, self._clock.mono_ns())
            case CloseLink(endpoint=endpoint):
                link = self._links.pop(endpoint, None)
                if link is not None:
                    link.close(linger=0)

    def _send(self, endpoint: Endpoint, frames: Sequence[bytes]) -> bool:
        link = self._links.get(endpoint)
        if link is None:
            return False
        try:
            link.send_multipart(frames, zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    def _open_link(self, endpoint: Endpoint) -> None:
        try:
            link = self._context.socket(zmq.DEALER)
        except zmq.ZMQError as error:
            # No more files can be open. The first message will find no link.
            logger.warning("no socket for a peer: %s", error)
            return
        link.setsockopt(zmq.ROUTING_ID, self._node.identity)
        link.setsockopt(zmq.SNDHWM, _QUEUED_MESSAGES)
        link.setsockopt(zmq.RCVHWM, 1)
        link.setsockopt(zmq.MAXMSGSIZE, _LARGEST_ANSWER_BYTES)
        link.setsockopt(zmq.RECONNECT_IVL_MAX, _LONGEST_RECONNECT_MS)
        link.connect(str(endpoint))
        self._links[endpoint] = link


async def _locate(peer: str) -> Endpoint:
    """Find out where ``tcp://host:port`` is.

    Raises:
        NetworkError: nobody knows the host.
        LocalProtocolError: it has another form, or is not the address of one machine.
    """
    scheme, _, rest = peer.partition("://")
    host, _, port = rest.rpartition(":")
    if scheme != "tcp" or not host or not port.isdecimal():
        raise LocalProtocolError(f"a peer is named as tcp://host:port, not {peer!r}")
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NetworkError(f"nobody knows where {host!r} is: {error}") from error
    return Endpoint(str(found[0][4][0]), int(port))
