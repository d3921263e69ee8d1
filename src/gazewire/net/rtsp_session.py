"""One RTSP client from its first byte to its last: what it described, set up and plays.

The protocol is `gazewire.wire.rtsp.ServerConnection`; here its events are acted on, and its answers
are handed to the link. The choice that DESCRIBE made holds for the rest of the connection, because
clients leave the query out of later requests.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from gazewire.errors import DeviceRefusedError
from gazewire.net.catalog import Catalog, Presentation
from gazewire.net.rtp_stream import JoinableStream, RtpReceiver
from gazewire.net.rtp_transport import InterleavedReceiver, UdpPair, UdpReceiver
from gazewire.net.rtsp_link import RtspLink
from gazewire.wire.rtsp import (
    ConnectionFaulted,
    DescribeRequested,
    InterleavedReceived,
    PauseRequested,
    PlayRequested,
    RtpInfo,
    RtspUrl,
    ServerConnection,
    SetupRequested,
    TeardownRequested,
    Transport,
)
from gazewire.wire.sdp import Attribute, SessionDescription, serialize_sdp

__all__ = ["RtspSession", "SessionMaker", "make_session"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Track:
    """A stream that the client has set up."""

    stream: JoinableStream
    receiver: RtpReceiver


class RtspSession:
    """A client's connection.

    Args:
        connection: the protocol, fresh.
        link: what the client is connected by.
        catalog: answers what a URL names.
        udp: the server's media sockets; None where media goes by the link alone.
        idle_s: how long a client that plays nothing may be silent.
    """

    def __init__(
        self,
        connection: ServerConnection,
        link: RtspLink,
        *,
        catalog: Catalog,
        udp: UdpPair | None,
        idle_s: float,
    ) -> None:
        self._connection = connection
        self._link = link
        self._catalog = catalog
        self._udp = udp
        self._idle_s = idle_s
        self._presentation: Presentation | None = None
        self._tracks: dict[int, _Track] = {}
        self._is_playing = False

    async def run(self) -> None:
        """Serve the client until it leaves, faults, or falls silent.

        Raises:
            TimeoutError: it was silent, or did not read, for too long.
            OSError: the connection broke.
        """
        try:
            is_open = True
            while is_open:
                async with asyncio.timeout(None if self._is_playing else self._idle_s):
                    data = await self._link.receive()
                if not data:
                    self._connection.receive_eof()
                    await self._handle_events()
                    return
                self._connection.receive_data(data)
                is_open = await self._handle_events()
                self._flush()
                async with asyncio.timeout(self._idle_s):
                    await self._link.drain()
        finally:
            self._leave()

    async def _handle_events(self) -> bool:
        for event in self._connection.events():
            match event:
                case DescribeRequested():
                    await self._describe(event)
                case SetupRequested():
                    await self._setup(event)
                case PlayRequested():
                    self._play(event)
                case PauseRequested():
                    self._leave()
                    self._connection.accept(event)
                case TeardownRequested():
                    self._leave()
                    self._tracks.clear()
                    self._connection.accept(event)
                case InterleavedReceived():
                    pass  # receiver reports; a server of live data cannot act on them
                case ConnectionFaulted():
                    _log.warning("RTSP %s: %s", self._link.peer_host, event.error)
                    return False
        return True

    async def _describe(self, event: DescribeRequested) -> None:
        presentation = await self._open(event, event.url)
        if presentation is None:
            return
        description = SessionDescription(
            origin=f"- 0 0 {_sdp_address(self._link.local_host)}",
            name="Unnamed",
            information="N/A",
            connection=_sdp_address(self._link.peer_host),
            attributes=(Attribute("recvonly"),),
            media=presentation.media,
        )
        self._presentation = presentation
        self._connection.accept_describe(
            event,
            sdp=serialize_sdp(description),
            content_base=_base_url(event.url),
        )

    async def _setup(self, event: SetupRequested) -> None:
        presentation = self._presentation
        if presentation is None or event.url.camera is not None:
            presentation = await self._open(event, event.url)
            if presentation is None:
                return
            self._presentation = presentation
        track_id = event.track_id if event.track_id is not None else max(presentation.tracks)
        stream = presentation.tracks.get(track_id)
        if stream is None:
            self._connection.refuse(event, 404, f"There is no trackID={track_id} here")
            return
        offer = next((offer for offer in event.transports if self._can_send_by(offer)), None)
        if offer is None:
            self._connection.refuse(event, 461)
            return
        if (already := self._tracks.pop(track_id, None)) is not None:
            already.stream.leave(already.receiver)
        receiver, transport = self._receiver(offer, stream)
        self._tracks[track_id] = _Track(stream, receiver)
        self._connection.accept_setup(event, transport)

    def _can_send_by(self, offer: Transport) -> bool:
        return offer.over_tcp or self._udp is not None

    def _receiver(self, offer: Transport, stream: JoinableStream) -> tuple[RtpReceiver, Transport]:
        if offer.over_tcp:
            channels = offer.interleaved or (2 * len(self._tracks), 2 * len(self._tracks) + 1)
            return InterleavedReceiver(self._link, channels), Transport(
                protocol="RTP/AVP/TCP", interleaved=channels, ssrc=stream.ssrc, mode="play"
            )
        assert self._udp is not None
        assert offer.client_port is not None
        peer_host = self._link.peer_host
        return UdpReceiver(self._udp, peer_host, offer.client_port), Transport(
            protocol="RTP/AVP/UDP",
            destination=peer_host,
            client_port=offer.client_port,
            server_port=(self._udp.rtp_port, self._udp.rtcp_port),
            ssrc=stream.ssrc,
            mode="play",
        )

    def _play(self, event: PlayRequested) -> None:
        base_url = _base_url(event.url)
        self._connection.accept_play(
            event,
            [
                RtpInfo(f"{base_url}trackID={track_id}", track.stream.next_sequence)
                for track_id, track in self._tracks.items()
            ],
        )
        # The answer goes first: clients set up their receivers with what it says.
        self._flush()
        self._is_playing = True
        for track in self._tracks.values():
            track.stream.join(track.receiver)

    async def _open(
        self, event: DescribeRequested | SetupRequested, url: RtspUrl
    ) -> Presentation | None:
        try:
            return await self._catalog.open(url)
        except DeviceRefusedError as refusal:
            self._connection.refuse(event, refusal.status, refusal.reason)
            return None

    def _leave(self) -> None:
        self._is_playing = False
        for track in self._tracks.values():
            track.stream.leave(track.receiver)

    def _flush(self) -> None:
        for answer in self._connection.data_to_send():
            self._link.send(answer)


class SessionMaker(Protocol):
    """Makes the session of each connection that a server accepts."""

    def __call__(
        self,
        link: RtspLink,
        *,
        session_id: str,
        server_name: str,
        catalog: Catalog,
        udp: UdpPair | None,
        idle_s: float,
    ) -> RtspSession:
        """Make a session; the first arguments are of `ServerConnection`, the rest its own."""


def make_session(
    link: RtspLink,
    *,
    session_id: str,
    server_name: str,
    catalog: Catalog,
    udp: UdpPair | None,
    idle_s: float,
) -> RtspSession:
    """Make a session with a fresh protocol: what servers do unless told otherwise."""
    connection = ServerConnection(session_id=session_id, server_name=server_name)
    return RtspSession(connection, link, catalog=catalog, udp=udp, idle_s=idle_s)


def _base_url(url: RtspUrl) -> str:
    # As the client wrote the host, because it may not be able to reach us by another name.
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"rtsp://{host}:{url.port}/"


def _sdp_address(host: str) -> str:
    return f"IN {'IP6' if ':' in host else 'IP4'} {host}"
