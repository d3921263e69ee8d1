from __future__ import annotations

from ipaddress import IPv4Interface
from typing import Any
from uuid import UUID

import pytest

from gazewire.errors import LocalProtocolError
from gazewire.wire.zre import (
    Beacon,
    Broadcast,
    CloseLink,
    Endpoint,
    ExitReason,
    Hello,
    Join,
    Leave,
    OpenLink,
    PeerExited,
    Ping,
    PingOk,
    SendMessage,
    Shout,
    Whisper,
    ZreLimits,
    parse_message,
)

STRANGER = UUID(int=99)
STRANGER_HOST = "10.0.0.99"
STRANGER_ENDPOINT = Endpoint(STRANGER_HOST, 9000)
IDENTITY = b"\x01" + STRANGER.bytes


def said(network: Any, sender: Any, receiver: Endpoint | None = None) -> list[Any]:
    return [
        parse_message(frames)
        for source, target, frames in network.sent
        if source == sender.endpoint and receiver in (None, target)
    ]


def hello(**fields: Any) -> list[bytes]:
    return Hello(**{"endpoint": str(STRANGER_ENDPOINT), "name": "stranger"} | fields).serialize()


def beacon(port: int = 9000, uuid: UUID = STRANGER) -> bytes:
    return Beacon(uuid, port).serialize()


def kinds(events: list[Any]) -> list[str]:
    return [type(event).__name__ for event in events]


def reasons(events: list[Any]) -> list[ExitReason]:
    return [event.reason for event in events if isinstance(event, PeerExited)]


