"""How RTSP clients are treated: sessions that misbehave where something is put in.

A fault here changes what a session says and never what it knows: the protocol underneath is that
of `gazewire.wire.rtsp.ServerConnection`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from weakref import WeakKeyDictionary

from gazewire.device.faults.pacer import Pacer
from gazewire.device.faults.seam import Seam
from gazewire.net import Catalog
from gazewire.net.rtp_transport import UdpPair
from gazewire.net.rtsp_link import RtspLink, TcpLink
from gazewire.net.rtsp_session import RtspSession
from gazewire.wire.rtcp import PacketType
from gazewire.wire.rtsp import (
    Headers,
    InterleavedReceived,
    PlayRequested,
    Response,
    ServerConnection,
    ServerEvent,
    SetupRequested,
    State,
    Transport,
)

__all__ = ["RtspManners"]


class RtspManners:
    """Makes sessions, and holds what is wrong with them.

    Attributes:
        play_refusals: each is called for a PLAY, which is then refused with status 500.
        transports: each changes what is answered to SETUP.
        report_refusals: each is called for a receiver report that comes inside the connection,
            and which is then answered as if it were a malformed request.
        cuts: how many seconds lie between the first letter of an answer and the rest; looked at
            when a TCP connection is accepted, and then at each answer.
    """

    def __init__(self) -> None:
        self.play_refusals = Seam[Callable[[], None]]()
        self.transports = Seam[Callable[[Transport], Transport]]()
        self.report_refusals = Seam[Callable[[], None]]()
        self.cuts = Seam[Callable[[], float]]()
        self._connections: WeakKeyDictionary[RtspLink, _Connection] = WeakKeyDictionary()

    def make_session(
        self,
        link: RtspLink,
        *,
        session_id: str,
        server_name: str,
        catalog: Catalog,
        udp: UdpPair | None,
        idle_s: float,
    ) -> RtspSession:
        """Make the session of one connection."""
        connection = _Connection(self, session_id=session_id, server_name=server_name)
        # Only TCP has segments; what goes by a websocket comes in messages.
        if self.cuts and isinstance(link, TcpLink):
            link = _CuttingLink(link, self.cuts)
        self._connections[link] = connection
        return RtspSession(connection, link, catalog=catalog, udp=udp, idle_s=idle_s)

    def say_bad_request(self) -> int:
        """Write a refusal that answers nothing into every interleaved stream.

        Returns:
            How many there were.
        """
        told = [
            (link, connection)
            for link, connection in self._connections.items()
            if connection.is_sending
        ]
        for link, connection in told:
            link.send(connection.bad_request)
        return len(told)


class _Connection(ServerConnection):
    """The protocol, with something put in between it and the session.

    Attributes:
        bad_request: what a phone writes when it takes a packet for a request.
    """

    def __init__(self, manners: RtspManners, *, session_id: str, server_name: str) -> None:
        super().__init__(session_id=session_id, server_name=server_name)
        self._is_interleaved = False
        # Nobody knows which request it would answer, so it has no CSeq.
        headers = Headers([("Server", server_name), ("Content-Length", "0")])
        self.bad_request = Response(400, "Bad Request", headers).serialize()
        self._manners = manners
        self._texts: list[bytes] = []

    @property
    def is_sending(self) -> bool:
        """Packets go by this connection now."""
        return self._is_interleaved and self.state is State.PLAYING

    def events(self) -> Iterator[ServerEvent]:
        for event in super().events():
            match event:
                case PlayRequested() if self._manners.play_refusals:
                    for count in self._manners.play_refusals:
                        count()
                    self.refuse(event, 500)
                    continue
                case InterleavedReceived(payload=payload) if _is_receiver_report(payload):
                    for count in self._manners.report_refusals:
                        count()
                        self._texts.append(self.bad_request)
            yield event

    def accept_setup(self, event: SetupRequested, transport: Transport) -> None:
        self._is_interleaved = transport.over_tcp
        for change in self._manners.transports:
            transport = change(transport)
        super().accept_setup(event, transport)

    def data_to_send(self) -> list[bytes]:
        texts, self._texts = self._texts, []
        return super().data_to_send() + texts


def _is_receiver_report(payload: bytes) -> bool:
    return len(payload) > 1 and payload[1] == PacketType.RECEIVER_REPORT


class _CuttingLink:
    """A link that sends the first letter of an answer by itself."""

    def __init__(self, link: RtspLink, cuts: Seam[Callable[[], float]]) -> None:
        self._link = link
        self._cuts = cuts
        self._pacer = Pacer()

    @property
    def local_host(self) -> str:
        return self._link.local_host

    @property
    def peer_host(self) -> str:
        return self._link.peer_host

    async def receive(self) -> bytes:
        return await self._link.receive()

    def send(self, answer: bytes) -> None:
        gaps_s = [cut() for cut in self._cuts]
        if gaps_s:
            self._pacer.put(0, partial(self._link.send, answer[:1]))
            self._pacer.put(max(gaps_s), partial(self._link.send, answer[1:]))
        else:
            self._pacer.put(0, partial(self._link.send, answer))

    def send_packets(self, channel: int, packets: Sequence[bytes]) -> bool:
        if not self._pacer:
            return self._link.send_packets(channel, packets)
        # Not into the middle of an answer.
        self._pacer.put(0, partial(self._link.send_packets, channel, packets))
        return True

    async def drain(self) -> None:
        # Else requests that come quickly would make answers pile up here.
        await self._pacer.wait()
        await self._link.drain()
