from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gazewire.errors import AddressInUseError, ConnectionLostError
from gazewire.net import (
    HttpClient,
    HttpLimits,
    Presentation,
    RtpStream,
    RtspServerLimits,
    TunnelServer,
    WebSocket,
)
from gazewire.time import ManualClock
from gazewire.wire.rtcp import SenderReport, parse_compound
from gazewire.wire.rtp import RtpPacket, RtpSender
from gazewire.wire.rtsp import RtspUrl
from gazewire.wire.sdp import MediaDescription, RtpMap

MS = 1_000_000
TIME_LIMIT_S = 10
UNITY_MESSAGE_BYTES = 8192
TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


class Streams:
    """A catalog of a gaze stream and a video, ``camera=gaze`` and ``camera=world``."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.gaze = self._stream(99, has_keyframes=False)
        self.world = self._stream(96, has_keyframes=True)
        self.may_describe = asyncio.Event()
        self.may_describe.set()
        self._presentations = {
            "gaze": self._presentation("application", 99, "com.pupillabs.gaze1", self.gaze),
            "world": self._presentation("video", 96, "H264", self.world),
        }

    def _stream(self, payload_type: int, *, has_keyframes: bool) -> RtpStream:
        sender = RtpSender(
            payload_type=payload_type, clock_hz=90_000, ssrc=0xC0FFEE, first_sequence=7
        )
        return RtpStream(sender, self.clock, cname="test", has_keyframes=has_keyframes)

    def _presentation(
        self, media: str, payload_type: int, name: str, stream: RtpStream
    ) -> Presentation:
        section = MediaDescription.for_rtp(
            media, RtpMap(payload_type, name, 90_000), control="trackID=1"
        )
        return Presentation(media=(section,), tracks={1: stream})

    async def open(self, url: RtspUrl) -> Presentation:
        await self.may_describe.wait()
        assert url.camera is not None
        return self._presentations[url.camera]

    def send_gaze(self, payload: bytes) -> None:
        self.clock.advance(10 * MS)
        self.gaze.send([payload], self.clock.unix_ns())

    def send_picture(self, number: int, *, is_keyframe: bool) -> None:
        """Three packets, which begin with the picture's number."""
        self.clock.advance(33 * MS)
        payloads = [number.to_bytes(4, "big") + bytes([part]) * 1_000 for part in range(3)]
        self.world.send(
            payloads, self.clock.unix_ns(), is_keyframe=is_keyframe, marker_on_last=True
        )


