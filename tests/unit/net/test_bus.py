from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq
import zmq.asyncio

from gazewire.errors import AddressInUseError, NetworkError
from gazewire.model import Notification
from gazewire.net.bus import Bus, BusLimits
from gazewire.net.bus_client import BusPublisher, BusPusher, BusSubscriber
from gazewire.time import SystemClock
from gazewire.wire.ipc import Message, parse_notification

LOOPBACK = "127.0.0.1"
TIME_LIMIT_S = 20
OPEN_FILES = Path("/proc/self/fd")
GREETING = msgspec.msgpack.encode({"hello": 1.0})


@pytest.fixture
async def bus() -> AsyncIterator[Bus]:
    async with Bus(SystemClock()) as bus:
        yield bus


@pytest.fixture
def peers() -> Iterator[zmq.asyncio.Context]:
    """Makes sockets as any program would."""
    context = zmq.asyncio.Context()
    yield context
    context.destroy(linger=0)


@contextmanager
def connected(peers: zmq.asyncio.Context, kind: int, url: str) -> Iterator[zmq.asyncio.Socket]:
    peer = peers.socket(kind)
    with closing(peer):
        peer.linger = 0
        peer.connect(url)
        yield peer


@asynccontextmanager
async def stock_subscriber(
    peers: zmq.asyncio.Context, bus: Bus, *prefixes: bytes
) -> AsyncIterator[zmq.asyncio.Socket]:
    """A plain SUB whose subscriptions are in force."""
    with connected(peers, zmq.SUB, bus.sub_url) as subscriber:
        for prefix in (*prefixes, b"ready"):
            subscriber.subscribe(prefix)
        with connected(peers, zmq.PUSH, bus.push_url) as pusher:
            while not await subscriber.poll(10):
                await pusher.send_multipart([b"ready", GREETING])
        subscriber.unsubscribe(b"ready")
        while await subscriber.poll(50):
            assert await subscriber.recv_multipart() == [b"ready", GREETING]
        yield subscriber


@asynccontextmanager
async def stock_publisher(
    peers: zmq.asyncio.Context, bus: Bus
) -> AsyncIterator[zmq.asyncio.Socket]:
    """A plain XPUB that has been told of the bus's own subscriptions."""
    with connected(peers, zmq.XPUB, bus.pub_url) as publisher:
        assert (await publisher.recv())[:1] == b"\x01"
        yield publisher


def open_files() -> int:
    return len(list(OPEN_FILES.iterdir()))


async def still_serves(bus: Bus) -> None:
    """Every way through the bus, with new peers."""
    topic = f"check.{id(object())}"
    async with (
        asyncio.timeout(TIME_LIMIT_S),
        BusSubscriber(bus.sub_url, [topic, "notify.check"]) as subscriber,
        BusPublisher(bus.pub_url) as publisher,
        BusPusher(bus.push_url) as pusher,
    ):
        publisher.publish(Message(topic, GREETING))
        assert await anext(subscriber) == Message(topic, GREETING)
        pusher.push(Message(topic, GREETING))
        assert await anext(subscriber) == Message(topic, GREETING)
        pusher.notify(Notification(subject="check", fields={"delay": 0.001}))
        assert parse_notification(await anext(subscriber)) == Notification(subject="check")


def shake_hands(port: int, kind: bytes) -> socket.socket:
    """Speak ZMTP 3.0 (RFC 23) up to where messages follow: what libzmq itself would never send."""
    peer = socket.create_connection((LOOPBACK, port), timeout=TIME_LIMIT_S)
    peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + b"\x00" + bytes(31))
    ready = b"\x05READY\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind
    peer.sendall(b"\x04" + bytes([len(ready)]) + ready)
    greeting = b""
    while len(greeting) < 66 or len(greeting) < 66 + greeting[65]:
        greeting += peer.recv(1024)
    return peer