class TestMeeting:
    def test_two_nodes_meet_by_their_beacons(self, network, name_of) -> None:
        left = network.add("left", "pupil-groups", headers={"app_type": "service"})
        right = network.add("right", "other")
        assert [name_of(event) for event in network.events(left)] == [
            ("PeerEntered", "right"),
            ("GroupJoined", "right", "other"),
        ]
        assert [name_of(event) for event in network.events(right)] == [
            ("PeerEntered", "left"),
            ("GroupJoined", "left", "pupil-groups"),
        ]
        card = right.peers[left.config.uuid]
        assert card.headers == {"app_type": "service"}
        assert card.endpoint == left.endpoint

    def test_hello_is_the_first_message_and_has_the_number_one(self, network) -> None:
        left = network.add("left", "a", "b")
        network.add("right")
        first, *_ = said(network, left)
        assert first == Hello(
            endpoint="tcp://10.0.0.1:5000", groups=("a", "b"), status=2, name="left"
        )

    def test_hello_is_said_once_by_each(self, network) -> None:
        for name in ("a", "b", "c"):
            network.add(name)
        network.advance(5)
        hellos = [frames for _, _, frames in network.sent if frames[0][2] == Hello.COMMAND]
        assert len(hellos) == 6

    def test_a_beacon_is_sent_at_the_start_and_every_second(self, network) -> None:
        node = network.make("alone")
        node.start(7)
        assert node.intents() == [Broadcast(Beacon(node.config.uuid, 5000).serialize())]
        assert node.next_timer_ns() == 1_000_000_007
        node.handle_timer(1_000_000_006)
        assert node.intents() == []
        node.handle_timer(1_000_000_007)
        assert len(node.intents()) == 1

    def test_our_own_beacons_and_messages_are_ignored(self, network) -> None:
        node = network.add("alone")
        node.receive_beacon(beacon(1234, node.config.uuid), "10.0.0.77", 0)
        node.receive_message(node.identity, hello(), 0)
        assert node.intents() == []
        assert network.events(node) == []

    def test_who_claims_to_be_at_our_mailbox_is_not_met(self, network) -> None:
        node = network.add("alone")
        node.receive_beacon(beacon(node.endpoint.port), node.endpoint.host, 0)
        node.receive_message(IDENTITY, hello(endpoint=str(node.endpoint)), 0)
        assert node.intents() == []
        assert network.events(node) == []

    def test_who_has_met_us_is_met_by_its_hello(self, network) -> None:
        node = network.add("alone", "a")
        node.receive_message(IDENTITY, hello(groups=("x", "y")), 0)
        assert node.intents() == [
            OpenLink(STRANGER_ENDPOINT),
            SendMessage(
                STRANGER_ENDPOINT,
                tuple(
                    Hello(
                        endpoint=str(node.endpoint), groups=("a",), status=1, name="alone"
                    ).serialize()
                ),
            ),
        ]
        assert kinds(node.events()) == ["PeerEntered", "GroupJoined", "GroupJoined"]
        assert [card.name for card in node.members("y")] == ["stranger"]

    def test_before_its_hello_nothing_that_a_peer_says_counts(self, network) -> None:
        node = network.add("alone", "a")
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        node.intents()
        node.receive_message(IDENTITY, Shout(sequence=1, group="a").serialize(), 0)
        node.receive_message(IDENTITY, Ping(sequence=2).serialize(), 0)
        assert node.events() == []
        assert node.intents() == []
        node.receive_message(IDENTITY, hello(), 0)
        assert kinds(node.events()) == ["PeerEntered"]
        assert node.intents() == []

    def test_the_endpoint_of_a_beacon_goes_before_that_of_the_hello(self, network) -> None:
        node = network.add("alone")
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        node.receive_message(IDENTITY, hello(endpoint="tcp://not.known.here:1"), 0)
        assert node.peers[STRANGER].endpoint == STRANGER_ENDPOINT

    @pytest.mark.parametrize("endpoint", ["", "ipc:///tmp/x", "tcp://*:1", "tcp://127.0.0.1:22"])
    def test_who_is_not_to_be_reached_is_not_met(self, network, endpoint: str) -> None:
        node = network.add("alone")
        node.receive_message(IDENTITY, hello(endpoint=endpoint), 0)
        assert node.intents() == []
        assert node.events() == []

    def test_a_node_on_loopback_stays_there(self, network) -> None:
        node = network.add("alone", address="127.0.0.1/8")
        node.receive_message(IDENTITY, hello(), 0)
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        assert node.intents() == []
        node.receive_beacon(beacon(), "127.0.0.9", 0)
        assert node.intents()[0] == OpenLink(Endpoint("127.0.0.9", 9000))

    def test_beacons_from_other_networks_are_ignored(self, network) -> None:
        node = network.add("alone")
        node.receive_beacon(beacon(), "10.0.1.99", 0)
        assert node.intents() == []

    def test_peers_are_told_the_endpoint_on_their_own_network(self, network) -> None:
        interfaces = tuple(map(IPv4Interface, ("127.0.0.1/8", "10.0.0.1/24", "10.7.0.1/16")))
        node = network.make("many", interfaces=interfaces)
        node.start(0)
        for number, host in enumerate(("10.7.3.3", "127.0.0.5", "10.0.0.9", "192.0.2.1"), 1):
            endpoint = f"tcp://{host}:9000"
            identity = b"\x01" + UUID(int=number + 50).bytes
            node.receive_message(identity, hello(endpoint=endpoint), 0)
        told = [
            parse_message(intent.frames).endpoint
            for intent in node.intents()
            if isinstance(intent, SendMessage)
        ]
        hosts = ["10.7.0.1", "127.0.0.1", "10.0.0.1", "10.0.0.1"]
        assert told == [f"tcp://{host}:5000" for host in hosts]


