import asyncio
import os
import socket
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing

import pytest

from gazewire.errors import AddressInUseError, DeviceRefusedError
from gazewire.net import Presentation, RtpStream, RtspServer, RtspServerLimits
from gazewire.time import ManualClock
from gazewire.wire.rtcp import SenderReport, parse_compound
from gazewire.wire.rtp import RtpPacket, RtpSender
from gazewire.wire.rtsp import (
    ClientConnection,
    ClientEvent,
    InterleavedReceived,
    ResponseReceived,
    RtspUrl,
    Transport,
)
from gazewire.wire.sdp import MediaDescription, RtpMap

MS = 1_000_000
TIME_LIMIT_S = 10


class OneStream:
    """A catalog of one gaze stream, which answers to ``camera=gaze``."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        sender = RtpSender(payload_type=99, clock_hz=90_000, ssrc=0xC0FFEE, first_sequence=7)
        self.stream = RtpStream(sender, self.clock, cname="test", has_keyframes=False)
        self.media = MediaDescription.for_rtp(
            "application", RtpMap(99, "com.pupillabs.gaze1", 90_000), control="trackID=1"
        )

    async def open(self, url: RtspUrl) -> Presentation:
        if url.camera != "gaze":
            raise DeviceRefusedError(404, "No such stream")
        return Presentation(media=(self.media,), tracks={1: self.stream})

    def send(self, payload: bytes) -> None:
        self.clock.advance(10 * MS)
        self.stream.send([payload], self.clock.unix_ns())


class Client:
    """A connection to the server, driven request by request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.protocol = ClientConnection()
        self.unread: list[ClientEvent] = []

    async def event(self) -> ClientEvent:
        async with asyncio.timeout(TIME_LIMIT_S):
            while not self.unread:
                data = await self.reader.read(65536)
                assert data, "the server closed the connection"
                self.protocol.receive_data(data)
                self.unread += self.protocol.events()
        return self.unread.pop(0)

    async def answer(self) -> ResponseReceived:
        """Send what is to be sent; return the next answer, media before it left aside."""
        self.writer.writelines(self.protocol.data_to_send())
        while not isinstance(event := await self.event(), ResponseReceived):
            pass
        return event

    async def set_up(self, url: str, transport: Transport) -> ResponseReceived:
        self.protocol.describe(f"{url}?camera=gaze")
        assert (await self.answer()).response.status == 200
        self.protocol.setup(url, transport)
        return await self.answer()

    async def play(self, url: str) -> ResponseReceived:
        self.protocol.play(url)
        return await self.answer()


class Bench:
    def __init__(self, catalog: OneStream, server: RtspServer) -> None:
        self.catalog = catalog
        self.server = server
        self.url = f"rtsp://127.0.0.1:{server.port}/"

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        with closing(writer):
            yield Client(reader, writer)

    async def left_by_all(self) -> None:
        async with asyncio.timeout(TIME_LIMIT_S):
            while self.catalog.stream.has_receivers:
                async with self.client() as other:
                    other.protocol.options(self.url)
                    await other.answer()


def make_server(catalog: OneStream, limits: RtspServerLimits | None = None) -> RtspServer:
    return RtspServer(
        catalog,
        host="127.0.0.1",
        port=0,
        server_name="test",
        session_id="1185d20035702ca",
        limits=limits,
    )


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    catalog = OneStream()
    async with make_server(catalog) as server:
        yield Bench(catalog, server)


TCP = Transport(protocol="RTP/AVP/TCP", interleaved=(4, 5))


async def test_a_client_describes_sets_up_and_plays_interleaved(bench: Bench) -> None:
    async with bench.client() as client:
        setup = await client.set_up(bench.url, TCP)
        assert setup.transport is not None
        assert setup.transport.interleaved == (4, 5)
        played = await client.play(bench.url)
        assert [info.sequence for info in played.rtp_info] == [7]
        bench.catalog.send(b"first")
        bench.catalog.send(b"second")
        events = [await client.event() for _ in range(3)]
        assert all(isinstance(event, InterleavedReceived) for event in events)
        report, *media = [event for event in events if isinstance(event, InterleavedReceived)]
        assert report.channel == 5
        (sender_report,) = parse_compound(report.payload)
        assert isinstance(sender_report, SenderReport)
        assert [event.channel for event in media] == [4, 4]
        assert [RtpPacket.parse(event.payload).payload for event in media] == [b"first", b"second"]


