from __future__ import annotations

import asyncio
import logging
import random
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any

import pytest
import zmq
import zmq.asyncio

from gazewire.errors import (
    AddressInUseError,
    ConnectionLostError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.net.bus import Bus
from gazewire.net.bus_client import BusPusher, BusSubscriber
from gazewire.net.remote import BlockingRemoteClient, RemoteClient, RemoteServer
from gazewire.time import ManualClock, SystemClock, TimeBase
from gazewire.wire.ipc import Message
from gazewire.wire.remote import (
    MAX_REQUEST_BYTES,
    AskPublishPort,
    AskSubscribePort,
    AskTime,
    AskVersion,
    Command,
    Forward,
    SetTime,
    StartCalibration,
    StartRecording,
    StopCalibration,
    StopRecording,
    parse_time_reply,
)

LOOPBACK = "127.0.0.1"
TIME_LIMIT_S = 20
NOBODY = "tcp://127.0.0.1:1"


class Program:
    """A Remote, and what it does to the program around it."""

    def __init__(self, **options: Any) -> None:
        self.clock = ManualClock(mono_ns=1_772_805_828_274)
        self.timebase = TimeBase.from_boot(self.clock)
        self.forwarded: list[list[bytes]] = []
        self.commands: list[Command] = []
        options = {"forward": self.forward, "on_command": self.commands.append, **options}
        self.remote = RemoteServer(
            self.clock, self.timebase, pub_port=37171, sub_port=44953, port=0, **options
        )

    def forward(self, frames: Sequence[bytes | memoryview]) -> None:
        self.forwarded.append([bytes(frame) for frame in frames])


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Program]:
    program = Program(**options)
    async with program.remote:
        yield program


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    async with running() as program:
        yield program


@pytest.fixture
def peers() -> Iterator[zmq.asyncio.Context]:
    """Makes sockets as any program would."""
    context = zmq.asyncio.Context()
    yield context
    context.destroy(linger=0)


@contextmanager
def connected(peers: zmq.asyncio.Context, program: Program, kind: int = zmq.REQ) -> Iterator[Any]:
    peer = peers.socket(kind)
    with closing(peer):
        peer.linger = 0
        peer.connect(program.remote.url)
        yield peer


async def ask(peer: zmq.asyncio.Socket, *frames: bytes) -> list[bytes]:
    async with asyncio.timeout(TIME_LIMIT_S):
        await peer.send_multipart(frames)
        return await peer.recv_multipart()


async def still_answers(peers: zmq.asyncio.Context, program: Program) -> None:
    with connected(peers, program) as peer:
        assert await ask(peer, b"v") == [b"3.6.14"]


# Requests and replies


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (b"SUB_PORT", b"44953"),
        (b"PUB_PORT", b"37171"),
        (b"R", b"OK"),
        (b"R my rec", b"OK"),
        (b"Rfoo", b"OK"),
        (b"r", b"OK"),
        (b"recording", b"OK"),
        (b"C", b"OK"),
        (b"c", b"OK"),
        (b"Cx", b"Unknown command."),
        (b"hello", b"Unknown command."),
        (b"sub_port", b"Unknown command."),
        (b"PUSH_PORT", b"Unknown command."),
        (b" t", b"Unknown command."),
        (b"T 12.5", b"Timesync successful."),
        (b"T12.5", b"Timesync successful."),
        (b"T", b"'' cannot be converted to float."),
        (b"T abc", b"'abc' cannot be converted to float."),
        (b"t", b"1772.805828274"),
        (b"test", b"1772.805828274"),
        (b"v", b"3.6.14"),
        (b"vvv", b"3.6.14"),
        # What ended the incumbent, or its clock.
        (b"", b"Unknown command."),
        (b"\xff", b"Unknown command."),
        (b"t\xff", b"Unknown command."),
        (b"\x00", b"Unknown command."),
        (b"T nan", b"'nan' cannot be converted to float."),
        (b"T inf", b"'inf' cannot be converted to float."),
        (b"T -Infinity", b"'-Infinity' cannot be converted to float."),
        (b"T 1e999", b"'1e999' cannot be converted to float."),
    ],
)
async def test_a_command_is_answered_with_one_line(
    program: Program, peers: zmq.asyncio.Context, request_: bytes, reply: bytes
) -> None:
    with connected(peers, program) as peer:
        assert await ask(peer, request_) == [reply]
        await still_answers(peers, program)