class TestNamedPeers:
    def test_peers_meet_without_any_beacon(self, network) -> None:
        left = network.add("left", "a", beacon=False)
        right = network.add("right", "b", beacon=False, named=(left.endpoint,))
        network.advance(100)
        assert kinds(network.events(left)) == ["PeerEntered", "GroupJoined"]
        assert kinds(network.events(right)) == ["PeerEntered", "GroupJoined"]
        assert right.peers.keys() == {left.config.uuid}

    def test_without_beacon_none_is_sent_and_none_is_heard(self, network) -> None:
        node = network.make("quiet", beacon=False)
        node.start(0)
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        assert node.intents() == []
        assert node.next_timer_ns() is None

    def test_peers_that_name_each_other_meet_once(self, network) -> None:
        left = network.add("left", beacon=False, named=(Endpoint("10.0.0.2", 5000),))
        right = network.add("right", beacon=False, named=(left.endpoint,))
        network.advance(60)
        assert kinds(network.events(left)) == ["PeerEntered"]
        assert kinds(network.events(right)) == ["PeerEntered"]

    def test_a_hello_that_was_lost_is_said_again_within_half_a_minute(self, network) -> None:
        left = network.make("left", beacon=False, named=(Endpoint("10.0.0.2", 5000),))
        left.start(network.now_ns)
        left.intents()
        network.links[left.endpoint] = {Endpoint("10.0.0.2", 5000)}
        network.attach(left)
        right = network.add("right", beacon=False, named=(left.endpoint,))
        assert left.peers
        assert not right.peers
        network.advance(32)
        assert left.peers
        assert right.peers

    def test_a_list_for_all_machines_may_have_ourselves_in_it(self, network) -> None:
        own = Endpoint("10.0.0.1", 5000)
        node = network.add("left", named=(own,))
        assert network.links[node.endpoint] == set()

    def test_a_named_peer_is_approached_again_and_again(self, network) -> None:
        left = network.add("left", beacon=False, named=(Endpoint("10.0.0.2", 5000),))
        network.advance(100)
        assert len(said(network, left)) == 4
        right = network.add("right", beacon=False)
        network.advance(30)
        assert kinds(network.events(left)) == ["PeerEntered"]
        assert kinds(network.events(right)) == ["PeerEntered"]

    def test_a_named_peer_that_was_lost_is_met_again(self, network) -> None:
        left = network.add("left", beacon=False, named=(Endpoint("10.0.0.2", 5000),))
        right = network.add("right", beacon=False)
        network.advance(31)
        network.events(left)
        left.link_failed(right.endpoint, network.now_ns)
        network.advance(2)
        assert kinds(network.events(left)) == ["PeerExited", "PeerEntered"]
        assert kinds(network.events(right)) == ["PeerEntered", "PeerExited", "PeerEntered"]

    def test_a_beacon_tells_who_a_named_peer_is(self, network) -> None:
        node = network.add("left", named=(STRANGER_ENDPOINT,))
        assert network.links[node.endpoint] == {STRANGER_ENDPOINT}
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        assert node.intents() == []
        node.receive_message(IDENTITY, hello(), 0)
        assert kinds(node.events()) == ["PeerEntered"]

    @pytest.mark.parametrize("address", ["127.0.0.1/8", "10.0.0.1/24"])
    def test_who_cannot_be_reached_from_our_interfaces_cannot_be_named(
        self, network, address: str
    ) -> None:
        other = "10.0.0.2" if address.startswith("127") else "127.0.0.1"
        with pytest.raises(LocalProtocolError, match="cannot be reached"):
            network.make("left", address=address, named=(Endpoint(other, 1),))


