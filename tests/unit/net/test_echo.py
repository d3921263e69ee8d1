from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from gazewire.errors import (
    AddressInUseError,
    ConnectionLostError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.net.echo import (
    EchoMeasurement,
    TimeEchoLimits,
    TimeEchoServer,
    connect_time_echo,
)
from gazewire.time import ManualClock

DEVICE_UNIX_NS = 1_744_294_828_401_999_999
REQUEST = bytes.fromhex("000001962012d945")
REPLY = bytes.fromhex("000001962012d945 000001962012d971")


PATIENT = TimeEchoLimits()


def serving(limits: TimeEchoLimits = PATIENT) -> TimeEchoServer:
    return TimeEchoServer(ManualClock(DEVICE_UNIX_NS), host="127.0.0.1", port=0, limits=limits)


@pytest.fixture
async def server():
    async with serving() as server:
        yield server


@asynccontextmanager
async def connected(server: TimeEchoServer):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_eight_bytes_are_answered_by_sixteen_with_the_time_rounded_down(server):
    async with connected(server) as (reader, writer):
        writer.write(REQUEST)
        assert await reader.readexactly(16) == REPLY


async def test_an_answer_is_one_segment(server):
    async with connected(server) as (reader, writer):
        for _ in range(200):
            writer.write(REQUEST)
            assert await reader.read(16) == REPLY


async def test_requests_may_come_in_pieces_and_in_heaps(server):
    async with connected(server) as (reader, writer):
        for byte in REQUEST:
            writer.write(bytes([byte]))
            await writer.drain()
        assert await reader.readexactly(16) == REPLY
        writer.write(REQUEST * 50 + REQUEST[:3])
        assert await reader.readexactly(50 * 16) == REPLY * 50
        writer.write(REQUEST[3:])
        assert await reader.readexactly(16) == REPLY


async def test_half_a_request_before_the_end_is_ignored(server):
    async with connected(server) as (reader, writer):
        writer.write(REQUEST + REQUEST[:5])
        writer.write_eof()
        assert await reader.read() == REPLY


async def test_answers_go_out_without_delay(server):
    async with connected(server) as (reader, writer):
        writer.write(REQUEST)
        await reader.readexactly(16)
        [connection] = server._connections
        ours = connection._transport.get_extra_info("socket")
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_silent_client_is_closed():
    async with serving(TimeEchoLimits(idle_timeout_s=0.05)) as server, connected(server) as pair:
        reader, writer = pair
        writer.write(REQUEST)
        assert await reader.readexactly(16) == REPLY
        with suppress(ConnectionResetError):
            assert await reader.read() == b""


async def test_too_many_clients_are_turned_away():
    async with serving(TimeEchoLimits(connections=1)) as server, connected(server) as (r1, w1):
        w1.write(REQUEST)
        assert await r1.readexactly(16) == REPLY
        async with connected(server) as (reader, _):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
        w1.write(REQUEST)
        assert await r1.readexactly(16) == REPLY


async def test_a_client_that_does_not_read_is_dropped(caplog):
    limits = replace(PATIENT, unsent_bytes=1000, burst_bytes=1_000_000)
    async with serving(limits) as server, connected(server) as (_, writer):
        with suppress(ConnectionError):
            while not caplog.records:
                writer.write(REQUEST * 10_000)
                await writer.drain()
    [record] = caplog.records
    assert "does not read" in record.getMessage()


async def test_a_client_that_floods_is_dropped_unanswered(server, caplog):
    async with connected(server) as (reader, writer):
        writer.write(REQUEST * 10_000)
        with suppress(ConnectionError):
            assert await reader.read() == b""
    [record] = caplog.records
    assert "does not wait" in record.getMessage()


async def test_a_taken_port_is_told(server):
    with pytest.raises(AddressInUseError, match="time echo"):
        async with TimeEchoServer(ManualClock(), host="127.0.0.1", port=server.port):
            pass


async def test_leaving_ends_every_connection(leaving_nothing):
    async with leaving_nothing():
        async with serving() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(REQUEST)
            await reader.readexactly(16)
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_cancelling_the_program_of_a_server_leaves_nothing(leaving_nothing):
    up = asyncio.Event()

    async def run() -> None:
        async with serving():
            up.set()
            await asyncio.Event().wait()

    async with leaving_nothing():
        program = asyncio.create_task(run())
        await up.wait()
        program.cancel()
        await asyncio.wait({program})


# The client


async def test_a_client_measures_round_after_round(leaving_nothing):
    clock = ManualClock(1_744_294_828_357_600_000)
    async with (
        leaving_nothing(),
        serving() as server,
        connect_time_echo("127.0.0.1", server.port, clock) as client,
    ):
        for _ in range(3):
            now_unix_ns = clock.unix_ns()
            assert await client.measure() == EchoMeasurement(
                sent_unix_ns=now_unix_ns,
                device_unix_ms=1_744_294_828_401,
                received_unix_ns=now_unix_ns,
            )
            clock.advance(1_234_567)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", ConnectionLostError),
        (bytes(15), ConnectionLostError),
        (bytes(16), RemoteProtocolError),
    ],
)
async def test_a_strange_answer_is_an_error_of_ours(answer, error):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect_time_echo("127.0.0.1", port, ManualClock()) as client:
            with pytest.raises(error):
                await client.measure()


async def test_a_port_without_an_echo_is_a_network_error():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(NetworkError):
            async with connect_time_echo("127.0.0.1", free.getsockname()[1], ManualClock()):
                pass


def test_the_reply_of_the_vector_is_the_time_of_the_clock():
    assert struct.unpack(">QQ", REPLY)[1] == DEVICE_UNIX_NS // 1_000_000