@pytest.mark.parametrize("count", [2, 3, 5, 100])
async def test_frames_are_forwarded_as_they_are(
    program: Program, peers: zmq.asyncio.Context, count: int
) -> None:
    frames = [b"any \xff topic", b"\xc1 no map", *[b"", b"\x00" * 3] * count][:count]
    with connected(peers, program) as peer:
        assert await ask(peer, *frames) == [b"Notification received"]
    assert program.forwarded == [frames]


@pytest.mark.parametrize(
    ("request_", "subject", "fields"),
    [
        (b"R", "recording.should_start", {"session_name": ""}),
        (b"R my rec", "recording.should_start", {"session_name": "my rec"}),
        (b"Rfoo", "recording.should_start", {"session_name": "oo"}),
        (b"recording", "recording.should_stop", {}),
        (b"C", "calibration.should_start", {}),
        (b"c", "calibration.should_stop", {}),
    ],
)
async def test_what_should_start_and_stop_is_announced(
    program: Program,
    peers: zmq.asyncio.Context,
    request_: bytes,
    subject: str,
    fields: dict[str, object],
) -> None:
    with connected(peers, program) as peer:
        await ask(peer, request_)
    (frames,) = program.forwarded
    message = Message.parse(frames)
    topic = f"notify.{subject}"
    assert message.topic == topic
    assert message.map() == {"subject": subject, **fields, "topic": topic}
    assert len(program.commands) == 1


