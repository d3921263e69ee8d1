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

__all__ = ["InterleavedReceiver", "UdpPair", "UdpReceiver"]

_log = logging.getLogger(__name__)

# Holds a key frame for each of a hundred clients; the system grants what it allows.
_SEND_BUFFER_BYTES = 4 * 1024 * 1024


class _Drain(asyncio.DatagramProtocol):
    """Takes what clients send to the server's ports and throws it away.

    Receiver reports are of no use to this server, and clients open their firewalls with packets of
    random bytes: a datagram is never a reason to complain.

    Attributes:
        is_congested: the system takes no more for now; what is sent would pile up in memory.
    """

    def __init__(self) -> None:
        self.is_congested = False

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Throw a datagram away."""

    def error_received(self, exc: Exception) -> None:
        """Go on: a host answers "port unreachable" for a client that is gone; RTSP will tell."""
        _log.debug("UDP: %s", exc)

    def pause_writing(self) -> None:
        """Note that the socket is full."""
        self.is_congested = True

    def resume_writing(self) -> None:
        """Note that there is room again."""
        self.is_congested = False


class UdpPair:
    """The server's RTP and RTCP sockets. An async context manager; entering binds both.

    Args:
        host: address of the interface to bind.

    Attributes:
        rtp_port: bound port of the RTP socket.
        rtcp_port: bound port of the RTCP socket.
    """

    def __init__(self, host: str) -> None:
        self.rtp_port = 0
        self.rtcp_port = 0
        self._host = host
        self._transports: list[asyncio.DatagramTransport] = []

    async def __aenter__(self) -> Self:
        self._rtp, self._rtp_socket = await self._bind()
        self._rtcp, _ = await self._bind()
        self.rtp_port = self._rtp.get_extra_info("sockname")[1]
        self.rtcp_port = self._rtcp.get_extra_info("sockname")[1]
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

    def send_rtp(self, packet: bytes, address: tuple[str, int]) -> None:
        """Send a packet from the RTP socket."""
        self._rtp.sendto(packet, address)

    def send_rtcp(self, packet: bytes, address: tuple[str, int]) -> None:
        """Send a packet from the RTCP socket."""
        self._rtcp.sendto(packet, address)

    @property
    def is_congested(self) -> bool:
        """The system takes no more for now; what is sent would pile up in memory."""
        return self._rtp_socket.is_congested

    async def _bind(self) -> tuple[asyncio.DatagramTransport, _Drain]:
        loop = asyncio.get_running_loop()
        try:
            transport, drain = await loop.create_datagram_endpoint(
                _Drain, local_addr=(self._host, 0)
            )
        except OSError as error:
            raise NetworkError(f"no UDP port could be opened on {self._host}: {error}") from error
        self._transports.append(transport)
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        return transport, drain


class UdpReceiver:
    """A client that receives over UDP.

    Args:
        pair: the server's sockets.
        host: address of the client.
        ports: its RTP and RTCP port.
    """

    def __init__(self, pair: UdpPair, host: str, ports: tuple[int, int]) -> None:
        self._pair = pair
        self._rtp_address = (host, ports[0])
        self._rtcp_address = (host, ports[1])

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        """Send packets; False where the system's send buffer is full."""
        if self._pair.is_congested:
            return False
        for packet in packets:
            self._pair.send_rtp(packet, self._rtp_address)
        return True

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound packet."""
        self._pair.send_rtcp(packet, self._rtcp_address)


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