async def test_a_client_receives_over_udp_from_the_ports_that_it_was_told(bench: Bench) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtcp,
    ):
        for sock in (rtp, rtcp):
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
        loop = asyncio.get_running_loop()
        async with bench.client() as client, asyncio.timeout(TIME_LIMIT_S):
            offer = Transport(client_port=(rtp.getsockname()[1], rtcp.getsockname()[1]))
            setup = await client.set_up(bench.url, offer)
            assert setup.transport is not None
            assert setup.transport.server_port is not None
            assert setup.transport.ssrc == 0xC0FFEE
            # Clients open their firewalls with noise, which changes nothing.
            for sock, port in zip((rtp, rtcp), setup.transport.server_port, strict=True):
                sock.sendto(os.urandom(200), ("127.0.0.1", port))
            await client.play(bench.url)
            report, source = await loop.sock_recvfrom(rtcp, 2048)
            assert source[1] == setup.transport.server_port[1]
            assert len(report) == 28
            bench.catalog.send(b"datum")
            packet, source = await loop.sock_recvfrom(rtp, 2048)
            assert source[1] == setup.transport.server_port[0]
            assert RtpPacket.parse(packet).payload == b"datum"


async def test_teardown_ends_the_stream_and_keeps_the_connection(bench: Bench) -> None:
    async with bench.client() as client:
        await client.set_up(bench.url, TCP)
        await client.play(bench.url)
        assert bench.catalog.stream.has_receivers
        client.protocol.teardown(bench.url)
        assert (await client.answer()).response.status == 200
        assert not bench.catalog.stream.has_receivers


async def test_pause_stops_and_play_goes_on(bench: Bench) -> None:
    async with bench.client() as client:
        await client.set_up(bench.url, TCP)
        await client.play(bench.url)
        client.protocol.pause(bench.url)
        await client.answer()
        assert not bench.catalog.stream.has_receivers
        await client.play(bench.url)
        assert bench.catalog.stream.has_receivers


async def test_a_client_that_vanishes_is_forgotten(bench: Bench) -> None:
    async with bench.client() as client:
        await client.set_up(bench.url, TCP)
        await client.play(bench.url)
    await bench.left_by_all()


async def test_what_the_catalog_refuses_is_refused(bench: Bench) -> None:
    async with bench.client() as client:
        client.protocol.describe(f"{bench.url}?camera=nonsense")
        refused = await client.answer()
    assert (refused.response.status, refused.response.reason) == (404, "No such stream")


async def test_a_track_that_is_not_there_is_refused(bench: Bench) -> None:
    async with bench.client() as client:
        client.protocol.setup(f"{bench.url}trackID=9?camera=gaze", TCP)
        assert (await client.answer()).response.status == 404


async def test_setup_alone_works_where_its_url_names_the_stream(bench: Bench) -> None:
    async with bench.client() as client:
        client.protocol.setup(f"{bench.url}?camera=gaze", TCP)
        assert (await client.answer()).response.status == 200


async def test_garbage_is_answered_and_ends_that_connection_alone(bench: Bench) -> None:
    async with bench.client() as good, bench.client() as bad:
        bad.writer.write(b"\x00garbage\r\n\r\n")
        async with asyncio.timeout(TIME_LIMIT_S):
            answer = await bad.reader.read()
        assert answer.startswith(b"RTSP/1.0 400 ")
        good.protocol.options(bench.url)
        assert (await good.answer()).response.status == 200


async def test_a_silent_client_is_closed_and_a_playing_one_is_not() -> None:
    catalog = OneStream()
    limits = RtspServerLimits(idle_s=0.05)
    async with make_server(catalog, limits) as server:
        bench = Bench(catalog, server)
        async with bench.client() as playing:
            await playing.set_up(bench.url, TCP)
            await playing.play(bench.url)
            async with bench.client() as silent, asyncio.timeout(TIME_LIMIT_S):
                assert await silent.reader.read() == b""
            assert catalog.stream.has_receivers


async def test_one_client_too_many_is_refused_and_disturbs_nobody() -> None:
    catalog = OneStream()
    async with make_server(catalog, RtspServerLimits(connections=1)) as server:
        bench = Bench(catalog, server)
        async with bench.client() as first:
            await first.set_up(bench.url, TCP)
            async with bench.client() as second:
                second.protocol.describe(f"{bench.url}?camera=gaze")
                assert (await second.answer()).response.status == 503
                second.protocol.setup(f"{bench.url}?camera=gaze", TCP)
                assert (await second.answer()).response.status == 503
            await first.play(bench.url)
            assert catalog.stream.has_receivers