def zmtp_frame(content: bytes, *, more: bool = False) -> bytes:
    """One frame of the long form, which is `more` or the last one of its message."""
    return bytes([2 + more]) + len(content).to_bytes(8, "big") + content


def is_hung_up(peer: socket.socket) -> bool:
    """Wait until the bus ends a connection; what it says before does not matter."""
    try:
        while peer.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


# What passes


@pytest.mark.parametrize("extra", [0, 1, 3])
async def test_frames_pass_unchanged(bus: Bus, peers: zmq.asyncio.Context, extra: int) -> None:
    frames = [b"frame.world", b"\xc1 no map", *[b"\x00\xff" * 1000] * extra]
    async with (
        asyncio.timeout(TIME_LIMIT_S),
        stock_subscriber(peers, bus, b"frame.") as subscriber,
        stock_publisher(peers, bus) as publisher,
    ):
        while not await subscriber.poll(10):
            await publisher.send_multipart(frames)
        assert await subscriber.recv_multipart() == frames


async def test_a_reliable_sender_is_heard_by_everybody(
    bus: Bus, peers: zmq.asyncio.Context
) -> None:
    async with (
        asyncio.timeout(TIME_LIMIT_S),
        stock_subscriber(peers, bus, b"notify.") as one,
        stock_subscriber(peers, bus, b"") as other,
    ):
        with connected(peers, zmq.PUSH, bus.push_url) as pusher:
            await pusher.send_multipart([b"notify.x", GREETING])
            assert await one.recv_multipart() == [b"notify.x", GREETING]
            assert await other.recv_multipart() == [b"notify.x", GREETING]


async def test_a_beginning_of_a_topic_is_enough(bus: Bus, peers: zmq.asyncio.Context) -> None:
    async with (
        asyncio.timeout(TIME_LIMIT_S),
        stock_subscriber(peers, bus, b"gaze.3d.0") as subscriber,
    ):
        with connected(peers, zmq.PUSH, bus.push_url) as pusher:
            for topic in (b"gaze.3d.1.", b"gaze.3d.0.", b"gaze.2d.0.", b"gaze.3d.01."):
                await pusher.send_multipart([topic, GREETING])
            assert (await subscriber.recv_multipart())[0] == b"gaze.3d.0."
            assert (await subscriber.recv_multipart())[0] == b"gaze.3d.01."


async def test_a_publisher_is_told_who_subscribes(bus: Bus, peers: zmq.asyncio.Context) -> None:
    async with asyncio.timeout(TIME_LIMIT_S), stock_publisher(peers, bus) as publisher:
        async with BusSubscriber(bus.sub_url, ["eye.camera"]):
            while await publisher.recv() != b"\x01eye.camera":
                pass
        while await publisher.recv() != b"\x00eye.camera":
            pass


async def test_what_a_reliable_sender_sends_comes_in_order_and_whole(
    bus: Bus, peers: zmq.asyncio.Context
) -> None:
    async with asyncio.timeout(TIME_LIMIT_S), stock_subscriber(peers, bus, b"n") as subscriber:
        with connected(peers, zmq.PUSH, bus.push_url) as pusher:
            for number in range(500):
                await pusher.send_multipart([b"n", b"%d" % number])
            for number in range(500):
                assert await subscriber.recv_multipart() == [b"n", b"%d" % number]


async def test_the_ports_that_are_bound_are_told(bus: Bus) -> None:
    assert bus.pub_url == f"tcp://{LOOPBACK}:{bus.pub_port}"
    assert bus.sub_url == f"tcp://{LOOPBACK}:{bus.sub_port}"
    assert bus.push_url == f"tcp://{LOOPBACK}:{bus.push_port}"
    assert len({bus.pub_port, bus.sub_port, bus.push_port}) == 3


# Delays


