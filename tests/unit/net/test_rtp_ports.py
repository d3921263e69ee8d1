from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from gazewire.errors import NetworkError
from gazewire.net.rtp_ports import RtpPorts
from gazewire.time import SystemClock

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

LIMIT_S = 5


class Sink:
    def __init__(self) -> None:
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.times: list[int] = []

    def receive_rtp(self, datagrams: list[bytes], now_ns: int) -> None:
        self.rtp += datagrams
        self.times.append(now_ns)

    def receive_rtcp(self, datagrams: list[bytes], now_ns: int) -> None:
        self.rtcp += datagrams
        self.times.append(now_ns)


class Server:
    """Two sockets that send to the ports."""

    def __init__(self, host: str) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.host = host
        self.sockets = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(2)]
        for sock in self.sockets:
            sock.bind((host, 0))
            sock.setblocking(False)

    @property
    def ports(self) -> tuple[int, int]:
        rtp, rtcp = (sock.getsockname()[1] for sock in self.sockets)
        return rtp, rtcp

    def send(self, ports: RtpPorts, rtp: bytes = b"", rtcp: bytes = b"") -> None:
        for sock, data, port in zip(
            self.sockets, (rtp, rtcp), (ports.rtp_port, ports.rtcp_port), strict=True
        ):
            if data:
                sock.sendto(data, (self.host, port))

    def close(self) -> None:
        for sock in self.sockets:
            sock.close()


@pytest.fixture(params=["127.0.0.1", "::1"])
def server(request: pytest.FixtureRequest) -> Any:
    try:
        server = Server(request.param)
    except OSError:
        pytest.skip(f"no {request.param} on this machine")
    yield server
    server.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110  # the network brings it
            await asyncio.sleep(0.001)


async def test_the_ports_are_neighbours_and_the_first_is_even(server: Server) -> None:
    with RtpPorts.bind(server.host, Sink(), SystemClock()) as ports:
        assert ports.rtp_port % 2 == 0
        assert ports.rtcp_port == ports.rtp_port + 1


async def test_what_comes_is_handed_over_with_its_time(server: Server) -> None:
    sink, clock = Sink(), SystemClock()
    before_ns = clock.mono_ns()
    with RtpPorts.bind(server.host, sink, clock) as ports:
        await ports.connect(server.host, server.ports)
        for number in range(300):
            server.send(ports, rtp=b"rtp %d" % number)
        server.send(ports, rtcp=b"rtcp")
        await until(lambda: len(sink.rtp) == 300 and sink.rtcp)
    assert sink.rtp == [b"rtp %d" % number for number in range(300)]
    assert sink.rtcp == [b"rtcp"]
    assert before_ns <= min(sink.times)
    assert max(sink.times) <= clock.mono_ns()


async def test_reports_are_read_before_packets_that_were_sent_after_them(server: Server) -> None:
    order: list[bytes] = []

    class Ordered(Sink):
        def receive_rtp(self, datagrams: list[bytes], now_ns: int) -> None:
            order.extend(datagrams)

        receive_rtcp = receive_rtp

    with RtpPorts.bind(server.host, Ordered(), SystemClock()) as ports:
        await ports.connect(server.host, server.ports)
        for number in range(20):
            server.send(ports, rtcp=b"report %d" % number)
            server.send(ports, rtp=b"packet %d" % number)
            await until(lambda: len(order) % 2 == 0 and len(order) == 2 * number + 2)  # noqa: B023
    assert order[::2] == [b"report %d" % number for number in range(20)]


async def test_a_stranger_is_not_listened_to(server: Server) -> None:
    sink = Sink()
    stranger = Server(server.host)
    with RtpPorts.bind(server.host, sink, SystemClock()) as ports:
        await ports.connect(server.host, server.ports)
        stranger.send(ports, rtp=b"false", rtcp=b"false")
        server.send(ports, rtp=b"true", rtcp=b"true")
        await until(lambda: sink.rtp and sink.rtcp)
    stranger.close()
    assert (sink.rtp, sink.rtcp) == ([b"true"], [b"true"])


async def test_who_has_not_told_its_ports_is_heard_from_any(server: Server) -> None:
    sink = Sink()
    with RtpPorts.bind(server.host, sink, SystemClock()) as ports:
        await ports.connect(server.host, None)
        server.send(ports, rtp=b"datum")
        await until(lambda: sink.rtp)
        # To whom nobody knows.
        ports.send_rtcp(b"report")


async def test_the_way_through_firewalls_is_opened_and_reports_go_out(server: Server) -> None:
    loop = asyncio.get_running_loop()
    with RtpPorts.bind(server.host, Sink(), SystemClock()) as ports:
        ports.send_rtcp(b"too early")
        await ports.connect(server.host, server.ports)
        ports.send_rtcp(b"report")
        async with asyncio.timeout(LIMIT_S):
            for sock in server.sockets:
                opener = await loop.sock_recv(sock, 100)
                assert opener[0] >> 6 != 2, "nobody may take it for RTP or RTCP"
            while await loop.sock_recv(server.sockets[1], 100) != b"report":
                pass


async def test_a_server_that_is_gone_does_no_harm(server: Server) -> None:
    sink = Sink()
    with RtpPorts.bind(server.host, sink, SystemClock()) as ports:
        await ports.connect(server.host, server.ports)
        ports_before = server.ports
        server.close()
        for _ in range(5):
            # Each is answered by "port unreachable".
            ports.send_rtcp(b"report")
            await asyncio.sleep(0)
        again = socket.socket(
            socket.AF_INET6 if ":" in server.host else socket.AF_INET, socket.SOCK_DGRAM
        )
        with again:
            again.bind((server.host, ports_before[0]))
            again.sendto(b"back", (server.host, ports.rtp_port))
            await until(lambda: sink.rtp == [b"back"])


async def test_closing_leaves_nothing_however_often(
    server: Server, leaving_nothing: Callable[..., Any]
) -> None:
    async with leaving_nothing():
        ports = RtpPorts.bind(server.host, Sink(), SystemClock())
        ports.close()
        ports = RtpPorts.bind(server.host, Sink(), SystemClock())
        await ports.connect(server.host, server.ports)
        ports.close()
        ports.close()


async def test_an_address_that_is_not_ours_is_told_in_words(
    leaving_nothing: Callable[..., Any],
) -> None:
    async with leaving_nothing():
        with pytest.raises(NetworkError, match=r"192\.0\.2\.1"):
            RtpPorts.bind("192.0.2.1", Sink(), SystemClock())


@pytest.mark.skipif(resource is None, reason="no limit on open files here")
async def test_where_no_more_files_can_be_opened_nothing_is_leaked(
    leaving_nothing: Callable[..., Any],
) -> None:
    async with leaving_nothing():
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        held: list[int] = []
        try:
            # Room for one file more: the first of the pair.
            highest = os.dup(0)
            held.append(highest)
            resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 2, hard))
            with suppress(OSError):
                while True:
                    held.append(os.dup(0))
            os.close(held.pop())
            with pytest.raises(NetworkError):
                RtpPorts.bind("127.0.0.1", Sink(), SystemClock())
            # It is still there.
            held.append(os.dup(0))
        finally:
            for file in held:
                os.close(file)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        RtpPorts.bind("127.0.0.1", Sink(), SystemClock()).close()