class TestTalking:
    @pytest.fixture
    def three(self, network) -> tuple[Any, Any, Any]:
        nodes = network.add("a", "g"), network.add("b", "g"), network.add("c")
        for node in nodes:
            network.events(node)
        return nodes

    def test_a_shout_reaches_all_members_and_nobody_else(self, network, name_of, three) -> None:
        a, b, c = three
        assert c.shout("g", [b"1", b"2"]) == 2
        for member in (a, b):
            heard = [name_of(event) for event in network.events(member)]
            assert heard == [("ShoutReceived", "c", "g", (b"1", b"2"))]
        assert network.events(c) == []
        assert a.shout("nobody", [b""]) == 0

    def test_a_whisper_reaches_one_peer(self, network, name_of, three) -> None:
        a, b, c = three
        assert a.whisper(c.config.uuid, [b"psst"])
        assert [name_of(event) for event in network.events(c)] == [
            ("WhisperReceived", "a", (b"psst",))
        ]
        assert network.events(b) == []
        assert not a.whisper(STRANGER, [b"psst"])

    def test_who_is_known_by_beacon_alone_is_not_there_yet(self, network) -> None:
        node = network.add("alone")
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        assert node.peers == {}
        assert not node.whisper(STRANGER, [b"psst"])

    def test_joining_and_leaving_are_told_to_all(self, network, name_of, three) -> None:
        a, b, c = three
        c.join("new")
        c.join("new")
        c.leave("new")
        c.leave("new")
        assert c.own_groups == ()
        for other in (a, b):
            heard = [name_of(event) for event in network.events(other)]
            assert heard == [("GroupJoined", "c", "new"), ("GroupLeft", "c", "new")]
            assert said(network, c, other.endpoint)[-2:] == [
                Join(sequence=2, group="new", status=1),
                Leave(sequence=3, group="new", status=2),
            ]

    def test_members_are_those_who_are_in_now(self, network, three) -> None:
        a, b, _ = three
        assert [card.name for card in a.members("g")] == ["b"]
        b.leave("g")
        network.settle()
        assert a.members("g") == ()

    def test_a_shout_for_a_group_that_we_have_left_is_not_told(self, network, three) -> None:
        a, b, _ = three
        b.leave("g")
        assert a.shout("g", [b"late"]) == 2 - 1
        network.settle()
        assert "ShoutReceived" not in kinds(network.events(b))

    def test_the_count_of_changes_goes_round(self, network, three) -> None:
        # The incumbent cannot join for the 256th time.
        a, _, c = three
        for _ in range(130):
            c.join("x")
            c.leave("x")
            network.settle()
        assert said(network, c, a.endpoint)[-1].status == 260 % 256
        c.join("y")
        late = network.add("d")
        assert said(network, c, late.endpoint)[0].status == 5

    def test_twice_in_or_out_is_told_once(self, network) -> None:
        node = network.add("alone")
        node.receive_message(IDENTITY, hello(groups=("g", "g")), 0)
        node.receive_message(IDENTITY, Join(sequence=2, group="g", status=9).serialize(), 0)
        node.receive_message(IDENTITY, Leave(sequence=3, group="g", status=1).serialize(), 0)
        node.receive_message(IDENTITY, Leave(sequence=4, group="g", status=0).serialize(), 0)
        assert kinds(node.events()) == ["PeerEntered", "GroupJoined", "GroupLeft"]

    @pytest.mark.parametrize(
        "content", [[], [b"x"] * 65, [b"x" * 1_048_576, b"x"]], ids=["none", "many", "large"]
    )
    def test_content_that_peers_cannot_take_is_not_sent(self, network, three, content) -> None:
        a, b, _ = three
        with pytest.raises(LocalProtocolError):
            a.shout("g", content)
        with pytest.raises(LocalProtocolError):
            a.whisper(b.config.uuid, content)
        assert a.shout("g", [b"still in sequence"]) == 1
        assert kinds(network.events(b)) == ["ShoutReceived"]

    def test_a_group_whose_name_cannot_be_sent_is_not_joined(self, network, three) -> None:
        a, b, _ = three
        for name in ("g" * 256, "\ud800"):
            with pytest.raises(LocalProtocolError):
                a.join(name)
            with pytest.raises(LocalProtocolError):
                a.shout(name, [b""])
        a.join("fine")
        assert kinds(network.events(b)) == ["GroupJoined"]

    def test_numbers_turn_without_loss(self, network, three) -> None:
        a, b, _ = three
        for _ in range(70_000):
            a.whisper(b.config.uuid, [b""])
            network._do(a, a.intents()[0])
        assert kinds(network.events(b)) == ["WhisperReceived"] * 70_000

    def test_a_command_that_we_do_not_know_disturbs_nothing(self, network) -> None:
        node = network.add("alone")
        node.receive_message(IDENTITY, hello(), 0)
        node.receive_message(IDENTITY, [bytes.fromhex("aaa1 09 02 0002 01")], 0)
        node.receive_message(IDENTITY, Whisper(sequence=3).serialize(), 0)
        assert kinds(node.events()) == ["PeerEntered", "WhisperReceived"]


