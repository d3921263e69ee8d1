from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
import zmq
import zmq.asyncio

from gazewire.errors import AddressInUseError, LocalProtocolError, NetworkError
from gazewire.net.groups import Groups
from gazewire.time import SystemClock
from gazewire.wire.zre import (
    Beacon,
    ExitReason,
    GroupJoined,
    GroupLeft,
    Hello,
    PeerEntered,
    PeerExited,
    Ping,
    PingOk,
    ShoutReceived,
    Whisper,
    WhisperReceived,
    ZreLimits,
    parse_message,
)

LOOPBACK = "127.0.0.1"
TIME_LIMIT_S = 20
NAMELESS = UUID(int=77)


def member(name: str, *groups: str, **options: Any) -> Groups:
    return Groups(SystemClock(), name=name, groups=groups, **options)


def quiet(name: str, *groups: str, **options: Any) -> Groups:
    return member(name, *groups, beacon_port=None, **options)


async def told(groups: Groups, *kinds: type) -> list[Any]:
    """The next events, of exactly these kinds."""
    async with asyncio.timeout(TIME_LIMIT_S):
        events = [await anext(groups) for _ in kinds]
    assert [type(event) for event in events] == list(kinds)
    return events


class RawPeer:
    """A peer that says and hears messages one by one."""

    def __init__(self, context: zmq.asyncio.Context, groups: Groups, uuid: UUID = NAMELESS) -> None:
        self.inbox = context.socket(zmq.ROUTER)
        port = self.inbox.bind_to_random_port(f"tcp://{LOOPBACK}")
        self.endpoint = f"tcp://{LOOPBACK}:{port}"
        self.link = context.socket(zmq.DEALER, socket_class=zmq.Socket)
        self.link.setsockopt(zmq.ROUTING_ID, b"\x01" + uuid.bytes)
        self.link.connect(str(groups.endpoint))

    def say(self, *frames: bytes) -> None:
        self.link.send_multipart(frames, zmq.DONTWAIT)

    def greet(self, *groups: str, **fields: Any) -> None:
        fields = {"endpoint": self.endpoint, "name": "raw", "groups": groups} | fields
        self.say(*Hello(**fields).serialize())

    async def hear(self) -> tuple[bytes, Any]:
        async with asyncio.timeout(TIME_LIMIT_S):
            identity, *frames = await self.inbox.recv_multipart()
        return identity, parse_message(frames)


@asynccontextmanager
async def raw_peers(groups: Groups, count: int = 1) -> AsyncIterator[list[RawPeer]]:
    context = zmq.asyncio.Context()
    try:
        yield [RawPeer(context, groups, UUID(int=77 + number)) for number in range(count)]
    finally:
        context.destroy(linger=0)


class TestMeeting:
    async def test_two_meet_by_beacon_on_loopback(self, beacon_port, leaving_nothing) -> None:
        async with (
            leaving_nothing(),
            member("left", "g", beacon_port=beacon_port, headers={"k": "v"}) as left,
            member("right", "g", "h", beacon_port=beacon_port) as right,
        ):
            entered, *_ = await told(left, PeerEntered, GroupJoined, GroupJoined)
            assert entered.peer.uuid == right.uuid
            assert entered.peer.endpoint == right.endpoint
            entered, joined = await told(right, PeerEntered, GroupJoined)
            assert entered.peer.headers == {"k": "v"}
            assert joined.group == "g"
            assert left.members("h") == (left.peers[right.uuid],)

    async def test_they_talk_and_part(self, beacon_port) -> None:
        async with member("left", "g", beacon_port=beacon_port) as left:
            async with member("right", "g", beacon_port=beacon_port) as right:
                await told(left, PeerEntered, GroupJoined)
                await told(right, PeerEntered, GroupJoined)
                assert left.shout("g", b"one", b"") == 1
                (shout,) = await told(right, ShoutReceived)
                assert (shout.peer.name, shout.content) == ("left", (b"one", b""))
                assert right.whisper(left.uuid, b"two")
                (whisper,) = await told(left, WhisperReceived)
                assert whisper.content == (b"two",)
                right.join("new")
                right.leave("g")
                assert right.own_groups == ("new",)
                joined, left_group = await told(left, GroupJoined, GroupLeft)
                assert (joined.group, left_group.group) == ("new", "g")
            assert [event async for event in until_exit(left)] == []
            assert left.peers == {}

    async def test_named_peers_meet_without_beacon(self, leaving_nothing) -> None:
        async with leaving_nothing(), quiet("left", "g") as left:
            name = f"tcp://localhost:{left.port}"
            async with quiet("right", peers=[name]) as right:
                await told(left, PeerEntered)
                await told(right, PeerEntered, GroupJoined)
                assert right.shout("g", b"hello") == 1
                await told(left, ShoutReceived)

    async def test_a_named_peer_may_come_later(self) -> None:
        with socket.socket() as reserved:
            reserved.bind((LOOPBACK, 0))
            port = reserved.getsockname()[1]
        async with (
            quiet("left", peers=[f"tcp://{LOOPBACK}:{port}"]) as left,
            quiet("right", port=port) as right,
        ):
            assert right.port == port
            await told(left, PeerEntered)
            await told(right, PeerEntered)

    async def test_one_mailbox_may_be_on_several_interfaces(self) -> None:
        async with quiet("left", interfaces=["127.0.0.1", "127.0.0.2"]) as left:
            names = [f"tcp://127.0.0.{number}:{left.port}" for number in (1, 2)]
            async with (
                quiet("one", peers=names[:1]) as one,
                quiet("two", peers=names[1:]) as two,
            ):
                await told(one, PeerEntered)
                await told(two, PeerEntered)
                await told(left, PeerEntered, PeerEntered)


