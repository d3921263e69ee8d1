from __future__ import annotations

import asyncio

import pytest

from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.client.tools import (
    SeveralDevicesError,
    choose_device,
    device_id,
    device_name,
    device_place,
    search_network,
)
from gazewire.device import RunningDevice
from gazewire.errors import LocalProtocolError, NetworkError

FIRST = DiscoveredDeviceInfo(
    "PI monitor:Lab: 1:d55a33b5ab845785._http._tcp.local.", "neon.local.", 8080, ["10.0.0.2"]
)
SECOND = DiscoveredDeviceInfo("printer", "printer.local.", 80, ["fe80::1"])


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search where nobody is (RFC 5737)."""
    monkeypatch.setenv("GAZEWIRE_INTERFACE", "192.0.2.1")


def test_a_device_is_called_what_its_user_calls_it() -> None:
    assert device_name(FIRST) == "Lab: 1"
    assert device_id(FIRST) == "d55a33b5ab845785"


def test_one_that_is_announced_otherwise_keeps_its_whole_name() -> None:
    assert device_name(SECOND) == "printer"
    assert device_id(SECOND) == ""


def test_a_place_can_be_given_back_as_an_address() -> None:
    assert device_place(FIRST) == "10.0.0.2:8080"
    assert device_place(SECOND) == "[fe80::1]:80"


def test_of_several_devices_all_are_named() -> None:
    error = SeveralDevicesError([FIRST, SECOND])
    assert error.devices == (FIRST, SECOND)
    assert str(error).startswith("2 devices are there: Lab: 1 (10.0.0.2:8080), printer ([fe80")


async def test_a_device_that_is_named_is_asked(device: RunningDevice) -> None:
    found = await choose_device(f"127.0.0.1:{device.http_port}")
    assert found.port == device.http_port


async def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(LocalProtocolError):
        await choose_device("")


async def test_without_any_device_one_has_to_be_named(alone: None) -> None:
    with pytest.raises(NetworkError, match="--device"):
        await choose_device(None, search_s=0.01)


async def test_a_search_ends_when_its_time_is_up_or_it_is_told(alone: None) -> None:
    stop = asyncio.Event()
    assert await search_network(0.01, stop, port=8080) == []
    stop.set()
    assert await search_network(600, stop, port=8080) == []


async def test_a_network_is_asked_at_a_port(device: RunningDevice) -> None:
    [found] = await search_network(
        600, asyncio.Event(), subnet="127.0.0.1/32", port=device.http_port
    )
    assert device_place(found) == f"127.0.0.1:{device.http_port}"