@asynccontextmanager
async def delays(bus: Bus) -> AsyncIterator[tuple[BusPusher, BusSubscriber]]:
    async with (
        asyncio.timeout(TIME_LIMIT_S),
        BusSubscriber(bus.sub_url, ["notify.", "remote_notify."]) as subscriber,
        BusPusher(bus.push_url) as pusher,
    ):
        yield pusher, subscriber


def delayed(subject: str, delay_s: object, **fields: object) -> Message:
    fields = {"subject": subject, "delay": delay_s, **fields}
    return Message.from_map(f"delayed_notify.{subject}", fields)


async def test_delayed_notifications_come_in_order_of_time(bus: Bus) -> None:
    async with delays(bus) as (pusher, subscriber):
        for subject, delay_s in [("third", 0.09), ("first", 0.03), ("second", 0.06)]:
            pusher.push(delayed(subject, delay_s))
        subjects = [parse_notification(await anext(subscriber)).subject for _ in range(3)]
        assert subjects == ["first", "second", "third"]


async def test_a_delayed_notification_loses_its_delay_and_takes_the_topic_it_then_has(
    bus: Bus,
) -> None:
    async with delays(bus) as (pusher, subscriber):
        pusher.push(delayed("plain", 0.01, size=1.5, topic="delayed_notify.plain"))
        message = await anext(subscriber)
        assert message.topic == "notify.plain"
        assert message.map() == {"subject": "plain", "size": 1.5, "topic": "notify.plain"}
        pusher.push(delayed("far", 0.01, remote_notify="all"))
        assert (await anext(subscriber)).topic == "remote_notify.far"


async def test_a_later_one_of_the_same_subject_replaces_one_that_waits(bus: Bus) -> None:
    async with delays(bus) as (pusher, subscriber):
        pusher.push(delayed("same", 0.02, value=1.0))
        pusher.push(delayed("same", 0.04, value=2.0))
        pusher.push(delayed("end", 0.06))
        assert (await anext(subscriber)).map()["value"] == 2.0
        assert (await anext(subscriber)).topic == "notify.end"


async def test_a_delay_under_another_topic_is_not_one(bus: Bus) -> None:
    fields = {"subject": "eye_process.should_start.1", "eye_id": 1, "delay": 3600.0}
    async with delays(bus) as (pusher, subscriber):
        pusher.push(Message.from_map("notify.eye_process.should_start.1", fields))
        assert (await anext(subscriber)).map() == fields


@pytest.mark.parametrize(
    "frames",
    [
        [b"delayed_notify.x"],
        [b"delayed_notify.x", b""],
        [b"delayed_notify.x", b"\xc1"],
        [b"delayed_notify.x", msgspec.msgpack.encode([1, 2])],
        [b"delayed_notify.x", msgspec.msgpack.encode({"delay": 0.1})],
        [b"delayed_notify.x", msgspec.msgpack.encode({"subject": "x"})],
        [b"delayed_notify.x", msgspec.msgpack.encode({"subject": "x", "delay": "soon"})],
        [b"delayed_notify.x", msgspec.msgpack.encode({"subject": "x", "delay": float("nan")})],
        [b"delayed_notify.\xff", msgspec.msgpack.encode({"subject": "x", "delay": 0.1})],
        [b"delayed_notify.x", b"\x81\xa7subject\xdb\xff\xff\xff\xff"],
        [b"\xffgazewire", b"\x80"],
    ],
    ids=lambda frames: repr(frames)[:60],
)
async def test_a_delayed_notification_that_cannot_be_kept_is_dropped_alone(
    bus: Bus, frames: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    async with delays(bus) as (pusher, subscriber):
        pusher.push_frames(frames)
        pusher.push(delayed("good", 0.001))
        assert (await anext(subscriber)).topic == "notify.good"
    assert bus.malformed == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]


# What must not end it