class TestSilence:
    def test_beacons_keep_a_peer(self, network) -> None:
        left, right = network.add("left"), network.add("right")
        network.advance(100)
        assert kinds(network.events(left)) == ["PeerEntered"]
        assert [type(message) for message in said(network, left)] == [Hello]
        assert right.peers

    def test_a_silent_peer_is_asked_and_then_given_up(self, network) -> None:
        left, right = network.add("left", "g"), network.add("right", "g")
        network.events(left)
        network.detach(right)
        network.advance(9.9)
        assert said(network, left, right.endpoint)[1:] == []
        network.advance(0.2)
        assert said(network, left, right.endpoint)[1:] == [Ping(sequence=2)]
        network.advance(19.8)
        assert network.events(left) == []
        network.advance(0.2)
        (gone,) = network.events(left)
        assert (gone.peer.name, gone.groups, gone.reason) == ("right", ("g",), ExitReason.SILENT)
        assert network.links[left.endpoint] == set()

    def test_an_answer_keeps_a_peer_without_beacon(self, network) -> None:
        left = network.add("left", beacon=False)
        right = network.add("right", beacon=False, named=(left.endpoint,))
        network.advance(35)
        assert left.peers.keys() == {right.config.uuid}
        assert PingOk in map(type, said(network, left))
        assert PingOk in map(type, said(network, right))

    def test_who_beacons_and_never_says_hello_is_greeted_afresh(self, network) -> None:
        # It may have started at the moment when our HELLO was on its way.
        node = network.add("alone")
        for second in range(32):
            node.receive_beacon(beacon(), STRANGER_HOST, network.now_ns)
            network.advance(1)
            assert second > 29 or len(said(network, node)) == 1
        assert [message.sequence for message in said(network, node)] == [1, 1]
        assert network.events(node) == []

    def test_a_peer_that_has_moved_is_met_where_it_is(self, network) -> None:
        left, right = network.add("left"), network.add("right")
        network.events(left)
        network.detach(right)
        for _ in range(32):
            left.receive_beacon(beacon(7000, right.config.uuid), "10.0.0.50", network.now_ns)
            network.advance(1)
        assert reasons(network.events(left)) == [ExitReason.SILENT]
        assert network.links[left.endpoint] == {Endpoint("10.0.0.50", 7000)}


class TestParting:
    def test_goodbye_is_heard_at_once(self, network) -> None:
        left, right = network.add("left"), network.add("right", "g")
        network.events(left)
        right.stop()
        assert kinds(network.events(left)) == ["GroupLeft", "PeerExited"]
        assert network.links == {left.endpoint: set(), right.endpoint: set()}

    def test_who_has_left_is_deaf(self, network) -> None:
        node = network.add("alone", "g")
        node.stop()
        node.intents()
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        assert node.intents() == []
        assert node.next_timer_ns() is None
        assert node.peers == {}

    def test_goodbye_without_beacon_is_leaving_all_groups(self, network) -> None:
        left = network.add("left", beacon=False)
        right = network.add("right", "g", beacon=False, named=(left.endpoint,))
        network.events(left)
        right.stop()
        intents = right.intents()
        assert [type(intent) for intent in intents] == [SendMessage, CloseLink]
        assert parse_message(intents[0].frames) == Leave(sequence=2, group="g", status=2)

    def test_a_goodbye_from_another_machine_is_not_believed(self, network) -> None:
        left, right = network.add("left"), network.add("right")
        left.receive_beacon(beacon(0, right.config.uuid), "10.0.0.66", 0)
        assert left.peers.keys() == {right.config.uuid}

    def test_the_goodbye_of_a_stranger_is_nothing(self, network) -> None:
        node = network.add("alone")
        node.receive_beacon(beacon(0), STRANGER_HOST, 0)
        assert node.intents() == []
        assert node.events() == []

    def test_a_link_that_takes_no_more_is_closed(self, network) -> None:
        left, right = network.add("left"), network.add("right")
        network.events(left)
        left.link_failed(right.endpoint, network.now_ns)
        assert reasons(network.events(left)) == [ExitReason.UNREACHABLE]
        left.link_failed(right.endpoint, network.now_ns)
        assert network.events(left) == []
        network.advance(2)
        assert kinds(network.events(left)) == ["PeerEntered"]


