"""The client's end of RTSP on a real network: one connection, its tracks by UDP or inside of it.

::

    async with RtspClient("rtsp://10.0.0.2:8086/?camera=gaze", clock) as client:
        description = await client.describe()
        await client.set_up(description.media[0], sink, over_tcp=False)
        await client.play()
        await client.wait_lost()
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self

from gazewire.errors import (
    ConnectionLostError,
    DeviceRefusedError,
    GazewireError,
    LocalProtocolError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.net.happy_eyeballs import connected_socket
from gazewire.net.rtp_ports import PacketSink, RtpPorts
from gazewire.time import Clock
from gazewire.wire.rtsp import (
    ClientConnection,
    ConnectionFaulted,
    ForeignDataSkipped,
    InterleavedReceived,
    ResponseReceived,
    RtspUrl,
    Transport,
    UnmatchedResponseReceived,
    resolve_control,
)
from gazewire.wire.sdp import MediaDescription, SessionDescription

__all__ = ["RtspClient", "Track"]

_log = logging.getLogger(__name__)

# Nobody waits for a device that is asked for the end and says nothing.
_FAREWELL_S = 0.25

# RFC 2326 §10.12: one byte. RTP is on the even channels of what we ask for.
_CHANNELS = range(0, 256, 2)


class Track:
    """One stream that is set up.

    Attributes:
        media: as described.
        over_tcp: its packets come inside the RTSP connection.
    """

    def __init__(
        self, media: MediaDescription, *, over_tcp: bool, send_rtcp: Callable[[bytes], None] | None
    ) -> None:
        self.media = media
        self.over_tcp = over_tcp
        self._send_rtcp = send_rtcp

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound packet, over UDP.

        Over TCP nothing is sent: real phones take a receiver report there for a request, and write
        their complaint into the stream.
        """
        if self._send_rtcp is not None:
            self._send_rtcp(packet)


