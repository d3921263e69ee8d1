"""The search by mDNS, on loopback. Other programs may announce devices there at the same time."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest

from gazewire.client import discovery
from gazewire.client._engine import network as engine
from gazewire.client._engine import search
from gazewire.client._engine.search import discover_all, discover_one, find_device
from gazewire.client.discovery import (
    DiscoveredDeviceInfo,
    Network,
    discover_devices,
    is_valid_service_name,
)
from gazewire.errors import NetworkError
from gazewire.net import Announcer, DeviceFound, DeviceLost
from gazewire.wire.service_name import ServiceName

LOOPBACK = "127.0.0.1"
GROUP = ("224.0.0.251", 5353)
NOWHERE = "192.0.2.77"


def _multicast_reaches_loopback() -> bool:
    """Send ourselves a datagram over the group, on loopback alone."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            membership = socket.inet_aton(GROUP[0]) + socket.inet_aton(LOOPBACK)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK))
            probe.bind(("", 0))
            probe.settimeout(1)
            probe.sendto(b"probe", (GROUP[0], probe.getsockname()[1]))
            return probe.recv(10) == b"probe"
    except OSError:
        return False


needs_multicast = pytest.mark.skipif(
    not _multicast_reaches_loopback(), reason="this machine permits no multicast on loopback"
)


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAZEWIRE_INTERFACE", LOOPBACK)


def announcing(name: str, device_id: str, port: int = 8080) -> Announcer:
    return Announcer(ServiceName(name, device_id), host=LOOPBACK, port=port, host_name="neon")


def expected(announcer: Announcer, port: int) -> DiscoveredDeviceInfo:
    assert announcer.host_name is not None
    return DiscoveredDeviceInfo(announcer.full_name, announcer.host_name, port, [LOOPBACK])


@needs_multicast
async def test_a_device_that_comes_is_told_and_one_that_goes_is_forgotten(until):
    async with Network() as network:
        async with announcing("Comes", "bbbbbbbbbbbbbbb1", 8123) as announcer:
            device = expected(announcer, 8123)
            async with asyncio.timeout(10):
                while await network.wait_for_new_device() != device:
                    pass
            assert device in network.devices
        await until(lambda: device not in network.devices)


@needs_multicast
async def test_a_network_needs_no_context_and_forgets_when_closed():
    network = Network()
    async with announcing("Bare", "bbbbbbbbbbbbbbb2") as announcer, asyncio.timeout(10):
        while await network.wait_for_new_device() != expected(announcer, 8080):
            pass
    await network.close()
    await network.close()
    assert network.devices == ()
    assert await network.wait_for_new_device() is None


@needs_multicast
async def test_all_devices_are_told_one_after_another():
    async with (
        announcing("One", "bbbbbbbbbbbbbbb3", 1) as one,
        announcing("Two", "bbbbbbbbbbbbbbb4", 2) as two,
    ):
        missing = {one.full_name, two.full_name}
        async for device in discover_devices(timeout_seconds=10):
            missing.discard(device.name)
            if not missing:
                break
        assert not missing


@needs_multicast
async def test_the_blocking_calls_have_what_they_need():
    async with announcing("Blocking", "bbbbbbbbbbbbbbb5") as announcer:
        first = await discover_one(timeout_s=10)
        assert first is not None
        assert is_valid_service_name(first.name)
        assert (await discover_one(timeout_s=None)) is not None
        # A question is answered at once, or a second after the same one was (RFC 6762 §6).
        assert expected(announcer, 8080) in await discover_all(duration_s=2)


@needs_multicast
async def test_a_local_name_that_the_machine_cannot_resolve_is_searched_for(device):
    async with announcing("Local", "bbbbbbbbbbbbbbb6", device.http_port) as announcer:
        assert announcer.host_name is not None
        found = await find_device(announcer.host_name.removesuffix("."), timeout_s=10)
    assert found.server == announcer.host_name
    assert (found.port, found.addresses) == (device.http_port, [LOOPBACK])


@needs_multicast
async def test_a_local_name_leads_to_the_port_that_is_announced(
    device, monkeypatch: pytest.MonkeyPatch
):
    async def getaddrinfo(self, host: str, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (LOOPBACK, 0))]

    async with announcing("Port", "bbbbbbbbbbbbbbb7", device.http_port) as announcer:
        assert announcer.host_name is not None
        monkeypatch.setattr(search, "_DEFAULT_PORT", 1)
        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
        found = await find_device(announcer.host_name, timeout_s=10)
        assert found.port == device.http_port
        with pytest.raises(NetworkError):
            await find_device(f"{announcer.host_name}:1", timeout_s=10)


async def test_a_search_ends_in_time():
    async with Network() as network:
        while await network.wait_for_new_device(0.05) is not None:
            pass
        assert await network.wait_for_new_device(0) is None
        assert await network.wait_for_new_device(-1) is None
    async with asyncio.timeout(5):
        async for _ in discover_devices(timeout_seconds=0.05):
            pass
        assert [device async for device in discover_devices(timeout_seconds=0)] == []


