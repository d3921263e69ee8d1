from __future__ import annotations

import asyncio
import itertools
import logging
import socket
import statistics
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress

import pytest

from gazewire.client import time_echo
from gazewire.client.time_echo import (
    Estimate,
    TimeEcho,
    TimeEchoEstimates,
    TimeOffsetEstimator,
    time_ms,
)
from gazewire.net import TimeEchoServer
from gazewire.time import ManualClock

HOST = "127.0.0.1"
DEVICE_UNIX_MS = 1_744_294_828_401
SENT_MS = 1_744_294_828_357

Answer = Callable[[int], Iterable[bytes]]


def whole(sent_ms: int) -> list[bytes]:
    return [struct.pack(">QQ", sent_ms, DEVICE_UNIX_MS)]


def in_pieces(sent_ms: int) -> list[bytes]:
    [answer] = whole(sent_ms)
    return [answer[:1], answer[1:9], answer[9:]]


def of_another_question(sent_ms: int) -> list[bytes]:
    return whole(sent_ms + 1)


def never(sent_ms: int) -> list[bytes]:
    return []


@asynccontextmanager
async def answering(*answers: Answer) -> AsyncIterator[int]:
    """A server that answers one round after another so, and then closes."""

    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            for answer in answers:
                [sent_ms] = struct.unpack(">Q", await reader.readexactly(8))
                for piece in answer(sent_ms):
                    writer.write(piece)
                    # To the loop and back, so that the pieces are read one by one.
                    await asyncio.sleep(0.001)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(serve, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*serving)


def ticking(*times_ms: int) -> Callable[[], int]:
    readings = iter(times_ms)
    return lambda: next(readings)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_echo, "_ROUND_TIMEOUT_S", 0.3)


async def test_the_round_of_the_vector_is_four_ms_and_the_offset_minus_42():
    async with answering(whole) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        echo = await TimeOffsetEstimator.request_time_echo(
            ticking(SENT_MS, SENT_MS + 4), reader, writer
        )
        writer.close()
        await writer.wait_closed()
    assert echo == TimeEcho(roundtrip_duration_ms=4, time_offset_ms=-42)


@pytest.mark.parametrize(("received_ms", "offset_ms"), [(1, 0), (3, 2), (5, 2), (7, 4)])
async def test_half_milliseconds_go_to_the_even_number(received_ms: int, offset_ms: int):
    async with answering(lambda sent_ms: [struct.pack(">QQ", sent_ms, 0)]) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        echo = await TimeOffsetEstimator.request_time_echo(ticking(0, received_ms), reader, writer)
        writer.close()
        await writer.wait_closed()
    assert echo.time_offset_ms == offset_ms


async def test_a_hundred_rounds_count_and_the_first_does_not():
    clock = itertools.count(SENT_MS)
    async with TimeEchoServer(ManualClock(DEVICE_UNIX_MS * 1_000_000), host=HOST, port=0) as server:
        estimates = await TimeOffsetEstimator(HOST, server.port).estimate(
            time_fn_ms=lambda: next(clock)
        )
    assert estimates is not None
    assert estimates.roundtrip_duration_ms.measurements == (1,) * 100
    first_ms, *_ = offsets_ms = estimates.time_offset_ms.measurements
    assert len(offsets_ms) == 100
    # Readings 0 and 1 were of the round that does not count; .5 goes to the even number.
    assert first_ms == round(SENT_MS + 2.5) - DEVICE_UNIX_MS


async def test_an_answer_in_pieces_is_an_answer():
    async with answering(*[in_pieces] * 6) as port:
        estimates = await TimeOffsetEstimator(HOST, port).estimate(5)
    assert estimates is not None
    assert len(estimates.time_offset_ms.measurements) == 5


async def test_a_wrong_answer_is_left_out(caplog):
    async with answering(whole, whole, of_another_question, whole, whole) as port:
        estimates = await TimeOffsetEstimator(HOST, port).estimate(4)
    assert estimates is not None
    assert len(estimates.time_offset_ms.measurements) == 3
    assert "left out" in caplog.text


@pytest.mark.parametrize("last", [never, lambda sent_ms: [bytes(15)]])
async def test_what_was_answered_before_the_device_fell_silent_counts(last: Answer):
    async with answering(whole, whole, whole, last) as port:
        estimates = await TimeOffsetEstimator(HOST, port).estimate(50)
    assert estimates is not None
    assert len(estimates.time_offset_ms.measurements) == 2


@pytest.mark.parametrize(
    "answers",
    [[], [whole], [whole, whole], [never, never], [of_another_question] * 9],
    ids=["closed", "none but the first", "one", "silent", "wrong"],
)
async def test_fewer_than_two_rounds_are_no_estimate(answers: list[Answer], caplog):
    async with answering(*answers) as port:
        assert await TimeOffsetEstimator(HOST, port).estimate(8) is None
    assert all(record.levelno == logging.WARNING for record in caplog.records)
    assert caplog.records


@pytest.mark.parametrize("count", [1, 0, -1])
async def test_asking_for_fewer_than_two_rounds_is_no_estimate(count: int):
    async with answering(whole, whole) as port:
        assert await TimeOffsetEstimator(HOST, port).estimate(count) is None


async def test_nobody_there_is_no_estimate(caplog):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port = taken.getsockname()[1]
        assert await TimeOffsetEstimator(HOST, port).estimate() is None
    assert f"no time echo at {HOST}:{port}" in caplog.text


@pytest.mark.parametrize("address", ["a" * 70, "..", "name.invalid"])
async def test_a_name_that_is_none_is_no_estimate(address: str):
    assert await TimeOffsetEstimator(address, 1).estimate() is None


@pytest.mark.parametrize("answers", [[], [of_another_question]], ids=["closed", "wrong"])
async def test_a_round_without_an_answer_of_its_own_is_a_value_error(answers: list[Answer]):
    async with answering(*answers) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        with pytest.raises(ValueError, match="time echo"):
            await TimeOffsetEstimator.request_time_echo(time_ms, reader, writer)
        writer.transport.abort()


async def test_a_round_that_is_not_answered_ends_in_time():
    async with answering(never, never) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        with pytest.raises(TimeoutError):
            await TimeOffsetEstimator.request_time_echo(time_ms, reader, writer)
        writer.transport.abort()


async def test_a_whole_device_is_measured(device):
    estimates = await TimeOffsetEstimator(HOST, device.echo_port).estimate(20, 0.0)
    assert isinstance(estimates, TimeEchoEstimates)
    assert abs(estimates.time_offset_ms.median) < 100


async def test_measuring_leaves_no_task():
    tasks = asyncio.all_tasks()
    async with answering(never, never) as port:
        await TimeOffsetEstimator(HOST, port).estimate()
    assert asyncio.all_tasks() <= tasks


def test_statistics_are_of_the_sample():
    estimate = Estimate(iter([1, 2, 4]))
    assert estimate.measurements == (1, 2, 4)
    assert estimate.mean == pytest.approx(7 / 3)
    assert estimate.std == statistics.stdev([1, 2, 4])
    assert estimate.median == 2
    assert repr(estimate) == "Estimate(#samples=3, mean±std=2.333±1.528ms, median=2ms)"


def test_one_measurement_has_no_statistics():
    with pytest.raises(statistics.StatisticsError):
        Estimate([1])


def test_the_time_is_in_whole_milliseconds():
    assert isinstance(time_ms(), int)
    assert time_ms() > 1_700_000_000_000