async def until_exit(groups: Groups) -> AsyncIterator[Any]:
    """Events that nobody expects before the exit of a peer that said goodbye."""
    async with asyncio.timeout(TIME_LIMIT_S):
        async for event in groups:
            if isinstance(event, PeerExited):
                assert event.reason is ExitReason.GOODBYE
                return
            # Whether it is seen to leave its groups first is a race of TCP and UDP.
            if not isinstance(event, GroupLeft):
                yield event


class TestPeers:
    async def test_bytes_are_those_of_the_protocol(self) -> None:
        async with quiet("ours", "g") as groups, raw_peers(groups) as (raw,):
            raw.greet("g")
            await told(groups, PeerEntered, GroupJoined)
            identity, hello = await raw.hear()
            assert identity == b"\x01" + groups.uuid.bytes
            assert hello == Hello(
                endpoint=str(groups.endpoint), groups=("g",), status=1, name="ours"
            )
            raw.say(*Ping(sequence=2).serialize())
            assert await raw.hear() == (identity, PingOk(sequence=2))
            groups.whisper(NAMELESS, b"x", b"y")
            assert await raw.hear() == (identity, Whisper(sequence=3, content=(b"x", b"y")))

    async def test_garbage_disturbs_nobody_else(self, beacon_port) -> None:
        async with (
            member("ours", "g", beacon_port=beacon_port) as groups,
            raw_peers(groups, 2) as (good, bad),
        ):
            good.greet()
            await told(groups, PeerEntered)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                sender.bind((LOOPBACK, 0))
                for datagram in (b"", b"ZRE", b"ZRE\x01" + bytes(17), bytes(5000)):
                    sender.sendto(datagram, ("127.255.255.255", beacon_port))
            bad.say(b"")
            bad.say(b"garbage", b"more")
            bad.greet()
            await told(groups, PeerEntered)
            bad.say(b"\xaa\xa1")
            (gone,) = await told(groups, PeerExited)
            assert gone.reason is ExitReason.MALFORMED
            with socket.create_connection((LOOPBACK, groups.port)) as stranger:
                stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
                good.say(*Whisper(sequence=2, content=(b"still here",)).serialize())
                await told(groups, WhisperReceived)
            assert groups.malformed >= 3

    async def test_a_message_beyond_the_limits_ends_its_connection_alone(self) -> None:
        limits = ZreLimits(content_bytes=1000, message_bytes=1000)
        async with quiet("ours", limits=limits) as groups, raw_peers(groups, 2) as (good, bad):
            good.greet()
            bad.greet()
            await told(groups, PeerEntered, PeerEntered)
            bad.say(*Whisper(sequence=2, content=(bytes(1001),)).serialize())
            good.say(*Whisper(sequence=2, content=(bytes(1000),)).serialize())
            (whisper,) = await told(groups, WhisperReceived)
            assert whisper.peer.uuid == NAMELESS

    async def test_a_peer_that_does_not_read_is_dropped_and_others_are_served(self) -> None:
        with socket.create_server((LOOPBACK, 0)) as dead:
            async with quiet("ours") as groups, raw_peers(groups, 2) as (live, stalled):
                live.greet("g")
                stalled.greet("g", endpoint=f"tcp://{LOOPBACK}:{dead.getsockname()[1]}")
                await told(groups, PeerEntered, GroupJoined, PeerEntered, GroupJoined)
                await live.hear()
                counts = []
                for _ in range(1001):
                    counts.append(groups.shout("g", b"x"))
                    await live.hear()
                (gone,) = await told(groups, PeerExited)
                assert gone.reason is ExitReason.UNREACHABLE
                assert counts[0] == 2
                assert groups.shout("g", b"x") == 1

    async def test_a_peer_that_connects_anew_is_heard_on_its_new_connection(self) -> None:
        async with quiet("ours") as groups, raw_peers(groups) as (first,):
            first.greet()
            await told(groups, PeerEntered)
            async with raw_peers(groups) as (again,):
                again.say(*Whisper(sequence=2, content=(b"from there",)).serialize())
                await told(groups, WhisperReceived)

    async def test_events_that_nobody_reads_are_dropped_and_counted(self) -> None:
        async with quiet("ours", "g", capacity=2) as groups, raw_peers(groups) as (raw,):
            raw.greet("a", "b", "c")
            raw.say(*Ping(sequence=2).serialize())
            await raw.hear()
            await raw.hear()
            assert groups.dropped == 2
            assert [event.group for event in await told(groups, GroupJoined, GroupJoined)] == [
                "b",
                "c",
            ]
            assert len(groups.members("a")) == 1


