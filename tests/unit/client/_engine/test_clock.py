from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from gazewire.client._engine.clock import ClockState, DeviceClock, EchoPace
from gazewire.net import TimeEchoServer
from gazewire.time import SystemClock

HOST = "127.0.0.1"
MS = 1_000_000
QUICK = EchoPace(
    quick_rounds=5, quick_pause_s=0.001, pause_s=0.005, retry_s=0.01, most_retry_s=0.02
)

Until = Callable[[Callable[[], object]], object]


class Ahead(SystemClock):
    """A device's clock: the machine's, and so much more."""

    ahead_ns = 5_000 * MS

    def unix_ns(self) -> int:
        return super().unix_ns() + self.ahead_ns


def watching(port: int | None, pace: EchoPace = QUICK) -> DeviceClock:
    return DeviceClock(lambda: None if port is None else (HOST, port), SystemClock(), pace=pace)


@asynccontextmanager
async def answering(*answers: bytes | None) -> AsyncIterator[int]:
    """A server that answers the rounds of a connection so, None not at all, and then closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            try:
                await reader.readexactly(8)
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            if answer is not None:
                writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_the_offset_is_known_after_the_quick_rounds():
    async with (
        TimeEchoServer(Ahead(), host=HOST, port=0) as server,
        watching(server.port) as device_clock,
    ):
        offset = await device_clock.known(timeout_s=10)
        assert offset is not None
        assert device_clock.state is ClockState.MEASURING
        assert device_clock.trouble is None
        assert device_clock.rounds >= QUICK.quick_rounds
        assert abs(offset.offset_ns + Ahead.ahead_ns) <= offset.uncertainty_ns + MS


async def test_rounds_go_on_in_the_background(until: Until):
    async with (
        TimeEchoServer(Ahead(), host=HOST, port=0) as server,
        watching(server.port) as device_clock,
    ):
        await until(lambda: device_clock.rounds > 3 * QUICK.quick_rounds)
        assert device_clock.connections == 1


async def test_a_device_that_sets_its_clock_is_followed(until: Until):
    clock = Ahead()
    async with (
        TimeEchoServer(clock, host=HOST, port=0) as server,
        watching(server.port) as device_clock,
    ):
        await device_clock.known(timeout_s=10)
        clock.ahead_ns = -7_000 * MS
        await until(lambda: device_clock.steps == 1)
        assert device_clock.offset is not None
        assert abs(device_clock.offset.offset_ns - 7_000 * MS) < 100 * MS


async def test_a_device_that_comes_back_elsewhere_is_found_again(until: Until):
    places: list[tuple[str, int] | None] = [None]
    async with DeviceClock(lambda: places[-1], SystemClock(), pace=QUICK) as device_clock:
        for connections in (1, 2):
            async with TimeEchoServer(Ahead(), host=HOST, port=0) as server:
                places.append((HOST, server.port))
                await until(
                    lambda connections=connections: (
                        device_clock.connections == connections
                        and device_clock.state is ClockState.MEASURING
                    )
                )
            known = device_clock.offset
            await until(lambda: device_clock.state is ClockState.WAITING)
            assert device_clock.trouble is not None
            assert known is not None
            assert device_clock.offset is not None


async def test_a_device_without_a_time_echo_is_asked_again_later(until: Until):
    places: list[tuple[str, int] | None] = [None]
    async with (
        TimeEchoServer(Ahead(), host=HOST, port=0) as server,
        DeviceClock(lambda: places[-1], SystemClock(), pace=QUICK) as device_clock,
    ):
        await until(lambda: device_clock.state is ClockState.ABSENT)
        assert device_clock.trouble == "the device has no time echo"
        assert await device_clock.known(timeout_s=0.001) is None
        places.append((HOST, server.port))
        assert await device_clock.known(timeout_s=10) is not None


async def test_nobody_there_is_a_state_and_no_exception(until: Until):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        async with watching(taken.getsockname()[1]) as device_clock:
            await until(lambda: device_clock.state is ClockState.WAITING)
            assert "cannot reach" in (device_clock.trouble or "")
            assert device_clock.offset is None


@pytest.mark.parametrize("answer", [b"", bytes(7), bytes(16), bytes(40)])
async def test_a_strange_device_is_a_state_and_no_exception(answer: bytes, until: Until):
    async with answering(answer) as port, watching(port) as device_clock:
        await until(lambda: device_clock.connections >= 3)
        await until(lambda: device_clock.trouble is not None)
        assert device_clock.rounds == 0
        assert device_clock.offset is None


async def test_a_device_that_never_answers_is_connected_to_anew(until: Until):
    pace = EchoPace(round_timeout_s=0.01, retry_s=0.01, most_retry_s=0.02)
    async with answering(None, None) as port, watching(port, pace) as device_clock:
        await until(lambda: device_clock.connections >= 3)
        assert "does not answer" in (device_clock.trouble or "")


@pytest.mark.parametrize("host", ["a" * 70, "..", "name.invalid"])
async def test_a_name_that_is_none_is_a_state_and_no_exception(host: str, until: Until):
    async with DeviceClock(lambda: (host, 1), SystemClock(), pace=QUICK) as device_clock:
        await until(lambda: device_clock.state is ClockState.WAITING)
        assert device_clock.trouble


async def test_answers_in_pieces_are_put_together(serve, until: Until):
    async with (
        serve("echo-split:at=5,ms=1") as device,
        watching(device.echo_port) as device_clock,
    ):
        await until(lambda: device_clock.rounds >= 5)
        assert device_clock.connections == 1


async def test_a_fault_of_the_caller_is_told_on_leaving():
    def locate() -> None:
        raise LookupError("no such device")

    with pytest.raises(LookupError):
        async with DeviceClock(locate, SystemClock(), pace=QUICK):
            await asyncio.sleep(0)


async def test_leaving_is_quick_and_leaves_nothing():
    async with TimeEchoServer(Ahead(), host=HOST, port=0) as server:
        tasks = asyncio.all_tasks()
        async with watching(server.port, EchoPace(pause_s=3600)) as device_clock:
            await device_clock.known(timeout_s=10)
        assert device_clock.state is ClockState.CLOSED
        assert asyncio.all_tasks() <= tasks
        assert device_clock.offset is not None


async def test_leaving_while_it_connects_leaves_nothing():
    tasks = asyncio.all_tasks()
    async with answering(None) as port, watching(port) as device_clock:
        assert device_clock.state is ClockState.CONNECTING
    assert asyncio.all_tasks() <= tasks


def test_pauses_grow_to_a_bound_and_no_further():
    device_clock = watching(None, EchoPace(retry_s=0.25, most_retry_s=2.0))
    pauses_s = [device_clock._pause_after(failures) for failures in (0, 1, 2, 3, 4, 100_000)]
    assert pauses_s == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]
