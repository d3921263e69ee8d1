"""ZRE under arbitrary bytes, arbitrary values and arbitrary peers."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Interface
from pathlib import Path
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gazewire.errors import RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.zre import (
    Beacon,
    CloseLink,
    Endpoint,
    GroupJoined,
    GroupLeft,
    Hello,
    Join,
    Leave,
    Node,
    NodeConfig,
    OpenLink,
    PeerEntered,
    PeerExited,
    Ping,
    PingOk,
    SendMessage,
    Shout,
    Whisper,
    ZreLimits,
    ZreMessage,
    parse_message,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "zre"
HELLO = load_vector(VECTORS / "hello.hex")

u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
uuids = st.binary(min_size=16, max_size=16).map(lambda data: UUID(bytes=data))
texts = st.text(max_size=60)
contents = st.lists(st.binary(max_size=20), max_size=4).map(tuple)
messages = st.one_of(
    st.builds(
        Hello,
        sequence=u16,
        endpoint=texts,
        groups=st.lists(texts, max_size=4).map(tuple),
        status=u8,
        name=texts,
        headers=st.dictionaries(texts, texts, max_size=4),
    ),
    st.builds(Whisper, sequence=u16, content=contents),
    st.builds(Shout, sequence=u16, group=texts, content=contents),
    st.builds(Join, sequence=u16, group=texts, status=u8),
    st.builds(Leave, sequence=u16, group=texts, status=u8),
    st.builds(Ping, sequence=u16),
    st.builds(PingOk, sequence=u16),
)


@given(messages)
def test_what_is_written_is_read_as_it_was(message: ZreMessage) -> None:
    assert parse_message(message.serialize()) == message


@given(uuids, u16)
def test_a_beacon_is_read_as_it_was_written(node: UUID, port: int) -> None:
    assert Beacon.parse(Beacon(node, port).serialize()) == Beacon(node, port)


@given(st.lists(st.binary(max_size=60), max_size=3))
def test_garbage_gives_only_our_error(frames: list[bytes]) -> None:
    with suppress(RemoteProtocolError):
        parse_message(frames)


@given(st.integers(0, 8), st.binary(max_size=60))
def test_garbage_behind_a_right_head_gives_only_our_error(command: int, rest: bytes) -> None:
    with suppress(RemoteProtocolError):
        parse_message([bytes((0xAA, 0xA1, command, 2)) + rest])


@given(st.lists(st.tuples(st.integers(0, len(HELLO) - 1), u8), max_size=8))
def test_a_garbled_hello_is_read_or_gives_only_our_error(changes: list[tuple[int, int]]) -> None:
    data = bytearray(HELLO)
    for position, value in changes:
        data[position] = value
    with suppress(RemoteProtocolError):
        parse_message([bytes(data)])


@given(st.binary(max_size=40))
def test_a_datagram_is_a_beacon_or_gives_only_our_error(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        assert Beacon.parse(data).serialize() == data


@given(texts | st.from_regex(r"tcp://[0-9.]{7,15}:[0-9]{1,5}", fullmatch=True))
def test_an_endpoint_is_read_or_gives_only_our_error(text: str) -> None:
    with suppress(RemoteProtocolError):
        assert Endpoint.parse(str(Endpoint.parse(text))) == Endpoint.parse(text)


LIMITS = ZreLimits(peers=3, groups=3)
NAMED = Endpoint("10.0.0.5", 5000)
hosts = st.integers(1, 6).map(lambda number: f"10.0.0.{number}")
ports = st.sampled_from([5000, 5001])
peers = st.integers(1, 5).map(lambda number: UUID(int=number))
groups = st.sampled_from(["a", "b", "c", "d"])


class NodeMachine(RuleBasedStateMachine):
    """Whatever peers do, what the node wants done and what it tells make sense."""

    @initialize()
    def start(self) -> None:
        self.now_ns = 0
        config = NodeConfig(
            uuid=UUID(int=1),
            name="node",
            interfaces=(IPv4Interface("10.0.0.1/24"),),
            port=5000,
            named=(NAMED,),
            limits=LIMITS,
        )
        self.node = Node(config)
        self.links: dict[Endpoint, int] = {}
        self.inside: dict[UUID, set[str]] = {}
        self.node.start(0)
        self.sequences: dict[UUID, int] = {}

    @rule(peer=peers, host=hosts, port=st.just(0) | ports)
    def beacon(self, peer: UUID, host: str, port: int) -> None:
        self.node.receive_beacon(Beacon(peer, port).serialize(), host, self.now_ns)

    @rule(data=st.binary(max_size=30), host=hosts)
    def garbled_beacon(self, data: bytes, host: str) -> None:
        self.node.receive_beacon(data, host, self.now_ns)

    @rule(peer=peers, names=st.lists(groups, max_size=3))
    def hello(self, peer: UUID, names: list[str]) -> None:
        self.say(peer, Hello(endpoint=f"tcp://10.0.0.{peer.int}:5000", groups=tuple(names)))
        self.sequences[peer] = 1

    @rule(peer=peers, host=hosts, port=ports)
    def hello_from_elsewhere(self, peer: UUID, host: str, port: int) -> None:
        self.say(peer, Hello(endpoint=f"tcp://{host}:{port}"))
        self.sequences[peer] = 1

    @rule(peer=peers, group=groups, kind=st.sampled_from([Join, Leave]))
    def membership(self, peer: UUID, group: str, kind: type[Join | Leave]) -> None:
        self.say(peer, kind(sequence=self.next(peer), group=group, status=0))

    @rule(peer=peers, group=groups, kind=st.sampled_from([Whisper, Ping, PingOk]))
    def talk(self, peer: UUID, group: str, kind: type[Whisper | Ping | PingOk]) -> None:
        self.say(peer, kind(sequence=self.next(peer)))

    @rule(peer=peers, message=messages)
    def anything(self, peer: UUID, message: ZreMessage) -> None:
        self.say(peer, message)

    @rule(identity=st.binary(max_size=18), frames=st.lists(st.binary(max_size=20), max_size=2))
    def garbage(self, identity: bytes, frames: list[bytes]) -> None:
        self.node.receive_message(identity, frames, self.now_ns)

    @rule(seconds=st.floats(0, 20))
    def wait(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1e9)
        self.node.handle_timer(self.now_ns)

    @rule(group=groups)
    def join(self, group: str) -> None:
        self.node.join(group)

    @rule(group=groups)
    def leave(self, group: str) -> None:
        self.node.leave(group)

    @rule(group=groups, peer=peers)
    def send(self, group: str, peer: UUID) -> None:
        assert self.node.shout(group, [b"x"]) == len(self.node.members(group))
        assert self.node.whisper(peer, [b"x"]) is (peer in self.node.peers)

    @rule(host=hosts, port=ports)
    def link_failed(self, host: str, port: int) -> None:
        self.node.link_failed(Endpoint(host, port), self.now_ns)

    @invariant()
    def what_is_wanted_makes_sense(self) -> None:
        for intent in self.node.intents():
            match intent:
                case OpenLink(endpoint=endpoint):
                    assert endpoint not in self.links
                    assert endpoint != self.node.endpoint
                    self.links[endpoint] = 0
                case SendMessage(endpoint=endpoint, frames=frames):
                    message = parse_message(frames)
                    assert message.sequence == self.links[endpoint] + 1
                    assert isinstance(message, Hello) == (message.sequence == 1)
                    self.links[endpoint] = message.sequence
                case CloseLink(endpoint=endpoint):
                    del self.links[endpoint]
        assert len(self.links) <= LIMITS.peers

    @invariant()
    def what_is_told_makes_sense(self) -> None:
        for event in self.node.events():
            uuid = event.peer.uuid
            match event:
                case PeerEntered():
                    assert uuid not in self.inside
                    self.inside[uuid] = set()
                case PeerExited(groups=left):
                    assert self.inside.pop(uuid) == set(left)
                case GroupJoined(group=group):
                    assert group not in self.inside[uuid]
                    self.inside[uuid].add(group)
                case GroupLeft(group=group):
                    self.inside[uuid].remove(group)
                case _:
                    assert uuid in self.inside
        assert self.inside.keys() == self.node.peers.keys()
        assert all(len(names) <= LIMITS.groups for names in self.inside.values())

    @invariant()
    def there_is_always_a_next_beacon(self) -> None:
        at_ns = self.node.next_timer_ns()
        assert at_ns is not None
        assert at_ns <= self.now_ns + 1_000_000_000

    def next(self, peer: UUID) -> int:
        self.sequences[peer] = self.sequences.get(peer, 0) + 1
        return self.sequences[peer]

    def say(self, peer: UUID, message: ZreMessage) -> None:
        frames = message.serialize()
        self.node.receive_message(b"\x01" + peer.bytes, frames, self.now_ns)


NodeMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestNode = NodeMachine.TestCase
