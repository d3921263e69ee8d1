from __future__ import annotations

import asyncio
import logging
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest

from gazewire.errors import AddressInUseError, NetworkError, RemoteProtocolError
from gazewire.net.time_sync import TimeSyncFollower, TimeSyncLimits, TimeSyncMaster
from gazewire.time import ManualClock, SystemClock, TimeBase
from gazewire.wire.pts import EXCHANGES, Hold, Jump, OffsetEstimate, Refuse, Slew

LOOPBACK = "127.0.0.1"
TIME_LIMIT_S = 20
NS_PER_S = 1_000_000_000


def core_time(core_s: float, clock: SystemClock) -> TimeBase:
    timebase = TimeBase.from_boot(clock)
    timebase.set_now(core_s, clock.unix_ns())
    return timebase


@asynccontextmanager
async def master(core_s: float = 100.0, **options: Any) -> AsyncIterator[TimeSyncMaster]:
    clock = ManualClock()
    timebase = TimeBase.from_boot(clock)
    timebase.set_now(core_s, clock.unix_ns())
    async with TimeSyncMaster(clock, timebase, **options) as master:
        yield master


@asynccontextmanager
async def connection(
    master: TimeSyncMaster,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(LOOPBACK, master.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def read_times(reader: asyncio.StreamReader, count: int) -> list[float]:
    async with asyncio.timeout(TIME_LIMIT_S):
        return [value for (value,) in struct.iter_unpack("<d", await reader.readexactly(8 * count))]


# Master


async def test_a_master_tells_its_time_as_often_as_it_is_asked() -> None:
    async with master(1234.5) as told, connection(told) as (reader, writer):
        writer.write(b"sync")
        assert await read_times(reader, 1) == [1234.5]
        writer.write(b"syncsync" + b"nope" + b"sy")
        assert await read_times(reader, 2) == [1234.5] * 2
        writer.write(b"nc")
        assert await read_times(reader, 1) == [1234.5]


async def test_a_master_bears_whatever_is_sent_to_it() -> None:
    async with master(1.5) as told:
        for garbage in (b"", b"\x00", b"GET / HTTP/1.1\r\n\r\n", bytes(100_000)):
            with socket.create_connection((LOOPBACK, told.port)) as peer:
                peer.sendall(garbage)
        async with connection(told) as (reader, writer):
            writer.write(b"sync")
            assert await read_times(reader, 1) == [1.5]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (TimeSyncLimits(unsent_bytes=1000, burst_bytes=1_000_000), "does not read"),
        (TimeSyncLimits(), "does not wait for answers"),
    ],
)
async def test_who_asks_without_end_is_dropped_alone(
    limits: TimeSyncLimits, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask_for_ever(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"sync" * 10_000)
            await writer.drain()

    async with (
        master(1.5, limits=limits) as told,
        connection(told) as (reader, writer),
        connection(told) as (_, greedy),
        asyncio.timeout(TIME_LIMIT_S),
    ):
        with pytest.raises(ConnectionError):
            await ask_for_ever(greedy)
        writer.write(b"sync")
        assert await read_times(reader, 1) == [1.5]
    assert reason in caplog.text


async def test_too_many_connections_are_turned_away() -> None:
    async with (
        master(limits=TimeSyncLimits(connections=1)) as told,
        connection(told) as (reader, writer),
    ):
        writer.write(b"sync")
        await read_times(reader, 1)
        async with asyncio.timeout(TIME_LIMIT_S), connection(told) as (turned_away, _):
            assert await turned_away.read() == b""


async def test_a_silent_connection_is_ended() -> None:
    async with (
        asyncio.timeout(TIME_LIMIT_S),
        master(limits=TimeSyncLimits(idle_timeout_s=0.02)) as told,
        connection(told) as (reader, _),
    ):
        assert await reader.read() == b""


async def test_leaving_ends_all_connections(leaving_nothing: Callable[..., Any]) -> None:
    async with leaving_nothing(), AsyncExitStack() as stack:
        async with master() as told:
            reader, writer = await stack.enter_async_context(connection(told))
            writer.write(b"sync")
            await read_times(reader, 1)
        assert await reader.read() == b""


async def test_a_port_that_is_taken_is_told() -> None:
    async with master() as told:
        with pytest.raises(AddressInUseError, match=f"time sync port {told.port}"):
            async with master(port=told.port):
                pass


# Follower


async def test_a_follower_finds_its_offset() -> None:
    clock = SystemClock()
    ours, theirs = core_time(500.0, clock), core_time(100.0, clock)
    async with TimeSyncMaster(clock, theirs) as told:
        estimate = await TimeSyncFollower(clock, ours).measure(LOOPBACK, told.port)
    true_s = (theirs.zero_unix_ns - ours.zero_unix_ns) / NS_PER_S
    assert estimate.offset_s == pytest.approx(true_s, abs=0.001)
    assert 0 <= estimate.jitter_s < 0.001


async def test_a_large_offset_is_corrected_at_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = ManualClock()
    timebase = TimeBase.from_boot(clock)
    follower = TimeSyncFollower(clock, timebase)
    before = timebase.core_s(clock.unix_ns())
    correction = await follower.correct(OffsetEstimate(offset_s=2.5, jitter_s=0.0))
    assert correction == Jump(2_500_000_000)
    assert timebase.core_s(clock.unix_ns()) == before - 2.5
    assert "Pupil Sync has adjusted the clock by 2.5s" in caplog.messages


async def test_a_small_offset_is_corrected_bit_by_bit() -> None:
    clock = ManualClock()
    timebase = TimeBase.from_boot(clock)
    zero_ns = timebase.zero_unix_ns
    correction = await TimeSyncFollower(clock, timebase).correct(OffsetEstimate(-0.0007, 0.0))
    assert correction == Slew((-500_000, -200_000))
    assert timebase.zero_unix_ns == zero_ns - 700_000


async def test_an_offset_within_the_jitter_is_left() -> None:
    timebase = TimeBase(5)
    follower = TimeSyncFollower(ManualClock(), timebase)
    assert await follower.correct(OffsetEstimate(0.002, jitter_s=0.003)) == Hold()
    assert timebase.zero_unix_ns == 5


async def test_a_recording_is_not_torn(caplog: pytest.LogCaptureFixture) -> None:
    timebase = TimeBase(5)
    follower = TimeSyncFollower(ManualClock(), timebase, is_recording=lambda: True)
    assert await follower.correct(OffsetEstimate(2.5, 0.0)) == Refuse()
    assert timebase.zero_unix_ns == 5
    assert caplog.messages == [
        "Request to change timebase during recording ignored. Turn off recording first."
    ]


async def test_who_follows_agrees_with_the_master() -> None:
    clock = SystemClock()
    ours, theirs = core_time(500.0, clock), core_time(100.0, clock)
    synced = asyncio.Event()
    follower = TimeSyncFollower(clock, ours, chance=random.Random(1))
    async with TimeSyncMaster(clock, theirs) as told:
        following = asyncio.create_task(follower.follow(LOOPBACK, told.port, on_synced=synced.set))
        async with asyncio.timeout(TIME_LIMIT_S):
            await synced.wait()
        following.cancel()
        await asyncio.wait([following])
    assert abs(ours.zero_unix_ns - theirs.zero_unix_ns) < 1_000_000


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", NetworkError),
        (struct.pack("<d", 1.5)[:7], NetworkError),
        (struct.pack("<d", float("nan")), RemoteProtocolError),
        (bytes(9), RemoteProtocolError),
    ],
)
async def test_a_master_that_tells_no_time_is_told_of(
    answer: bytes, error: type[Exception], leaving_nothing: Callable[..., Any]
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(4)
        writer.write(answer)
        writer.close()

    follower = TimeSyncFollower(SystemClock(), TimeBase(0))
    async with leaving_nothing():
        server = await asyncio.start_server(serve, LOOPBACK, 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(error):
            await follower.measure(LOOPBACK, port)
        server.close()
        await server.wait_closed()


async def test_a_master_that_is_not_there_is_told_of() -> None:
    with pytest.raises(NetworkError, match=r"127\.0\.0\.1:1"):
        await TimeSyncFollower(SystemClock(), TimeBase(0)).measure(LOOPBACK, 1)


async def test_measuring_may_be_given_up(leaving_nothing: Callable[..., Any]) -> None:
    """By a master that accepts and says nothing."""
    async with leaving_nothing():
        with socket.create_server((LOOPBACK, 0)) as silent:
            follower = TimeSyncFollower(SystemClock(), TimeBase(0))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await follower.measure(LOOPBACK, silent.getsockname()[1])


async def test_an_old_follower_gets_its_answers() -> None:
    """As the incumbent asks: blocking, eight bytes at a time."""

    def ask(port: int) -> list[float]:
        with socket.create_connection((LOOPBACK, port), timeout=TIME_LIMIT_S) as connection:
            times = []
            for _ in range(EXCHANGES):
                connection.sendall(b"sync")
                times += struct.unpack("<d", connection.recv(8))
            return times

    async with master(7.25) as told:
        assert await asyncio.to_thread(ask, told.port) == [7.25] * EXCHANGES