class TestLife:
    async def test_iterating_ends_with_the_context(self) -> None:
        async with quiet("ours") as groups:
            pass
        assert [event async for event in groups] == []

    async def test_what_goes_wrong_inside_comes_out_as_it_is(self, leaving_nothing) -> None:
        async with leaving_nothing():
            with pytest.raises(ZeroDivisionError):
                async with quiet("ours"):
                    raise ZeroDivisionError

    async def test_goodbye_is_said_where_the_context_is_cancelled(self, beacon_port) -> None:
        async def stay(entered: asyncio.Event) -> None:
            async with member("right", beacon_port=beacon_port):
                entered.set()
                await asyncio.Event().wait()

        async with member("left", beacon_port=beacon_port) as left:
            entered = asyncio.Event()
            staying = asyncio.create_task(stay(entered))
            await entered.wait()
            await told(left, PeerEntered)
            staying.cancel()
            (gone,) = await told(left, PeerExited)
            assert gone.reason is ExitReason.GOODBYE
            with pytest.raises(asyncio.CancelledError):
                await staying

    async def test_a_port_that_is_taken_is_told_in_words(self, leaving_nothing) -> None:
        async with quiet("first") as first, leaving_nothing():
            with pytest.raises(AddressInUseError, match="Groups port"):
                async with quiet("second", port=first.port):
                    pass

    async def test_a_beacon_from_elsewhere_meets_nobody(self, beacon_port) -> None:
        async with member("ours", beacon_port=beacon_port) as groups:
            groups._receive_beacon(Beacon(NAMELESS, 5000).serialize(), "10.1.2.3")
            assert groups._links == {}

    @pytest.mark.parametrize("peer", ["", "localhost:1", "tcp://:1", "tcp://h", "udp://h:1"])
    async def test_a_peer_without_an_endpoint_is_refused(self, peer: str) -> None:
        with pytest.raises(LocalProtocolError, match="tcp://host:port"):
            async with quiet("ours", peers=[peer]):
                pass

    async def test_a_host_that_nobody_knows_is_told_in_words(self) -> None:
        with pytest.raises(NetworkError, match="nobody knows"):
            async with quiet("ours", peers=[f"tcp://{'x' * 70}:1"]):
                pass

    async def test_an_interface_that_is_not_ours_is_told_in_words(self) -> None:
        with pytest.raises(NetworkError, match="not an address of this machine"):
            async with quiet("ours", interfaces=["192.0.2.77"]):
                pass

    async def test_a_name_that_cannot_be_told_is_refused(self, leaving_nothing) -> None:
        async with leaving_nothing():
            with pytest.raises(LocalProtocolError):
                async with quiet("n" * 256):
                    pass