class Client:
    """A websocket to the server, message by message."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.sequence = 0

    def request(self, method: str, url: str, *headers: str) -> bytes:
        self.sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self.sequence}", *headers, "", ""]
        return "\r\n".join(lines).encode()

    async def message(self) -> bytes:
        async with asyncio.timeout(TIME_LIMIT_S):
            message = await self.websocket.receive()
        assert isinstance(message, bytes)
        assert len(message) < UNITY_MESSAGE_BYTES
        return message

    async def answer(self) -> str:
        """The next message, which has to be one whole response and nothing else."""
        text = (await self.message()).decode()
        assert text.startswith("RTSP/1.0 ")
        head, _, body = text.partition("\r\n\r\n")
        length = re.search(r"^Content-Length: (\d+)$", head.replace("\r", ""), re.MULTILINE)
        assert length is not None
        assert len(body) == int(length[1])
        assert text.count("RTSP/1.0") == 1
        return text

    async def ask(self, method: str, url: str, *headers: str) -> str:
        await self.websocket.send_bytes(self.request(method, url, *headers))
        return await self.answer()

    async def play(self, url: str, camera: str) -> None:
        for method, target, *headers in (
            ("DESCRIBE", f"{url}?camera={camera}"),
            ("SETUP", f"{url}trackID=1", f"Transport: {TCP}"),
            ("PLAY", url, "Session: 1185d20035702ca"),
        ):
            answer = await self.ask(method, target, *headers)
            assert answer.startswith("RTSP/1.0 200 OK\r\n"), answer

    async def packet(self) -> tuple[int, bytes]:
        """The next packet and its channel: two messages."""
        header = await self.message()
        assert len(header) == 4
        assert header[:1] == b"$"
        packet = await self.message()
        assert int.from_bytes(header[2:], "big") == len(packet)
        return header[1], packet

    async def payload(self) -> bytes:
        """What the next RTP packet carries; reports before it are left aside."""
        while (received := await self.packet())[0] != 0:
            pass
        return RtpPacket.parse(received[1]).payload


class Bench:
    def __init__(self, streams: Streams, server: TunnelServer, http: HttpClient) -> None:
        self.streams = streams
        self.server = server
        self.http = http
        self.url = f"rtsp://127.0.0.1:{server.port}/"

    @asynccontextmanager
    async def client(
        self, path: str = "/", subprotocols: tuple[str, ...] = ("binary",)
    ) -> AsyncIterator[Client]:
        url = f"ws://127.0.0.1:{self.server.port}{path}"
        async with self.http.websocket(url, subprotocols=subprotocols) as websocket:
            yield Client(websocket)


@asynccontextmanager
async def serving(limits: RtspServerLimits | None = None) -> AsyncIterator[Bench]:
    streams = Streams()
    server = TunnelServer(
        streams,
        host="127.0.0.1",
        port=0,
        server_name="test",
        session_id="1185d20035702ca",
        limits=limits,
    )
    # A client that has stopped receiving cannot be closed in words, and tests do not wait for that.
    async with server, HttpClient(limits=HttpLimits(websocket_close_s=0.1)) as http:
        yield Bench(streams, server, http)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with serving() as bench:
        yield bench


async def test_each_response_is_one_message_and_each_packet_two(bench: Bench) -> None:
    async with bench.client() as client:
        assert "\r\nPublic: " in await client.ask("OPTIONS", bench.url)
        described = await client.ask("DESCRIBE", f"{bench.url}?camera=gaze")
        assert f"\r\nContent-Base: {bench.url}\r\n" in described
        assert "\r\nm=application 0 RTP/AVP 99\r\n" in described
        setup = await client.ask("SETUP", f"{bench.url}trackID=1", f"Transport: {TCP}")
        assert "\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;" in setup
        await client.ask("PLAY", bench.url, "Session: 1185d20035702ca")
        bench.streams.send_gaze(b"first")
        bench.streams.send_gaze(b"second")
        channel, report = await client.packet()
        assert channel == 1
        assert isinstance(parse_compound(report)[0], SenderReport)
        assert [await client.payload() for _ in range(2)] == [b"first", b"second"]


@pytest.mark.parametrize(
    "path", ["/", "/axis-media/media.amp?camera=world", "/rtsp-over-websocket"]
)
async def test_every_path_is_answered(bench: Bench, path: str) -> None:
    async with bench.client(path) as client:
        assert (await client.ask("OPTIONS", bench.url)).startswith("RTSP/1.0 200 OK\r\n")


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [(("binary",), "binary"), ((), None), (("chat", "binary"), "binary"), (("chat",), None)],
)
async def test_the_subprotocol_is_agreed_on_only_where_it_is_offered(
    bench: Bench, offered: tuple[str, ...], agreed: str | None
) -> None:
    async with bench.client(subprotocols=offered) as client:
        assert client.websocket.subprotocol == agreed
        assert (await client.ask("OPTIONS", bench.url)).startswith("RTSP/1.0 200 OK\r\n")


async def test_a_request_may_be_split_over_messages(bench: Bench) -> None:
    async with bench.client() as client:
        for byte in client.request("OPTIONS", bench.url):
            await client.websocket.send_bytes(bytes([byte]))
        assert "\r\nCSeq: 1\r\n" in await client.answer()


async def test_several_requests_and_packets_in_one_message_are_answered_in_order(
    bench: Bench,
) -> None:
    async with bench.client() as client:
        report = b"$\x01\x00\x08" + bytes(8)
        requests = [client.request("OPTIONS", bench.url) for _ in range(3)]
        await client.websocket.send_bytes(report.join([b"", *requests, b""]))
        for number in (1, 2, 3):
            assert f"\r\nCSeq: {number}\r\n" in await client.answer()


async def test_packets_of_the_client_are_taken_and_left_unanswered(bench: Bench) -> None:
    async with bench.client() as client:
        await client.play(bench.url, "gaze")
        await client.packet()
        for message in (b"$\x01\x00\x08" + bytes(8), b"$\x01\x00\x08", bytes(8)):
            await client.websocket.send_bytes(message)
        assert (await client.ask("OPTIONS", bench.url)).startswith("RTSP/1.0 200 OK\r\n")


async def test_requests_in_text_messages_and_empty_messages_do_no_harm(bench: Bench) -> None:
    async with bench.client() as client:
        await client.websocket.send_bytes(b"")
        await client.websocket.send_text(client.request("OPTIONS", bench.url).decode())
        assert (await client.answer()).startswith("RTSP/1.0 200 OK\r\n")


async def test_udp_is_refused_and_tcp_is_chosen_where_both_are_offered(bench: Bench) -> None:
    udp = "RTP/AVP;unicast;client_port=5000-5001"
    async with bench.client() as client:
        await client.ask("DESCRIBE", f"{bench.url}?camera=gaze")
        refused = await client.ask("SETUP", bench.url, f"Transport: {udp}")
        assert refused.startswith("RTSP/1.0 461 ")
        chosen = await client.ask("SETUP", bench.url, f"Transport: {udp},{TCP}")
        assert "\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;" in chosen


async def test_pause_stops_play_goes_on_and_teardown_ends_it(bench: Bench) -> None:
    async with bench.client() as client:
        await client.play(bench.url, "gaze")
        await client.packet()
        session = "Session: 1185d20035702ca"
        assert (await client.ask("PAUSE", bench.url, session)).startswith("RTSP/1.0 200 OK\r\n")
        assert not bench.streams.gaze.has_receivers
        await client.ask("PLAY", bench.url, session)
        assert (await client.packet())[0] == 1
        assert bench.streams.gaze.has_receivers
        assert (await client.ask("TEARDOWN", bench.url, session)).startswith("RTSP/1.0 200 OK\r\n")
        assert not bench.streams.gaze.has_receivers


async def test_a_describe_that_waits_holds_up_nobody_else(bench: Bench) -> None:
    bench.streams.may_describe.clear()
    async with bench.client() as waiting, bench.client() as other:
        await waiting.websocket.send_bytes(
            waiting.request("DESCRIBE", f"{bench.url}?camera=gaze")
            + waiting.request("OPTIONS", bench.url)
        )
        await other.ask("OPTIONS", bench.url)
        bench.streams.may_describe.set()
        assert "\r\nCSeq: 1\r\n" in await waiting.answer()
        assert "\r\nCSeq: 2\r\n" in await waiting.answer()


async def test_garbage_is_answered_and_ends_that_websocket_alone(bench: Bench) -> None:
    async with bench.client() as good, bench.client() as bad:
        await bad.websocket.send_bytes(b"\x00garbage\r\n\r\n")
        assert (await bad.answer()).startswith("RTSP/1.0 400 ")
        with pytest.raises(ConnectionLostError):
            await bad.message()
        assert (await good.ask("OPTIONS", bench.url)).startswith("RTSP/1.0 200 OK\r\n")


async def test_a_client_too_slow_loses_whole_pictures_and_begins_again_at_a_key_frame() -> None:
    async with serving(RtspServerLimits(backlog_bytes=20_000)) as bench:
        streams = bench.streams
        async with bench.client() as slow, bench.client() as quick:
            await slow.play(bench.url, "world")
            await quick.play(bench.url, "gaze")
            number = 0
            # Nobody can read meanwhile: the loop does not turn.
            while streams.world.dropped == 0:
                streams.send_picture(number, is_keyframe=number % 10 == 0)
                number += 1
            kept = number - 1
            assert 20_000 <= 3_000 * kept < 20_000 + 4 * 3_000
            # What comes after the loss waits for the next key frame, though there is room.
            for picture in range(kept):
                parts = [await slow.payload() for _ in range(3)]
                assert [part[:4] for part in parts] == [picture.to_bytes(4, "big")] * 3
            for picture in range(number, number + 12):
                streams.send_picture(picture, is_keyframe=picture % 10 == 0)
            again = -(-number // 10) * 10
            assert (await slow.payload())[:4] == again.to_bytes(4, "big")
            streams.send_gaze(b"not delayed")
            assert await quick.payload() == b"not delayed"


async def test_a_client_that_reads_nothing_loses_media_and_nobody_waits() -> None:
    async with serving(RtspServerLimits(backlog_bytes=50_000)) as bench:
        streams = bench.streams
        async with bench.client() as stalled, bench.client() as quick:
            await stalled.play(bench.url, "world")
            await quick.play(bench.url, "gaze")
            streams.send_picture(0, is_keyframe=True)
            number = 0
            while streams.world.dropped < 100:
                number += 1
                streams.send_picture(number, is_keyframe=True)
                # The writer works as far as the socket lets it, and others go on.
                streams.send_gaze(number.to_bytes(4, "big"))
                assert await quick.payload() == number.to_bytes(4, "big")


async def test_a_silent_client_is_closed_and_a_playing_one_is_not() -> None:
    async with serving(RtspServerLimits(idle_s=0.05)) as bench, bench.client() as playing:
        await playing.play(bench.url, "gaze")
        async with bench.client() as silent:
            with pytest.raises(ConnectionLostError):
                await silent.message()
        assert bench.streams.gaze.has_receivers


async def test_a_client_that_vanishes_is_forgotten(bench: Bench) -> None:
    async with bench.client() as client:
        await client.play(bench.url, "gaze")
    async with asyncio.timeout(TIME_LIMIT_S):
        while bench.streams.gaze.has_receivers:
            async with bench.client() as other:
                await other.ask("OPTIONS", bench.url)


async def test_one_client_too_many_is_turned_away() -> None:
    async with serving(RtspServerLimits(connections=1)) as bench, bench.client() as first:
        refused = await bench.http.request("GET", f"http://127.0.0.1:{bench.server.port}/")
        assert refused.status == 503
        assert (await first.ask("OPTIONS", bench.url)).startswith("RTSP/1.0 200 OK\r\n")


async def test_a_browser_that_just_looks_is_told_that_this_is_a_websocket(bench: Bench) -> None:
    answer = await bench.http.request("GET", f"http://127.0.0.1:{bench.server.port}/any")
    assert answer.status == 426
    assert answer.headers["Upgrade"] == "websocket"


async def test_a_taken_port_is_said_so(bench: Bench) -> None:
    second = TunnelServer(
        bench.streams, host="127.0.0.1", port=bench.server.port, server_name="t", session_id="1"
    )
    with pytest.raises(AddressInUseError, match=f"websocket port {bench.server.port}"):
        await second.__aenter__()


async def test_leaving_closes_every_websocket_and_leaves_nothing(leaving_nothing) -> None:
    async with leaving_nothing(), serving() as bench, bench.client() as client:
        await client.play(bench.url, "gaze")
        await client.packet()
        await bench.server.__aexit__(None, None, None)
        with pytest.raises(ConnectionLostError):
            await client.message()
        assert not bench.streams.gaze.has_receivers