async def test_closing_wakes_whoever_waits():
    network = Network()
    waiting = [asyncio.create_task(network.wait_for_new_device()) for _ in range(2)]
    network._devices.clear()
    await asyncio.sleep(0)
    await network.close()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)


async def test_closing_leaves_nothing():
    tasks = asyncio.all_tasks()
    async with Network():
        pass
    async with Network() as network:
        await network.wait_for_new_device(0.05)
    assert asyncio.all_tasks() <= tasks


async def test_where_multicast_is_not_permitted_one_warning_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("GAZEWIRE_INTERFACE", NOWHERE)
    monkeypatch.setattr(engine, "_RETRY_S", 0.001)
    async with Network() as network:
        assert await network.wait_for_new_device(0.2) is None
        assert network.devices == ()
    [record] = [record for record in caplog.records if record.name.startswith("gazewire")]
    assert record.levelno == logging.WARNING
    assert NOWHERE in record.getMessage()


@pytest.mark.parametrize("interface", ["", "0.0.0.0"])
async def test_without_an_interface_all_are_searched(
    interface: str, monkeypatch: pytest.MonkeyPatch
):
    hosts: list[str] = []

    class Nothing:
        def __init__(self, *, host: str) -> None:
            hosts.append(host)

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_: object) -> None: ...

        def __aiter__(self):
            return self

        async def __anext__(self) -> DeviceFound:
            return await asyncio.get_running_loop().create_future()

    monkeypatch.setenv("GAZEWIRE_INTERFACE", interface)
    monkeypatch.setattr(engine, "Browser", Nothing)
    async with Network():
        await asyncio.sleep(0)
    assert hosts == ["0.0.0.0"]


def test_outside_of_a_loop_there_is_no_network():
    with pytest.raises(RuntimeError, match="event loop"):
        Network()


# What is made of sightings, without any network.


def sighting(number: int, port: int = 8080) -> DeviceFound:
    name = ServiceName("Neon", f"{number:016x}")
    return DeviceFound(name.serialize(), name, ("10.0.0.2", "10.0.1.2"), port, "neon.local.")


@pytest.fixture
async def noted(monkeypatch: pytest.MonkeyPatch):
    """A network that hears of devices from the test alone."""
    monkeypatch.setenv("GAZEWIRE_INTERFACE", NOWHERE)
    async with Network() as network:
        yield network


async def test_the_same_again_is_no_news_and_another_port_is(noted: Network):
    noted._note(sighting(1))
    assert await noted.wait_for_new_device(0) == DiscoveredDeviceInfo(
        sighting(1).full_name, "neon.local.", 8080, ["10.0.0.2", "10.0.1.2"]
    )
    noted._note(sighting(1))
    assert await noted.wait_for_new_device(0) is None
    noted._note(sighting(1, port=8081))
    changed = await noted.wait_for_new_device(0)
    assert changed is not None
    assert changed.port == 8081
    assert noted.devices == (changed,)


async def test_a_device_that_has_gone_again_is_not_told(noted: Network):
    noted._note(sighting(1))
    noted._note(DeviceLost(sighting(1).full_name))
    noted._note(DeviceLost("never seen"))
    assert await noted.wait_for_new_device(0) is None
    assert noted.devices == ()


async def test_each_device_goes_to_one_of_those_who_wait(noted: Network):
    waiting = [asyncio.create_task(noted.wait_for_new_device(0.05)) for _ in range(3)]
    await asyncio.sleep(0)
    noted._note(sighting(1))
    noted._note(sighting(2))
    got = await asyncio.gather(*waiting)
    assert {device.name for device in got if device} == {
        sighting(1).full_name,
        sighting(2).full_name,
    }
    assert got.count(None) == 1


async def test_cancelling_a_wait_loses_nothing(noted: Network):
    waiting = asyncio.create_task(noted.wait_for_new_device())
    await asyncio.sleep(0)
    noted._note(sighting(1))
    waiting.cancel()
    await asyncio.wait([waiting])
    assert await noted.wait_for_new_device(0) is not None


async def test_a_flood_of_names_is_bounded(noted: Network):
    for number in range(3000):
        noted._note(sighting(number))
    assert len(noted.devices) == 1024


@pytest.mark.parametrize(
    ("name", "is_valid"),
    [
        ("PI monitor:Neon Companion:d55a33b5ab845785._http._tcp.local.", True),
        ("PI monitor:", True),
        ("PI monitor", True),
        ("PI monitors:Neon:1._http._tcp.local.", False),
        (" PI monitor:Neon:1._http._tcp.local.", False),
        ("Printer._http._tcp.local.", False),
        ("", False),
    ],
)
def test_the_name_of_a_device_begins_with_its_mark(name: str, is_valid: bool):
    assert is_valid_service_name(name) is is_valid


def test_the_other_ways_to_a_device_are_at_the_same_door():
    assert {"find_device", "probe_subnet"} <= set(discovery.__all__)