async def test_who_comes_when_another_has_left_is_served() -> None:
    catalog = OneStream()
    async with make_server(catalog, RtspServerLimits(connections=1)) as server:
        bench = Bench(catalog, server)
        async with bench.client() as first:
            await first.set_up(bench.url, TCP)
        async with asyncio.timeout(TIME_LIMIT_S):
            status = 503
            while status == 503:
                async with bench.client() as second:
                    second.protocol.describe(f"{bench.url}?camera=gaze")
                    status = (await second.answer()).response.status
        assert status == 200


async def test_of_very_many_too_many_most_are_told_before_they_ask() -> None:
    catalog = OneStream()
    async with make_server(catalog, RtspServerLimits(connections=1)) as server:
        bench = Bench(catalog, server)
        async with AsyncExitStack() as stack, asyncio.timeout(TIME_LIMIT_S):
            clients = [await stack.enter_async_context(bench.client()) for _ in range(80)]
            answer = await clients[-1].reader.read()
        assert answer.startswith(b"RTSP/1.0 503 Too many clients")
        assert answer.endswith(b"\r\n\r\n")


async def test_a_client_that_does_not_read_loses_media_and_nobody_waits() -> None:
    catalog = OneStream()
    async with make_server(catalog, RtspServerLimits(backlog_bytes=10_000)) as server:
        bench = Bench(catalog, server)
        async with bench.client() as stalled:
            await stalled.set_up(bench.url, TCP)
            await stalled.play(bench.url)
            while catalog.stream.dropped == 0:
                catalog.send(bytes(1_200))


async def test_all_clients_that_do_not_read_share_what_is_set_aside_for_them() -> None:
    catalog = OneStream()
    limits = RtspServerLimits(backlog_bytes=2_000_000, total_backlog_bytes=2_000_000)
    async with make_server(catalog, limits) as server:
        bench = Bench(catalog, server)
        async with AsyncExitStack() as stack:
            for _ in range(10):
                stalled = await stack.enter_async_context(bench.client())
                await stalled.set_up(bench.url, TCP)
                await stalled.play(bench.url)
            tracemalloc.start()
            stack.callback(tracemalloc.stop)
            # So long that each would have had its two million.
            while catalog.stream.dropped < 20_000:
                catalog.send(bytes(1_200))
                await asyncio.sleep(0)
            _, most = tracemalloc.get_traced_memory()
            # A buffer that grows in one piece has room to spare.
            assert most < 2 * limits.total_backlog_bytes


async def test_a_client_too_slow_for_its_media_still_gets_its_answers() -> None:
    catalog = OneStream()
    limits = RtspServerLimits(backlog_bytes=2_000_000, idle_s=0.05)
    async with make_server(catalog, limits) as server:
        bench = Bench(catalog, server)
        async with bench.client() as slow:
            await slow.set_up(bench.url, TCP)
            await slow.play(bench.url)
            # Until the system has grown its buffers as far as it will.
            while catalog.stream.dropped < 1_000:
                catalog.send(bytes(1_200))
                await asyncio.sleep(0)
            slow.protocol.options(bench.url)
            slow.writer.writelines(slow.protocol.data_to_send())
            # By the time that a silent client is closed, this one would have been.
            async with bench.client() as silent, asyncio.timeout(TIME_LIMIT_S):
                assert await silent.reader.read() == b""
            assert catalog.stream.has_receivers
            assert (await slow.answer()).response.status == 200


async def test_a_taken_port_is_said_so() -> None:
    catalog = OneStream()
    async with make_server(catalog) as server:
        second = RtspServer(
            catalog, host="127.0.0.1", port=server.port, server_name="test", session_id="1"
        )
        with pytest.raises(AddressInUseError, match=f"RTSP port {server.port}"):
            await second.__aenter__()


async def test_leaving_closes_every_connection_and_leaves_no_task() -> None:
    catalog = OneStream()
    before = asyncio.all_tasks()
    async with make_server(catalog) as server:
        bench = Bench(catalog, server)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        client = Client(reader, writer)
        await client.set_up(bench.url, TCP)
        await client.play(bench.url)
    assert asyncio.all_tasks() == before
    assert not catalog.stream.has_receivers
    with closing(writer):
        async with asyncio.timeout(TIME_LIMIT_S):
            while await reader.read(65536):
                pass
