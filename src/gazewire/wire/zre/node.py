"""A node of a group: who is there, who is in which group, and what is said.

It has no socket and no clock. Its owner tells it what came and what time it is (any clock that does
not run backwards), and after each call does what it wants done and takes what it has to tell:

    node = Node(NodeConfig(uuid=uuid4(), name="eye tracker", interfaces=(lo,), port=49152))
    node.join("pupil-groups")
    node.start(now_ns)
    for intent in node.intents():
        ...                                  # Broadcast, OpenLink, SendMessage, CloseLink
    node.receive_message(identity, frames, now_ns)
    for event in node.events():
        ...                                  # PeerEntered, ShoutReceived, ...

What a peer sends never raises here. Where it cannot be right, that peer is dropped and may be met
again, and nobody else notices.

Peers are met in three ways: by their beacon, by their HELLO (they have met us), or because their
endpoint is in the configuration, which needs no broadcast. We say HELLO first in any case.

Nobody proves who they are in this protocol. What peers can make us connect to is held to the kind
of network that we are on: from loopback to loopback, from a network to anything but loopback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.zre.beacon import Beacon
from gazewire.wire.zre.endpoint import Endpoint
from gazewire.wire.zre.events import (
    ExitReason,
    GroupEvent,
    GroupJoined,
    GroupLeft,
    PeerCard,
    PeerEntered,
    PeerExited,
    ShoutReceived,
    WhisperReceived,
)
from gazewire.wire.zre.intents import Broadcast, CloseLink, NodeIntent, OpenLink, SendMessage
from gazewire.wire.zre.limits import DEFAULT_LIMITS, ZreLimits
from gazewire.wire.zre.message import (
    Hello,
    Join,
    Leave,
    Ping,
    PingOk,
    Shout,
    Whisper,
    ZreMessage,
    parse_message,
)
from gazewire.wire.zre.peer import Peer

__all__ = ["Node", "NodeConfig"]

_BEACON_INTERVAL_NS = 1_000_000_000

# Two nodes of which each takes the other's HELLO for a new one would greet each other for ever.
# Whoever greets us again as quickly as this is dropped, and greeted at its next beacon.
_GREETING_INTERVAL_NS = 1_000_000_000

_IDENTITY_PREFIX = b"\x01"
_IDENTITY_BYTES = 17

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    """Who a node is; to change it, start another one."""

    uuid: UUID
    """A new one for each start: peers take messages of two starts for each other's otherwise."""

    name: str
    """For humans; at most 255 bytes of UTF-8."""

    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Whatever else peers should know; keys of at most 255 bytes of UTF-8."""

    interfaces: tuple[IPv4Interface, ...]
    """Where our mailbox is: address and network of each interface, at least one."""

    port: int
    """TCP port of our mailbox, on all of them."""

    beacon: bool = True
    """Tell that we are here once a second, and listen to others who do."""

    named: tuple[Endpoint, ...] = ()
    """Peers to meet without any beacon; one that is ourselves is left out."""

    limits: ZreLimits = DEFAULT_LIMITS
    """What peers can have of us."""


class Node:
    """Speaks ZRE with all its peers.

    Args:
        config: who we are.

    Attributes:
        config: as given.
        malformed: beacons and messages that could not be read.

    Raises:
        LocalProtocolError: the configuration cannot be told to peers, or names one that cannot be
            reached from the interfaces.
    """

    def __init__(self, config: NodeConfig) -> None:
        if not config.interfaces:
            raise LocalProtocolError("a node needs at least one interface")
        self.config = config
        self.malformed = 0
        self._own_endpoints = tuple(
            Endpoint(str(interface.ip), config.port) for interface in config.interfaces
        )
        self._own_groups: dict[str, None] = {}
        self._status = 0
        self._peers: dict[UUID, Peer] = {}
        self._links: dict[Endpoint, Peer] = {}
        self._beacon_at_ns: int | None = None
        self._approach_at_ns: dict[Endpoint, int] = {}
        self._intents: list[NodeIntent] = []
        self._events: list[GroupEvent] = []
        self._named = tuple(end for end in config.named if end not in self._own_endpoints)
        for endpoint in self._named:
            if not self._may_reach(endpoint):
                raise LocalProtocolError(f"{endpoint} cannot be reached from {config.interfaces}")
        # Written once, so that a name or a header that cannot be told is found out here.
        self._hello(self._own_endpoints[0], sequence=1)

    @property
    def identity(self) -> bytes:
        """The routing identity of every socket that connects to a peer."""
        return _IDENTITY_PREFIX + self.config.uuid.bytes

    @property
    def endpoint(self) -> Endpoint:
        """Our mailbox, on the first interface."""
        return self._own_endpoints[0]

    @property
    def own_groups(self) -> tuple[str, ...]:
        """The groups that we are in."""
        return tuple(self._own_groups)

    @property
    def peers(self) -> Mapping[UUID, PeerCard]:
        """All that have said HELLO and are still there."""
        return MappingProxyType(
            {uuid: peer.card for uuid, peer in self._peers.items() if peer.card is not None}
        )

    def members(self, group: str) -> tuple[PeerCard, ...]:
        """The peers that are in a group."""
        peers = self._peers.values()
        return tuple(peer.card for peer in peers if peer.card and group in peer.groups)

    def events(self) -> list[GroupEvent]:
        """What has happened since this was last asked."""
        events, self._events = self._events, []
        return events

    def intents(self) -> list[NodeIntent]:
        """What is to be done, in this order, since this was last asked."""
        intents, self._intents = self._intents, []
        return intents

    # What our owner wants.

    def start(self, now_ns: int) -> None:
        """Show up: with a first beacon, and a HELLO to all peers that are named."""
        if self.config.beacon:
            self._beacon_at_ns = now_ns
        # Of the named, those that there is no link to.
        self._approach_at_ns = dict.fromkeys(self._named, now_ns)
        self.handle_timer(now_ns)

    def stop(self) -> None:
        """Leave: tell all peers, and close all links once that is sent.

        The goodbye goes by beacon, so peers without one see us leave our groups, and expire.
        """
        for group in self.own_groups:
            self.leave(group)
        if self._beacon_at_ns is not None:
            self._intents.append(Broadcast(Beacon(self.config.uuid, 0).serialize()))
        self._beacon_at_ns = None
        self._approach_at_ns.clear()
        self._intents += [CloseLink(endpoint) for endpoint in self._links]
        self._links.clear()
        self._peers.clear()

    def join(self, group: str) -> None:
        """Be in a group from now on; nothing happens where we are in it already.

        Raises:
            LocalProtocolError: the group has no name that can be sent.
        """
        if group in self._own_groups:
            return
        status = (self._status + 1) % 256
        Join(sequence=0, group=group, status=status).serialize()
        self._status = status
        self._own_groups[group] = None
        for peer in self._links.values():
            self._send(peer, Join(sequence=peer.next_sequence(), group=group, status=status))

    def leave(self, group: str) -> None:
        """Be in a group no longer; nothing happens where we are not."""
        if group not in self._own_groups:
            return
        self._status = (self._status + 1) % 256
        del self._own_groups[group]
        for peer in self._links.values():
            message = Leave(sequence=peer.next_sequence(), group=group, status=self._status)
            self._send(peer, message)

    def whisper(self, uuid: UUID, content: Sequence[bytes]) -> bool:
        """Send content to one peer.

        Args:
            uuid: the peer's.
            content: frames, at least one: the incumbent dies of none.

        Returns:
            Whether that peer is there. Nobody confirms that it has received anything.

        Raises:
            LocalProtocolError: the content is empty, or larger than the limits.
        """
        self._check_content(content)
        peer = self._peers.get(uuid)
        if peer is None or peer.card is None:
            return False
        self._send(peer, Whisper(sequence=peer.next_sequence(), content=tuple(content)))
        return True

    def shout(self, group: str, content: Sequence[bytes]) -> int:
        """Send content to all members of a group, in which we need not be ourselves.

        Args:
            group: its name.
            content: frames, at least one: the incumbent dies of none.

        Returns:
            How many members there are.

        Raises:
            LocalProtocolError: the content is empty, or larger than the limits, or the group has no
                name that can be sent.
        """
        self._check_content(content)
        # Numbers are given only to what will be sent.
        Shout(sequence=0, group=group).serialize()
        members = [peer for peer in self._peers.values() if group in peer.groups]
        for peer in members:
            sequence = peer.next_sequence()
            self._send(peer, Shout(sequence=sequence, group=group, content=tuple(content)))
        return len(members)

    def _check_content(self, content: Sequence[bytes]) -> None:
        limits = self.config.limits
        if not 1 <= len(content) <= limits.content_frames:
            raise LocalProtocolError(
                f"content has 1 to {limits.content_frames} frames, not {len(content)}"
            )
        size = sum(map(len, content))
        if size > limits.content_bytes:
            raise LocalProtocolError(
                f"content has at most {limits.content_bytes} bytes, not {size}"
            )

    # What our owner has seen.

    def receive_beacon(self, data: bytes, host: str, now_ns: int) -> None:
        """Take a datagram from the beacon port.

        Args:
            data: as it came.
            host: the address that it came from, dotted.
            now_ns: the time.
        """
        if self._beacon_at_ns is None:
            return
        try:
            beacon = Beacon.parse(data)
        except RemoteProtocolError:
            self.malformed += 1
            return
        # Broadcasts come back to their sender. And a machine may pass on to us what was sent on
        # networks that we are not to be on.
        source = IPv4Address(host)
        if beacon.node == self.config.uuid or not self._neighbours(source):
            return
        peer = self._peers.get(beacon.node)
        if beacon.is_goodbye:
            # Whoever can send beacons at all can forge this one, but not by accident.
            if peer is not None and peer.endpoint.host == host:
                self._drop(peer, ExitReason.GOODBYE, now_ns)
            return
        endpoint = Endpoint(host, beacon.port)
        if peer is None:
            self._meet(endpoint, beacon.node, now_ns)
        elif peer.endpoint == endpoint:
            peer.heard(now_ns)
        # Else it is on several networks, or has moved. We stay where we have met it; if nothing
        # comes from there any more it expires, and is met where it is then.

    def receive_message(self, identity: bytes, frames: Sequence[bytes], now_ns: int) -> None:
        """Take a message from our mailbox.

        Args:
            identity: of the socket that it came from.
            frames: all others.
            now_ns: the time.
        """
        if len(identity) != _IDENTITY_BYTES or not identity.startswith(_IDENTITY_PREFIX):
            self.malformed += 1
            return
        uuid = UUID(bytes=identity[1:])
        if uuid == self.config.uuid:
            return
        peer = self._peers.get(uuid)
        try:
            message = parse_message(frames, self.config.limits)
        except RemoteProtocolError:
            self.malformed += 1
            if peer is not None and peer.card is not None:
                self._drop(peer, ExitReason.MALFORMED, now_ns)
            return
        if isinstance(message, Hello):
            self._receive_hello(uuid, message, now_ns)
        elif peer is not None and peer.card is not None:
            if not peer.takes(message.sequence):
                self._drop(peer, ExitReason.MESSAGES_LOST, now_ns)
                return
            peer.heard(now_ns)
            self._act_on(message, peer, peer.card, now_ns)

    def link_failed(self, endpoint: Endpoint, now_ns: int) -> None:
        """Give a peer up whose link takes no more messages, or could not be opened at all."""
        peer = self._links.get(endpoint)
        if peer is not None:
            self._drop(peer, ExitReason.UNREACHABLE, now_ns)

    # Time.

    def next_timer_ns(self) -> int | None:
        """When to call `handle_timer` next; None where there is nothing to wait for."""
        times = [peer.next_timer_ns for peer in self._links.values()]
        times += self._approach_at_ns.values()
        if self._beacon_at_ns is not None:
            times.append(self._beacon_at_ns)
        return min(times, default=None)

    def handle_timer(self, now_ns: int) -> None:
        """Do what is due: beacons, questions to silent peers, farewells, new attempts."""
        if self._beacon_at_ns is not None and now_ns >= self._beacon_at_ns:
            beacon = Beacon(self.config.uuid, self.config.port)
            self._intents.append(Broadcast(beacon.serialize()))
            self._beacon_at_ns = now_ns + _BEACON_INTERVAL_NS
        for peer in tuple(self._links.values()):
            if now_ns >= peer.expired_at_ns:
                self._drop(peer, ExitReason.SILENT, now_ns)
            elif now_ns >= peer.next_timer_ns:
                peer.pinged = True
                self._send(peer, Ping(sequence=peer.next_sequence()))
        for endpoint, at_ns in tuple(self._approach_at_ns.items()):
            if now_ns >= at_ns and self._meet(endpoint, None, now_ns) is None:
                # There is no room for another peer.
                self._approach_at_ns[endpoint] = now_ns + _BEACON_INTERVAL_NS

    # Meeting and parting.

    def _meet(self, endpoint: Endpoint, uuid: UUID | None, now_ns: int) -> Peer | None:
        """Open a link and say HELLO, or find out who is behind one that we have opened.

        Returns:
            The peer, or None where there must be none.
        """
        if endpoint in self._own_endpoints or not self._may_reach(endpoint):
            return None
        occupant = self._links.get(endpoint)
        if occupant is not None:
            if occupant.uuid is None and uuid is not None:
                occupant.uuid = uuid
                self._peers[uuid] = occupant
                return occupant
            # Two nodes cannot share a mailbox: the old one has died without a word.
            self._drop(occupant, ExitReason.REPLACED, now_ns)
        if len(self._links) >= self.config.limits.peers:
            return None
        self._approach_at_ns.pop(endpoint, None)
        peer = Peer(endpoint, now_ns, uuid)
        self._links[endpoint] = peer
        if uuid is not None:
            self._peers[uuid] = peer
        self._intents.append(OpenLink(endpoint))
        hello = self._hello(self._own_endpoint_for(endpoint), sequence=peer.next_sequence())
        self._intents.append(SendMessage(endpoint, hello))
        return peer

    def _drop(self, peer: Peer, reason: ExitReason, now_ns: int) -> None:
        self._intents.append(CloseLink(peer.endpoint))
        del self._links[peer.endpoint]
        if peer.uuid is not None:
            del self._peers[peer.uuid]
        if peer.card is not None:
            self._events.append(PeerExited(peer.card, tuple(peer.groups), reason))
        if peer.endpoint in self._named:
            # As soon as, and no more often than, a beacon would let us meet it again.
            self._approach_at_ns[peer.endpoint] = now_ns + _BEACON_INTERVAL_NS

    def _receive_hello(self, uuid: UUID, hello: Hello, now_ns: int) -> None:
        peer = self._peers.get(uuid)
        if peer is None:
            try:
                endpoint = Endpoint.parse(hello.endpoint)
            except RemoteProtocolError:
                self.malformed += 1
                return
            peer = self._meet(endpoint, uuid, now_ns)
        elif peer.card is not None:
            hasty = peer.was_greeted_within(_GREETING_INTERVAL_NS, now_ns)
            self._drop(peer, ExitReason.GREETED_AGAIN, now_ns)
            peer = None if hasty else self._meet(peer.endpoint, uuid, now_ns)
        if peer is None:
            return
        if not peer.takes(hello.sequence):
            self._drop(peer, ExitReason.MESSAGES_LOST, now_ns)
            return
        # Its endpoint counts where it has met us; where we have met it, that one works.
        card = PeerCard(uuid, hello.name, peer.endpoint, MappingProxyType(dict(hello.headers)))
        peer.greeted(card, hello.groups, now_ns)
        self._events.append(PeerEntered(card))
        self._events += [GroupJoined(card, group) for group in peer.groups]

    def _act_on(self, message: ZreMessage, peer: Peer, card: PeerCard, now_ns: int) -> None:
        match message:
            case Whisper(content=content):
                self._events.append(WhisperReceived(card, content))
            case Shout(group=group, content=content):
                # It may have been under way when we left.
                if group in self._own_groups:
                    self._events.append(ShoutReceived(card, group, content))
            case Join(group=group):
                if group not in peer.groups:
                    if len(peer.groups) >= self.config.limits.groups:
                        self._drop(peer, ExitReason.MALFORMED, now_ns)
                        return
                    peer.groups[group] = None
                    self._events.append(GroupJoined(card, group))
            case Leave(group=group):
                if group in peer.groups:
                    del peer.groups[group]
                    self._events.append(GroupLeft(card, group))
            case Ping():
                self._send(peer, PingOk(sequence=peer.next_sequence()))

    def _send(self, peer: Peer, message: Join | Leave | Whisper | Shout | Ping | PingOk) -> None:
        self._intents.append(SendMessage(peer.endpoint, tuple(message.serialize())))

    def _hello(self, endpoint: Endpoint, *, sequence: int) -> tuple[bytes, ...]:
        hello = Hello(
            sequence=sequence,
            endpoint=str(endpoint),
            groups=tuple(self._own_groups),
            status=self._status,
            name=self.config.name,
            headers=self.config.headers,
        )
        return tuple(hello.serialize())

    # Networks.

    def _neighbours(self, address: IPv4Address) -> bool:
        return any(address in interface.network for interface in self.config.interfaces)

    def _may_reach(self, endpoint: Endpoint) -> bool:
        return any(own.is_loopback == endpoint.is_loopback for own in self._own_endpoints)

    def _own_endpoint_for(self, endpoint: Endpoint) -> Endpoint:
        """Our mailbox as whoever is there can reach it."""
        address = IPv4Address(endpoint.host)
        for interface, own in zip(self.config.interfaces, self._own_endpoints, strict=True):
            if address in interface.network:
                return own
        # Behind a router.
        return next(own for own in self._own_endpoints if own.is_loopback == endpoint.is_loopback)
