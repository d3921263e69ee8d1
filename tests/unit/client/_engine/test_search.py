from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gazewire.client._engine.search import find_device, local_networks, probe_subnet
from gazewire.errors import LocalProtocolError, NetworkError, RemoteProtocolError
from gazewire.net import HttpRequest, HttpResponse, HttpRoute, HttpServer

HOST = "127.0.0.1"
PHONE = (
    b'{"message":"Success","result":[{"model":"Phone","data":{"battery_level":97,'
    b'"battery_state":"OK","device_id":"d55a33b5ab845785","device_name":"Neon: mine",'
    b'"ip":"1.2.3.4","memory":99877777408,"memory_state":"OK","time_echo_port":12321}}]}'
)
NAME = "PI monitor:Neon: mine:d55a33b5ab845785._http._tcp.local."


def _has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not _has_ipv6_loopback(), reason="this machine has no IPv6")


@asynccontextmanager
async def web_server(answer: HttpResponse, host: str = HOST) -> AsyncIterator[int]:
    """A web server that answers a request for a status so."""

    async def status(request: HttpRequest) -> HttpResponse:
        return answer

    routes = [HttpRoute("GET", "/api/status", status)]
    async with HttpServer(
        routes, host=host, port=0, refuse=lambda status, reason: HttpResponse(status)
    ) as server:
        yield server.port


@asynccontextmanager
async def silence() -> AsyncIterator[int]:
    """Somebody who takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        yield listening.getsockname()[1]


async def test_a_device_is_found_by_its_address(device):
    found = await find_device(f"{HOST}:{device.http_port}")
    assert found.name.startswith("PI monitor:")
    assert found.name.endswith("._http._tcp.local.")
    assert found[1:] == (HOST, device.http_port, [HOST])


@pytest.mark.parametrize(
    ("where", "server"),
    [
        (HOST, HOST),
        (f" {HOST} ", HOST),
        (f"http://{HOST}", HOST),
        ("localhost", "localhost."),
        ("LocalHost.", "localhost."),
    ],
)
async def test_an_address_can_be_written_in_several_ways(where: str, server: str):
    async with web_server(HttpResponse(body=PHONE)) as port:
        bare = where.strip()
        found = await find_device(where.replace(bare, f"{bare}:{port}"))
        assert (found.name, found.server, found.port) == (NAME, server, port)
        assert found.addresses[0] == HOST


async def test_the_url_of_the_monitor_page_will_do():
    async with web_server(HttpResponse(body=PHONE)) as port:
        assert (await find_device(f"http://{HOST}:{port}/")).name == NAME


@needs_ipv6
async def test_a_device_is_found_by_ipv6():
    async with web_server(HttpResponse(body=PHONE), "::1") as port:
        found = await find_device(f"[::1]:{port}")
        assert found == (NAME, "::1", port, ["::1"])
        with pytest.raises(NetworkError):
            await find_device(f"{HOST}:{port}")


@needs_ipv6
async def test_of_several_addresses_the_one_that_answers_comes_first(
    monkeypatch: pytest.MonkeyPatch,
):
    async def getaddrinfo(self, host: str, port: object, **_: object) -> list[object]:
        assert host == "both.test"
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, 0)),
        ]

    async with web_server(HttpResponse(body=PHONE)) as port:
        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
        found = await find_device(f"both.test:{port}")
    assert found == (NAME, "both.test.", port, [HOST, "::1"])


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponse(404, b"what?"),
        HttpResponse(200, b"<html>a router</html>"),
        HttpResponse(200, b'{"message":"Success","result":[]}'),
        HttpResponse(200, PHONE.replace(b"d55a", b"d5:a")),
        HttpResponse(200, PHONE.replace(b"97", b'"full"')),
    ],
    ids=["404", "page", "no phone", "no id", "malformed"],
)
async def test_another_web_server_is_no_device(answer: HttpResponse):
    async with web_server(answer) as port:
        with pytest.raises(RemoteProtocolError):
            await find_device(f"{HOST}:{port}")
        assert await probe_subnet(f"{HOST}/32", port=port) == []


async def test_nobody_there_is_a_network_error():
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        with pytest.raises(NetworkError):
            await find_device(f"{HOST}:{taken.getsockname()[1]}")


async def test_somebody_silent_is_a_network_error_in_time():
    async with silence() as port:
        with pytest.raises(NetworkError, match=r"no answer within 0\.1 s"):
            await find_device(f"{HOST}:{port}", timeout_s=0.1)


@pytest.mark.parametrize("where", ["name.invalid", "a" * 70, "a..b"])
async def test_a_name_that_nobody_knows_is_a_network_error(where: str):
    with pytest.raises(NetworkError, match="not known"):
        await find_device(where)


@pytest.mark.parametrize(
    "where", ["", "  ", ":8080", "10.0.0.2:http", "10.0.0.2:99999", "ftp://10.0.0.2", "[::1"]
)
async def test_what_is_no_address_is_a_mistake_of_the_caller(where: str):
    with pytest.raises(LocalProtocolError, match="not the address"):
        await find_device(where)


async def test_a_network_is_asked_address_by_address(device):
    [found] = await probe_subnet("127.0.0.0/28", port=device.http_port)
    assert found == await find_device(f"{HOST}:{device.http_port}")


async def test_devices_are_told_in_the_order_of_their_addresses():
    async with web_server(HttpResponse(body=PHONE), "0.0.0.0") as port:
        found = await probe_subnet("127.0.0.8/29", port=port, at_once=3)
    assert [device.addresses for device in found] == [[f"127.0.0.{n}"] for n in range(9, 15)]


@needs_ipv6
async def test_a_small_ipv6_network_is_asked_too():
    async with web_server(HttpResponse(body=PHONE), "::1") as port:
        [found] = await probe_subnet(ipaddress.IPv6Network("::1/128"), port=port)
    assert found.addresses == ["::1"]


async def test_silent_addresses_cost_no_more_than_their_time():
    async with silence() as port, asyncio.timeout(5):
        assert await probe_subnet(f"{HOST}/32", port=port, timeout_s=0.05) == []


@pytest.mark.parametrize("network", ["10.0.0.0/8", "fe80::/64", "10.0.0.0/19"])
async def test_a_network_that_is_too_large_is_refused(network: str):
    with pytest.raises(LocalProtocolError, match="4096"):
        await probe_subnet(network)


async def test_what_is_no_network_is_a_mistake_of_the_caller():
    with pytest.raises(LocalProtocolError, match="not a network"):
        await probe_subnet("neon.local")


def test_the_networks_of_this_machine_are_small_and_not_loopback():
    for network in local_networks():
        assert network.prefixlen >= 24
        assert not network.is_loopback
        assert not network.is_link_local