async def test_a_subscription_that_would_end_libzmq_ends_its_connection(bus: Bus) -> None:
    # Taken back with a call for each byte, it would overflow the stack.
    with shake_hands(bus.sub_port, b"SUB") as peer:
        with suppress(OSError):
            peer.sendall(zmtp_frame(b"\x01" + b"x" * 1_000_000))
        assert await asyncio.to_thread(is_hung_up, peer)
        await still_serves(bus)


async def test_a_message_whose_end_libzmq_takes_for_a_subscription_ends_nothing(bus: Bus) -> None:
    # The proxy waits for the end in vain.
    with shake_hands(bus.sub_port, b"SUB") as peer:
        peer.sendall(zmtp_frame(b"\x01again"))
        async with BusPublisher(bus.pub_url) as publisher:
            for _ in range(20):
                await still_serves(bus)
                peer.sendall(zmtp_frame(b"upstream", more=True) + zmtp_frame(b"\x01again"))
                publisher.publish(Message("again", GREETING))
        await still_serves(bus)
    await still_serves(bus)


async def test_the_longest_subscription_that_is_taken_ends_nothing(bus: Bus) -> None:
    prefix = "x" * BusLimits().subscription_bytes
    async with (
        BusSubscriber(bus.sub_url, [prefix]) as subscriber,
        BusPusher(bus.push_url) as pusher,
    ):
        pusher.push(Message(prefix + ".", GREETING))
        async with asyncio.timeout(TIME_LIMIT_S):
            assert (await anext(subscriber)).topic == prefix + "."
        await still_serves(bus)


@pytest.mark.parametrize("kind", [b"PUB", b"PUSH"])
async def test_a_frame_that_is_too_large_ends_its_connection(kind: bytes) -> None:
    async with Bus(SystemClock(), limits=BusLimits(frame_bytes=10_000)) as bus:
        port = bus.pub_port if kind == b"PUB" else bus.push_port
        with shake_hands(port, kind) as peer:
            peer.sendall(zmtp_frame(b"big", more=True) + zmtp_frame(b"x" * 10_001))
            assert await asyncio.to_thread(is_hung_up, peer)
            await still_serves(bus)


async def test_what_subscribers_say_besides_is_ignored(
    bus: Bus, peers: zmq.asyncio.Context
) -> None:
    with connected(peers, zmq.XSUB, bus.sub_url) as peer:
        for frames in (
            [b""],
            [b"\x02"],
            [b"hello"],
            [b"\x01"],
            [b"\x01hello.gazewire."],
            [b"\x00"],
        ):
            await peer.send_multipart(frames)
        await peer.send_multipart([b"\x01a", b"\x01b", b"more"])
        await still_serves(bus)
    await still_serves(bus)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00",
        b"\xff",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f",
        b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL"
        + bytes(48)
        + b"\x04\xff"
        + b"\xff" * 300,
        bytes(range(256)) * 64,
    ],
    ids=len,
)
async def test_garbage_on_the_ports_is_harmless(bus: Bus, garbage: bytes) -> None:
    with contextmanager(_raw_connections)(bus) as connections:
        for connection in connections:
            connection.sendall(garbage)
        await still_serves(bus)
    await still_serves(bus)


async def test_nothing_that_libzmq_understands_is_harmful(bus: Bus) -> None:
    """Handshakes, then frames, commands and halves of them, from connections that end at once."""
    chance = random.Random(5)
    contents = [b"", b"\x00", b"\x01", b"\x01n", b"\x00n", b"\x04PING\x00\x01", b"\x05ERROR\x01x"]
    contents += [b"\x09SUBSCRIBEn", b"\x06CANCELn", b"n", b"hello"]
    kinds = [(bus.pub_port, b"PUB"), (bus.sub_port, b"SUB"), (bus.push_port, b"PUSH")]

    def frame() -> bytes:
        content = chance.choice(contents)
        return bytes([chance.choice([0, 1, 4, chance.randrange(256)]), len(content)]) + content

    for turn in range(240):
        port, kind = kinds[turn % 3]
        with shake_hands(port, kind) as peer:
            peer.sendall(b"".join(frame() for _ in range(chance.randrange(8))))
        if turn % 20 == 0:
            await still_serves(bus)
    await still_serves(bus)