class TestTrouble:
    def test_lost_messages_end_a_peer_until_its_next_beacon(self, network) -> None:
        left, right = network.add("left"), network.add("right", "g")
        network.events(left)
        network.events(right)
        right.whisper(left.config.uuid, [b"lost"])
        right.intents()
        right.whisper(left.config.uuid, [b"found"])
        assert reasons(network.events(left)) == [ExitReason.MESSAGES_LOST]
        network.advance(1.1)
        assert kinds(network.events(left)) == ["PeerEntered", "GroupJoined"]
        assert reasons(network.events(right)) == [ExitReason.GREETED_AGAIN]
        assert right.peers
        right.whisper(left.config.uuid, [b"found"])
        assert kinds(network.events(left)) == ["WhisperReceived"]

    def test_a_hello_with_another_number_than_one_is_no_greeting(self, network) -> None:
        node = network.add("alone")
        node.receive_message(IDENTITY, hello(sequence=2), 0)
        assert node.events() == []
        network.settle()
        assert network.links[node.endpoint] == set()

    def test_a_second_hello_ends_the_first_acquaintance(self, network) -> None:
        node = network.add("alone")
        node.receive_message(IDENTITY, hello(groups=("g",)), 0)
        node.receive_message(IDENTITY, hello(name="new"), 2_000_000_000)
        events = node.events()
        assert kinds(events) == ["PeerEntered", "GroupJoined", "PeerExited", "PeerEntered"]
        assert events[2].reason is ExitReason.GREETED_AGAIN
        assert node.peers[STRANGER].name == "new"
        greetings = [intent for intent in node.intents() if isinstance(intent, SendMessage)]
        assert [parse_message(greeting.frames).sequence for greeting in greetings] == [1, 1]

    def test_two_nodes_do_not_greet_each_other_for_ever(self, network) -> None:
        # One HELLO too many, and each takes the other's answer for a new greeting.
        left, right = network.add("left"), network.add("right")
        network.advance(5)
        left.receive_message(
            right.identity, Hello(endpoint=str(right.endpoint), name="right").serialize(), 0
        )
        network.settle()
        network.advance(3)
        assert left.peers.keys() == {right.config.uuid}
        assert right.peers.keys() == {left.config.uuid}
        for node in (left, right):
            network.events(node)
        assert left.whisper(right.config.uuid, [b""])
        assert right.whisper(left.config.uuid, [b""])
        assert kinds(network.events(left)) == ["WhisperReceived"]
        assert kinds(network.events(right)) == ["WhisperReceived"]

    @pytest.mark.parametrize("by_beacon", [True, False])
    def test_a_new_node_at_an_endpoint_replaces_the_old_one(self, network, by_beacon) -> None:
        node = network.add("alone")
        node.receive_message(IDENTITY, hello(), 0)
        heir = UUID(int=100)
        if by_beacon:
            node.receive_beacon(beacon(uuid=heir), STRANGER_HOST, 0)
        else:
            node.receive_message(b"\x01" + heir.bytes, hello(name="heir"), 0)
        assert reasons(node.events()) == [ExitReason.REPLACED]
        network.settle()
        assert network.links[node.endpoint] == {STRANGER_ENDPOINT}

    def test_a_uuid_at_two_endpoints_is_where_it_was_met(self, network) -> None:
        node = network.add("alone")
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        node.receive_beacon(beacon(), "10.0.0.77", 0)
        node.receive_beacon(beacon(9001), STRANGER_HOST, 0)
        network.settle()
        assert network.links[node.endpoint] == {STRANGER_ENDPOINT}

    @pytest.mark.parametrize(
        "frames",
        [
            [],
            [b""],
            [b"garbage"],
            Whisper(sequence=2, content=(b"x" * 1_048_577,)).serialize(),
            [Ping(sequence=2).serialize()[0] + b"\0"],
        ],
        ids=["nothing", "empty", "garbage", "large", "trailing"],
    )
    def test_who_sends_garbage_is_dropped_and_nobody_else_notices(self, network, frames) -> None:
        left, right, bystander = (network.add(name) for name in ("left", "right", "bystander"))
        for node in (left, right, bystander):
            network.events(node)
        left.receive_message(right.identity, frames, network.now_ns)
        assert reasons(network.events(left)) == [ExitReason.MALFORMED]
        assert left.malformed == 1
        assert left.peers.keys() == {bystander.config.uuid}
        network.advance(2)
        assert kinds(network.events(left)) == ["PeerEntered"]
        assert network.events(bystander) == []

    @pytest.mark.parametrize(
        "identity", [b"", b"\x01", b"\x02" + STRANGER.bytes, IDENTITY + b"\0", b"\0abcd"]
    )
    def test_messages_from_nobody_are_counted(self, network, identity: bytes) -> None:
        node = network.add("alone")
        node.receive_message(identity, hello(), 0)
        assert node.malformed == 1
        assert node.intents() == []

    @pytest.mark.parametrize("datagram", [b"", b"ZRE", b"ZRE\x01" + bytes(17), bytes(22)])
    def test_datagrams_that_are_no_beacons_are_counted(self, network, datagram: bytes) -> None:
        # The second and third kill the incumbent.
        node = network.add("alone")
        node.receive_beacon(datagram, STRANGER_HOST, 0)
        assert node.malformed == 1
        assert node.intents() == []

    def test_a_wrong_count_of_changes_harms_nobody(self, network) -> None:
        # It kills the incumbent.
        node = network.add("alone")
        node.receive_message(IDENTITY, hello(status=200), 0)
        node.receive_message(IDENTITY, Join(sequence=2, group="g", status=7).serialize(), 0)
        assert kinds(node.events()) == ["PeerEntered", "GroupJoined"]


