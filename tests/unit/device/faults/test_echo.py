import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gazewire.net import TimeEchoServer
from gazewire.wire.echo import EchoReply, EchoRequest

TIME_LIMIT_S = 5


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def ask(self, count: int = 1) -> None:
        self.writer.write(EchoRequest(1_234).serialize() * count)

    async def pieces(self, total: int = EchoReply.SIZE) -> list[bytes]:
        """What single reads bring, as the official client reads, until so much has come."""
        pieces: list[bytes] = []
        async with asyncio.timeout(TIME_LIMIT_S):
            while sum(map(len, pieces)) < total:
                piece = await self.reader.read(total)
                assert piece, "the echo closed the connection"
                pieces.append(piece)
        return pieces

    async def device_unix_ms(self) -> int:
        self.ask()
        return EchoReply.parse(b"".join(await self.pieces())).device_unix_ms


@pytest.fixture
async def client(bench) -> AsyncIterator[Client]:
    async with connected(bench) as client:
        yield client


@asynccontextmanager
async def connected(bench) -> AsyncIterator[Client]:
    manners = bench.seams.echo
    async with TimeEchoServer(
        manners.clock, host="127.0.0.1", port=0, make_writer=manners.make_writer
    ) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        yield Client(reader, writer)
        writer.close()


async def test_without_faults_answers_are_whole_and_right(bench, client: Client) -> None:
    client.ask()
    assert [len(piece) for piece in await client.pieces()] == [16]
    assert await client.device_unix_ms() == bench.clock.unix_ns() // 1_000_000


@pytest.mark.parametrize("at", [1, 8, 15])
async def test_answers_come_in_two_pieces(bench, client: Client, at: int) -> None:
    async with bench.fault(f"echo-split:at={at}"):
        client.ask()
        assert [len(piece) for piece in await client.pieces()] == [at, 16 - at]
    assert bench.counts("echo") == {"split": 1}


async def test_answers_come_late(bench, client: Client) -> None:
    loop = asyncio.get_running_loop()
    async with bench.fault("echo-slow:ms=50"):
        begin_s = loop.time()
        await client.device_unix_ms()
        assert loop.time() - begin_s >= 0.05
    assert bench.counts("echo") == {"delayed": 1}


async def test_late_answers_can_be_split_too_and_none_is_mixed_up(bench, client: Client) -> None:
    async with bench.fault("echo-slow:ms=20"), bench.fault("echo-split:ms=20"):
        client.ask(3)
        data = b"".join(await client.pieces(3 * EchoReply.SIZE))
    assert len({EchoReply.parse(data[start : start + 16]) for start in (0, 16, 32)}) == 1


async def test_the_echo_tells_of_a_clock_that_is_ahead_and_drifts(bench, client: Client) -> None:
    begin_ms = bench.clock.unix_ns() // 1_000_000
    async with bench.fault("echo-wrong-offset:ms=-2500,ppm=100"):
        assert await client.device_unix_ms() == begin_ms - 2_500
        bench.clock.advance(1_000 * 1_000_000_000)
        assert await client.device_unix_ms() == begin_ms - 2_500 + 1_000_100
        assert bench.clock.unix_ns() // 1_000_000 == begin_ms + 1_000_000
    assert await client.device_unix_ms() == begin_ms + 1_000_000
    assert bench.counts("echo") == {"shifted": 2}


async def test_a_client_that_asks_on_without_being_answered_is_dropped(bench) -> None:
    async with bench.fault("echo-slow:ms=10000"), connected(bench) as client:
        with pytest.raises(ConnectionError):  # noqa: PT012
            async with asyncio.timeout(TIME_LIMIT_S):
                while True:
                    client.ask()
                    await client.writer.drain()
                    await asyncio.sleep(0)