async def test_the_time_goes_on_from_where_it_was_set(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    with connected(peers, program) as peer:
        await ask(peer, b"T 12.5")
        assert await ask(peer, b"t") == [b"12.5"]
        program.clock.advance(61_000)
        assert await ask(peer, b"t") == [b"12.500061"]
        await ask(peer, b"T 0.0")
        program.clock.advance(61_000)
        assert await ask(peer, b"t") == [b"6.1e-05"]
        await ask(peer, b"T nan")
        assert await ask(peer, b"t") == [b"6.1e-05"]
        await ask(peer, b"T -1e300")
        assert await ask(peer, b"t") == [b"-1e+300"]
    assert program.commands == [SetTime(12.5), SetTime(0.0), SetTime(-1e300)]


async def test_what_changes_nothing_is_not_told(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    with connected(peers, program) as peer:
        for request in (b"t", b"v", b"SUB_PORT", b"PUB_PORT", b"T nan", b"", b"x"):
            await ask(peer, request)
        await ask(peer, b"a", b"b")
    assert program.commands == []


async def test_the_bus_gets_what_is_forwarded(peers: zmq.asyncio.Context) -> None:
    async with (
        Bus(SystemClock()) as bus,
        BusPusher(bus.push_url) as pusher,
        BusSubscriber(bus.sub_url, ["notify."]) as subscriber,
        running(forward=pusher.push_frames) as program,
        asyncio.timeout(TIME_LIMIT_S),
    ):
        with connected(peers, program) as peer:
            await ask(peer, b"notify.x", b"\x80", b"raw")
            await ask(peer, b"R")
        assert await anext(subscriber) == Message("notify.x", b"\x80", (b"raw",))
        assert (await anext(subscriber)).topic == "notify.recording.should_start"


# Many clients, and odd ones


async def test_clients_are_answered_side_by_side(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    async def talk(number: int) -> None:
        with connected(peers, program) as peer:
            for step in range(20):
                topic = b"%d.%d" % (number, step)
                assert await ask(peer, topic, b"\x80") == [b"Notification received"]
                assert await ask(peer, b"PUB_PORT") == [b"37171"]

    await asyncio.gather(*(talk(number) for number in range(10)))
    assert len(program.forwarded) == 200


async def test_a_client_that_dies_before_its_reply_is_nobody_else_s_trouble(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    for _ in range(20):
        with connected(peers, program) as peer:
            await peer.send(b"t")
    await still_answers(peers, program)


async def test_a_client_that_asks_without_reading_loses_its_replies_alone(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    with connected(peers, program, zmq.DEALER) as peer:
        peer.sndhwm = peer.rcvhwm = 0
        for _ in range(5000):
            await peer.send_multipart([b"", b"v"])
        await still_answers(peers, program)


async def test_requests_through_brokers_find_their_way_back(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    with connected(peers, program, zmq.DEALER) as peer:
        assert await ask(peer, b"one", b"two", b"", b"v") == [b"one", b"two", b"", b"3.6.14"]


@pytest.mark.parametrize("frames", [[b"v"], [b"v", b"w"], [b""], [b"", b""]])
async def test_what_is_no_request_is_not_answered(
    program: Program, peers: zmq.asyncio.Context, frames: list[bytes]
) -> None:
    with connected(peers, program, zmq.DEALER) as peer:
        await peer.send_multipart(frames)
        expected = [b"", b"3.6.14"]
        if frames == [b"", b""]:
            expected = [b"", b"Unknown command."]
        assert await ask(peer, b"", b"v") == expected


async def test_a_probe_without_a_word_is_harmless(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    for _ in range(50):
        socket.create_connection((LOOPBACK, program.remote.port)).close()
    with socket.create_connection((LOOPBACK, program.remote.port)):
        await still_answers(peers, program)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f",
        b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48) + b"\x04\xff" + b"\xff" * 300,
        bytes(range(256)) * 64,
    ],
    ids=len,
)
async def test_garbage_is_harmless(
    program: Program, peers: zmq.asyncio.Context, garbage: bytes
) -> None:
    with socket.create_connection((LOOPBACK, program.remote.port)) as connection:
        connection.sendall(garbage)
        await still_answers(peers, program)
    await still_answers(peers, program)


async def test_bytes_in_the_manner_of_zmtp_1_do_not_silence_it(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    """Read as frames of no request, from a connection that is gone; they silence libzmq's REP."""
    chance = random.Random(1)
    with connected(peers, program) as peer:
        for _ in range(300):
            with socket.create_connection((LOOPBACK, program.remote.port)) as connection:
                connection.sendall(b"\x01\x00" + chance.randbytes(48))
            assert await ask(peer, b"v") == [b"3.6.14"]


# Size


async def test_the_largest_command_is_answered(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    with connected(peers, program) as peer:
        assert await ask(peer, b"x" * MAX_REQUEST_BYTES) == [b"Unknown command."]
        topic = b"frame.world"
        frames = [topic, b"\x80", bytes(MAX_REQUEST_BYTES - len(topic) - 1)]
        assert await ask(peer, *frames) == [b"Notification received"]
        assert program.forwarded == [frames]


async def test_a_frame_that_is_too_large_ends_its_connection(
    program: Program, peers: zmq.asyncio.Context
) -> None:
    with connected(peers, program) as peer:
        with closing(peer.get_monitor_socket(zmq.EVENT_DISCONNECTED)) as monitor:
            await peer.send(bytes(MAX_REQUEST_BYTES + 1))
            async with asyncio.timeout(TIME_LIMIT_S):
                await monitor.recv_multipart()
            peer.disable_monitor()
        await still_answers(peers, program)


async def test_frames_that_are_too_large_together_are_not_forwarded(
    program: Program, peers: zmq.asyncio.Context, caplog: pytest.LogCaptureFixture
) -> None:
    part = bytes(MAX_REQUEST_BYTES // 2)
    with connected(peers, program) as peer:
        assert await ask(peer, b"1", part, part) == [b"Unknown command."]
        await still_answers(peers, program)
    assert program.forwarded == []
    assert "refused" in caplog.text


# What goes wrong around it


async def test_a_failure_is_told_and_forgotten(
    peers: zmq.asyncio.Context, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(what: object) -> None:
        raise ConnectionLostError("the bus takes nothing")

    async with running(forward=fail, on_command=fail) as program:
        with connected(peers, program) as peer:
            assert await ask(peer, b"a", b"b") == [b"Unknown command."]
            assert await ask(peer, b"T 1") == [b"Unknown command."]
            assert await ask(peer, b"v") == [b"3.6.14"]
    failures = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(failures) == 2


async def test_a_port_that_is_taken_is_told(
    program: Program, leaving_nothing: Callable[..., Any]
) -> None:
    port = program.remote.port
    other = RemoteServer(
        program.clock, program.timebase, pub_port=1, sub_port=2, forward=print, port=port
    )
    async with leaving_nothing():
        with pytest.raises(AddressInUseError, match=f"Pupil Remote port {port}"):
            async with other:
                pass


async def test_an_interface_that_is_not_ours_is_told() -> None:
    with pytest.raises(NetworkError, match=r"192\.0\.2\.77"):
        async with running(host="192.0.2.77"):
            pass


async def test_leaving_ends_the_thread_and_frees_the_port(
    peers: zmq.asyncio.Context, leaving_nothing: Callable[..., Any]
) -> None:
    async with leaving_nothing():
        async with running() as program:
            await still_answers(peers, program)
            assert "Pupil Remote" in {thread.name for thread in threading.enumerate()}
        assert "Pupil Remote" not in {thread.name for thread in threading.enumerate()}
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LOOPBACK, program.remote.port))


# Our own clients

QUESTIONS = [
    (AskSubscribePort(), b"44953"),
    (AskPublishPort(), b"37171"),
    (AskVersion(), b"3.6.14"),
    (SetTime(12.5), b"Timesync successful."),
    (AskTime(), b"12.5"),
    (StartRecording("x y"), b"OK"),
    (StopRecording(), b"OK"),
    (StartCalibration(), b"OK"),
    (StopCalibration(), b"OK"),
    (Forward((b"a", b"b")), b"Notification received"),
]


async def test_the_client_asks_everything(program: Program) -> None:
    async with RemoteClient(program.remote.url) as client:
        for question, reply in QUESTIONS:
            assert await client.request(question) == reply


async def test_the_blocking_client_asks_everything(program: Program) -> None:
    with BlockingRemoteClient(program.remote.url) as client:
        for question, reply in QUESTIONS:
            assert client.request(question) == reply


async def test_requests_of_several_tasks_follow_one_another(program: Program) -> None:
    async with RemoteClient(program.remote.url) as client:
        replies = await asyncio.gather(*(client.request(question) for question, _ in QUESTIONS))
    assert replies == [reply for _, reply in QUESTIONS]


async def test_a_client_that_was_not_answered_asks_again(peers: zmq.asyncio.Context) -> None:
    async def answer(server: zmq.asyncio.Socket) -> None:
        # Those who have asked at first are gone by now.
        while True:
            identity, delimiter, _ = await server.recv_multipart()
            await server.send_multipart([identity, delimiter, b"2.5"])

    with closing(peers.socket(zmq.ROUTER)) as server:
        url = f"tcp://{LOOPBACK}:{server.bind_to_random_port(f'tcp://{LOOPBACK}')}"
        message = re.escape(f"{url} has not answered in 0.2 s")
        async with RemoteClient(url, timeout_s=0.2) as client:
            with BlockingRemoteClient(url, timeout_s=0.2) as blocking:
                with pytest.raises(ConnectionLostError, match=message):
                    await client.request(AskTime())
                with pytest.raises(ConnectionLostError, match=message):
                    await asyncio.to_thread(blocking.request, AskTime())
                answering = asyncio.create_task(answer(server))
                assert parse_time_reply(await client.request(AskTime())) == 2.5
                assert await asyncio.to_thread(blocking.request, AskTime()) == b"2.5"
                answering.cancel()
                await asyncio.wait([answering])


async def test_a_request_that_was_cancelled_is_not_answered_to_the_next_one(
    program: Program,
) -> None:
    async with RemoteClient(program.remote.url) as client:
        for _ in range(20):
            asking = asyncio.create_task(client.request(AskTime()))
            await asyncio.sleep(0)
            asking.cancel()
            assert await client.request(AskVersion()) == b"3.6.14"


async def test_a_reply_of_several_frames_is_none(peers: zmq.asyncio.Context) -> None:
    with closing(peers.socket(zmq.REP)) as odd:
        port = odd.bind_to_random_port(f"tcp://{LOOPBACK}")
        async with RemoteClient(f"tcp://{LOOPBACK}:{port}") as client:
            asking = asyncio.create_task(client.request(AskTime()))
            await odd.recv_multipart()
            await odd.send_multipart([b"1", b"2"])
            with pytest.raises(RemoteProtocolError, match="one frame"):
                await asking


async def test_nobody_there_is_told(leaving_nothing: Callable[..., Any]) -> None:
    async with leaving_nothing():
        async with RemoteClient(NOBODY, timeout_s=0.05) as client:
            with pytest.raises(ConnectionLostError):
                await client.request(AskTime())
        with (
            BlockingRemoteClient(NOBODY, timeout_s=0.05) as blocking,
            pytest.raises(ConnectionLostError),
        ):
            blocking.request(AskTime())
