import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest

from gazewire.net import RtspServer
from gazewire.wire.rtcp import ReceiverReport
from gazewire.wire.rtsp import (
    ClientConnection,
    ClientEvent,
    InterleavedReceived,
    ResponseReceived,
    Transport,
    UnmatchedResponseReceived,
    frame_header,
)

TIME_LIMIT_S = 5
TCP = Transport(protocol="RTP/AVP/TCP", interleaved=(0, 1))
REPORT = ReceiverReport(1).serialize()


class Client:
    def __init__(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.url = f"rtsp://127.0.0.1:{port}/"
        self.reader = reader
        self.writer = writer
        self.protocol = ClientConnection()
        self.received = b""
        self.reads: list[bytes] = []
        self.unread: list[ClientEvent] = []

    async def event(self) -> ClientEvent:
        async with asyncio.timeout(TIME_LIMIT_S):
            while not self.unread:
                data = await self.reader.read(65536)
                assert data, "the server closed the connection"
                self.reads.append(data)
                self.protocol.receive_data(data)
                self.unread += self.protocol.events()
        return self.unread.pop(0)

    async def answer(self) -> ResponseReceived:
        self.writer.writelines(self.protocol.data_to_send())
        while not isinstance(event := await self.event(), ResponseReceived):
            pass
        return event

    async def describe(self) -> ResponseReceived:
        self.protocol.describe(f"{self.url}?camera=gaze")
        return await self.answer()

    async def set_up(self, transport: Transport = TCP) -> ResponseReceived:
        await self.describe()
        self.protocol.setup(self.url, transport)
        return await self.answer()

    async def play(self) -> ResponseReceived:
        self.protocol.play(self.url)
        return await self.answer()

    def report(self) -> None:
        self.writer.write(frame_header(1, len(REPORT)) + REPORT)


@pytest.fixture
async def server(bench) -> AsyncIterator[RtspServer]:
    async with RtspServer(
        bench.seams.catalog,
        host="127.0.0.1",
        port=0,
        server_name="test",
        session_id="1185d20035702ca",
        make_session=bench.seams.rtsp.make_session,
    ) as server:
        yield server


@asynccontextmanager
async def connected(server: RtspServer) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    with closing(writer):
        yield Client(server.port, reader, writer)


@pytest.fixture
async def client(server: RtspServer) -> AsyncIterator[Client]:
    async with connected(server) as client:
        yield client


async def test_play_is_refused_while_it_lasts(bench, client: Client) -> None:
    await client.set_up()
    async with bench.fault("play-500"):
        refused = await client.play()
        assert refused.response.status == 500
        assert not bench.gaze.has_receivers
    assert (await client.play()).response.status == 200
    assert bench.gaze.has_receivers
    assert bench.counts("rtsp") == {"refused": 1}


async def test_describe_is_answered_late(bench, client: Client) -> None:
    loop = asyncio.get_running_loop()
    async with bench.fault("describe-delay:seconds=0.1"):
        begin_s = loop.time()
        assert (await client.describe()).response.status == 200
        assert loop.time() - begin_s >= 0.1
    assert bench.counts("rtsp") == {"delayed": 1}


async def test_describe_is_answered_when_the_fault_ends(bench, server, client: Client) -> None:
    async with bench.fault("describe-delay:seconds=3600"):
        waiting = asyncio.create_task(client.describe())
        async with connected(server) as other, asyncio.timeout(TIME_LIMIT_S):
            while not bench.counts("rtsp"):
                other.protocol.options(other.url)
                await other.answer()
    assert (await waiting).response.status == 200


async def test_channels_are_not_repeated_and_used_all_the_same(bench, client: Client) -> None:
    async with bench.fault("no-interleaved-echo"):
        answer = await client.set_up()
    assert "interleaved" not in answer.response.headers.get("Transport")
    await client.play()
    assert isinstance(report := await client.event(), InterleavedReceived)
    assert report.channel == 1
    bench.send(3)
    assert isinstance(datum := await client.event(), InterleavedReceived)
    assert datum.channel == 0
    assert bench.counts("rtsp") == {"left out": 1}


async def test_the_ports_of_udp_are_told_all_the_same(bench, client: Client) -> None:
    async with bench.fault("no-interleaved-echo"):
        answer = await client.set_up(Transport(client_port=(40_000, 40_001)))
    assert answer.transport.client_port == (40_000, 40_001)
    assert not bench.counts("rtsp")


async def test_the_first_letter_of_answers_comes_by_itself(bench, server: RtspServer) -> None:
    async with bench.fault("split-first-letter"), connected(server) as client:
        assert (await client.set_up()).response.status == 200
        assert [read[:2] for read in client.reads] == [b"R", b"TS", b"R", b"TS"]
    assert bench.counts("rtsp") == {"split": 2}


async def test_no_packet_comes_into_a_split_answer(bench, server: RtspServer) -> None:
    async with bench.fault("split-first-letter"), connected(server) as client:
        await client.set_up()
        assert (await client.play()).response.status == 200
        bench.clock.advance(10_000_000)
        client.protocol.options(client.url)
        client.writer.writelines(client.protocol.data_to_send())
        events = []
        async with asyncio.timeout(TIME_LIMIT_S):
            while not any(isinstance(event, ResponseReceived) for event in events):
                bench.send(1)
                events.append(await client.event())
        assert any(isinstance(event, InterleavedReceived) for event in events)


async def test_a_connection_that_was_there_before_is_not_split(bench, client: Client) -> None:
    await client.describe()
    async with bench.fault("split-first-letter"):
        await client.set_up()
    assert b"R" not in client.reads


async def test_answers_are_whole_again_when_the_fault_is_over(bench, server: RtspServer) -> None:
    async with bench.fault("split-first-letter"), connected(server) as client:
        await client.describe()
        async with bench.fault("loss"):
            pass
    async with connected(server) as client:
        await client.set_up()
    assert b"R" not in client.reads


async def test_each_receiver_report_is_answered_with_a_refusal(bench, client: Client) -> None:
    await client.set_up()
    await client.play()
    async with bench.fault("tcp-400-text"):
        client.report()
        client.report()
        refusals = []
        while len(refusals) < 2:
            event = await client.event()
            if isinstance(event, UnmatchedResponseReceived):
                refusals.append(event.response)
        assert {refusal.status for refusal in refusals} == {400}
        assert any(read.find(b"RTSP/1.0 400 Bad Request\r\n") >= 0 for read in client.reads)
    client.report()
    client.protocol.options(client.url)
    assert (await client.answer()).response.status == 200
    assert not client.unread
    assert bench.counts("rtsp") == {"written": 2}


async def test_refusals_come_from_time_to_time_to_interleaved_clients_alone(
    bench, server: RtspServer
) -> None:
    async with connected(server) as inside, connected(server) as outside:
        await inside.set_up()
        await inside.play()
        await outside.set_up(Transport(client_port=(40_000, 40_001)))
        async with bench.fault("tcp-400-text:every=0.01"):
            refusals = 0
            while refusals < 3:
                refusals += isinstance(await inside.event(), UnmatchedResponseReceived)
        outside.protocol.options(outside.url)
        await outside.answer()
        assert not any(b"RTSP/1.0 400" in read for read in outside.reads)
    assert bench.counts("rtsp")["written"] >= 3


async def test_without_faults_every_answer_is_as_that_of_a_plain_server(bench, server) -> None:
    async with RtspServer(
        bench.catalog,
        host="127.0.0.1",
        port=0,
        server_name="test",
        session_id="1185d20035702ca",
    ) as plain:
        said = []
        for served in (plain, server):
            async with connected(served) as client:
                await client.set_up()
                await client.play()
                client.protocol.teardown(client.url)
                await client.answer()
            text = b"".join(client.reads).replace(client.url.encode(), b"rtsp://host/")
            said.append(text)
    assert said[0] == said[1]
