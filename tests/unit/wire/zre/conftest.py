"""A network without sockets."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Interface
from typing import Any
from uuid import UUID

import pytest

from gazewire.wire.zre import (
    Broadcast,
    CloseLink,
    Endpoint,
    GroupEvent,
    Node,
    NodeConfig,
    OpenLink,
    SendMessage,
)

PORT = 5000


class Network:
    """Nodes that are told at once of what others send.

    As with ZeroMQ, messages for a node that is not there wait for it until their link is closed.

    Attributes:
        now_ns: the time; `advance` moves it.
        nodes: by endpoint, all that take part. One that is taken out hears and says nothing.
        links: that each node has opened, by its endpoint.
        sent: all messages, with their sender's and receiver's endpoints.
        heard: what each node has told of, by its endpoint.
    """

    def __init__(self) -> None:
        self.now_ns = 1_000
        self.nodes: dict[Endpoint, Node] = {}
        self.links: dict[Endpoint, set[Endpoint]] = {}
        self.sent: list[tuple[Endpoint, Endpoint, tuple[bytes, ...]]] = []
        self.heard: dict[Endpoint, list[GroupEvent]] = {}
        self._made = 0
        self._waiting: list[tuple[Node, SendMessage]] = []

    def make(self, name: str, /, *groups: str, address: str | None = None, **config: Any) -> Node:
        """Make a node, at 10.0.0.1 and following unless told otherwise, without starting it."""
        self._made += 1
        address = address or f"10.0.0.{self._made}/24"
        config = {
            "uuid": UUID(int=self._made),
            "name": name,
            "interfaces": (IPv4Interface(address),),
            "port": PORT,
        } | config
        node = Node(NodeConfig(**config))
        for group in groups:
            node.join(group)
        return node

    def add(self, name: str, *groups: str, **config: Any) -> Node:
        """Make a node, start it, and let all that follows happen."""
        node = self.make(name, *groups, **config)
        self.attach(node)
        node.start(self.now_ns)
        self.settle()
        return node

    def attach(self, node: Node) -> None:
        """Let a node take part."""
        self.nodes[node.endpoint] = node
        self.links.setdefault(node.endpoint, set())
        self.heard.setdefault(node.endpoint, [])

    def detach(self, node: Node) -> None:
        """Let a node take part no longer; what is sent to it is lost."""
        del self.nodes[node.endpoint]

    def settle(self) -> None:
        """Let all happen that needs no time."""
        waiting, self._waiting = self._waiting, []
        for node, message in waiting:
            self._deliver(node, message)
        for _ in range(1000):
            doing = [(node, node.intents()) for node in tuple(self.nodes.values())]
            if not any(intents for _, intents in doing):
                break
            for node, intents in doing:
                for intent in intents:
                    self._do(node, intent)
        else:
            raise AssertionError("the nodes talk for ever")
        for endpoint, node in self.nodes.items():
            self.heard[endpoint] += node.events()

    def advance(self, seconds: float) -> None:
        """Let time pass, with every timer in it."""
        until_ns = self.now_ns + int(seconds * 1_000_000_000)
        while True:
            timers = [node.next_timer_ns() for node in self.nodes.values()]
            at_ns = min((at_ns for at_ns in timers if at_ns is not None), default=until_ns + 1)
            if at_ns > until_ns:
                break
            self.now_ns = max(self.now_ns, at_ns)
            for node in tuple(self.nodes.values()):
                node.handle_timer(self.now_ns)
            self.settle()
        self.now_ns = until_ns

    def events(self, node: Node) -> list[GroupEvent]:
        """What a node has told of since this was last asked."""
        self.settle()
        heard, self.heard[node.endpoint] = self.heard[node.endpoint], []
        return heard

    def _do(self, node: Node, intent: Broadcast | OpenLink | SendMessage | CloseLink) -> None:
        links = self.links[node.endpoint]
        match intent:
            case Broadcast(beacon=beacon):
                for other in tuple(self.nodes.values()):
                    other.receive_beacon(beacon, node.endpoint.host, self.now_ns)
            case OpenLink(endpoint=endpoint):
                assert endpoint not in links, "a link is opened twice"
                links.add(endpoint)
            case SendMessage(endpoint=endpoint, frames=frames):
                assert endpoint in links, "a message for a link that is not open"
                self.sent.append((node.endpoint, endpoint, frames))
                self._deliver(node, intent)
            case CloseLink(endpoint=endpoint):
                assert endpoint in links, "a link is closed that is not open"
                links.remove(endpoint)
                self._waiting = [
                    (sender, message)
                    for sender, message in self._waiting
                    if (sender, message.endpoint) != (node, endpoint)
                ]

    def _deliver(self, node: Node, message: SendMessage) -> None:
        receiver = self.nodes.get(message.endpoint)
        if receiver is None:
            self._waiting.append((node, message))
        else:
            receiver.receive_message(node.identity, message.frames, self.now_ns)


@pytest.fixture
def network() -> Network:
    """An empty network."""
    return Network()


@pytest.fixture
def name_of() -> Callable[[GroupEvent], tuple[str, ...]]:
    """Say an event in short: its kind, whose it is, and what of."""

    def name_of(event: GroupEvent) -> tuple[str, ...]:
        details = [getattr(event, field, None) for field in ("group", "content")]
        return (
            type(event).__name__,
            event.peer.name,
            *(detail for detail in details if detail is not None),
        )

    return name_of