def _raw_connections(bus: Bus) -> Iterator[list[socket.socket]]:
    ports = (bus.pub_port, bus.sub_port, bus.push_port)
    connections = [socket.create_connection((LOOPBACK, port)) for port in ports]
    yield connections
    for connection in connections:
        connection.close()


async def test_a_slow_subscriber_is_alone_with_its_loss(
    bus: Bus, peers: zmq.asyncio.Context
) -> None:
    count, payload = 3000, msgspec.msgpack.encode({"x": bytes(20_000)})
    numbers = []
    async with asyncio.timeout(TIME_LIMIT_S), BusSubscriber(bus.sub_url, ["n."]) as healthy:
        with connected(peers, zmq.SUB, bus.sub_url) as stalled:
            stalled.rcvhwm = 1
            stalled.subscribe(b"n.")
            async with BusPublisher(bus.pub_url) as publisher:
                for number in range(count):
                    publisher.publish(Message(f"n.{number}", payload))
                    numbers.append((await anext(healthy)).topic)
            assert numbers == [f"n.{number}" for number in range(count)]
            # It has what fitted, and has missed the rest.
            got = 0
            while await stalled.poll(100):
                await stalled.recv_multipart()
                got += 1
    assert 0 < got < count


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="open sockets are counted on Linux only")
async def test_clients_come_and_go_and_leave_nothing(bus: Bus) -> None:
    def come_and_go() -> None:
        with zmq.Context() as context:
            for _ in range(20):
                with context.socket(zmq.SUB) as subscriber, context.socket(zmq.PUB) as publisher:
                    publisher.linger = 0
                    subscriber.connect(bus.sub_url)
                    subscriber.subscribe(b"x")
                    publisher.connect(bus.pub_url)

    await still_serves(bus)
    open_before = open_files()
    await asyncio.gather(*(asyncio.to_thread(come_and_go) for _ in range(10)))
    await still_serves(bus)
    async with asyncio.timeout(TIME_LIMIT_S):
        # The bus is told of a connection's end a moment after the other side.
        while open_files() > open_before:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


# Coming and going


async def test_leaving_ends_every_thread_and_socket(
    peers: zmq.asyncio.Context, leaving_nothing: Callable[..., Any]
) -> None:
    threads = set(threading.enumerate())
    async with leaving_nothing(), Bus(SystemClock()) as bus:
        await still_serves(bus)
        assert {thread.name for thread in threading.enumerate()} >= {"bus", "bus intake"}
    left = {thread.name for thread in set(threading.enumerate()) - threads}
    assert not {name for name in left if name.startswith("bus")}


@pytest.mark.parametrize("taken", ["pub_port", "sub_port", "push_port"])
async def test_a_port_that_is_taken_is_told(
    bus: Bus, taken: str, leaving_nothing: Callable[..., Any]
) -> None:
    port = getattr(bus, taken)
    async with leaving_nothing():
        with pytest.raises(AddressInUseError, match=f"bus port {port}"):
            async with Bus(SystemClock(), **{taken: port}):
                pass
    await still_serves(bus)


async def test_an_interface_that_is_not_ours_is_told() -> None:
    with pytest.raises(NetworkError, match=r"192\.0\.2\.77"):
        async with Bus(SystemClock(), host="192.0.2.77"):
            pass


async def test_a_bus_starts_again_on_the_same_ports(bus: Bus) -> None:
    async with Bus(SystemClock()) as first:
        ports = {"pub_port": first.pub_port, "sub_port": first.sub_port}
    async with Bus(SystemClock(), **ports) as second:
        assert {"pub_port": second.pub_port, "sub_port": second.sub_port} == ports
        await still_serves(second)
