"""Both ends face each other in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from gazewire.wire.rtsp import (
    ClientConnection,
    ClientEvent,
    ConnectionFaulted,
    DescribeRequested,
    InterleavedFrame,
    InterleavedReceived,
    PauseRequested,
    PlayRequested,
    ResponseReceived,
    RtpInfo,
    ServerConnection,
    SetupRequested,
    State,
    TeardownRequested,
    Transport,
    resolve_control,
)
from gazewire.wire.sdp import MediaDescription, RtpMap, SessionDescription, serialize_sdp

URL = "rtsp://10.0.0.2:8086/?camera=world&audioenable=on"
BASE = "rtsp://10.0.0.2:8086/"
WORLD = SessionDescription(
    media=(
        MediaDescription.for_rtp("audio", RtpMap(97, "mpeg4-generic", 8000), control="trackID=0"),
        MediaDescription.for_rtp("video", RtpMap(96, "H264", 90_000), control="trackID=1"),
    )
)


@dataclass
class Pair:
    """A client and a device, and a wire between them that cuts where it likes."""

    piece_bytes: int
    client: ClientConnection = field(default_factory=ClientConnection)
    server: ServerConnection = field(
        default_factory=lambda: ServerConnection(session_id="abc", session_timeout_s=60)
    )
    tracks: list[int | None] = field(default_factory=list)

    def exchange(self) -> list[ClientEvent]:
        for message in self.client.data_to_send():
            for piece in self._pieces(message):
                self.server.receive_data(piece)
                self._serve()
        for message in self.server.data_to_send():
            for piece in self._pieces(message):
                self.client.receive_data(piece)
        return list(self.client.events())

    def answer(self) -> ResponseReceived:
        (event,) = self.exchange()
        assert isinstance(event, ResponseReceived)
        assert event.response.succeeded
        return event

    def _pieces(self, data: bytes) -> list[bytes]:
        step = self.piece_bytes
        return [data[start : start + step] for start in range(0, len(data), step)]

    def _serve(self) -> None:
        for event in self.server.events():
            match event:
                case DescribeRequested(url=url):
                    assert url.camera == "world"
                    self.server.accept_describe(event, sdp=serialize_sdp(WORLD), content_base=BASE)
                case SetupRequested(transports=(transport, *_)):
                    self.tracks.append(event.track_id)
                    if transport.over_udp:
                        transport = replace(transport, server_port=(6000, 6001), ssrc=7)
                    self.server.accept_setup(event, transport)
                case PlayRequested():
                    info = [RtpInfo(f"{BASE}trackID={track}", 0) for track in self.tracks]
                    self.server.accept_play(event, info)
                case PauseRequested() | TeardownRequested():
                    self.server.accept(event)
                case InterleavedReceived() | ConnectionFaulted():
                    raise AssertionError(event)


@pytest.mark.parametrize("piece_bytes", [1, 7, 10_000])
@pytest.mark.parametrize("over_tcp", [False, True])
def test_a_whole_session(piece_bytes: int, over_tcp: bool) -> None:
    pair = Pair(piece_bytes)
    client, server = pair.client, pair.server

    client.options(URL)
    assert pair.answer().public is not None
    client.describe(URL)
    described = pair.answer()
    assert described.description == WORLD
    assert described.base_url == BASE

    for number, media in enumerate(WORLD.media):
        offer = (
            Transport(protocol="RTP/AVP/TCP", interleaved=(2 * number, 2 * number + 1))
            if over_tcp
            else Transport(client_port=(4000 + 2 * number, 4001 + 2 * number))
        )
        client.setup(resolve_control(BASE, media.control), offer)
        agreed = pair.answer().transport
        assert agreed is not None
        assert agreed.interleaved == offer.interleaved
        assert agreed.client_port == offer.client_port
        assert (agreed.server_port is None) is over_tcp
    assert pair.tracks == [0, 1]
    assert client.session is not None
    assert client.session.id == "abc"
    # The list of a real device has nothing to keep a session alive with.
    assert client.keepalive_interval_s is None

    client.play(BASE)
    assert pair.answer().rtp_info == (
        RtpInfo(f"{BASE}trackID=0", 0),
        RtpInfo(f"{BASE}trackID=1", 0),
    )
    assert client.state is server.state is State.PLAYING

    packet = InterleavedFrame(0, b"\x80" + bytes(11))
    client.receive_data(packet.serialize())
    assert list(client.events()) == [InterleavedReceived(0, packet.payload)]

    client.pause(BASE)
    pair.answer()
    assert client.state is server.state is State.READY
    client.teardown(BASE)
    pair.answer()
    assert client.state is server.state is State.INIT


def test_what_the_client_pipelines_the_server_answers_in_order() -> None:
    pair = Pair(10_000)
    asked = [pair.client.options(URL), pair.client.describe(URL), pair.client.options(URL)]
    answers = pair.exchange()
    assert [
        event.request.headers.get("CSeq")
        for event in answers
        if isinstance(event, ResponseReceived)
    ] == [str(cseq) for cseq in asked]
