import asyncio
import contextlib

import pytest

from gazewire.device.envelope import refuse
from gazewire.device.faults import FaultBoard, fault_routes, parse_fault
from gazewire.net import HttpClient, HttpServer, RtspServer, TimeEchoServer

TIME_LIMIT_S = 10


class Powered:
    """The servers of a device, plugged in."""

    def __init__(self, bench, board: FaultBoard) -> None:
        host = "127.0.0.1"
        self.rtsp = RtspServer(
            bench.seams.catalog, host=host, port=0, server_name="test", session_id="1"
        )
        self.echo = TimeEchoServer(bench.clock, host=host, port=0)
        self.http = HttpServer(fault_routes(board), host=host, port=0, refuse=refuse)
        self.servers = (self.rtsp, self.echo, self.http)
        for server in self.servers:
            bench.seams.power.plug(server)

    @property
    def ports(self) -> list[int]:
        return [server.port for server in self.servers]


@pytest.fixture
async def powered(bench):
    board = FaultBoard(bench.rig)
    powered = Powered(bench, board)
    async with powered.rtsp, powered.echo, powered.http, board:
        powered.board = board
        yield powered


async def is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def test_connections_break_and_ports_close_and_come_back(bench, powered) -> None:
    ports = powered.ports
    connections = [await asyncio.open_connection("127.0.0.1", port) for port in ports]
    async with bench.fault("reboot"):
        assert [await is_open(port) for port in ports] == [False] * 3
        for reader, _ in connections:
            async with asyncio.timeout(TIME_LIMIT_S):
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""
    assert powered.ports == ports
    assert [await is_open(port) for port in ports] == [True] * 3
    assert bench.counts("device") == {"rebooted": 1}
    for _, writer in connections:
        writer.close()


async def test_streams_begin_anew_with_other_numbers(bench, powered) -> None:
    before = bench.join()
    bench.send(100)
    async with bench.fault("reboot"):
        assert not bench.gaze.has_receivers
    after = bench.join()
    bench.send(100)
    assert len(before.packets) == 100
    assert after.packets[0].ssrc not in {packet.ssrc for packet in before.packets}
    assert after.sequences[0] != before.sequences[-1] + 1
    assert after.packets[0].timestamp < before.packets[-1].timestamp
    assert after.reports[0].packet_count == 0


async def test_the_same_seed_gives_the_same_numbers(bench, powered) -> None:
    numbers = []
    for _ in range(2):
        bench.gaze.restart(ssrc=1, first_sequence=1)
        async with bench.fault("reboot:seed=5"):
            numbers.append((bench.gaze.ssrc, bench.gaze.next_sequence))
    assert numbers[0] == numbers[1]


async def test_whoever_asks_for_a_reboot_over_http_is_answered_first(bench, powered) -> None:
    async with HttpClient() as http:
        url = f"{powered.http.url}/faults"
        answer = await http.request("POST", url, body=b"reboot:for=0.05")
        assert answer.status == 200
        assert b'"phase":"waiting"' in answer.body
        await bench.until(lambda: powered.board.reports()[0].phase == "over")
        answer = await http.request("GET", url)
    assert b'"rebooted":1' in answer.body


async def test_a_device_that_is_stopped_while_it_is_off_leaves_nothing_open(bench) -> None:
    before = asyncio.all_tasks()
    board = FaultBoard(bench.rig)
    powered = Powered(bench, board)
    async with powered.rtsp, powered.echo, powered.http, board:
        ports = powered.ports
        await board.start(parse_fault("reboot:after=0,for=3600"))
        assert [await is_open(port) for port in ports] == [False] * 3
    assert [await is_open(port) for port in ports] == [False] * 3
    assert asyncio.all_tasks() == before


async def test_two_reboots_come_one_after_the_other(bench, powered) -> None:
    await powered.board.start(parse_fault("reboot:after=0,for=0.01"))
    await powered.board.start(parse_fault("reboot:after=0,for=0.01"))
    await bench.until(lambda: powered.board.reports()[-1].phase == "over")
    assert [await is_open(port) for port in powered.ports] == [True] * 3
