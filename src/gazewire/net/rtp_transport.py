"""The two ways in which packets reach a client: UDP, and interleaved in the RTSP connection.

One pair of UDP sockets serves all clients of a server: nothing is read from them that matters, so
who sent what need not be told apart, and a thousand clients cost two descriptors.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from gazewire.errors import NetworkError
from gazewire.net.rtsp_link import RtspLink
from gazewire.net.udp_output import SocketOutput, TransportOutput, UdpOutput
from gazewire.net.udp_segmentation import SegmentingOutput, can_segment

__all__ = ["InterleavedReceiver", "UdpPair", "UdpReceiver"]

_log = logging.getLogger(__name__)

# Holds a key frame for each of a hundred clients; the system grants what it allows.
_SEND_BUFFER_BYTES = 4 * 1024 * 1024


class _Drain(asyncio.DatagramProtocol):
    """Takes what clients send to the server's ports and throws it away.

    Receiver reports are of no use to this server, and clients open their firewalls with packets of
    random bytes: a datagram is never a reason to complain.

    Attributes:
        output: told when the transport is congested, where it is the transport that sends.
    """

    def __init__(self) -> None:
        self.output: TransportOutput | None = None

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Throw a datagram away."""

    def error_received(self, exc: Exception) -> None:
        """Go on: a host answers "port unreachable" for a client that is gone; RTSP will tell."""
        _log.debug("UDP: %s", exc)

    def pause_writing(self) -> None:
        """Note that the socket is full."""
        if self.output is not None:
            self.output.is_congested = True

    def resume_writing(self) -> None:
        """Note that there is room again."""
        if self.output is not None:
            self.output.is_congested = False


class UdpPair:
    """The server's RTP and RTCP sockets. An async context manager; entering binds both.

    Args:
        host: address of the interface to bind.

    Attributes:
        rtp_port: bound port of the RTP socket.
        rtcp_port: bound port of the RTCP socket.
        rtp: the way out of the RTP socket.
        rtcp: the way out of the RTCP socket.
    """

    def __init__(self, host: str) -> None:
        self.rtp_port = 0
        self.rtcp_port = 0
        self._host = host
        self._transports: list[asyncio.DatagramTransport] = []

    async def __aenter__(self) -> Self:
        self.rtp, self.rtp_port = await self._bind()
        self.rtcp, self.rtcp_port = await self._bind()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for transport in self._transports:
            transport.close()
        self._transports.clear()

    async def _bind(self) -> tuple[UdpOutput, int]:
        loop = asyncio.get_running_loop()
        sock = socket.socket(
            socket.AF_INET6 if ":" in self._host else socket.AF_INET, socket.SOCK_DGRAM
        )
        try:
            sock.setblocking(False)
            sock.bind((self._host, 0))
            transport, drain = await loop.create_datagram_endpoint(_Drain, sock=sock)
        except OSError as error:
            sock.close()
            raise NetworkError(f"no UDP port could be opened on {self._host}: {error}") from error
        self._transports.append(transport)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        port: int = sock.getsockname()[1]
        # Only a loop that waits for sockets to become ready lets others use them too.
        if not isinstance(loop, asyncio.SelectorEventLoop):
            drain.output = TransportOutput(transport)
            return drain.output, port
        return SegmentingOutput(sock) if can_segment(sock) else SocketOutput(sock), port


class UdpReceiver:
    """A client that receives over UDP.

    Args:
        pair: the server's sockets.
        host: address of the client.
        ports: its RTP and RTCP port.
    """

    def __init__(self, pair: UdpPair, host: str, ports: tuple[int, int]) -> None:
        self._rtp = pair.rtp.to((host, ports[0]))
        self._rtcp = pair.rtcp.to((host, ports[1]))

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        """Send packets; False where the system had no room for all of them."""
        return self._rtp.send(packets)

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound packet."""
        self._rtcp.send((packet,))


class InterleavedReceiver:
    """A client that receives inside its RTSP connection (RFC 2326 §10.12).

    A client that does not read is not waited for: media is dropped, whole access units at a time,
    while too much waits for it.

    Args:
        link: the RTSP connection.
        channels: its RTP and RTCP channel.
    """

    def __init__(self, link: RtspLink, channels: tuple[int, int]) -> None:
        self._link = link
        self._rtp_channel, self._rtcp_channel = channels

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        """Queue packets; False where the client is too far behind."""
        return self._link.send_packets(self._rtp_channel, packets)

    def send_rtcp(self, packet: bytes) -> None:
        """Queue one compound packet; dropped where the client is too far behind."""
        self._link.send_packets(self._rtcp_channel, [packet])