class TestLimits:
    LIMITS = ZreLimits(peers=2, groups=2)

    def greet(self, node: Any, number: int, now_ns: int = 0) -> None:
        identity = b"\x01" + UUID(int=number).bytes
        node.receive_message(identity, hello(endpoint=f"tcp://10.0.0.{number}:1"), now_ns)

    def test_there_are_no_more_peers_than_the_limit(self, network) -> None:
        node = network.add("alone", limits=self.LIMITS)
        for number in (50, 51, 52):
            self.greet(node, number)
        node.receive_beacon(beacon(), STRANGER_HOST, 0)
        assert kinds(network.events(node)) == ["PeerEntered"] * 2
        assert len(network.links[node.endpoint]) == 2

    def test_room_is_made_by_those_who_go(self, network) -> None:
        node = network.add("alone", limits=self.LIMITS)
        for number in (50, 51):
            self.greet(node, number)
        network.advance(31)
        self.greet(node, 52, network.now_ns)
        assert [card.endpoint.host for card in node.peers.values()] == ["10.0.0.52"]

    def test_a_named_peer_waits_for_room(self, network) -> None:
        limits = ZreLimits(peers=1)
        node = network.make("alone", limits=limits, beacon=False, named=(STRANGER_ENDPOINT,))
        network.attach(node)
        self.greet(node, 50)
        node.start(network.now_ns)
        network.settle()
        assert network.links[node.endpoint] == {Endpoint("10.0.0.50", 1)}
        network.advance(32)
        assert network.links[node.endpoint] == {STRANGER_ENDPOINT}

    def test_who_joins_more_groups_than_the_limit_is_dropped(self, network) -> None:
        node = network.add("alone", limits=self.LIMITS)
        node.receive_message(IDENTITY, hello(groups=("a", "b")), 0)
        node.receive_message(IDENTITY, Join(sequence=2, group="c", status=1).serialize(), 0)
        assert reasons(node.events()) == [ExitReason.MALFORMED]


@pytest.mark.parametrize(
    "config",
    [
        {"interfaces": ()},
        {"port": 0},
        {"name": "n" * 256},
        {"name": "\ud800"},
        {"headers": {"k" * 256: ""}},
    ],
)
def test_a_node_that_cannot_be_told_of_is_not_made(network, config: dict[str, Any]) -> None:
    with pytest.raises(LocalProtocolError):
        network.make("wrong", **config)