class RtspClient:
    """A connection to one presentation of a device.

    A context manager: entering connects, leaving says goodbye and closes everything, quietly and
    within a quarter of a second.

    Args:
        url: of the presentation; of a scheme such as ``rtspt`` that stands for TCP, too.
        clock: for times of arrival.
        connect_timeout_s: for the connection, encrypted where it is to be.
        answer_timeout_s: for each answer.
        tls: how to encrypt the connection; the usual way where none is given and the scheme is
            ``rtsps``. UDP is as it is.

    Attributes:
        foreign_bytes: skipped because they made no sense between interleaved packets.

    Raises:
        LocalProtocolError: the URL is not one.
        NetworkError: on entering, where no connection is to be had.
        TimeoutError: on entering, where that took too long.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        connect_timeout_s: float = 10.0,
        answer_timeout_s: float = 10.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        try:
            self._parsed = RtspUrl.parse(url)
        except RemoteProtocolError as error:
            raise LocalProtocolError(str(error)) from error
        # The relatives of the scheme are private to clients; a device need not know them.
        self._url = f"rtsp{url[url.index('://') :]}"
        self._base_url = self._url
        if tls is None and self._parsed.scheme == "rtsps":
            tls = ssl.create_default_context()
        self._tls = tls
        self._clock = clock
        self._connect_timeout_s = connect_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._link = _Link(clock)
        self._stack = ExitStack()
        self._keepalive: asyncio.TimerHandle | None = None

    @property
    def foreign_bytes(self) -> int:
        """Bytes skipped so far."""
        return self._link.foreign_bytes

    async def __aenter__(self) -> Self:
        host, port = self._parsed.host, self._parsed.port
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                sock = await connected_socket(host, port)
                await loop.create_connection(
                    lambda: self._link,
                    sock=sock,
                    ssl=self._tls,
                    server_hostname=None if self._tls is None else host,
                )
        except TimeoutError as error:
            limit = f"{self._connect_timeout_s:g} s"
            raise TimeoutError(f"no answer from {host}:{port} in {limit}") from error
        except (OSError, UnicodeError) as error:
            # The second is about host names that cannot be.
            raise NetworkError(f"cannot connect to {host}:{port}: {error}") from error
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._keepalive is not None:
            self._keepalive.cancel()
        try:
            if self._link.connection.session is not None and not self._link.is_lost:
                # Whatever it says to that, this is the end.
                with suppress(TimeoutError, GazewireError):
                    async with asyncio.timeout(_FAREWELL_S):
                        await self._ask(lambda server: server.teardown(self._base_url))
        finally:
            self._stack.close()
            await self._link.close()

    async def describe(self) -> SessionDescription:
        """Ask what streams there are.

        Raises:
            DeviceRefusedError: there are none, as the device says.
            RemoteProtocolError: what it said is not RTSP or not SDP.
            ConnectionLostError: the connection broke.
            TimeoutError: it said nothing.
        """
        # Tells of keep-alive. A device that does not know it is asked for the rest all the same.
        with suppress(DeviceRefusedError):
            await self._ask(lambda server: server.options(self._url))
        answer = await self._ask(lambda server: server.describe(self._url))
        assert answer.description is not None
        assert answer.base_url is not None
        self._base_url = answer.base_url
        return answer.description

    async def set_up(self, media: MediaDescription, sink: PacketSink, *, over_tcp: bool) -> Track:
        """Ask for one stream.

        Args:
            media: one of the description's.
            sink: takes its packets.
            over_tcp: inside this connection, in place of UDP.

        Raises:
            DeviceRefusedError: not this way, as the device says.
            NetworkError: there are no UDP ports to be had.
            ConnectionLostError, RemoteProtocolError, TimeoutError: as `describe`.
        """
        url = resolve_control(self._base_url, media.control)
        if over_tcp:
            await self._set_up_interleaved(url, sink)
            return Track(media, over_tcp=True, send_rtcp=None)
        local_host, peer_host = self._link.hosts
        ports = self._stack.enter_context(RtpPorts.bind(local_host, sink, self._clock))
        asked = Transport(client_port=(ports.rtp_port, ports.rtcp_port))
        answer = await self._ask(lambda server: server.setup(url, asked))
        agreed = answer.transport
        if agreed is None or not agreed.over_udp:
            raise RemoteProtocolError("the device agreed to another transport than UDP")
        await ports.connect(_sender(agreed, peer_host), agreed.server_port)
        return Track(media, over_tcp=False, send_rtcp=ports.send_rtcp)

    async def _set_up_interleaved(self, url: str, sink: PacketSink) -> None:
        asked = self._link.free_channels()
        # From now on, because a device may begin before its answer is read.
        self._link.route(asked, sink)
        try:
            transport = Transport(protocol="RTP/AVP/TCP", interleaved=asked)
            answer = await self._ask(lambda server: server.setup(url, transport))
            agreed = answer.transport
            if agreed is None or not agreed.over_tcp:
                raise RemoteProtocolError("the device agreed to another transport than TCP")
        finally:
            self._link.forget(asked)
        self._link.route(agreed.interleaved or asked, sink)

    async def play(self) -> None:
        """Ask for the packets of all tracks.

        Raises:
            DeviceRefusedError: not now, as the device says.
            ConnectionLostError, RemoteProtocolError, TimeoutError: as `describe`.
        """
        await self._ask(lambda server: server.play(self._base_url))
        self._keep_alive_later()

    async def probe(self) -> None:
        """Find out whether the device is still there; what it answers does not matter.

        Raises:
            ConnectionLostError, RemoteProtocolError, TimeoutError: it is not; as `describe`.
        """
        with suppress(DeviceRefusedError):
            await self._ask(lambda server: server.options(self._base_url))

    async def wait_lost(self) -> None:
        """Wait until the connection is gone.

        Raises:
            ConnectionLostError: it is.
            RemoteProtocolError: the device said what makes no sense.
        """
        await self._link.lost.wait()
        raise self._link.failure

    async def _ask(self, write: Callable[[ClientConnection], int]) -> ResponseReceived:
        link = self._link
        cseq = write(link.connection)
        try:
            async with asyncio.timeout(self._answer_timeout_s):
                answer = await link.ask(cseq)
        except TimeoutError as error:
            limit = f"{self._answer_timeout_s:g} s"
            raise TimeoutError(f"no answer from the device in {limit}") from error
        if not answer.response.succeeded:
            raise DeviceRefusedError(
                answer.response.status,
                f"{answer.request.method} was refused: "
                f"{answer.response.status} {answer.response.reason}",
            )
        return answer

    def _keep_alive_later(self) -> None:
        interval_s = self._link.connection.keepalive_interval_s
        if interval_s is not None and not self._link.is_lost:
            loop = asyncio.get_running_loop()
            self._keepalive = loop.call_later(interval_s, self._keep_alive)

    def _keep_alive(self) -> None:
        # What it answers is of no interest, and that it does not, no news.
        if self._link.connection.keepalive_interval_s is not None:
            self._link.connection.keep_alive(self._base_url)
            self._link.flush()
        self._keep_alive_later()


class _Link(asyncio.Protocol):
    """The TCP connection: hands packets to their sinks and answers to those who asked."""

    def __init__(self, clock: Clock) -> None:
        self.connection = ClientConnection()
        self.lost = asyncio.Event()
        self.failure: Exception = ConnectionLostError("the device closed the connection")
        self.foreign_bytes = 0
        self._clock = clock
        self._rtp_sinks: dict[int, PacketSink] = {}
        self._rtcp_sinks: dict[int, PacketSink] = {}
        self._asked: dict[int, asyncio.Future[ResponseReceived]] = {}
        self._transport: asyncio.Transport | None = None
        self._closed = asyncio.Event()

    @property
    def is_lost(self) -> bool:
        return self.lost.is_set()

    @property
    def hosts(self) -> tuple[str, str]:
        """Address of ours, and of the device."""
        assert self._transport is not None
        return (
            _spelled(self._transport.get_extra_info("sockname")),
            _spelled(self._transport.get_extra_info("peername")),
        )

    def free_channels(self) -> tuple[int, int]:
        taken = self._rtp_sinks.keys() | self._rtcp_sinks.keys()
        for channel in _CHANNELS:
            if taken.isdisjoint((channel, channel + 1)):
                return channel, channel + 1
        raise LocalProtocolError(f"a connection carries {len(_CHANNELS)} tracks at most")

    def route(self, channels: tuple[int, int], sink: PacketSink) -> None:
        rtp, rtcp = channels
        taken = self._rtp_sinks.keys() | self._rtcp_sinks.keys()
        if rtp == rtcp or not taken.isdisjoint(channels):
            raise RemoteProtocolError(
                f"the device sends two kinds of packets on one of the channels {rtp} and {rtcp}"
            )
        self._rtp_sinks[rtp] = self._rtcp_sinks[rtcp] = sink

    def forget(self, channels: tuple[int, int]) -> None:
        rtp, rtcp = channels
        del self._rtp_sinks[rtp], self._rtcp_sinks[rtcp]

    async def ask(self, cseq: int) -> ResponseReceived:
        if self.is_lost:
            raise self.failure
        answer: asyncio.Future[ResponseReceived] = asyncio.get_running_loop().create_future()
        self._asked[cseq] = answer
        self.flush()
        try:
            return await answer
        finally:
            del self._asked[cseq]

    def flush(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.writelines(self.connection.data_to_send())

    async def close(self) -> None:
        if self._transport is None:
            return
        self._transport.abort()
        await self._closed.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.connection.receive_data(data)
        self._take_events()

    def eof_received(self) -> bool:
        self.connection.receive_eof()
        self._take_events()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.failure = ConnectionLostError(f"the connection broke: {exc}")
        self._lose()
        self._closed.set()

    def _take_events(self) -> None:
        # A run of packets of one channel is handed over together.
        run_channel, run = -1, list[bytes]()
        for event in self.connection.events():
            if isinstance(event, InterleavedReceived):
                if event.channel != run_channel:
                    self._hand_over(run_channel, run)
                    run_channel, run = event.channel, []
                run.append(event.payload)
                continue
            match event:
                case ResponseReceived():
                    cseq = int(event.request.headers.get("CSeq") or 0)
                    if (asked := self._asked.get(cseq)) is not None and not asked.done():
                        asked.set_result(event)
                case ForeignDataSkipped(count_bytes, preview):
                    self.foreign_bytes += count_bytes
                    _log.debug("skipped %d bytes that make no sense: %r", count_bytes, preview)
                case UnmatchedResponseReceived(response):
                    _log.debug("an answer to nothing: %d %s", response.status, response.reason)
                case ConnectionFaulted(error):
                    self.failure = error
                    self._lose()
        self._hand_over(run_channel, run)
        self.flush()

    def _hand_over(self, channel: int, packets: list[bytes]) -> None:
        if not packets:
            return
        # In the order of their arrival: a report tells the time of what follows it.
        if (sink := self._rtp_sinks.get(channel)) is not None:
            sink.receive_rtp(packets, self._clock.mono_ns())
        elif (sink := self._rtcp_sinks.get(channel)) is not None:
            sink.receive_rtcp(packets, self._clock.mono_ns())

    def _lose(self) -> None:
        self.lost.set()
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(self.failure)


# Any, because that is what a socket's address is: two things for IPv4, four for IPv6.
def _spelled(address: tuple[Any, ...]) -> str:
    """The host of an address, such that a socket can be bound or connected to it."""
    host = str(address[0])
    # RFC 4007 §11: an address of one link alone is none without that link.
    scope = address[3] if len(address) > 3 else 0
    return f"{host}%{scope}" if scope and "%" not in host else host


def _sender(agreed: Transport, peer_host: str) -> str:
    """The address that packets will come from: the one that the device tells, if it can be."""
    if agreed.source is None:
        return peer_host
    try:
        source = ipaddress.ip_address(agreed.source)
    except ValueError:
        # A name would have to be looked up, and is none that we have asked for.
        return peer_host
    same_kind = source.version == ipaddress.ip_address(peer_host).version
    if not same_kind or source.is_unspecified or source.is_link_local or source.is_multicast:
        return peer_host
    return str(source)
